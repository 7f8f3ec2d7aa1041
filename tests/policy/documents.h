// Documents in folders, for the tests of row filters: a schema, a snapshot of entities, the tables
// that hold the rows, and what a row is to the policies.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/schema_text.h"
#include "policy/row_filter.h"

namespace hub::policy {

inline const Schema& documents_schema() {
  static const auto schema = promised(parse_schema(R"schema(
    entity Org;
    entity Team in [Org] = { size: Long };
    entity User in [Team] = {
      level: Long, name: String, nick?: String, active: Bool,
      boss: User, teams: Set<Team>, clubs: Set<String>,
    };
    entity Contact;
    entity Area;
    entity Folder in [Folder, Area];
    entity Programme;
    entity Project in [Programme];
    entity Doc in [Folder, Project] = {
      title: String, note?: String, pages: Long, stars?: Long, public: Bool, draft?: Bool,
      owner: User, editor?: User, author: Contact, sharer?: Contact,
      tags: Set<String>, readers: Set<User>, home: { city: String }, unmapped: Long,
    };
    type Look = { hour: Long, place: String, from: Team, reason: String, score?: Long };
    action view, print appliesTo { principal: User, resource: Doc, context: Look };
  )schema",
                                                   "documents.cedarschema"),
                                      "the schema of the documents is sound");
  return schema;
}

inline const EntityUid kView{"Action", "view"};

inline RowMapping documents_mapping() {
  RowMapping out;
  out.table = "doc";
  out.entity_type = "Doc";
  out.id_column = "id";
  for (const auto* name : {"title", "note", "pages", "stars", "public", "draft", "owner", "editor",
                           "author", "sharer"}) {
    out.columns.emplace(name, std::string(name) + "_column");
  }
  out.sets = {{"tags", {"doc_tag", "doc", "tag"}}, {"readers", {"doc_reader", "doc", "reader"}}};
  out.ancestors = {{"Folder", {"doc_folder", "doc", "folder"}},
                   {"Area", {"doc_area", "doc", "area"}}};
  out.parents = {{"Project", "project"}};
  out.context_columns = {{"from", "from_team"}, {"reason", "reason"}, {"score", "score"}};
  out.known_ids = {{"User", {"u0", "u1", "u2", "u3", "u4"}},
                   {"Team", {"t0", "t1", "t2", "gone"}},
                   {"Project", {"p0", "p1", "p2"}}};
  return out;
}

inline RowTable documents_table() {
  auto made = RowTable::make(documents_mapping(), documents_schema(), kView);
  if (!made) ADD_FAILURE() << made.error();
  return promised(std::move(made), "the mapping is sound");
}

inline Value text_value(std::string_view text) { return Value(text); }
inline Value entity_value(const char* type, const std::string& id) {
  return Value(EntityUid{type, id});
}

// Users u0 to u4; the boss of the last is nobody. Team `gone` is known and not an entity.
inline std::vector<Entity> documents_world() {
  std::vector<Entity> out;
  for (int i = 0; i < 5; ++i) {
    Entity user;
    const auto digit = std::to_string(i);
    user.uid = {"User", "u" + digit};
    std::vector<Attribute> attributes{
        {"level", Value(std::int64_t{i})},
        {"name", text_value(i % 2 == 0 ? "a" : "A")},
        {"active", Value(i != 2)},
        {"boss", entity_value("User", i == 4 ? "ghost" : "u" + std::to_string(i + 1))},
        {"teams", Value(Set({entity_value("Team", "t" + std::to_string(i % 3)),
                             entity_value("Team", "gone")}))},
        {"clubs", i == 0 ? Value(Set()) : Value(Set({text_value("a"), text_value("x?y")}))}};
    if (i % 2 == 0) attributes.push_back({"nick", text_value("b")});
    user.attributes = promised(Record::make(std::move(attributes)), "each name once");
    user.parents = {{"Team", "t" + std::to_string(i % 3)}};
    out.push_back(std::move(user));
  }
  for (int i = 0; i < 3; ++i) {
    const auto digit = std::to_string(i);
    out.push_back({{"Team", "t" + digit}, {{"size", Value(std::int64_t{i * 2})}}, {}, {}});
    if (i < 2) out.back().parents.push_back({"Org", "o" + digit});
    out.push_back({{"Project", "p" + digit}, {}, {}, {}});
    if (i < 2) out.back().parents.push_back({"Programme", "g" + digit});
  }
  out.push_back({{"Folder", "f0"}, {}, {{"Area", "a0"}}, {}});
  out.push_back({{"Folder", "f1"}, {}, {{"Folder", "f0"}}, {}});
  out.push_back({{"Folder", "f2"}, {}, {{"Folder", "f1"}, {"Area", "a1"}}, {}});
  out.push_back({{"Folder", "f3"}, {}, {}, {}});
  return out;
}

