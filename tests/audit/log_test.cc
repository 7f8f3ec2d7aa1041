#include "audit/log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/proof/tree_proof.h"
#include "core/crypto/merkle.h"
#include "core/storage/store_error.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

std::vector<crypto::Digest> leaf_hashes(const TemporaryLog& temporary) {
  return temporary.store->read([](Connection& c) {
    std::vector<crypto::Digest> out;
    for (const auto& entry : Log::entries(c, 0, 1'000'000)) {
      out.push_back(crypto::leaf_hash(as_bytes(entry.leaf)));
    }
    return out;
  });
}

TEST(Log, GrowsTheTreeOfItsEntries) {
  TemporaryLog temporary;
  EXPECT_EQ(temporary.log->head(), storage::empty_tree());
  std::uint64_t size = 0;
  for (const std::uint64_t more : {1U, 1U, 5U, 248U, 1U, 1U, 300U, 512U}) {
    temporary.append(more);
    size += more;
    const auto leaves = leaf_hashes(temporary);
    EXPECT_EQ(temporary.log->head(), (TreeHead{size, crypto::merkle_root(leaves)}));
    EXPECT_EQ(temporary.store->status().tree, temporary.log->head());
  }
}

TEST(Log, GoesOnAfterARestartAtEverySizeAroundATile) {
  TemporaryLog temporary;
  temporary.append(254);
  for (int i = 0; i < 4; ++i) {
    const auto head = temporary.log->head();
    temporary.open();
    EXPECT_EQ(temporary.log->head(), head);
    temporary.append(1);
  }
  temporary.append(511);
  temporary.open();
  temporary.append(2);
  const auto leaves = leaf_hashes(temporary);
  EXPECT_EQ(temporary.log->head().root, crypto::merkle_root(leaves));
}

TEST(Log, TakesBackWhatWasRolledBack) {
  TemporaryLog temporary;
  temporary.append(255);
  const auto head = temporary.log->head();
  EXPECT_FALSE(temporary.store->commit([&](Connection& c) {
    for (std::uint64_t i = 0; i < 10; ++i) {
      temporary.log->append(c, TemporaryLog::entry(i), TemporaryLog::detail(i));
    }
    throw EnvError("rolled back on purpose");
  }));
  EXPECT_EQ(temporary.log->head(), head);
  temporary.append(3);
  EXPECT_EQ(temporary.log->head().root, crypto::merkle_root(leaf_hashes(temporary)));
  temporary.open();
  EXPECT_EQ(temporary.log->head().size, 258U);
}

TEST(Log, ShowsAHeadOnlyOnceItIsCommitted) {
  TemporaryLog temporary;
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    EXPECT_EQ(temporary.log->append(c, TemporaryLog::entry(1), {}), 0U);
    EXPECT_EQ(temporary.log->append(c, TemporaryLog::entry(1), {}), 1U);
    EXPECT_EQ(temporary.log->head().size, 0U);
  }));
  EXPECT_EQ(temporary.log->head().size, 2U);
}

TEST(Log, ProvesItsEntriesAndItsGrowth) {
  TemporaryLog temporary;
  temporary.append(700);
  const auto leaves = leaf_hashes(temporary);
  temporary.store->read([&](Connection& c) {
    for (const std::uint64_t size : {1U, 255U, 256U, 257U, 512U, 699U, 700U}) {
      const auto root = crypto::merkle_root(std::span(leaves).first(size));
      for (const std::uint64_t index : {0U, 100U, 255U, 256U, 511U, 698U, 699U}) {
        if (index >= size) continue;
        const auto proof = temporary.log->inclusion(c, index, size);
        EXPECT_EQ(crypto::root_of_path(leaves[index], index, size, proof), root);
      }
      const auto proof = temporary.log->consistency(c, size, 700);
      EXPECT_TRUE(is_consistent(size, root, 700, temporary.log->head().root, proof));
    }
  });
}

// Hashes that were kept for one proof serve the next, at whatever size.
TEST(Log, ProvesOlderAndNewerTreesWhileItGrows) {
  TemporaryLog temporary;
  for (const std::uint64_t more : {3U, 250U, 2U, 1U, 1U, 254U, 1U, 300U}) {
    temporary.append(more);
    const auto leaves = leaf_hashes(temporary);
    for (std::uint64_t size = 1; size <= leaves.size(); size += 1 + size / 5) {
      const auto root = crypto::merkle_root(std::span(leaves).first(size));
      temporary.store->read([&](Connection& c) {
        EXPECT_EQ(temporary.log->root(c, size), root);
        for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
          const auto proof = temporary.log->inclusion(c, index, size);
          EXPECT_EQ(crypto::root_of_path(leaves[index], index, size, proof), root);
        }
        const auto proof = temporary.log->consistency(c, size, leaves.size());
        EXPECT_TRUE(is_consistent(size, root, leaves.size(), temporary.log->head().root, proof));
      });
    }
  }
}

