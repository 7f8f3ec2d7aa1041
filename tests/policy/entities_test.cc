#include "policy/cedar/entities.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "policy/cedar/entities_json.h"

namespace hub::policy {
namespace {

EntityUid node(std::size_t i) { return {"Node", std::to_string(i)}; }
HashedUid hashed(std::size_t i) { return HashedUid(node(i)); }

Entity entity(std::size_t i, const std::vector<std::size_t>& parents) {
  Entity out;
  out.uid = node(i);
  for (const auto parent : parents) out.parents.push_back(node(parent));
  return out;
}

TEST(EntityHierarchy, IsReflexiveAndTransitive) {
  const auto world = Entities::make({entity(1, {2}), entity(2, {3, 4}), entity(3, {})});
  ASSERT_TRUE(world);
  EXPECT_TRUE(world->is_in(hashed(1), hashed(1)));
  EXPECT_TRUE(world->is_in(hashed(1), hashed(3)));
  EXPECT_TRUE(world->is_in(hashed(1), hashed(4)));  // no entity itself
  EXPECT_FALSE(world->is_in(hashed(3), hashed(1)));
  EXPECT_FALSE(world->is_in(hashed(9), hashed(1)));
  EXPECT_TRUE(world->is_in(hashed(9), hashed(9)));
  EXPECT_EQ(world->find(hashed(4)), nullptr);
  EXPECT_NE(world->find(hashed(3)), nullptr);
}

TEST(EntityHierarchy, RefusesCyclesAndRepetition) {
  EXPECT_FALSE(Entities::make({entity(1, {1})}));
  EXPECT_FALSE(Entities::make({entity(1, {2}), entity(2, {3}), entity(3, {1})}));
  EXPECT_FALSE(Entities::make({entity(1, {}), entity(1, {})}));
  EXPECT_TRUE(Entities::make({entity(1, {2, 2}), entity(2, {})}));
}

TEST(EntityHierarchy, TakesADiamond) {
  const auto world =
      Entities::make({entity(1, {2, 3}), entity(2, {4}), entity(3, {4}), entity(4, {})});
  ASSERT_TRUE(world);
  EXPECT_TRUE(world->is_in(hashed(1), hashed(4)));
}

TEST(EntitiesLookUp, GivesAnEntityWithAllThatItIsIn) {
  const auto world = Entities::make({entity(1, {2, 3}), entity(2, {4}), entity(3, {4})});
  ASSERT_TRUE(world);
  const auto known = world->look_up(hashed(1));
  ASSERT_NE(known.entity, nullptr);
  EXPECT_EQ(known.entity->uid, node(1));
  EXPECT_EQ(known.ancestors.size(), 3U);
  EXPECT_TRUE(known.has_ancestor(hashed(4)));
  EXPECT_FALSE(known.has_ancestor(hashed(1)));
  EXPECT_FALSE(known.has_ancestor(hashed(9)));
  const auto parent_only = world->look_up(hashed(4));
  EXPECT_EQ(parent_only.entity, nullptr);
  EXPECT_TRUE(parent_only.ancestors.empty());
  EXPECT_EQ(world->look_up(hashed(9)).entity, nullptr);
}

TEST(EntitiesLookUp, KnowsWhatTheOneInFrontIsIn) {
  const auto world = Entities::make({entity(1, {2})});
  ASSERT_TRUE(world);
  const auto more = world->with(entity(7, {1, 2, 5}));
  ASSERT_TRUE(more);
  const auto known = more->look_up(hashed(7));
  ASSERT_NE(known.entity, nullptr);
  for (const std::size_t i : {1U, 2U, 5U}) EXPECT_TRUE(known.has_ancestor(hashed(i))) << i;
  EXPECT_FALSE(known.has_ancestor(hashed(7)));
}

TEST(EntitiesAll, ListsEachEntityOnceAndNoMereParent) {
  const auto world = Entities::make({entity(1, {2}), entity(3, {})});
  ASSERT_TRUE(world);
  const auto more = world->with(entity(7, {1}));
  ASSERT_TRUE(more);
  std::set<std::string> ids;
  for (const auto* each : more->all()) ids.insert(each->uid->id);
  EXPECT_EQ(ids, (std::set<std::string>{"1", "3", "7"}));
  EXPECT_EQ(more->all().size(), more->size());
  EXPECT_TRUE(Entities().all().empty());
}

TEST(EntityHierarchy, OfALongChainIsRefusedBeforeItFillsTheMemory) {
  std::vector<Entity> chain;
  chain.reserve(5'000);
  for (std::size_t i = 0; i < 5'000; ++i) chain.push_back(entity(i, {i + 1}));
  EXPECT_FALSE(Entities::make(std::move(chain)));
  EXPECT_FALSE(Entities::make(std::vector<Entity>(kMaxEntities + 1)));
}

TEST(EntitiesWith, PutsOneMoreInFront) {
  const auto world = Entities::make({entity(1, {2}), entity(2, {3})});
  ASSERT_TRUE(world);
  const auto more = world->with(entity(7, {1}));
  ASSERT_TRUE(more);
  EXPECT_EQ(more->size(), world->size() + 1);
  EXPECT_NE(more->find(hashed(7)), nullptr);
  EXPECT_EQ(world->find(hashed(7)), nullptr);
  EXPECT_TRUE(more->is_in(hashed(7), hashed(3)));
  EXPECT_FALSE(more->is_in(hashed(7), hashed(9)));
  EXPECT_TRUE(more->is_in(hashed(1), hashed(3)));
}

TEST(EntitiesWith, RefusesWhatIsThereAlready) {
  const auto world = Entities::make({entity(1, {2})});
  ASSERT_TRUE(world);
  EXPECT_FALSE(world->with(entity(1, {})));
  EXPECT_FALSE(world->with(entity(2, {})));  // somebody's parent
  EXPECT_FALSE(world->with(entity(7, {7})));
}

constexpr const char* kJson =
    R"([{"uid":{"type":"A","id":"x"},"attrs":{"n":-1,"s":"t","b":true,"l":[1,1],)"
    R"("r":{"k":"v"},"e":{"__entity":{"type":"A","id":"y"}}},)"
    R"("parents":[{"__entity":{"type":"G","id":"g"}}],"tags":{"t":1}}])";

TEST(EntitiesJson, IsReadWhole) {
  const auto world = parse_entities(kJson);
  ASSERT_TRUE(world) << world.error();
  const auto* found = world->find(HashedUid({"A", "x"}));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found->attributes.find("n"), Value(std::int64_t{-1}));
  EXPECT_EQ(*found->attributes.find("e"), Value(EntityUid{"A", "y"}));
  EXPECT_EQ(found->attributes.find("l")->set()->items().size(), 1U);
  EXPECT_EQ(*found->tags.find("t"), Value(std::int64_t{1}));
  EXPECT_TRUE(world->is_in(HashedUid({"A", "x"}), HashedUid({"G", "g"})));
}

TEST(EntitiesJson, IsRefusedAtEveryTruncationAndWithAByteTooMany) {
  const std::string text = kJson;
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_entities(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(parse_entities(text + "]"));
}

TEST(EntitiesJson, WithAnyBitFlippedIsReadOrRefused) {
  const std::string text = kJson;
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    auto changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto world = parse_entities(changed);
    if (world) continue;
    ++refused;
    EXPECT_FALSE(world.error().empty());
  }
  EXPECT_GT(refused, 4 * text.size());
}

TEST(EntitiesJson, RefusesWhatIsNoCedarValue) {
  const auto with_attribute = [](const std::string& value) {
    return parse_entities(R"([{"uid":{"type":"A","id":"x"},"parents":[],"attrs":{"a":)" + value +
                          "}}]");
  };
  EXPECT_TRUE(with_attribute("9223372036854775807"));
  EXPECT_TRUE(with_attribute("-9223372036854775808"));
  EXPECT_TRUE(with_attribute(R"({"__extn":{"fn":"ip","arg":"::1"}})"));
  EXPECT_TRUE(with_attribute(R"({"__extn":{"fn":"decimal","args":["0.1"]}})"));
  for (const char* value : {"null",
                            "-0",
                            "-0.0",
                            "1.5",
                            "1e2",
                            "9223372036854775808",
                            "-9223372036854775809",
                            R"({"__entity":1})",
                            R"({"__entity":{"type":"A b","id":"x"}})",
                            R"({"__entity":{"type":"A"}})",
                            R"({"__entity":{"type":"A","id":"x"},"b":1})",
                            R"({"__extn":{"fn":"ip","arg":"::x"}})",
                            R"({"__extn":{"fn":"ip"}})",
                            R"({"__extn":{"fn":"ip","arg":1}})",
                            R"({"__extn":{"fn":"no","arg":"::1"}})",
                            R"({"__extn":{"fn":"ip","args":[]}})",
                            R"({"__extn":{"fn":"ip","arg":"::1","b":1}})",
                            R"({"__extn":{"fn":"ip","arg":"::1"},"b":1})",
                            R"({"__extn":"ip"})",
                            R"({"__expr":"1"})",
                            R"({"__extn":{"fn":"offset","args":["2026-11-22","1h"]}})",
                            R"({"a":1,"a":2})"}) {
    EXPECT_FALSE(with_attribute(value)) << value;
  }
}

TEST(EntitiesJson, RefusesOtherShapes) {
  for (const char* json :
       {"{}", "[1]", "[{}]", R"([{"uid":{"type":"A","id":"x"}}])",
        R"([{"uid":{"type":"A","id":"x"},"attrs":{},"parents":{}}])",
        R"([{"uid":{"type":"A","id":"x"},"attrs":[],"parents":[]}])",
        R"([{"uid":{"type":"A","id":"x"},"attrs":{},"parents":[1]}])",
        R"([{"uid":{"type":"A","id":1},"attrs":{},"parents":[]}])",
        R"([{"uid":{"type":"A","id":"x","z":1},"attrs":{},"parents":[]}])",
        R"([{"uid":{"type":"A","id":"x"},"attrs":{},"parents":[],"more":1}])",
        R"([{"uid":{"type":"A","id":"x"},"attrs":{},"parents":[],"tags":[]}])"}) {
    EXPECT_FALSE(parse_entities(json)) << json;
  }
}

TEST(EntitiesJson, TakesAnEntityToldTwiceAlikeOnce) {
  const auto read = [](const std::string& first, const std::string& second) {
    const std::string uid = R"({"uid":{"type":"A","id":"x"},)";
    return parse_entities("[" + uid + first + "}," + uid + second +
                          R"(},{"uid":{"type":"A","id":"a"},"attrs":{},"parents":[]}])");
  };
  const std::string parents =
      R"("parents":[{"type":"G","id":"g"},{"type":"G","id":"h"},{"type":"G","id":"g"}])";
  const auto world =
      read(R"("attrs":{"n":1,"m":2},)" + parents,
           R"("attrs":{"m":2,"n":1},"parents":[{"type":"G","id":"h"},{"type":"G","id":"g"}])");
  ASSERT_TRUE(world) << world.error();
  EXPECT_EQ(world->size(), 2U);
  for (const std::string other :
       {R"("attrs":{},"parents":[])", R"("attrs":{"n":1},"parents":[{"type":"G","id":"h"}])",
        R"("attrs":{"n":1},"parents":[],"tags":{"t":1})"}) {
    const auto differs = read(R"("attrs":{"n":1},"parents":[])", other);
    EXPECT_FALSE(differs) << other;
  }
  EXPECT_EQ(read(R"("attrs":{"n":1},"parents":[])", R"("attrs":{},"parents":[])").error(),
            "entity 2 of the list occurs a second time");
}

TEST(EntitiesJson, WantsActionsInActionsOnly) {
  const auto read = [](const std::string& type, const std::string& parent) {
    return parse_entities(R"([{"uid":{"type":")" + type +
                          R"(","id":"x"},"attrs":{},"parents":[{"type":")" + parent +
                          R"(","id":"y"}]}])")
        .has_value();
  };
  EXPECT_TRUE(read("Action", "N::Action"));
  EXPECT_TRUE(read("User", "Action"));
  EXPECT_FALSE(read("Action", "User"));
  EXPECT_FALSE(read("N::Action", "Actions"));
}

