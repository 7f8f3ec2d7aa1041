#include "policy/cedar/value.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/unicode.h"

namespace hub::policy {
namespace {

Value number(std::int64_t n) { return Value(n); }
Value text(std::string_view t) { return Value(t); }

std::vector<Value> one_of_each() {
  return {Value(false),
          Value(true),
          number(-1),
          number(1),
          text(""),
          text("a"),
          Value(EntityUid{"A", "x"}),
          Value(EntityUid{"B", "x"}),
          Value(Set()),
          Value(Set({number(1)})),
          Value(Record()),
          Value(Record{{"a", number(1)}})};
}

TEST(Values, HaveATotalOrderInWhichOnlyEqualOnesAreEqual) {
  const auto all = one_of_each();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      EXPECT_EQ(all[i] == all[j], i == j) << i << " " << j;
      EXPECT_EQ(all[i].order(all[j]) < 0, all[j].order(all[i]) > 0) << i << " " << j;
    }
  }
}

TEST(Sets, DropDuplicatesAndForgetTheOrder) {
  const Set left({number(2), text("a"), number(1), number(2)});
  const Set right({number(1), number(2), text("a")});
  EXPECT_EQ(left.items().size(), 3U);
  EXPECT_EQ(Value(left), Value(right));
  EXPECT_TRUE(left.contains(text("a")));
  EXPECT_FALSE(left.contains(text("b")));
}

TEST(Sets, HoldExactlyTheirItemsOfEveryKindAndSize) {
  std::vector<Value> items;
  const auto number = [](std::size_t i) { return Value(static_cast<std::int64_t>(i)); };
  const auto text = [](std::size_t i) { return Value(std::string_view(std::to_string(i))); };
  const auto entity = [](std::size_t i) { return Value(EntityUid{"User", std::to_string(i)}); };
  for (std::size_t size = 0; size < 40; ++size) {
    const Set set(items);
    for (std::size_t i = 0; i < 42; ++i) {
      EXPECT_EQ(set.contains(number(i)), i < size) << size << " " << i;
      EXPECT_EQ(set.contains(text(i)), i < size) << size << " " << i;
      EXPECT_EQ(set.contains(entity(i)), i < size) << size << " " << i;
    }
    EXPECT_FALSE(set.contains(Value(EntityUid{"Team", "1"})));
    items.insert(items.end(), {number(size), text(size), entity(size)});
  }
}

TEST(NameKeys, TellNamesUpToFifteenBytesApart) {
  std::vector<std::string> names{"",
                                 "a",
                                 "b",
                                 "aa",
                                 "ab",
                                 "ba",
                                 std::string("\0", 1),
                                 std::string("a\0", 2),
                                 "\xff",
                                 "abcdefgh",
                                 "abcdefg",
                                 "abcdefghi",
                                 "bbcdefghi",
                                 "abcdefghijklmno",
                                 "abcdefghijklmnp"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (std::size_t j = 0; j < names.size(); ++j) {
      EXPECT_EQ(NameKey(names[i]) == NameKey(names[j]), i == j) << i << " " << j;
    }
  }
}

TEST(Records, FindEachAttributeByNameWhateverItsSize) {
  for (const std::size_t size : {1U, 5U, 32U, 33U, 300U}) {
    std::vector<Attribute> attributes;
    for (std::size_t i = 0; i < size; ++i) {
      const auto name = std::string(i % 20, 'x') + std::to_string(i);
      attributes.push_back({name, Value(static_cast<std::int64_t>(i))});
    }
    const auto record = Record::make(attributes);
    ASSERT_TRUE(record);
    for (const auto& [name, value] : attributes) {
      const auto* found = record->find(name);
      ASSERT_NE(found, nullptr) << name;
      EXPECT_EQ(*found, value) << name;
      EXPECT_EQ(record->find(name, NameKey(name)), found);
      EXPECT_EQ(record->find(name + "y"), nullptr);
    }
    EXPECT_EQ(record->find(""), nullptr);
    EXPECT_EQ(record->find("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), nullptr);
  }
}

TEST(Records, RefuseAnAttributeTwice) {
  EXPECT_FALSE(Record::make({{"a", number(1)}, {"b", number(1)}, {"a", number(2)}}));
  const auto made = Record::make({{"b", number(2)}, {"a", number(1)}});
  if (!made) FAIL() << "a record of two names";
  EXPECT_EQ(*made->find("b"), number(2));
  EXPECT_EQ(made->find("c"), nullptr);
}

// What is written can be read again as the same value.
TEST(Values, ComeBackFromTheirText) {
  const Value all(Record{
      {"bools", Value(Set({Value(true), Value(false)}))},
      {"least", number(std::numeric_limits<std::int64_t>::min())},
      {"odd \"name\"\n", text("quote \" backslash \\ bell \x07 del \x7f caf\xc3\xa9")},
      {"who", Value(EntityUid{"N::A", "x\"y"})},
      {"nested", Value(Set({Value(Record{{"a", Value(Set())}})}))},
  });
  const auto set = PolicySet::parse(
      "permit(principal, action, resource) when { context == " + to_text(all) + " };", "t");
  ASSERT_TRUE(set) << to_text(all);
  EXPECT_TRUE(authorize(*set, Entities(), {{"U", "u"}, {"Action", "a"}, {"R", "r"}, *all.record()})
                  .allowed);
}

TEST(Unicode, KnowsWhatIsMalformed) {
  for (const char* good :
       {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_FALSE(first_malformed(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80", "\xc3(", "\xe2\x82", "\xf0\x9f\x98"}) {
    EXPECT_TRUE(first_malformed(bad)) << bad;
  }
  EXPECT_EQ(first_malformed("ab\xff"), 2U);
}

// What comes back of a character that was written, or nothing.
std::optional<char32_t> there_and_back(char32_t value) {
  std::string out;
  if (!append_code_point(out, value)) return std::nullopt;
  const auto back = first_code_point(out);
  if (!back || back->size != out.size()) return std::nullopt;
  return back->value;
}

TEST(Unicode, WritesWhatItReads) {
  for (const char32_t value : {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\uffff',
                               U'\U00010000', U'\U0010ffff'}) {
    EXPECT_EQ(there_and_back(value), value);
  }
}

TEST(Unicode, WritesNoSurrogateAndNothingPastTheEnd) {
  std::string out;
  EXPECT_FALSE(append_code_point(out, 0xD800));
  EXPECT_FALSE(append_code_point(out, 0x110000));
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace hub::policy
