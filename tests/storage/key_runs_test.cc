#include "core/storage/key_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/storage/bloom_filter.h"
#include "core/storage/verify_store.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RunKey key_of(std::uint64_t number) {
  const auto digest = crypto::sha256(as_bytes(std::to_string(number)));
  RunKey out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

constexpr Sql kEntriesInRuns = "SELECT coalesce(sum(length(entries)) / 24, 0) FROM key_run_block";

class KeyRunsTest : public testing::Test {
 protected:
  KeyRunsTest() {
    migrations_ = {Migration{1, kTestMigrations[0].sql}, Migration{2, kKeyRunsTables}};
    temporary_.options.migrations = migrations_;
    temporary_.create();
    store_ = temporary_.open();
  }

  std::int64_t count(Sql sql) {
    return store_->read([&](Connection& c) {
      auto row = c.prepare(sql);
      EXPECT_TRUE(row.step());
      return row.int64(0);
    });
  }
  void append(KeyRuns& runs, std::uint64_t first, std::uint64_t last) {
    ASSERT_TRUE(store_->commit([&](Connection& c) {
      // Eight to a chunk.
      std::vector<RunEntry> entries;
      for (auto i = first; i < last; ++i) {
        entries.push_back({key_of(i), static_cast<std::int64_t>(i)});
        if (entries.size() == 8 || i + 1 == last) runs.append(c, std::exchange(entries, {}));
      }
    }));
  }
  // Blocks and chunks that hold the entry or its key.
  std::int64_t copies(const RunEntry& entry) {
    const auto key = pack(entry);
    std::int64_t out = 0;
    store_->read([&](Connection& c) {
      auto rows = c.prepare(
          "SELECT first || entries FROM key_run_block UNION ALL SELECT entries FROM key_run_tail");
      while (rows.step()) {
        const auto found = std::ranges::search(rows.bytes(0), std::span(key).first(16));
        out += found.empty() ? 0 : 1;
      }
    });
    return out;
  }
  std::vector<std::int64_t> find(const KeyRuns& runs, std::uint64_t number) {
    return store_->read([&](Connection& c) { return runs.find(c, key_of(number)); });
  }

  TemporaryStore temporary_;
  std::vector<Migration> migrations_;
  std::unique_ptr<Store> store_;
};

