// Requests, contexts and entities against a schema: what fits, and each way not to.
#include "policy/cedar/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "policy/cedar/entities_json.h"
#include "policy/cedar/schema_text.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Schema& council() {
  static const auto made_once = [] {
    auto schema = parse_schema(R"(
entity Team in [Borough]; entity Borough; entity Colour enum ["red", "blue"];
entity User in [Team, Colour] {
  name: String, age?: Long, boss?: User, colour?: Colour, known?: Bool, may?: Action,
  home?: {street: String, colour?: Colour}, friends?: Set<User>, spots?: Set<{x: Long}>,
} tags Set<String>;
entity Room;
action use;
action read in use appliesTo {
  principal: [User, Colour], resource: [Team, Room], context: {who: User, why?: {text: String}}
};
action list in read;
namespace N { action go; }
)",
                               "t");
    EXPECT_TRUE(schema) << to_text(schema.error().front());
    return schema ? std::move(*schema) : Schema();
  }();
  return made_once;
}

Request reading() {
  return {{"User", "ann"},
          {"Action", "read"},
          {"Room", "r"},
          Record{{"who", Value(EntityUid{"User", "bob"})}}};
}

std::string entity_json(const std::string& attributes,
                        const std::string& rest = "\"parents\": []") {
  return R"([{"uid": {"type": "User", "id": "ann"}, "attrs": {)" + attributes + "}, " + rest + "}]";
}

std::string wrong_with(const std::string& json) {
  const auto world = parse_entities(json, council());
  return world ? "nothing" : world.error();
}

// What is wrong with a user who has these attributes beside the name.
std::string wrong_with_user(const std::string& attributes) {
  return wrong_with(entity_json(R"("name": "Ann", )" + attributes));
}

std::string wrong_with_one(const std::string& type, const std::string& rest) {
  return wrong_with(R"([{"uid": {"type": ")" + type + R"(", "id": "red"}, )" + rest + "}]");
}

TEST(RequestConformance, HoldsForWhatTheActionAppliesTo) {
  EXPECT_THAT(faults_of_request(council(), reading()), IsEmpty());
  auto request = reading();
  request.principal = {"Colour", "red"};
  EXPECT_THAT(faults_of_request(council(), request), IsEmpty());
}

TEST(RequestConformance, NamesWhatIsNotKnown) {
  auto request = reading();
  request.action = {"Action", "write"};
  EXPECT_THAT(faults_of_request(council(), request), ElementsAre("the schema has no such action"));
  request = reading();
  request.principal = {"Nobody", "ann"};
  request.resource = {"Nothing", "x"};
  EXPECT_THAT(faults_of_request(council(), request),
              ElementsAre("the principal: its type is not declared",
                          "the resource: its type is not declared"));
  request = reading();
  request.principal = {"Action", "read"};
  EXPECT_THAT(faults_of_request(council(), request),
              ElementsAre("the principal: its type is not declared"));
}

TEST(RequestConformance, NamesWhatTheActionDoesNotApplyTo) {
  auto request = reading();
  request.principal = {"Team", "ann"};
  request.resource = {"Borough", "camden"};
  EXPECT_THAT(faults_of_request(council(), request),
              ElementsAre("the principal: Action::\"read\" does not apply to the type `Team`",
                          "the resource: Action::\"read\" does not apply to the type `Borough`"));
  request = reading();
  request.action = {"Action", "use"};
  EXPECT_THAT(faults_of_request(council(), request), testing::SizeIs(3));
}

TEST(RequestConformance, KnowsTheIdsOfEnumeratedTypes) {
  auto request = reading();
  request.principal = {"Colour", "green"};
  EXPECT_THAT(faults_of_request(council(), request),
              ElementsAre("the principal: `Colour` has no such id"));
}

TEST(RequestConformance, ComparesTheContextWithItsType) {
  auto request = reading();
  request.context = Record();
  EXPECT_THAT(faults_of_request(council(), request),
              ElementsAre("the context: the attribute `who` is missing"));
  request.context = Record{{"who", Value(true)}, {"why", Value(Record())}, {"x", Value(false)}};
  EXPECT_THAT(faults_of_request(council(), request),
              ElementsAre("the context: attribute `who`: it is not an entity of type `User`",
                          "the context: attribute `why`: the attribute `text` is missing",
                          "the context: there is an attribute that is not declared"));
  EXPECT_THAT(faults_of_context(council(), {"Action", "write"}, {}),
              ElementsAre("the schema has no such action"));
  EXPECT_THAT(faults_of_context(council(), {"Action", "use"}, {}), IsEmpty());
}

