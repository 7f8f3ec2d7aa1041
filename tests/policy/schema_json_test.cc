// Schemas as JSON: the same as the text form says, and what is refused.
#include "policy/cedar/schema_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "policy/cedar/schema_text.h"

namespace hub::policy {
namespace {

using testing::HasSubstr;

constexpr std::string_view kText = R"(
namespace Hub {
  type Address = {street: String, floor?: Long};
  entity Authority in [Region] = {address: Address, at: __cedar::datetime} tags Set<String>;
  entity Region enum ["north", "south"];
  action use;
  action read in [use, Action::"root"]
    appliesTo {principal: Authority, resource: Region, context: {who: Address}};
}
action root;)";

constexpr std::string_view kJson = R"({
"": {"entityTypes": {}, "actions": {"root": {"appliesTo": null, "memberOf": null}}},
"Hub": {
  "annotations": {"doc": "the hub", "note": null},
  "commonTypes": {"Address": {"type": "Record", "annotations": {}, "attributes": {
    "street": {"type": "String", "annotations": {"if": "x"}},
    "floor": {"type": "EntityOrCommon", "name": "Long", "required": false}}}},
  "entityTypes": {
    "Authority": {
      "memberOfTypes": ["Region"],
      "shape": {"type": "Record", "additionalAttributes": false, "attributes": {
        "address": {"type": "Address"}, "at": {"type": "Extension", "name": "datetime"}}},
      "tags": {"type": "Set", "element": {"type": "String"}}},
    "Region": {"enum": ["south", "north", "south"], "annotations": {"a": "b"}}},
  "actions": {
    "use": {},
    "read": {
      "memberOf": [{"id": "use"}, {"id": "root", "type": "Action"}],
      "appliesTo": {"principalTypes": ["Authority"], "resourceTypes": ["Hub::Region"],
        "context": {"type": "Record", "attributes": {"who": {"type": "Hub::Address"}}}}}}}})";

std::string mistakes_of(std::string_view json) {
  const auto schema = parse_schema_json(json, "s.json");
  if (schema) return "none";
  std::string out;
  for (const auto& error : schema.error()) out += to_text(error) + "\n";
  return out;
}

// The mistakes of a schema with one entity type that has tags of this type.
std::string tagged(const std::string& type) {
  return mistakes_of(R"({"": {"actions": {}, "entityTypes": {"A": {"tags": )" + type + "}}}}");
}

std::string with_entity(const std::string& entity) {
  return mistakes_of(R"({"": {"actions": {}, "entityTypes": {"A": )" + entity + "}}}");
}

std::string with_action(const std::string& action) {
  return mistakes_of(R"({"": {"entityTypes": {"A": {}}, "actions": {"a": )" + action + "}}}");
}

TEST(SchemaAsJson, SaysTheSameAsTheTextForm) {
  const auto json = parse_schema_json(kJson, "s.json");
  const auto text = parse_schema(kText, "s");
  ASSERT_TRUE(json) << to_text(json.error().front());
  ASSERT_TRUE(text) << to_text(text.error().front());
  EXPECT_EQ(*json, *text);
}

TEST(SchemaAsJson, TakesEveryWayToNameAType) {
  for (const std::string type :
       {R"({"type": "Long"})", R"({"type": "Bool"})", R"({"type": "Boolean"})",
        R"({"type": "decimal"})", R"({"type": "__cedar::Bool"})",
        R"({"type": "Extension", "name": "ipaddr"})", R"({"type": "EntityOrCommon", "name": "A"})",
        R"({"type": "EntityOrCommon", "name": "__cedar::duration"})",
        R"({"type": "Entity", "name": "A"})", R"({"type": "Record", "attributes": {}})"}) {
    EXPECT_EQ(tagged(type), "none") << type;
  }
}

TEST(SchemaAsJson, RefusesTypesThatMeanNothing) {
  for (const std::string type :
       {R"({"type": "A"})", R"({"type": "__cedar::Boolean"})", R"({"type": "Nothing"})",
        R"({"type": "EntityOrCommon", "name": "Boolean"})", R"({"type": "Entity", "name": "Long"})",
        R"({"type": "Entity", "name": "Action"})"}) {
    EXPECT_THAT(tagged(type), testing::AnyOf(HasSubstr("not declared"), HasSubstr("write Bool")))
        << type;
  }
  EXPECT_THAT(tagged(R"({"type": "Extension", "name": "ip"})"), HasSubstr("no extension type"));
  EXPECT_THAT(tagged(R"({"type": "Extension", "name": "Long"})"), HasSubstr("no extension type"));
}

TEST(SchemaAsJson, RefusesTypesOfAnotherForm) {
  for (const std::string type :
       {"null",
        "\"Long\"",
        "5",
        "[]",
        "{}",
        R"({"type": null})",
        R"({"type": 5})",
        R"({"type": ""})",
        R"({"type": "if"})",
        R"({"type": "A:: B"})",
        R"({"type": "Set"})",
        R"({"type": "Record"})",
        R"({"type": "Entity"})",
        R"({"type": "Entity", "name": 5})",
        R"({"type": "Long", "name": "A"})",
        R"({"type": "Long", "required": true})",
        R"({"type": "Long", "annotations": {}})",
        R"({"type": "Set", "element": "Long"})",
        R"({"type": "Set", "element": {"type": "Long"}, "attributes": {}})",
        R"({"type": "Record", "attributes": []})",
        R"({"type": "Record", "attributes": {"x": null}})",
        R"({"type": "Record", "attributes": {"x": {"type": "Long", "required": null}}})",
        R"({"type": "Record", "attributes": {"x": {"type": "Long", "annotations": null}}})",
        R"({"type": "Record", "attributes": {}, "additionalAttributes": true})",
        R"({"type": "Record", "attributes": {}, "additionalAttributes": null})",
        R"({"type": "Record", "attributes": {}, "required": true})"}) {
    EXPECT_THAT(tagged(type), HasSubstr("entity type `A`: tags: ")) << type;
  }
}

