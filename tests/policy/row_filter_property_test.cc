// The rows that a filter selects are those that policy allows when it is asked row by row: random
// policies, principals, contexts and rows, with NULL where the schema has optional attributes, and
// where it has not.
#include <gmock/gmock.h>

#include <functional>
#include <random>

#include "tests/policy/document_store.h"

namespace hub::policy {
namespace {

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

constexpr std::array kTexts{"a", "A", "ab", "a*b", "[x]", "", "\xc3\xa9", "x?y", "b"};

Document random_document(std::size_t number, Chance& chance) {
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
void spoil(Document& row, Chance& chance) {
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

std::vector<Document> random_documents(std::size_t count, Chance& chance) {
  std::vector<Document> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(random_document(i, chance));
    if (chance.once_in(4)) spoil(out.back(), chance);
  }
  return out;
}

// Conditions that are strictly valid and within the fragment. <n>: a number, <s>: a text, <u>: a
// user, <t>: a team, <p>: a pattern, <o>: a comparison.
constexpr std::array kConditions{
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

class PolicyWriter {
 public:
  explicit PolicyWriter(Chance& chance) : chance_(chance) {}

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
};

using Change = std::function<void(RowFilter&)>;

struct Tally {
  std::size_t decisions = 0;
  std::size_t allowed = 0;
  std::size_t of_unfit_rows = 0;
  std::size_t allowed_but_unfit = 0;  // what authorize() alone would show of rows that do not fit
  std::size_t shown_too_much = 0;
  std::size_t shown_too_little = 0;
  std::string example;
};

// A store with rows, and policies asked about all of them in both ways.
class Comparison {
 public:
  Comparison(std::uint64_t seed, std::size_t rows) : chance_(seed) {
    rows_ = random_documents(rows, chance_);
    store_.put(rows_);
  }

  Tally run(std::size_t sets, const Change& change, const std::string& more = {}) {
    Tally out;
    for (std::size_t i = 0; i < sets; ++i) {
      const auto text = PolicyWriter(chance_).set() + more;
      const auto policies = PolicySet::parse(text, "p.cedar", PolicyIds::Positional);
      if (!policies) {
        ADD_FAILURE() << to_text(policies.error().front()) << "\n" << text;
        return out;
      }
      const auto findings = row_filter_findings(*policies, table_);
      for (const auto& finding : findings) ADD_FAILURE() << show(finding) << text;
      for (std::size_t user = 0; user < 5; user += 1 + chance_.below(2)) {
        ask(*policies, text, "u" + std::to_string(user), change, out);
      }
      if (testing::Test::HasFailure()) return out;
    }
    return out;
  }

 private:
  void ask(const PolicySet& policies, const std::string& text, const std::string& user,
           const Change& change, Tally& out) {
    const EntityUid principal{"User", user};
    const Record context{{"hour", Value(static_cast<std::int64_t>(chance_.below(6)))},
                         {"place", text_value(chance_.one_of(kTexts))}};
    auto filter = row_filter(policies, entities_, {principal, std::nullopt, context}, table_);
    if (!filter) {
      ADD_FAILURE() << show(filter.error().front()) << text;
      return;
    }
    change(*filter);
    const auto selected = store_.selected(*filter);
    for (const auto& row : rows_) {
      const auto all = promised(entities_.with(row.entity()), "the row is new");
      const bool allowed = hub_allows(policies, all, row.request(principal, context));
      const bool fits = row.fits();
      const bool shown = selected.contains(row.id);
      ++out.decisions;
      out.allowed += allowed && fits ? 1 : 0;
      out.of_unfit_rows += fits ? 0 : 1;
      out.allowed_but_unfit += allowed && !fits ? 1 : 0;
      out.shown_too_much += shown && !(allowed && fits) ? 1 : 0;
      out.shown_too_little += !shown && allowed && fits ? 1 : 0;
      if (shown != (allowed && fits) && out.example.empty()) {
        out.example = text + "\n" + principal.id + " " + row.id +
                      (shown ? " shown" : " not shown") + "\n" + filter->where;
      }
    }
  }

  Chance chance_;
  std::vector<Document> rows_;
  DocumentStore store_;
  RowTable table_ = documents_table();
  Entities entities_ = documents_entities();
};

TEST(RowFilterProperty, SelectsTheRowsThatPolicyAllowsRowByRow) {
  const auto tally = Comparison(20261122, 80).run(150, [](RowFilter&) {});
  EXPECT_EQ(tally.shown_too_much, 0U) << tally.example;
  EXPECT_EQ(tally.shown_too_little, 0U) << tally.example;
  EXPECT_GE(tally.decisions, 30'000U);
  EXPECT_GE(tally.allowed, 3'000U);
  EXPECT_GE(tally.decisions - tally.allowed, 10'000U);
  EXPECT_GE(tally.of_unfit_rows, 5'000U);
  EXPECT_GE(tally.allowed_but_unfit, 100U);
  RecordProperty("decisions", static_cast<int>(tally.decisions));
  RecordProperty("allowed", static_cast<int>(tally.allowed));
}

void replace_all(std::string& in, const std::string& what, const std::string& by) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size())) {
    in.replace(at, what.size(), by);
  }
}

// The comparison is one that can fail.
TEST(RowFilterProperty, CatchesAFilterThatTakesAnErringForbidForSilent) {
  const auto tally = Comparison(1, 40).run(
      80,
      [](RowFilter& filter) {
        replace_all(filter.where, "(0, 1)", "(0,1)");
        replace_all(filter.where, ", 1)", ", 0)");
      },
      "forbid(principal, action == Action::\"view\", resource) when { context.from.size > 9 };");
  EXPECT_GT(tally.shown_too_much, 0U);
}

TEST(RowFilterProperty, CatchesAFilterWithoutItsGuard) {
  const auto tally = Comparison(2, 40).run(80, [](RowFilter& filter) {
    const auto guard = documents_table().guard();
    const auto at = filter.where.find(guard.text);
    if (at == std::string::npos) return;
    filter.where.replace(at, guard.text.size(), "1");
    filter.values.erase(filter.values.begin(),
                        filter.values.begin() + static_cast<std::ptrdiff_t>(guard.values.size()));
  });
  EXPECT_GT(tally.shown_too_much, 0U);
}

TEST(RowFilterProperty, CatchesAPatternThatIgnoresCase) {
  const auto tally = Comparison(4, 40).run(80, [](RowFilter& filter) {
    replace_all(filter.where, " GLOB ?", " LIKE replace(replace(?, '*', '%'), '?', '_')");
  });
  EXPECT_GT(tally.shown_too_much, 0U);
}

}  // namespace
}  // namespace hub::policy