TEST(EntityConformance, TellsNothingOfTheData) {
  for (const auto& wrong :
       {wrong_with_user(R"("secret": 1)"), wrong_with_user(R"("age": "secret")"),
        wrong_with_user(R"("colour": {"type": "Colour", "id": "secret"})"),
        wrong_with(R"([{"uid": {"type": "Secret", "id": "secret"}, "attrs": {}, "parents": []}])"),
        wrong_with(entity_json(R"("name": "x")", R"("parents": [], "tags": {"secret": 1})")),
        wrong_with(
            entity_json(R"("name": "x")", R"("parents": [{"type": "Secret", "id": "secret"}])"))}) {
    EXPECT_THAT(wrong, testing::StartsWith("entity 1 of the list: ")) << wrong;
    EXPECT_THAT(wrong, testing::Not(HasSubstr("ecret"))) << wrong;
  }
}

TEST(EntityConformance, ComparesAttributesWithTheirTypes) {
  EXPECT_EQ(wrong_with(entity_json("")), "entity 1 of the list: the attribute `name` is missing");
  EXPECT_EQ(wrong_with_user(R"("age": true)"),
            "entity 1 of the list: attribute `age`: it is not a Long");
  EXPECT_THAT(wrong_with_user(R"("known": 1)"), HasSubstr("it is not a Bool"));
  EXPECT_THAT(wrong_with(entity_json(R"("name": 1)")), HasSubstr("it is not a String"));
  EXPECT_THAT(wrong_with_user(R"("home": 1)"), HasSubstr("it is not a record"));
  EXPECT_THAT(wrong_with_user(R"("home": {"street": "a", "x": 1})"), HasSubstr("not declared"));
  EXPECT_THAT(wrong_with_user(R"("friends": {})"), HasSubstr("it is not a set"));
  EXPECT_THAT(wrong_with_user(R"("spots": [{"x": 1}, {"x": "a"}])"),
              HasSubstr("attribute `spots`: an item: attribute `x`: it is not a Long"));
  EXPECT_THAT(wrong_with_user(R"("boss": {"type": "Team", "id": "t"})"),
              HasSubstr("it is not an entity of type `User`"));
  EXPECT_THAT(
      wrong_with_user(R"("home": {"street": "a", "colour": {"type": "Colour", "id": "x"}})"),
      HasSubstr("`Colour` has no such id"));
  EXPECT_THAT(wrong_with_user(R"("may": {"type": "Action", "id": "write"})"),
              HasSubstr("no such action"));
  EXPECT_EQ(wrong_with_user(R"("may": {"type": "Action", "id": "read"})"), "nothing");
}

TEST(EntityConformance, ComparesTagsWithTheirType) {
  const std::string name = R"("name": "Ann")";
  EXPECT_EQ(wrong_with(entity_json(name, R"("parents": [], "tags": {"a": ["b"]})")), "nothing");
  EXPECT_THAT(wrong_with(entity_json(name, R"("parents": [], "tags": {"a": [1]})")),
              HasSubstr("a tag: an item: it is not a String"));
  EXPECT_THAT(wrong_with_one("Room", R"("attrs": {}, "parents": [], "tags": {"a": 1})"),
              HasSubstr("`Room` has no tags"));
  EXPECT_EQ(wrong_with_one("Room", R"("attrs": {}, "parents": [], "tags": {})"), "nothing");
}

TEST(EntityConformance, AllowsParentsThatTheTypeCanBeIn) {
  const auto with_parent = [](const std::string& type, const std::string& id) {
    return wrong_with(entity_json(
        R"("name": "Ann")", R"("parents": [{"type": ")" + type + R"(", "id": ")" + id + "\"}]"));
  };
  EXPECT_EQ(with_parent("Team", "t"), "nothing");
  EXPECT_EQ(with_parent("Borough", "b"), "nothing");
  EXPECT_EQ(with_parent("Colour", "red"), "nothing");
  EXPECT_THAT(with_parent("Colour", "green"), HasSubstr("a parent: `Colour` has no such id"));
  EXPECT_THAT(with_parent("User", "bob"), HasSubstr("cannot be in one of its type"));
  EXPECT_THAT(with_parent("Action", "read"), HasSubstr("cannot be in one of its type"));
}

TEST(EntityConformance, KnowsTheIdsOfEnumeratedTypes) {
  EXPECT_EQ(wrong_with_one("Colour", R"("attrs": {}, "parents": [])"), "nothing");
  EXPECT_THAT(wrong_with(R"([{"uid": {"type": "Colour", "id": "x"}, "attrs": {}, "parents": []}])"),
              HasSubstr("`Colour` has no such id"));
  EXPECT_THAT(wrong_with_one("Colour", R"("attrs": {"a": 1}, "parents": [])"),
              HasSubstr("not declared"));
}

