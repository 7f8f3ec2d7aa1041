// Random documents, and random policies about them, for the tests of row filters.
#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

#include "tests/policy/documents.h"

namespace hub::policy {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t count) { return random_() % count; }
  bool once_in(std::size_t count) { return below(count) == 0; }
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& texts) {
    return texts.at(below(N));
  }

 private:
  std::mt19937_64 random_;
};

inline constexpr std::array kTexts{"a", "A", "ab", "a*b", "[x]", "", "\xc3\xa9", "x?y", "b"};

inline Document random_document(std::size_t number, Chance& chance) {
  Document out;
  out.id = "d" + std::to_string(number);
  const auto text = [&] { return chance.one_of(kTexts); };
  const auto small = [&] { return static_cast<std::int64_t>(chance.below(6)); };
  const auto user = [&] { return "u" + std::to_string(chance.below(5)); };
  const auto contact = [&] { return "c" + std::to_string(chance.below(3)); };
  out.title = text();
  out.pages = small();
  out.is_public = static_cast<std::int64_t>(chance.below(2));
  out.owner = user();
  out.author = contact();
  out.from = chance.one_of(std::array{"t0", "t1", "t2", "gone"});
  out.reason = text();
  if (chance.once_in(2)) out.note = text();
  if (chance.once_in(2)) out.stars = small();
  if (chance.once_in(2)) out.draft = static_cast<std::int64_t>(chance.below(2));
  if (chance.once_in(2)) out.editor = user();
  if (chance.once_in(2)) out.sharer = contact();
  if (chance.once_in(2)) out.score = small();
  if (chance.once_in(2)) out.project = "p" + std::to_string(chance.below(3));
  while (chance.once_in(2)) out.tags.push_back(text());
  while (chance.once_in(2)) out.readers.push_back(user());
  while (chance.once_in(2)) {
    out.folders.push_back(chance.one_of(std::array{"f0", "f1", "f2", "f3", "f9"}));
  }
  return out;
}

// Some row lacks what it must have, or names what nobody knows.
inline void spoil(Document& row, Chance& chance) {
  switch (chance.below(9)) {
    case 0: row.title.reset(); return;
    case 1: row.pages.reset(); return;
    case 2: row.is_public.reset(); return;
    case 3: row.owner.reset(); return;
    case 4: row.author.reset(); return;
    case 5: row.from.reset(); return;
    case 6: row.reason.reset(); return;
    case 7: row.owner = "stranger"; return;
    default: row.from = "t9"; return;
  }
}

inline std::vector<Document> random_documents(std::size_t count, Chance& chance) {
  std::vector<Document> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(random_document(i, chance));
    if (chance.once_in(4)) spoil(out.back(), chance);
  }
  return out;
}

// Conditions that are strictly valid and within the fragment. <n>: a number, <s>: a text, <u>: a
// user, <t>: a team, <p>: a pattern, <o>: a comparison.
inline constexpr std::array kConditions{
    "resource.public",
    "!resource.public",
    "resource has draft && resource.draft",
    "resource has draft",
    "resource.pages <o> <n>",
    "resource.pages <o> principal.level",
    "<n> <o> resource.pages",
    "resource has stars && resource.stars <o> resource.pages",
    "resource has stars && resource.stars <o> context.hour",
    "resource.title == <s>",
    "resource.title != principal.name",
    "resource.title like <p>",
    "resource.title == context.reason",
    "resource has note && resource.note like <p>",
    "resource has note && resource.note == <s>",
    "resource.owner == principal",
    "resource.owner == <u>",
    "resource.owner.level <o> <n>",
    "resource.owner.boss == principal",
    "resource.owner.boss.level <o> <n>",
    "resource.owner in <t>",
    "resource.owner in Org::\"o0\"",
    "resource.owner is User in <t>",
    "resource.owner has nick && resource.owner.nick == resource.title",
    "resource has editor && resource.editor == resource.owner",
    "resource has editor.nick && resource.editor.nick == <s>",
    "resource has editor && resource.editor.teams.contains(context.from)",
    "resource.owner.teams.contains(context.from)",
    "resource.owner.clubs.contains(resource.title)",
    "principal in resource.owner",
    "principal in context.from",
    "context.from in Org::\"o1\"",
    "context.from == <t>",
    "context.from.size <o> <n>",
    "context.from.size <o> resource.pages",
    "principal.teams.contains(context.from)",
    "principal.clubs.contains(resource.title)",
    "resource.tags.contains(<s>)",
    "resource.tags.contains(resource.title)",
    "resource has note && resource.tags.contains(resource.note)",
    "resource.tags.contains(principal.name)",
    "resource.readers.contains(principal)",
    "resource.readers.contains(resource.owner)",
    "resource.readers.contains(principal.boss)",
    "[\"a\", \"x?y\"].contains(resource.title)",
    "[1, 3].contains(resource.pages)",
    "[<u>, <u>].contains(resource.owner)",
    "resource in Folder::\"f1\"",
    "resource in Area::\"a0\"",
    "resource in Folder::\"f9\"",
    "resource in [Project::\"p1\", Project::\"p2\"]",
    "resource in Programme::\"g0\"",
    "resource == Doc::\"d3\"",
    "resource is Doc",
    "resource is Doc in Folder::\"f0\"",
    "resource.author == Contact::\"c1\"",
    "resource has sharer && resource.author == resource.sharer",
    "resource.owner == resource.author",
    "resource.author is Contact",
    "resource.public == (resource.pages <o> <n>)",
    "context has score",
    "context has score && context.score <o> <n>",
    "context.reason like <p>",
    "principal.active",
    "principal.level <o> <n>",
    "principal.boss.level > <n>",
    "principal.level + 9223372036854775806 > <n>",
    "context.place == <s>",
    "principal in <t>"};

