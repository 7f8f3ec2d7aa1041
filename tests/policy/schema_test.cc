// The schema as policies see it: look-ups, hierarchies, equality.
#include "policy/cedar/schema.h"

#include <gtest/gtest.h>

namespace hub::policy {
namespace {

TypePtr text_type() { return Type::simple(Type::Kind::String); }

Schema boroughs() {
  EntityType person{"Person", {"Team"}, {{"name", text_type(), true}}, text_type(), std::nullopt};
  EntityType team{"Team", {"Borough"}, {}, nullptr, std::nullopt};
  EntityType borough{"Borough", {}, {}, nullptr, std::vector<std::string>{"camden", "hackney"}};
  EntityType loop{"Loop", {"Loop"}, {}, nullptr, std::nullopt};
  ActionType use{{"Action", "use"}, {}, {}, {}, {}};
  ActionType read{{"Action", "read"}, {{"Action", "use"}}, {"Person"}, {"Borough"}, {}};
  ActionType list{{"Action", "list"}, {{"Action", "read"}}, {"Person"}, {"Borough"}, {}};
  return {{person, team, borough, loop}, {use, read, list}};
}

TEST(SchemaModel, FindsWhatItHasByName) {
  const auto schema = boroughs();
  ASSERT_NE(schema.entity_type("Person"), nullptr);
  EXPECT_EQ(schema.entity_type("Person")->attributes.size(), 1U);
  EXPECT_EQ(schema.entity_type("person"), nullptr);
  ASSERT_NE(schema.action({"Action", "read"}), nullptr);
  EXPECT_EQ(schema.action({"Action", "write"}), nullptr);
  EXPECT_EQ(schema.entity_types().size(), 4U);
  EXPECT_EQ(schema.actions().size(), 3U);
  EXPECT_EQ(Schema().entity_type("Person"), nullptr);
}

TEST(SchemaModel, KnowsWhichTypesCanBeInWhich) {
  const auto schema = boroughs();
  EXPECT_TRUE(schema.can_be_in("Person", "Borough"));
  EXPECT_TRUE(schema.can_be_in("Person", "Person"));
  EXPECT_TRUE(schema.can_be_in("Loop", "Loop"));
  EXPECT_FALSE(schema.can_be_in("Borough", "Person"));
  EXPECT_FALSE(schema.can_be_in("Nobody", "Person"));
  EXPECT_FALSE(schema.can_be_in("Person", "Nobody"));
}

TEST(SchemaModel, KnowsWhichActionsAreInWhich) {
  const auto schema = boroughs();
  EXPECT_TRUE(schema.action_is_in({"Action", "list"}, {"Action", "use"}));
  EXPECT_TRUE(schema.action_is_in({"Action", "other"}, {"Action", "other"}));
  EXPECT_FALSE(schema.action_is_in({"Action", "use"}, {"Action", "list"}));
  EXPECT_FALSE(schema.action_is_in({"Action", "use"}, {"Action", "other"}));
}

TEST(SchemaModel, FindsAttributesWhateverOrderTheyWereGivenIn) {
  const auto record = Type::record({{"b", text_type(), true}, {"a", text_type(), false}});
  ASSERT_NE(find_attribute(record->attributes(), "a"), nullptr);
  EXPECT_FALSE(find_attribute(record->attributes(), "a")->required);
  EXPECT_EQ(find_attribute(record->attributes(), "c"), nullptr);
}

TEST(SchemaModel, ComparesTypesByWhatTheySay) {
  const auto one = Type::record({{"a", text_type(), true}});
  EXPECT_EQ(*one, *Type::record({{"a", text_type(), true}}));
  EXPECT_NE(*one, *Type::record({{"a", text_type(), false}}));
  EXPECT_NE(*one, *Type::record({{"a", Type::simple(Type::Kind::Long), true}}));
  EXPECT_NE(*one, *text_type());
  EXPECT_EQ(*Type::set_of(one), *Type::set_of(Type::record({{"a", text_type(), true}})));
  EXPECT_NE(*Type::set_of(one), *Type::set_of(text_type()));
  EXPECT_EQ(*Type::entity("A"), *Type::entity("A"));
  EXPECT_NE(*Type::entity("A"), *Type::entity("B"));
}

TEST(SchemaModel, EqualsAnotherThatSaysTheSame) {
  EXPECT_EQ(boroughs(), boroughs());
  const auto schema = boroughs();
  EntityType person = *schema.entity_type("Person");
  EXPECT_EQ(Schema({person}, {}), Schema({person}, {}));
  EntityType untagged = person;
  untagged.tags = nullptr;
  EXPECT_NE(Schema({person}, {}), Schema({untagged}, {}));
  EntityType listed = person;
  listed.enumeration.emplace();
  EXPECT_NE(Schema({person}, {}), Schema({listed}, {}));
  EXPECT_NE(Schema({person}, {}), Schema());
}

}  // namespace
}  // namespace hub::policy