TEST(RecordJson, IsNoEscape) {
  EXPECT_TRUE(parse_record(R"({"a":{"__entity":{"type":"A","id":"x"}}})"));
  for (const char* json : {R"({"__entity":{"type":"A","id":"x"}})", R"({"__expr":"1"})",
                           R"({"__extn":{"fn":"decimal","arg":"1.0"}})", "[]", "1", "{"}) {
    EXPECT_FALSE(parse_record(json)) << json;
  }
}

TEST(EntitiesJson, WantsNamesAsTypes) {
  const auto named = [](const std::string& type) {
    return parse_entities(R"([{"uid":{"type":")" + type +
                          R"(","id":"x"},"attrs":{},"parents":[]}])")
        .has_value();
  };
  for (const char* type : {"A", "A::B", "permit", "Action"}) EXPECT_TRUE(named(type)) << type;
  for (const char* type :
       {"", " A", "A ", "A :: B", "A::", "::A", "1A", "if", "A::in", "__cedar", "A::__cedar"}) {
    EXPECT_FALSE(named(type)) << type;
  }
}

TEST(EntitiesJson, ErrorsNeverRepeatTheText) {
  const auto world =
      parse_entities(R"([{"uid":{"type":"A","id":"secret"},"attrs":{"s":null},"parents":[]}])");
  ASSERT_FALSE(world);
  EXPECT_EQ(world.error(), "entity 1 of the list has an attribute that is no Cedar value");
}

}  // namespace
}  // namespace hub::policy
