// A log that was put back, and goes on with the leaves it had had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/log/verify_log.h"
#include "core/crypto/merkle.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> leaves_of(const TemporaryLog& temporary) {
  return temporary.store->read([](Connection& c) {
    std::vector<std::string> out;
    for (const auto& entry : Log::entries(c, 0, 1'000'000)) out.push_back(entry.leaf);
    return out;
  });
}

crypto::Digest root_of(const std::vector<std::string>& leaves) {
  std::vector<crypto::Digest> hashes;
  for (const auto& leaf : leaves) hashes.push_back(crypto::leaf_hash(as_bytes(leaf)));
  return crypto::merkle_root(hashes);
}

// The log of 600 entries that there was, and the store of 300 of them that was put back, which has
// gone on with 20 of its own.
class LogRestored : public testing::Test {
 protected:
  static constexpr std::uint64_t kKept = 300;
  static constexpr std::uint64_t kAll = 600;
  static constexpr std::uint64_t kOwn = 20;

  LogRestored() {
    TemporaryLog before;
    before.append(kAll);
    leaves = leaves_of(before);
    EXPECT_TRUE(back.store->commit(
        [&](Connection& c) { back.log->insert(c, std::span(leaves).first(kKept)); }));
    back.append(kOwn);
  }

  void restore(Connection& c) {
    auto own = back.log->take_back(c, kKept);
    EXPECT_THAT(own, SizeIs(kOwn));
    back.log->insert(c, std::span(leaves).subspan(kKept));
    for (auto& each : own) (void)back.log->append_again(c, std::move(each), kKept, kAll - kKept);
    Entry entry;
    entry.act = "admin";
    entry.outcome = "log-restored";
    entry.restored = {{0, kAll - 1}};
    back.log->append(c, entry, detail_by("operator"));
  }

  std::vector<std::uint64_t> found(std::uint64_t user) {
    return back.store->read([&](Connection& c) {
      return back.log->search().find(c, ItemKind::Actor, "user-" + std::to_string(user));
    });
  }

  std::vector<std::string> findings() {
    const crypto::NoteVerifier verifier(kTestOrigin, key.verify_key().bytes);
    const auto head = back.log->head();
    const auto note =
        crypto::sign_note(checkpoint_text({kTestOrigin, head.size, head.root}), kTestOrigin, key);
    return back.store->read(
        [&](Connection& c) { return verify_log(c, {head, verifier, note}).findings; });
  }

  std::vector<std::string> leaves;
  TemporaryLog back;
  crypto::LogKey key = crypto::LogKey::generate();
};

TEST_F(LogRestored, IsTheTreeItWasWithItsOwnEntriesBehind) {
  EXPECT_THAT(found(3), ElementsAre(kKept + 3));
  (void)back.store->read([&](Connection& c) { return back.log->root(c, kKept + kOwn); });
  ASSERT_TRUE(back.store->commit([&](Connection& c) { restore(c); }));
  const auto now = leaves_of(back);
  ASSERT_THAT(now, SizeIs(kAll + kOwn + 1));
  EXPECT_TRUE(std::equal(leaves.begin(), leaves.end(), now.begin()));
  EXPECT_EQ(back.log->head().root, root_of(now));
  // Proofs come from the new tree, whatever was kept of the one before.
  EXPECT_EQ(back.store->read([&](Connection& c) { return back.log->root(c, kAll); }),
            root_of(leaves));
  EXPECT_THAT(found(3), ElementsAre(kAll + 3));
  EXPECT_THAT(findings(), IsEmpty());
  back.open();
  EXPECT_EQ(back.log->head().root, root_of(now));
  back.append(3);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(LogRestored, IsAsItWasWhenTheTransactionFails) {
  const auto before = leaves_of(back);
  const auto head = back.log->head();
  EXPECT_FALSE(back.store->commit([&](Connection& c) {
    restore(c);
    throw EnvError("rolled back on purpose");
  }));
  EXPECT_EQ(back.log->head(), head);
  EXPECT_EQ(leaves_of(back), before);
  EXPECT_THAT(found(3), ElementsAre(kKept + 3));
  back.append(1);
  EXPECT_EQ(back.log->head().root, root_of(leaves_of(back)));
  ASSERT_TRUE(back.store->commit([&](Connection& c) { (void)back.log->take_back(c, kKept); }));
  EXPECT_EQ(leaves_of(back), std::vector(leaves.begin(), leaves.begin() + kKept))
      << "what is not used again goes";
}

TEST_F(LogRestored, KeepsTheTimeAndTheDetailOfWhatItTookBack) {
  const auto before = back.store->read([](Connection& c) { return Log::entries(c, kKept + 4, 1); });
  back.temporary.clock.advance(std::chrono::hours(2));
  ASSERT_TRUE(back.store->commit([&](Connection& c) { restore(c); }));
  const auto after = back.store->read([](Connection& c) { return Log::entries(c, kAll + 4, 1); });
  auto old_leaf = *parse_leaf(before.at(0).leaf);
  old_leaf.index = kAll + 4;
  EXPECT_EQ(*parse_leaf(after.at(0).leaf), old_leaf);
  EXPECT_EQ(after.at(0).detail, before.at(0).detail);
}

// An erasure among the own entries names entries by their numbers.
TEST_F(LogRestored, NamesWhatItsOwnErasuresErasedByItsNewNumbers) {
  ASSERT_TRUE(back.store->commit([&](Connection& c) {
    Entry erasure;
    erasure.act = "erasure";
    back.log->erase(c, {{kKept - 1, kKept, kKept + 1, kKept + 7}, {{kKept + 3, 0}}}, erasure, {});
  }));
  ASSERT_TRUE(back.store->commit([&](Connection& c) {
    auto own = back.log->take_back(c, kKept);
    back.log->insert(c, std::span(leaves).subspan(kKept));
    for (auto& each : own) (void)back.log->append_again(c, std::move(each), kKept, kAll - kKept);
    Entry entry;
    entry.act = "admin";
    entry.restored = {{0, kAll - 1}};
    back.log->append(c, entry, {});
  }));
  const auto now = leaves_of(back);
  const auto details = parse_leaf(now.at(kAll + kOwn))->entry;
  EXPECT_THAT(details.erased,
              ElementsAre(EntryRange{kKept - 1, kKept - 1}, EntryRange{kAll, kAll + 1},
                          EntryRange{kAll + 7, kAll + 7}));
  const auto items = parse_leaf(now.at(kAll + kOwn + 1))->entry;
  EXPECT_THAT(items.erased_items, ElementsAre(ItemPlace{kAll + 3, 0}));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(LogRestored, MissesDetailsThatNoEntryNames) {
  EXPECT_THAT(findings(), Contains("entry 0: its detail is missing and no entry erased it"));
  ASSERT_TRUE(back.store->commit([&](Connection& c) {
    Entry entry;
    entry.act = "admin";
    entry.restored = {{0, kKept - 1}, {4, 5'000}};
    back.log->append(c, entry, {});
  }));
  EXPECT_THAT(findings(), ElementsAre("entry 320 says that later entries were restored"));
}

}  // namespace
}  // namespace hub::audit