TEST(EntityConformance, WantsActionsAsTheSchemaHasThem) {
  const auto action = [](const std::string& id, const std::string& rest) {
    return wrong_with(R"([{"uid": {"type": "Action", "id": ")" + id + "\"}, " + rest + "}]");
  };
  const std::string use = R"({"type": "Action", "id": "use"})";
  const std::string read = R"({"type": "Action", "id": "read"})";
  EXPECT_EQ(action("use", R"("attrs": {}, "parents": [])"), "nothing");
  EXPECT_EQ(action("list", R"("attrs": {}, "parents": [)" + use + ", " + read + "]"), "nothing");
  EXPECT_THAT(action("list", R"("attrs": {}, "parents": [)" + use + "]"),
              HasSubstr("its groups are not those"));
  EXPECT_THAT(action("read", R"("attrs": {}, "parents": [])"), HasSubstr("its groups are not"));
  EXPECT_THAT(action("use", R"("attrs": {"a": 1}, "parents": [])"), HasSubstr("no attributes"));
  EXPECT_THAT(action("use", R"("attrs": {}, "parents": [], "tags": {"a": 1})"),
              HasSubstr("no attributes and no tags"));
  EXPECT_THAT(action("write", R"("attrs": {}, "parents": [])"), HasSubstr("no such action"));
  EXPECT_THAT(action("use", R"("attrs": {}, "parents": [{"type": "N::Action", "id": "r"}])"),
              HasSubstr("a parent is not an action"));
  EXPECT_THAT(action("use", R"("attrs": {}, "parents": [{"type": "Room", "id": "r"}])"),
              HasSubstr("is an action and has a parent that is none"));
}

TEST(EntityConformance, ListsAtMostTwentyFaults) {
  std::vector<Value> items;
  for (std::int64_t i = 0; i < 100; ++i) items.emplace_back(i);
  Entity ann;
  ann.uid = {"User", "ann"};
  ann.attributes = {{"name", Value(true)}, {"friends", Value(Set(std::move(items)))}};
  EXPECT_THAT(faults_of_entity(council(), ann), testing::SizeIs(20));
}

TEST(EntitiesJsonWithSchema, TakesEntitiesWithAndWithoutTheirEscape) {
  const auto world =
      parse_entities(entity_json(R"("name": "Ann", "boss": {"type": "User", "id": "bob"},
                     "friends": [{"type": "User", "id": "cyd"},
                                 {"__entity": {"type": "User", "id": "dee"}}])"),
                     council());
  ASSERT_TRUE(world) << world.error();
  const auto* ann = world->find(HashedUid({"User", "ann"}));
  ASSERT_NE(ann, nullptr);
  ASSERT_NE(ann->attributes.find("boss"), nullptr);
  EXPECT_EQ(*ann->attributes.find("boss"), Value(EntityUid{"User", "bob"}));
  EXPECT_EQ(ann->attributes.find("friends")->set()->items().size(), 2U);
  for (const std::string boss :
       {R"("User::\"bob\"")", R"({"type": "User"})", R"({"type": "User", "id": 1})",
        R"({"__entity": {"__entity": {"type": "User", "id": "bob"}}})", "null"}) {
    EXPECT_NE(wrong_with_user("\"boss\": " + boss), "nothing") << boss;
  }
}

TEST(EntitiesJsonWithSchema, TakesExtensionValuesByTheirTextAndByTheirCall) {
  const auto schema = parse_schema(
      "entity E {d?: decimal, i?: ipaddr, t?: datetime, u?: duration, s?: Set<decimal>};", "t");
  ASSERT_TRUE(schema);
  const auto read = [&](const std::string& attribute) {
    const auto world = parse_entities(
        R"([{"uid": {"type": "E", "id": "e"}, "parents": [], "attrs": {)" + attribute + "}}]",
        *schema);
    return world ? std::string("fits") : world.error();
  };
  for (const std::string attribute :
       {R"("d": "1.0")", R"("i": "10.0.0.0/8")", R"("t": "2026-11-22")", R"("u": "1h")",
        R"("d": {"fn": "decimal", "arg": "1.0"})", R"("i": {"__extn": {"fn": "ip", "arg": "::1"}})",
        R"("t": {"__extn": {"fn": "datetime", "args": ["2026-11-22"]}})",
        R"("s": ["1.0", {"__extn": {"fn": "decimal", "arg": "2.0"}}])"}) {
    EXPECT_EQ(read(attribute), "fits") << attribute;
  }
  for (const std::string attribute :
       {R"("d": "1")", R"("d": 1)", R"("i": "here")", R"("t": "2026-02-30")", R"("u": "h")",
        R"("i": {"__extn": {"fn": "decimal", "arg": "1.0"}})", R"("d": {"fn": "other"})",
        R"("d": {"__extn": {"fn": "decimal", "args": ["1.0", "2.0"]}})", R"("s": ["x"])"}) {
    EXPECT_NE(read(attribute), "fits") << attribute;
  }
  EXPECT_EQ(read(R"("i": "here")"), "entity 1 of the list: attribute `i`: it is not an ipaddr");
}