inline Entities documents_entities() {
  return promised(Entities::make(documents_world()), "the entities are sound");
}

// Nothing: NULL.
struct Document {
  std::string id;
  std::optional<std::string> title, note, owner, editor, author, sharer, project, from, reason;
  std::optional<std::int64_t> pages, stars, is_public, draft, score;
  std::vector<std::string> tags, readers, folders;

  // As an entity; what is NULL it does not have.
  [[nodiscard]] Entity entity() const {
    std::vector<Attribute> out;
    const auto put = [&](const char* name, const auto& held, auto make) {
      if (held) out.push_back({name, make(*held)});
    };
    const auto text = [](const std::string& held) { return text_value(held); };
    const auto number = [](std::int64_t held) { return Value(held); };
    const auto truth = [](std::int64_t held) { return Value(held == 1); };
    const auto user = [](const std::string& held) { return entity_value("User", held); };
    const auto contact = [](const std::string& held) { return entity_value("Contact", held); };
    put("title", title, text);
    put("note", note, text);
    put("pages", pages, number);
    put("stars", stars, number);
    put("public", is_public, truth);
    put("draft", draft, truth);
    put("owner", owner, user);
    put("editor", editor, user);
    put("author", author, contact);
    put("sharer", sharer, contact);
    std::vector<Value> items;
    for (const auto& tag : tags) items.push_back(text_value(tag));
    out.push_back({"tags", Value(Set(std::move(items)))});
    std::vector<Value> users;
    for (const auto& reader : readers) users.push_back(entity_value("User", reader));
    out.push_back({"readers", Value(Set(std::move(users)))});
    Entity all{{"Doc", id}, promised(Record::make(std::move(out)), "each name once"), {}, {}};
    for (const auto& folder : folders) all.parents.push_back({"Folder", folder});
    if (project) all.parents.push_back({"Project", *project});
    return all;
  }

  // With what the row holds of the context.
  [[nodiscard]] Request request(const EntityUid& principal, const Record& known) const {
    std::vector<Attribute> context(known.attributes().begin(), known.attributes().end());
    if (from) context.push_back({"from", entity_value("Team", *from)});
    if (reason) context.push_back({"reason", text_value(*reason)});
    if (score) context.push_back({"score", Value(*score)});
    return {principal, kView, {"Doc", id}, promised(Record::make(std::move(context)), "once")};
  }

  // NULL in no required column, and only ids that are known.
  [[nodiscard]] bool fits() const {
    const auto mapping = documents_mapping();
    const auto known = [&](const char* type, const std::optional<std::string>& held) {
      const auto& ids = mapping.known_ids.find(type)->second;
      return !held || std::ranges::find(ids, *held) != ids.end();
    };
    return has_required() && known("User", owner) && known("User", editor) && known("Team", from) &&
           known("Project", project);
  }
  [[nodiscard]] bool has_required() const {
    return title && pages && is_public && owner && author && from && reason;
  }
};

// The hub's rule: a permit, no forbid, and no forbid that erred.
inline bool hub_allows(const PolicySet& policies, const Entities& entities,
                       const Request& request) {
  const auto response = authorize(policies, entities, request);
  return response.allowed && std::ranges::none_of(response.errors, [&](const PolicyError& error) {
           const auto* policy = policies.find(error.policy_id);
           return policy == nullptr || policy->effect == Effect::Forbid;
         });
}

}  // namespace hub::policy
