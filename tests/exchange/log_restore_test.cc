// A store that was put back to an older state gets its log back: what that leaves of records that
// were erased since, and of what was done meanwhile.
#include "agent/log_restore.h"

#include <gmock/gmock.h>

#include <fstream>

#include "agent/erased_identity.h"
#include "audit/log/verify_log.h"
#include "tests/exchange/mirroring.h"
#include "tests/storage/plain_pages.h"

namespace hub::exchange {
namespace {

using storage::Connection;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kHeld = "held_record WHERE sender <> ''";

class LogRestore : public Mirroring {
 protected:
  // Camden holds five of Hackney's records. Its store is saved; then record 1 is erased by officers
  // and record 3 by time, all of it is cosigned and mirrored, and the saved store is put back, in
  // which somebody looks at records 1 and 2.
  LogRestore() {
    hackney.borough.learn_keys_of(owner());
    records = hackney.borough.notices(kCamden, 5);
    for (const auto& slice : hackney.borough.send(records)) (void)owner().receive(slice.bytes);
    save();
    erase(records[1].id, agent::kErased);
    erase(records[3].id, agent::kRetentionEnded);
    grow(300);
    (void)go_round();
    mirrored_leaves = leaves();
    owner().open(saved());
    for (const auto at : {1U, 2U}) look(records[at].id);
  }

  [[nodiscard]] std::filesystem::path saved() { return owner().folder.path() / "saved.db"; }
  void save() {
    owner().store->close();
    for (const std::string end : {"", ".head"}) {
      std::filesystem::copy_file(owner().store_file().string() + end, saved().string() + end);
    }
    std::ofstream(saved().string() + "-wal").close();
    owner().open(owner().store_file());
    round = new_round(recovery);  // of the store that is open now
  }
  void erase(const Uuid& id, std::string_view outcome) {
    audit::Entry entry;
    entry.act = "erasure";
    entry.outcome = outcome;
    owner().commit([&](Connection& store) {
      (void)owner().eraser.erase(store, *snapshot->catalogue, agent::with_versions(store, {id}),
                                 entry, audit::detail_by("officer-2"));
    });
  }
  void look(const Uuid& id) {
    owner().commit([&](Connection& store) {
      audit::Entry entry;
      entry.act = "consultation";
      auto detail = audit::detail_by("officer-1");
      detail.asked = "case_reference " + Borough::case_reference_of(id);
      detail.record_ids = {id};
      owner().log.append(store, entry, detail);
    });
  }

  [[nodiscard]] audit::MirroredLeaves mirrored(std::uint64_t from = 0) const {
    return {from,
            {mirrored_leaves.begin() + static_cast<std::ptrdiff_t>(from), mirrored_leaves.end()},
            {},
            {}};
  }
  agent::LogRestored restore(Connection& store) {
    return agent::restore_log(store, owner().log, owner().eraser, *snapshot->catalogue, mirrored(),
                              {}, audit::detail_by("operator"));
  }
  agent::LogRestored restore() {
    agent::LogRestored out;
    owner().commit([&](Connection& store) { out = restore(store); });
    return out;
  }

  [[nodiscard]] std::vector<std::uint64_t> entries_about(const Uuid& id) {
    return owner().store->read([&](Connection& store) {
      return owner().log.search().find(store, audit::ItemKind::Record, as_text(id.bytes));
    });
  }
  [[nodiscard]] bool files_hold(Bytes what) {
    const auto pages = storage::plain_pages(saved(), owner().store_key);
    return !std::ranges::search(pages, what).empty();
  }
  [[nodiscard]] std::vector<std::string> findings() {
    const crypto::NoteVerifier verifier(owner().log.origin(),
                                        owner().secrets.log.verify_key().bytes);
    const auto head = owner().log.head();
    const auto own = cosigned_note({owner().log.origin(), head.size, head.root});
    return owner().store->read([&](Connection& store) {
      return audit::verify_log(store, {head, verifier, own}).findings;
    });
  }