TEST(EntitiesJsonWithSchema, TakesArgumentsOfCallsByTheirTextWhereTheFunctionSaysTheirType) {
  const auto schema = parse_schema("entity E {t?: datetime, u?: duration, n?: Long};", "t");
  ASSERT_TRUE(schema);
  const auto fits = [&](const std::string& attribute) {
    return parse_entities(R"([{"uid": {"type": "E", "id": "e"}, "parents": [], "attrs": {)" +
                              attribute + "}}]",
                          *schema)
        .has_value();
  };
  for (
      const std::string attribute :
      {R"("t": {"__extn": {"fn": "offset", "args": ["2026-11-22", "1h"]}})",
       R"("t": {"fn": "offset", "args": [{"fn": "datetime", "arg": "2026-11-22"}, "1h"]})",
       R"("t": {"fn": "toDate", "arg": "2026-11-22"})",
       R"("t": {"__extn": {"fn": "toDate", "args": [{"fn": "toDate", "arg": "2026-11-22"}]}})",
       R"("u": {"fn": "toTime", "arg": "2026-11-22"})",
       R"("u": {"fn": "durationSince", "args": ["2026-11-22", {"fn": "datetime", "arg": "2026-11-21"}]})"}) {
    EXPECT_TRUE(fits(attribute)) << attribute;
  }
  for (const std::string attribute :
       {R"("t": {"fn": "offset", "args": ["2026-11-22", "2026-11-22"]})",
        R"("t": {"fn": "offset", "args": ["1h", "1h"]})",
        R"("t": {"fn": "offset", "args": ["2026-11-22"]})",
        R"("u": {"fn": "durationSince", "args": ["2026-11-22", "2026-11-21"]})",
        R"("u": {"fn": "toTime", "arg": "1h"})",
        R"("n": {"__extn": {"fn": "toDays", "arg": "1d"}})",
        R"("t": {"fn": "datetime", "arg": {"fn": "datetime", "arg": "2026-11-22"}})"}) {
    EXPECT_FALSE(fits(attribute)) << attribute;
  }
}

TEST(EntitiesJsonWithSchema, TakesActionsFromTheSchema) {
  const auto world = parse_entities(
      R"([{"uid": {"type": "Action", "id": "use"}, "attrs": {}, "parents": []}])", council());
  ASSERT_TRUE(world) << world.error();
  EXPECT_EQ(world->size(), council().actions().size());
  EXPECT_TRUE(world->is_in(HashedUid({"Action", "list"}), HashedUid(EntityUid{"Action", "use"})));
  EXPECT_NE(world->find(HashedUid({"N::Action", "go"})), nullptr);
}

TEST(EntitiesJsonWithSchema, WantsAllGroupsOfAListedAction) {
  const std::string use = R"({"type": "Action", "id": "use"})";
  const std::string read = R"({"type": "Action", "id": "read"})";
  const auto listed = [](const std::string& id, const std::string& parents) {
    return R"({"uid": {"type": "Action", "id": ")" + id + R"("}, "attrs": {}, "parents": [)" +
           parents + "]}";
  };
  EXPECT_EQ(wrong_with("[" + listed("list", read + ", " + use) + "]"), "nothing");
  EXPECT_EQ(wrong_with("[" + listed("list", read) + ", " + listed("read", use) + "]"), "nothing");
  EXPECT_EQ(wrong_with("[" + listed("list", read) + "]"),
            "an action is listed without all its groups");
}

TEST(ContextJson, IsReadAndComparedWithItsType) {
  const EntityUid read{"Action", "read"};
  const auto context = parse_context(R"({"who": {"type": "User", "id": "bob"}})", council(), read);
  ASSERT_TRUE(context) << context.error();
  EXPECT_EQ(*context->find("who"), Value(EntityUid{"User", "bob"}));
  for (const std::string_view json :
       {"", "[]", "{}", R"({"who": 5})", R"({"who": {"type": "User", "id": "b"}, "x": 1})",
        R"({"who": {"type": "Team", "id": "b"}})", R"({"who": null})"}) {
    EXPECT_FALSE(parse_context(json, council(), read)) << json;
  }
  EXPECT_FALSE(parse_context("{}", council(), {"Action", "write"}));
  EXPECT_TRUE(parse_context("{}", council(), {"Action", "use"}));
}

}  // namespace
}  // namespace hub::policy