// Wide enough for tiles of the third level.
TEST(Log, ProvesEntriesOfALongLogAlsoAfterARestart) {
  constexpr std::uint64_t kLong = 66'000;
  TemporaryLog temporary;
  while (temporary.log->head().size < kLong) temporary.append(3000);
  const auto leaves = leaf_hashes(temporary);
  for (int start = 0; start < 2; ++start) {
    const auto head = temporary.log->head();
    temporary.store->read([&](Connection& c) {
      for (std::uint64_t index = 0; index < kLong; index += 1013) {
        const auto proof = temporary.log->inclusion(c, index, kLong);
        EXPECT_EQ(crypto::root_of_path(leaves[index], index, kLong, proof), head.root);
      }
    });
    temporary.open();
  }
}

TEST(Log, ProvesNothingThatWasRolledBack) {
  TemporaryLog temporary;
  temporary.append(255);
  EXPECT_FALSE(temporary.store->commit([&](Connection& c) {
    temporary.log->append(c, TemporaryLog::entry(1), TemporaryLog::detail(1));
    (void)temporary.log->inclusion(c, 0, 255);
    throw EnvError("rolled back on purpose");
  }));
  temporary.append(2);
  const auto leaves = leaf_hashes(temporary);
  temporary.store->read([&](Connection& c) {
    const auto proof = temporary.log->inclusion(c, 255, 257);
    EXPECT_EQ(crypto::root_of_path(leaves[255], 255, 257, proof), temporary.log->head().root);
  });
}

TEST(Log, KeepsNoDetailWhereThereIsNone) {
  TemporaryLog temporary;
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    temporary.log->append(c, TemporaryLog::entry(0), {});
    temporary.log->append(c, TemporaryLog::entry(1), TemporaryLog::detail(1));
  }));
  const auto entries = temporary.store->read([](Connection& c) { return Log::entries(c, 0, 10); });
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_FALSE(entries[0].detail);
  EXPECT_EQ(entries[1].detail, TemporaryLog::detail(1));
  EXPECT_THAT(entries[0].leaf, testing::Not(testing::HasSubstr("detail")));
  EXPECT_THAT(entries[1].leaf, testing::Not(testing::HasSubstr("user-1")));
  const auto later = temporary.store->read([](Connection& c) { return Log::entries(c, 1, 1); });
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].index, 1U);
}

TEST(Log, ErasesDetailsAndSaysSo) {
  TemporaryLog temporary;
  temporary.append(20);
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    Entry erasure;
    erasure.act = "erasure";
    EXPECT_EQ(temporary.log->erase(c, {{5, 3, 4, 9}, {}}, erasure, {}), 20U);
  }));
  const auto entries = temporary.store->read([](Connection& c) { return Log::entries(c, 0, 100); });
  for (const std::uint64_t i : {3U, 4U, 5U, 9U}) EXPECT_FALSE(entries[i].detail) << i;
  EXPECT_TRUE(entries[6].detail);
  const auto leaf = parse_leaf(entries[20].leaf);
  ASSERT_TRUE(leaf);
  EXPECT_THAT(leaf->entry.erased, testing::ElementsAre(EntryRange{3, 5}, EntryRange{9, 9}));
}

Detail look_at(const std::string& actor, std::vector<Uuid> records) {
  auto out = detail_by(actor);
  out.record_ids = std::move(records);
  return out;
}

std::vector<std::uint64_t> found(TemporaryLog& temporary, ItemKind kind, std::string_view value) {
  return temporary.store->read(
      [&](Connection& c) { return temporary.log->search().find(c, kind, value); });
}

const Uuid kAnna{{1}};
const Uuid kBen{{2}};

void append_looks(TemporaryLog& temporary) {
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    temporary.log->append(c, TemporaryLog::entry(0), look_at("agent", {kAnna, kBen}));
    temporary.log->append(c, TemporaryLog::entry(0), look_at("ann", {kBen}));
    temporary.log->append(c, TemporaryLog::entry(0), look_at("ben", {kAnna}));
  }));
}