  std::shared_ptr<const agent::Snapshot> snapshot = hub.agent_snapshot();
  std::vector<agent::ClearedRecord> records;
  std::vector<std::string> mirrored_leaves;
};

TEST_F(LogRestore, ErasesAgainWhatWasErasedSince) {
  ASSERT_EQ(owner().count_of(kHeld), 5);
  ASSERT_THAT(entries_about(records[1].id), SizeIs(2));
  const auto restored = restore();
  EXPECT_EQ(restored.first, 1U) << "the collection is in the saved store";
  EXPECT_EQ(restored.restored, mirrored_leaves.size() - 1);
  EXPECT_EQ(restored.own, 2U);
  EXPECT_EQ(restored.erasures, 2U);
  EXPECT_EQ(owner().count_of(kHeld), 3);
  EXPECT_EQ(owner().count_of("erased_record"), 1);
  for (const auto gone : {1U, 3U}) EXPECT_THAT(entries_about(records[gone].id), IsEmpty());
  EXPECT_THAT(entries_about(records[2].id), ElementsAre(0, mirrored_leaves.size() + 1));
}

TEST_F(LogRestore, ContinuesTheTreeThatWitnessesHaveSeen) {
  const auto restored = restore();
  const auto now = leaves();
  ASSERT_THAT(now, SizeIs(mirrored_leaves.size() + 3));
  EXPECT_TRUE(std::equal(mirrored_leaves.begin(), mirrored_leaves.end(), now.begin()));
  const auto said = audit::parse_leaf(now.back())->entry;
  EXPECT_EQ(said.act, "admin");
  EXPECT_EQ(said.outcome, agent::kLogRestored);
  EXPECT_EQ(said.count, restored.restored);
  EXPECT_THAT(said.restored, ElementsAre(audit::EntryRange{1, mirrored_leaves.size() - 1}));
  // Of the look at the erased record its id and what was searched for.
  EXPECT_THAT(said.erased_items, ElementsAre(audit::ItemPlace{mirrored_leaves.size(), 1},
                                             audit::ItemPlace{mirrored_leaves.size(), 2}));
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(owner().store->read(
                [&](Connection& store) { return owner().log.root(store, mirrored_leaves.size()); }),
            audit::parse_checkpoint(*crypto::unverified_text(note))->root);
}

TEST_F(LogRestore, LeavesNothingOfErasedRecordsInTheFiles) {
  const auto reference = Borough::case_reference_of(records[1].id);
  ASSERT_TRUE(owner().store->empty_log(std::chrono::minutes(1)));
  ASSERT_TRUE(files_hold(as_bytes(reference)));
  ASSERT_TRUE(files_hold(records[1].id.bytes));
  (void)restore();
  ASSERT_TRUE(owner().store->empty_log(std::chrono::minutes(1)));
  EXPECT_FALSE(files_hold(as_bytes(reference)));
  EXPECT_FALSE(files_hold(records[1].id.bytes));
  EXPECT_FALSE(files_hold(as_bytes(Borough::case_reference_of(records[3].id))));
  EXPECT_TRUE(files_hold(as_bytes(Borough::case_reference_of(records[2].id))));
}

TEST_F(LogRestore, ChangesNothingWhenItFails) {
  const auto before = leaves();
  EXPECT_FALSE(owner().store->commit([&](Connection& store) {
    (void)restore(store);
    throw EnvError("killed on purpose");
  }));
  EXPECT_EQ(leaves(), before);
  EXPECT_EQ(owner().count_of(kHeld), 5);
  EXPECT_THAT(entries_about(records[1].id), SizeIs(2));
  EXPECT_EQ(restore().own, 2U);
  EXPECT_THAT(findings(), IsEmpty());
}

// After a stop between the commit and the new checkpoint.
TEST_F(LogRestore, IsDoneOnce) {
  (void)restore();
  look(records[2].id);
  const auto after = leaves();
  EXPECT_EQ(restore().restored, 0U);
  EXPECT_EQ(leaves(), after);
}

TEST_F(LogRestore, LooksAgainAtDetailsWhoseTimeWillBeOver) {
  owner().commit([](Connection& store) {
    store.run("INSERT INTO retention_progress(act, next_entry) VALUES ('consultation', 3)");
    store.run("INSERT INTO retention_progress(act, next_entry) VALUES ('receipt', 1)");
  });
  (void)restore();
  EXPECT_EQ(owner().count_of("retention_progress WHERE next_entry = 1"), 2);
}

TEST_F(LogRestore, TakesNoErasedRecordInAgain) {
  (void)restore();
  owner().commit([&](Connection& store) {
    EXPECT_TRUE(agent::was_erased(store, kHackney, records[1].id));
    EXPECT_FALSE(agent::was_erased(store, kHackney, records[2].id));
  });
}

}  // namespace
}  // namespace hub::exchange