TEST(BloomFilter, NeverForgetsAKeyAndLetsFewOthersThrough) {
  BloomFilter filter(5000);
  for (std::uint64_t i = 0; i < 5000; ++i) filter.add(key_of(i));
  const auto again = BloomFilter::from(filter.bytes());
  ASSERT_TRUE(again);
  int through = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    EXPECT_TRUE(again->may_hold(key_of(i)));
    through += again->may_hold(key_of(100'000 + i)) ? 1 : 0;
  }
  EXPECT_LT(through, 100);
  EXPECT_FALSE(BloomFilter::from({}));
}

TEST_F(KeyRunsTest, AnswersBeforeDuringAndAfterMovingAndMerging) {
  KeyRuns runs(3, 16);
  std::multimap<std::uint64_t, std::int64_t> model;
  std::mt19937_64 random(5);
  for (int round = 0; round < 400; ++round) {
    const bool keep = random() % 5 != 0;
    const auto number = random() % 300;
    const auto row = static_cast<std::int64_t>(random() % 3);
    const auto action = random() % 4;
    const bool done = store_->commit([&](Connection& c) {
      if (action == 0) {
        (void)runs.tend_once(c);
      } else if (action == 1) {
        runs.erase(c, {key_of(number), row});
      } else {
        std::vector<RunEntry> entries;
        for (std::uint64_t i = 0; i < 5; ++i) entries.push_back({key_of(number + i), row});
        runs.append(c, entries);
      }
      if (!keep) {
        (void)runs.find(c, key_of(number));  // sees what will not be
        throw EnvError("rolled back on purpose");
      }
    });
    ASSERT_EQ(done, keep);
    if (keep && action == 1) {
      std::erase_if(model, [&](const auto& e) { return e.first == number && e.second == row; });
    } else if (keep && action > 1) {
      for (std::uint64_t i = 0; i < 5; ++i) model.emplace(number + i, row);
    }
    for (const auto probe : {number, random() % 310, random() % 310}) {
      std::set<std::int64_t> expected;
      const auto [first, last] = model.equal_range(probe);
      for (auto at = first; at != last; ++at) expected.insert(at->second);
      EXPECT_THAT(find(runs, probe), testing::ElementsAreArray(expected)) << "round " << round;
    }
  }
  EXPECT_GT(count("SELECT max(tier) FROM key_run"), 0) << "nothing was merged";
}

TEST_F(KeyRunsTest, MergesEverythingDueIntoAFewRuns) {
  KeyRuns runs(1, 64);
  append(runs, 0, 64 * 72 + 10);
  while (runs.tend(*store_, 16)) {
  }
  EXPECT_EQ(count("SELECT sum(length(entries)) / 24 FROM key_run_tail"), 10);
  EXPECT_EQ(count(kEntriesInRuns), 64 * 72);
  // 72 runs of 64: eight of each eight merged, so one of tier 2 and one of tier 1.
  EXPECT_EQ(count("SELECT count(*) FROM key_run"), 2);
  EXPECT_EQ(count("SELECT count(*) FROM key_run WHERE state <> 1"), 0);
  for (const std::uint64_t i : {0U, 63U, 64U, 700U, 4607U, 4613U}) {
    EXPECT_THAT(find(runs, i), ElementsAre(static_cast<std::int64_t>(i)));
  }
  std::vector<RunKey> keys;
  for (std::uint64_t i = 0; i < 5000; ++i) keys.push_back(key_of(i));
  const auto there = store_->read([&](Connection& c) { return runs.contains(c, keys); });
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(there[i], i < 64 * 72 + 10) << i;
}

TEST_F(KeyRunsTest, LeavesNoCopyOfAnErasedEntry) {
  KeyRuns runs(1, 64);
  append(runs, 0, 64 * 8);
  // Half-way through a merge.
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(store_->commit([&](Connection& c) { (void)runs.tend_once(c); }));
  }
  EXPECT_GT(copies(RunEntry{key_of(7), 7}), 1);
  ASSERT_TRUE(store_->commit([&](Connection& c) { runs.erase(c, {key_of(7), 7}); }));
  EXPECT_THAT(find(runs, 7), IsEmpty());
  EXPECT_EQ(copies(RunEntry{key_of(7), 7}), 0);
  while (runs.tend(*store_, 16)) {
  }
  EXPECT_THAT(find(runs, 7), IsEmpty());
  EXPECT_EQ(count(kEntriesInRuns), 64 * 8 - 1);
}

TEST_F(KeyRunsTest, LeavesNoCopyOfARowThatGoesWhateverItsKeys) {
  KeyRuns runs(1, 64);
  KeyRuns other(2, 64);
  append(runs, 0, 64 * 3 + 5);
  append(other, 64 * 3, 64 * 3 + 5);
  while (runs.tend(*store_, 16)) {
  }
  const auto in_tail = static_cast<std::int64_t>(64 * 3 + 4);
  ASSERT_TRUE(store_->commit([&](Connection& c) { runs.erase_rows(c, {7, in_tail}); }));
  EXPECT_THAT(find(runs, 7), IsEmpty());
  EXPECT_EQ(copies(RunEntry{key_of(7), 7}), 0);
  EXPECT_THAT(find(runs, 64 * 3 + 4), IsEmpty());
  EXPECT_THAT(find(other, 64 * 3 + 4), ElementsAre(in_tail)) << "another index";
  EXPECT_THAT(find(runs, 8), ElementsAre(8));
}