TEST(Log, FindsEntriesByActorAndRecord) {
  TemporaryLog temporary;
  append_looks(temporary);
  using testing::ElementsAre;
  const auto anna = to_text(Bytes(kAnna.bytes));
  EXPECT_THAT(found(temporary, ItemKind::Record, anna), ElementsAre(0, 2));
  EXPECT_THAT(found(temporary, ItemKind::Actor, "ann"), ElementsAre(1));
  EXPECT_THAT(found(temporary, ItemKind::Actor, "agent"), ElementsAre());
  EXPECT_THAT(found(temporary, ItemKind::Actor, "carl"), ElementsAre());
  temporary.open();
  EXPECT_THAT(found(temporary, ItemKind::Record, anna), ElementsAre(0, 2));
}

TEST(Log, FindsNothingOfWhatWasRolledBack) {
  TemporaryLog temporary;
  EXPECT_FALSE(temporary.store->commit([&](Connection& c) {
    temporary.log->append(c, TemporaryLog::entry(0), look_at("ann", {kAnna}));
    throw EnvError("rolled back on purpose");
  }));
  append_looks(temporary);
  EXPECT_THAT(found(temporary, ItemKind::Actor, "ann"), testing::ElementsAre(1));
}

TEST(Log, ErasesSingleItemsAndLeavesTheOthers) {
  TemporaryLog temporary;
  append_looks(temporary);
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    Entry erasure;
    erasure.act = "erasure";
    // Item 1 of entry 0 is the first record, item 1 of entry 2 its only one.
    EXPECT_EQ(temporary.log->erase(c, {{}, {{2, 1}, {0, 1}}}, erasure, {}), 3U);
  }));
  EXPECT_TRUE(found(temporary, ItemKind::Record, to_text(Bytes(kAnna.bytes))).empty());
  EXPECT_THAT(found(temporary, ItemKind::Record, to_text(Bytes(kBen.bytes))),
              testing::ElementsAre(0, 1));
  const auto entries = temporary.store->read([](Connection& c) { return Log::entries(c, 0, 9); });
  EXPECT_EQ(entries[0].detail, look_at("agent", {kBen}));
  EXPECT_EQ(entries[2].detail, look_at("ben", {}));
  const auto leaf = parse_leaf(entries[3].leaf);
  ASSERT_TRUE(leaf);
  EXPECT_THAT(leaf->entry.erased_items, testing::ElementsAre(ItemPlace{0, 1}, ItemPlace{2, 1}));
}

TEST(Log, DoesAnErasureAgainWithoutHarm) {
  TemporaryLog temporary;
  append_looks(temporary);
  Entry erasure;
  erasure.act = "erasure";
  erasure.erased = {{1, 1}};
  erasure.erased_items = {{0, 1}};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(temporary.store->commit([&](Connection& c) { temporary.log->apply(c, erasure); }));
    const auto entries = temporary.store->read([](Connection& c) { return Log::entries(c, 0, 9); });
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].detail, look_at("agent", {kBen}));
    EXPECT_FALSE(entries[1].detail);
    EXPECT_TRUE(found(temporary, ItemKind::Actor, "ann").empty());
  }
}

TEST(Log, SplitsAnErasureThatOneEntryCannotHold) {
  TemporaryLog temporary;
  temporary.append(2400);
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    std::vector<std::uint64_t> every_second;
    for (std::uint64_t i = 0; i < 2400; i += 2) every_second.push_back(i);
    temporary.log->erase(c, {every_second, {}}, TemporaryLog::entry(0), {});
  }));
  EXPECT_EQ(temporary.log->head().size, 2402U);
}

TEST(Log, RefusesAnEntryTooLargeForALeaf) {
  TemporaryLog temporary;
  EXPECT_FALSE(temporary.store->commit([&](Connection& c) {
    auto entry = TemporaryLog::entry(0);
    entry.envelopes.assign(2000, {});
    EXPECT_THROW((void)temporary.log->append(c, entry, {}), EntryTooLarge);
    throw EnvError("rolled back on purpose");
  }));
  EXPECT_EQ(temporary.log->head().size, 0U);
}

TEST(Log, RefusesToStartOnAnEdgeThatIsNotThatOfItsEntries) {
  for (const storage::Sql sql : {storage::Sql("DELETE FROM log_entry WHERE idx = 299"),
                                 storage::Sql("UPDATE log_entry SET leaf = x'00' WHERE idx = 280"),
                                 storage::Sql("DELETE FROM log_frontier"),
                                 storage::Sql("UPDATE log_frontier SET state = x'00'"),
                                 storage::Sql("DELETE FROM log_tile")}) {
    TemporaryLog temporary;
    temporary.append(300);
    temporary.tamper(sql);
    EXPECT_THROW(temporary.open(), storage::StoreError) << sql.text();
  }
}

}  // namespace
}  // namespace hub::audit
