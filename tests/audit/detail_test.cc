#include "audit/log/detail.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/encoding.h"

namespace hub::audit {
namespace {

Detail full_detail() {
  Detail out;
  out.actor = "ann";
  out.device = "pts/3";
  out.justification = "the family called";
  out.note = "list";
  out.asked = "postcode E8 1AA";
  out.relations = {"surname:ann", "protected"};
  out.record_ids = {Uuid{{1, 2, 3}}, Uuid{{9}}};
  return out;
}

TEST(Detail, ReadsBackWhatWasWritten) {
  const auto items = items_of(full_detail());
  ASSERT_EQ(items.size(), 9U);
  const auto parsed = parse_items(write_items(items));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, items);
  EXPECT_EQ(detail_of(*parsed), full_detail());
  EXPECT_TRUE(items_of({}).empty());
}

TEST(Detail, GivesEachItemRandomBytesOfItsOwn) {
  std::set<ItemSalt> salts;
  for (const auto& item : items_of(full_detail())) salts.insert(item.open()->salt);
  for (const auto& item : items_of(full_detail())) salts.insert(item.open()->salt);
  EXPECT_EQ(salts.size(), 18U);
}

// Computed with Python's hmac and hashlib.
TEST(Detail, CommitsAsDocumented) {
  ItemSalt salt{};
  salt.fill(5);
  const std::vector<Item> items{{ItemKind::Actor, OpenItem{salt, "ann"}},
                                {ItemKind::Asked, OpenItem{salt, "postcode E8 1AA"}}};
  EXPECT_EQ(to_hex(commitment_to(items[0])),
            "473bdf6421de53102a62bbac653f476b858012d18890486dc2341091f8858fa0");
  EXPECT_EQ(to_hex(commitment_to(items)),
            "5ff3f0c46601e2b7cfa09a52d7eebe2c752f1cacef7a4e482d21e9b7af96306f");
}

TEST(Detail, KeepsItsCommitmentWhenItemsAreErased) {
  auto items = items_of(full_detail());
  const auto commitment = commitment_to(items);
  items[0] = erased(items[0]);
  items[8] = erased(items[8]);
  EXPECT_EQ(commitment_to(items), commitment);
  EXPECT_EQ(erased(items[0]), items[0]);
  const auto stored = write_items(items);
  EXPECT_EQ(as_text(stored).find("ann"), as_text(stored).find("ann", 1));  // only in the relation
  const auto left = detail_of(*parse_items(stored));
  EXPECT_TRUE(left.actor.empty());
  EXPECT_EQ(left.record_ids, std::vector<Uuid>{(Uuid{{1, 2, 3}})});
}

TEST(Detail, CommitsToOtherBytesWhenAnyBitChanges) {
  const auto stored = write_items(items_of(full_detail()));
  const auto commitment = commitment_to(*parse_items(stored));
  for (std::size_t bit = 0; bit < 8 * stored.size(); ++bit) {
    auto changed = stored;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto parsed = parse_items(changed);
    EXPECT_TRUE(!parsed || commitment_to(*parsed) != commitment) << "bit " << bit;
  }
}

TEST(Detail, RefusesWhatEndsEarlyAndWhatIsNoItem) {
  const auto one = write_items(std::vector<Item>{{ItemKind::Actor, OpenItem{{}, "ann"}}});
  ASSERT_TRUE(parse_items(one));
  for (std::size_t size = 0; size < one.size(); ++size) {
    EXPECT_FALSE(parse_items(Bytes(one).first(size))) << size;
  }
  auto longer = one;
  longer.push_back(0);
  EXPECT_FALSE(parse_items(longer));
  const auto with = [&](std::size_t place, std::uint8_t value) {
    auto changed = one;
    changed[place] = value;
    return parse_items(changed).has_value();
  };
  EXPECT_FALSE(with(0, 0));
  EXPECT_FALSE(with(0, 3));
  EXPECT_FALSE(with(1, 0));
  EXPECT_FALSE(with(1, 8));
  EXPECT_FALSE(with(1, 7));  // a record's value has 16 bytes
  Buffer many;
  for (std::size_t i = 0; i <= kMostItems; ++i) append(many, one);
  EXPECT_FALSE(parse_items(many));
}

TEST(Detail, ShowsValuesAsPeopleReadThem) {
  const auto items = items_of(full_detail());
  EXPECT_EQ(shown_value(items[0]), "ann");
  EXPECT_EQ(shown_value(items[7]), "01020300-0000-0000-0000-000000000000");
  for (const auto& item : items) {
    EXPECT_EQ(value_from(item.kind, shown_value(item)), item.open()->value);
    EXPECT_EQ(item_kind_of(name_of(item.kind)), item.kind);
  }
  EXPECT_FALSE(value_from(ItemKind::Record, "ann"));
  EXPECT_FALSE(item_kind_of("salary"));
}

}  // namespace
}  // namespace hub::audit