TEST_F(KeyRunsTest, AnswersAReaderOfAnOlderSnapshot) {
  KeyRuns runs(1, 32);
  append(runs, 0, 32);
  store_->read([&](Connection& old) {
    EXPECT_THAT(runs.find(old, key_of(3)), ElementsAre(3));  // the snapshot begins
    while (runs.tend(*store_, 16)) {
    }
    append(runs, 32, 40);
    EXPECT_THAT(find(runs, 3), ElementsAre(3));
    EXPECT_THAT(find(runs, 35), ElementsAre(35));
    EXPECT_THAT(runs.find(old, key_of(4)), ElementsAre(4));
    EXPECT_THAT(runs.find(old, key_of(35)), IsEmpty());
  });
}

TEST_F(KeyRunsTest, GoesOnAfterARestartInTheMiddleOfAMerge) {
  {
    KeyRuns runs(1, 2048);
    append(runs, 0, 2048 * 8);
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(store_->commit([&](Connection& c) { (void)runs.tend_once(c); }));
    }
    ASSERT_EQ(count("SELECT count(*) FROM key_run WHERE state = 0"), 1);
  }
  store_.reset();
  store_ = temporary_.open();
  KeyRuns runs(1, 2048);
  EXPECT_THAT(find(runs, 5), ElementsAre(5));
  while (runs.tend(*store_, 16)) {
  }
  EXPECT_EQ(count("SELECT count(*) FROM key_run"), 1);
  EXPECT_EQ(count(kEntriesInRuns), 2048 * 8);
  EXPECT_THAT(find(runs, 5), ElementsAre(5));
  append(runs, 20000, 20001);
  EXPECT_THAT(find(runs, 20000), ElementsAre(20000));
}

TEST_F(KeyRunsTest, FindsAllRowsOfAKeyThatFillsSeveralBlocks) {
  KeyRuns runs(1, 4096);
  ASSERT_TRUE(store_->commit([&](Connection& c) {
    std::vector<RunEntry> entries;
    for (std::int64_t row = 0; row < 3000; ++row) entries.push_back({key_of(1), row});
    for (std::int64_t row = 0; row < 1096; ++row) {
      entries.push_back({key_of(static_cast<std::uint64_t>(2 + row)), row});
    }
    runs.append(c, entries);
  }));
  while (runs.tend(*store_, 16)) {
  }
  EXPECT_EQ(count("SELECT count(*) FROM key_run_tail"), 0);
  EXPECT_GT(count("SELECT count(*) FROM key_run_block"), 4);
  const auto rows = find(runs, 1);
  ASSERT_EQ(rows.size(), 3000U);
  EXPECT_EQ(rows.back(), 2999);
  for (std::uint64_t i = 0; i < 1096; ++i) {
    ASSERT_THAT(find(runs, 2 + i), ElementsAre(static_cast<std::int64_t>(i)));
  }
  EXPECT_THAT(find(runs, 5000), IsEmpty());
}

TEST_F(KeyRunsTest, DoesNotCommitWhereNothingIsDue) {
  KeyRuns runs(1, 64);
  append(runs, 0, 63);
  const auto before = store_->status().commits;
  EXPECT_FALSE(runs.tend(*store_, 16));
  EXPECT_EQ(store_->status().commits, before);
}

TEST_F(KeyRunsTest, KeepsIndexesOfOneStoreApart) {
  KeyRuns first(0, 16);
  KeyRuns second(1, 16);
  append(first, 0, 40);
  append(second, 30, 70);
  while (first.tend(*store_, 16)) {
  }
  while (second.tend(*store_, 16)) {
  }
  EXPECT_THAT(find(first, 35), ElementsAre(35));
  EXPECT_THAT(find(second, 35), ElementsAre(35));
  EXPECT_THAT(find(first, 50), IsEmpty());
  EXPECT_THAT(find(second, 5), IsEmpty());
}

}  // namespace
}  // namespace hub::storage