TEST(SchemaAsJson, SaysWhichPartIsWrong) {
  EXPECT_EQ(tagged(R"({"type": "Record", "attributes": {"x": {"type": "Set"}}})"),
            "s.json: the empty namespace: entity type `A`: tags: attribute `x`: the key `element` "
            "is missing\n");
  EXPECT_EQ(mistakes_of("{\n\"\": }"), "s.json:2: it is not valid JSON\n");
}

TEST(SchemaAsJson, RefusesEntityTypesOfAnotherForm) {
  for (const std::string entity :
       {"null", "[]", R"({"x": 1})", R"({"memberOfTypes": null})", R"({"memberOfTypes": "A"})",
        R"({"memberOfTypes": [5]})", R"({"memberOfTypes": ["A "]})", R"({"shape": null})",
        R"({"enum": []})", R"({"enum": [5]})", R"({"enum": "x"})", R"({"enum": null})",
        R"({"enum": ["x"], "memberOfTypes": []})", R"({"annotations": {"a b": "x"}})",
        R"({"annotations": {"a": 1}})", R"({"annotations": []})"}) {
    EXPECT_THAT(with_entity(entity), HasSubstr("entity type `A`: ")) << entity;
  }
  EXPECT_THAT(with_entity(R"({"shape": {"type": "Long"}})"), HasSubstr("shape of `A` is not a"));
  EXPECT_THAT(with_entity(R"({"memberOfTypes": ["B"]})"), HasSubstr("`B` is not declared"));
}

TEST(SchemaAsJson, RefusesActionsOfAnotherForm) {
  for (const std::string action :
       {"null", "[]", R"({"x": 1})", R"({"attributes": {}})", R"({"memberOf": "b"})",
        R"({"memberOf": ["b"]})", R"({"memberOf": [{"type": "Action"}]})",
        R"({"memberOf": [{"id": "b", "x": 1}]})", R"({"memberOf": [{"id": 1}]})",
        R"({"memberOf": [{"id": "b", "type": "if"}]})", R"({"appliesTo": {}})",
        R"({"appliesTo": {"principalTypes": ["A"]}})",
        R"({"appliesTo": {"principalTypes": ["A"], "resourceTypes": null}})",
        R"({"appliesTo": {"principalTypes": [], "resourceTypes": [], "context": null}})"}) {
    EXPECT_THAT(with_action(action), HasSubstr("action `a`: ")) << action;
  }
  EXPECT_THAT(with_action(R"({"memberOf": [{"id": "b", "type": "X"}]})"), HasSubstr("X::\"b\""));
  EXPECT_EQ(with_action(R"({"attributes": null})"), "none");
}

TEST(SchemaAsJson, RefusesSchemasOfAnotherForm) {
  for (const std::string_view json :
       {"", "[]", "null", R"({"": {}})", R"({"": []})", R"({"": {"entityTypes": {}}})",
        R"({"N ": {"entityTypes": {}, "actions": {}}})",
        R"({"if": {"entityTypes": {}, "actions": {}}})",
        R"({"N::": {"entityTypes": {}, "actions": {}}})",
        R"({"__cedar": {"entityTypes": {}, "actions": {}}})",
        R"({"": {"entityTypes": [], "actions": {}}})",
        R"({"": {"entityTypes": {}, "actions": {}, "more": {}}})",
        R"({"": {"entityTypes": {}, "actions": {}, "annotations": {"a": "b"}}})",
        R"({"": {"entityTypes": {}, "actions": {}, "commonTypes": null}})",
        R"({"": {"entityTypes": {"A::B": {}}, "actions": {}}})",
        R"({"": {"entityTypes": {"": {}}, "actions": {}}})",
        R"({"": {"entityTypes": {"A": {}, "A": {}}, "actions": {}}})"}) {
    EXPECT_FALSE(parse_schema_json(json, "t")) << json;
  }
  EXPECT_EQ(mistakes_of("{}"), "none");
}

TEST(SchemaAsJson, IsRefusedAtEveryTruncation) {
  for (std::size_t size = 0; size + 1 < kJson.size(); ++size) {
    EXPECT_FALSE(parse_schema_json(kJson.substr(0, size), "t"));
  }
}

TEST(SchemaAsJson, StopsAtItsLimits) {
  std::string deep;
  for (int i = 0; i < 150; ++i) deep += R"({"type": "Set", "element": )";
  EXPECT_THAT(tagged(deep + R"({"type": "Long"})" + std::string(150, '}')),
              HasSubstr("nested too deeply"));
  EXPECT_THAT(mistakes_of(std::string(100'000, '[')), HasSubstr("nested too deeply"));
  EXPECT_THAT(mistakes_of(std::string(kMaxSchemaJsonBytes + 1, ' ')), HasSubstr("too large"));
}

}  // namespace
}  // namespace hub::policy