// Strictly valid too. Some are outside the fragment, some only look so, some are where others stand
// beside them.
inline constexpr std::array kOtherConditions{
    "resource.pages + 1 > <n>",
    "resource.tags.containsAny([<s>])",
    "(if resource.public then resource.pages else principal.level) > <n>",
    "(if context.from.size > 1 then resource.pages else 3) > <n>",
    "(if resource.owner.level > 2 then context.from.size else resource.pages) > <n>",
    "[resource.title, <s>].contains(principal.name)",
    "{a: resource.owner}.a.level > 2",
    "principal.teams.containsAny(resource.owner.teams)",
    "resource.owner.teams.containsAll(principal.teams)",
    "resource.owner.level + 9223372036854775806 > <n>",
    "resource.owner.boss.boss.level + 1 > <n>",
    "resource.owner.teams.isEmpty()",
    "(resource.owner == principal) == (context.from == <t>)",
    "resource has editor && resource.editor.boss == resource.owner",
    "context.from.size * resource.owner.level > <n>",
    "resource.readers.contains(resource.owner.boss)",
    "resource in (if principal.active then Folder::\"f1\" else Folder::\"f0\")",
    "Doc::\"d3\".public",
    "!(resource.owner.boss.boss in <t>)",
    "resource has editor.boss.nick && resource.editor.boss.nick == resource.title"};

class PolicyWriter {
 public:
  // Of the other conditions, too.
  explicit PolicyWriter(Chance& chance, bool others = false) : chance_(chance), others_(others) {}

  std::string set() {
    std::string out;
    const auto permits = 1 + chance_.below(3);
    for (std::size_t i = 0; i < permits; ++i) out += policy("permit");
    const auto forbids = chance_.below(3);
    for (std::size_t i = 0; i < forbids; ++i) out += policy("forbid");
    return out;
  }

 private:
  std::string policy(const std::string& effect) {
    auto out = effect + " (" +
               chance_.one_of(std::array{"principal", "principal", "principal is User",
                                         "principal in Team::\"t1\""}) +
               ", " + chance_.one_of(std::array{"action", "action == Action::\"view\""}) + ", " +
               chance_.one_of(std::array{"resource", "resource", "resource", "resource is Doc",
                                         "resource == Doc::\"d5\"", "resource in Folder::\"f0\"",
                                         "resource is Doc in Project::\"p1\""}) +
               ")";
    const auto conditions = chance_.below(3);
    for (std::size_t i = 0; i < conditions; ++i) {
      out += (chance_.once_in(3) ? " unless { " : " when { ") + condition(3) + " }";
    }
    return out + ";\n";
  }

  std::string condition(int depth) {
    if (others_ && chance_.once_in(9)) return "(" + filled(chance_.one_of(kOtherConditions)) + ")";
    if (depth == 0 || chance_.once_in(3)) return "(" + filled(chance_.one_of(kConditions)) + ")";
    switch (chance_.below(6)) {
      case 0:
      case 1: return "(" + condition(depth - 1) + " && " + condition(depth - 1) + ")";
      case 2:
      case 3: return "(" + condition(depth - 1) + " || " + condition(depth - 1) + ")";
      case 4: return "!(" + condition(depth - 1) + ")";
      default:
        return "(if principal.level < 2 then " + condition(depth - 1) + " else " +
               condition(depth - 1) + ")";
    }
  }

  std::string filled(std::string condition) {
    for (auto at = condition.find('<'); at != std::string::npos; at = condition.find('<', at)) {
      if (condition.substr(at + 2, 1) != ">") {
        ++at;
        continue;
      }
      const auto value = substitute(condition[at + 1]);
      condition.replace(at, 3, value);
      at += value.size();
    }
    return condition;
  }

  std::string substitute(char what) {
    switch (what) {
      case 'n': return std::to_string(chance_.below(6));
      case 's': return to_text(Value(std::string_view(chance_.one_of(kTexts))));
      case 'u': return "User::\"u" + std::to_string(chance_.below(5)) + "\"";
      case 't': return "Team::\"t" + std::to_string(chance_.below(3)) + "\"";
      case 'p':
        return chance_.one_of(std::array{"\"a*\"", "\"*b\"", "\"*[x]*\"", "\"A*\"", "\"*\\**\"",
                                         "\"x?y\"", "\"\"", "\"*\"", "\"*\xc3\xa9\"", "\"a*b*\""});
      default: return chance_.one_of(std::array{"<", "<=", ">", ">=", "==", "!="});
    }
  }

  Chance& chance_;
  bool others_;
};

}  // namespace hub::policy
