// Erasure of records at a recipient and at a sender: what goes, what stays, and that the files do
// not hold it any more.

#include "agent/erasure.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "agent/erased_identity.h"
#include "agent/erasure_requests.h"
#include "agent/identifiers.h"
#include "agent/projections.h"
#include "audit/log/verify_log.h"
#include "tests/exchange/hub_fixture.h"
#include "tests/storage/plain_pages.h"

namespace hub::exchange {
namespace {

constexpr std::string_view kHeld = "held_record WHERE sender <> ''";

using agent::Eraser;
using audit::ItemKind;
using schemas::Outcome;
using storage::Connection;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kLong = std::chrono::minutes(1);

struct Erasure : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  agent::Projections projections;
  std::shared_ptr<const agent::Snapshot> snapshot = hub.agent_snapshot();

  void SetUp() override { camden.learn_keys_of(hackney); }

  // The ids of records that Hackney holds now.
  std::vector<agent::ClearedRecord> deliver(int count) {
    auto records = camden.notices(kHackney, count);
    for (const auto& slice : camden.send(records)) {
      EXPECT_TRUE(camden.take_receipts(hackney.receive(slice.bytes).receipts));
    }
    projections.tend(*hackney.store, *snapshot->catalogue);
    return records;
  }

  Eraser::Erased erase(Borough& borough, const std::set<Uuid>& ids,
                       std::string_view outcome = agent::kErased) {
    audit::Entry entry;
    entry.act = "erasure";
    entry.outcome = outcome;
    Eraser::Erased out;
    borough.commit([&](Connection& store) {
      out = borough.eraser.erase(store, *snapshot->catalogue, agent::with_versions(store, ids),
                                 entry, audit::detail_by("second-officer"));
    });
    return out;
  }

  // Who looked at these records, what for, and what was asked.
  static std::uint64_t look(Borough& borough, const std::vector<Uuid>& ids) {
    std::uint64_t out = 0;
    borough.commit([&](Connection& store) {
      audit::Entry entry;
      entry.act = "consultation";
      auto detail = audit::detail_by("officer-1");
      detail.justification = "words about somebody";
      detail.note = "show";
      detail.asked = "person_name sample person";
      detail.relations = {"surname:ann"};
      detail.record_ids = ids;
      out = borough.log.append(store, entry, detail);
    });
    return out;
  }

  static std::vector<ItemKind> open_kinds(Borough& borough, std::uint64_t entry) {
    const auto items =
        borough.store->read([&](Connection& store) { return audit::Log::items(store, entry); });
    std::vector<ItemKind> out;
    for (const auto& item : items) {
      if (item.open() != nullptr) out.push_back(item.kind);
    }
    return out;
  }

  static std::vector<std::int64_t> found(Borough& borough, const Uuid& id) {
    return borough.store->read([&](Connection& store) {
      return borough.identifiers.find(
          store, agent::identifier_key("case_reference", Borough::case_reference_of(id)));
    });
  }

  static std::vector<std::uint64_t> entries_about(Borough& borough, const Uuid& id) {
    return borough.store->read([&](Connection& store) {
      return borough.log.search().find(store, ItemKind::Record, as_text(id.bytes));
    });
  }

  static bool files_hold(const Borough& borough, Bytes what) {
    const auto pages = storage::plain_pages(borough.store_file(), borough.store_key);
    return !std::ranges::search(pages, what).empty();
  }

  static std::vector<std::string> findings(Borough& borough) {
    const auto verifier =
        crypto::NoteVerifier(borough.log.origin(), borough.secrets.log.verify_key().bytes);
    return borough.store->read([&](Connection& store) {
      auto report = audit::verify_log(store, {borough.log.head(), verifier, std::nullopt});
      // Nobody signs this log.
      std::erase_if(report.findings, [](const std::string& finding) {
        return finding.find("checkpoint") != std::string::npos;
      });
      return report.findings;
    });
  }
};

TEST_F(Erasure, LeavesNoRowOfTheRecordAndAllOfTheOthers) {
  const auto records = deliver(5);
  const auto id = records[2].id;
  ASSERT_THAT(found(hackney, id), SizeIs(1));
  ASSERT_THAT(entries_about(hackney, id), SizeIs(1));
  const auto erased = erase(hackney, {id});
  EXPECT_EQ(erased.records, 1U);
  EXPECT_EQ(erased.items, 1U);
  EXPECT_EQ(hackney.count_of(kHeld), 4);
  EXPECT_EQ(hackney.count_of("record_identity"), 4);
  EXPECT_EQ(hackney.count_of("of_ta_placement_notice WHERE f_case_reference IS NOT NULL"), 4);
  EXPECT_THAT(found(hackney, id), IsEmpty());
  EXPECT_THAT(entries_about(hackney, id), IsEmpty());
  for (const auto& record : records) {
    if (record.id == id) continue;
    EXPECT_THAT(found(hackney, record.id), SizeIs(1));
    EXPECT_THAT(entries_about(hackney, record.id), SizeIs(1));
  }
  EXPECT_THAT(findings(hackney), IsEmpty());
}

TEST_F(Erasure, IsAnEntryThatNamesTheEnvelopeAndNoId) {
  const auto records = deliver(3);
  const auto envelope = hackney.entries().front().envelopes[1];
  erase(hackney, {records[1].id});
  const auto entry = hackney.entries().back();
  EXPECT_EQ(entry.act, "erasure");
  EXPECT_EQ(entry.count, 1U);
  EXPECT_THAT(entry.envelopes, ElementsAre(envelope));
  // Item 0 of the collection is its actor.
  EXPECT_THAT(entry.erased_items, ElementsAre(audit::ItemPlace{0, 2}));
}

TEST_F(Erasure, LeavesNeitherTextNorIdNorSaltInTheFiles) {
  const auto records = deliver(40);
  const auto& gone = records[7].id;
  const auto& kept = records[8].id;
  const auto reference = Borough::case_reference_of(gone);
  const auto items =
      hackney.store->read([](Connection& store) { return audit::Log::items(store, 0); });
  const auto salt = items.at(8).open()->salt;
  ASSERT_EQ(items.at(8).open()->value, as_text(gone.bytes));
  ASSERT_TRUE(hackney.store->empty_log(kLong));
  const std::vector<Bytes> needles{as_bytes(reference), gone.bytes, salt};
  for (const auto needle : needles) ASSERT_TRUE(files_hold(hackney, needle));
  erase(hackney, {gone});
  ASSERT_TRUE(hackney.store->empty_log(kLong));
  for (const auto needle : needles) EXPECT_FALSE(files_hold(hackney, needle));
  EXPECT_TRUE(files_hold(hackney, as_bytes(Borough::case_reference_of(kept))));
  EXPECT_TRUE(files_hold(hackney, kept.bytes));
}

// Rows move between pages as tables grow and shrink; what was moved must not stay behind.
TEST_F(Erasure, LeavesNothingInTheFilesAfterManyOfMany) {
  Borough newham{hub, kNewham};
  newham.learn_keys_of(hackney);
  std::vector<Uuid> ids;
  for (int round = 0; round < 6; ++round) {
    for (auto* sender : {&camden, &newham}) {
      const auto records = sender->notices(kHackney, 100);
      for (const auto& record : records) ids.push_back(record.id);
      for (const auto& slice : sender->send(records)) (void)hackney.receive(slice.bytes);
    }
  }
  projections.tend(*hackney.store, *snapshot->catalogue);
  std::set<Uuid> gone;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i % 3 != 0) gone.insert(ids[i]);
  }
  for (auto at = gone.begin(); at != gone.end();) {
    std::set<Uuid> some;
    while (at != gone.end() && some.size() < agent::kMostErased) some.insert(*at++);
    erase(hackney, some);
  }
  ASSERT_TRUE(hackney.store->empty_log(kLong));
  const auto pages = storage::plain_pages(hackney.store_file(), hackney.store_key);
  const auto text = as_text(pages);
  std::set<std::string_view> there;
  const auto length = Borough::case_reference_of(ids.front()).size();
  for (auto at = text.find("CASE/"); at != std::string_view::npos;
       at = text.find("CASE/", at + 1)) {
    there.insert(text.substr(at, length));
  }
  std::size_t left = 0;
  for (const auto& id : ids) {
    const bool is_there = there.contains(Borough::case_reference_of(id));
    EXPECT_TRUE(is_there || gone.contains(id));
    left += is_there && gone.contains(id) ? 1 : 0;
  }
  EXPECT_EQ(left, 0U);
  EXPECT_THAT(findings(hackney), IsEmpty());
}

TEST_F(Erasure, IsNotUndoneByTheSameRecordSentAgain) {
  const auto records = deliver(2);
  erase(hackney, {records[0].id});
  const auto taken = hackney.receive(camden.send({records[0]}).front().bytes);
  EXPECT_THAT(outcomes_of(taken.receipts), ElementsAre(Outcome::AlreadyHeld));
  EXPECT_EQ(hackney.count_of(kHeld), 1);
  EXPECT_THAT(found(hackney, records[0].id), IsEmpty());
}

TEST_F(Erasure, ByTimeKeepsNoTraceOfTheRecord) {
  const auto records = deliver(1);
  erase(hackney, {records[0].id}, agent::kRetentionEnded);
  EXPECT_EQ(hackney.count_of(kHeld), 0);
  EXPECT_EQ(hackney.count_of("erased_record"), 0);
}

TEST_F(Erasure, TakesAllVersionsOfTheRecord) {
  const auto records = deliver(4);
  hackney.commit([](Connection& store) {
    store.exec(
        "UPDATE held_record SET amends = 1 WHERE seq = 3; "
        "UPDATE held_record SET amends = 3 WHERE seq = 4; "
        "UPDATE held_record SET ended_seq = 3 WHERE seq = 1; "
        "UPDATE held_record SET ended_seq = 4 WHERE seq = 3");
  });
  const auto all = hackney.store->read(
      [&](Connection& store) { return agent::with_versions(store, {records[2].id}); });
  EXPECT_THAT(all.numbers, ElementsAre(1, 3, 4));
  EXPECT_EQ(all.ids, (std::set{records[0].id, records[2].id, records[3].id}));
  EXPECT_EQ(erase(hackney, {records[3].id}).records, 3U);
  EXPECT_THAT(found(hackney, records[1].id), ElementsAre(2));
}

TEST_F(Erasure, FindsIdentifiersOfATypeThatIsNotInTheCatalogueAnyMore) {
  const auto records = deliver(3);
  hackney.commit([](Connection& store) {
    store.exec(
        "UPDATE held_record SET record_type = 'ta.gone' WHERE seq = 1; "
        "UPDATE held_record SET type_version = 99 WHERE seq = 2");
  });
  erase(hackney, {records[0].id, records[1].id});
  EXPECT_THAT(found(hackney, records[0].id), IsEmpty());
  EXPECT_THAT(found(hackney, records[1].id), IsEmpty());
  EXPECT_THAT(found(hackney, records[2].id), ElementsAre(3));
}

TEST_F(Erasure, TakesWhatALookAtTheRecordAloneSaysOfItAndLeavesWhoLooked) {
  const auto records = deliver(2);
  const auto alone = look(hackney, {records[0].id});
  const auto both = look(hackney, {records[0].id, records[1].id});
  const auto other = look(hackney, {records[1].id});
  erase(hackney, {records[0].id});
  EXPECT_THAT(open_kinds(hackney, alone), ElementsAre(ItemKind::Actor, ItemKind::Note));
  EXPECT_THAT(open_kinds(hackney, both),
              ElementsAre(ItemKind::Actor, ItemKind::Justification, ItemKind::Note,
                          ItemKind::Relation, ItemKind::Record));
  EXPECT_THAT(open_kinds(hackney, other), SizeIs(6));
  EXPECT_THAT(findings(hackney), IsEmpty());
}

TEST_F(Erasure, OfASentRecordWaitsForItsReceipt) {
  const auto records = camden.notices(kHackney, 2);
  const auto bytes = camden.send(records).front().bytes;
  const auto on_its_way = [&] {
    return camden.store->read(
        [&](Connection& store) { return agent::on_its_way_to(store, {records[1].id}); });
  };
  EXPECT_EQ(on_its_way(), kHackney);
  ASSERT_TRUE(camden.take_receipts(hackney.receive(bytes).receipts));
  EXPECT_EQ(on_its_way(), std::nullopt);
  EXPECT_EQ(camden.count_of("outgoing_slice WHERE record_ids <> x''"), 0);
  // Of the disclosure and of the receipt.
  EXPECT_EQ(erase(camden, {records[1].id}).items, 2U);
  EXPECT_THAT(entries_about(camden, records[1].id), IsEmpty());
  EXPECT_THAT(entries_about(camden, records[0].id), SizeIs(2));
}

TEST_F(Erasure, OfARecordThatWaitsForAKeyKeepsItFromLeaving) {
  Borough newham{hub, kNewham};
  const auto records = camden.notices(kNewham, 2);
  EXPECT_THAT(camden.send(records), IsEmpty());
  EXPECT_EQ(erase(camden, {records[0].id}).records, 1U);
  EXPECT_EQ(camden.count_of("waiting_record"), 1);
}

TEST_F(Erasure, IsDoneAgainAfterAnOlderStoreWasPutBack) {
  const auto records = deliver(5);
  hackney.store->close();
  const auto backup = hackney.folder.path() / "backup.db";
  for (const std::string end : {"", ".head"}) {
    std::filesystem::copy_file(hackney.store_file().string() + end, backup.string() + end);
  }
  std::ofstream(backup.string() + "-wal").close();
  hackney.open(hackney.store_file());
  erase(hackney, {records[1].id});
  erase(hackney, {records[3].id}, agent::kRetentionEnded);
  auto later = hackney.entries();
  later.erase(later.begin());  // it is in the backup
  hackney.open(backup);
  ASSERT_THAT(found(hackney, records[1].id), SizeIs(1));
  for (int twice = 0; twice < 2; ++twice) {
    hackney.commit([&](Connection& store) {
      const auto first = hackney.log.head().size;
      if (twice == 0) {
        for (const auto& entry : later) hackney.log.append(store, entry, {});
      }
      agent::replay_erasures(store, *snapshot->catalogue, hackney.eraser, 1,
                             first + later.size() - 1 - (twice == 0 ? 0 : later.size()));
    });
    EXPECT_EQ(hackney.count_of(kHeld), 3);
    EXPECT_EQ(hackney.count_of("erased_record"), 1);
    for (const auto gone : {1U, 3U}) {
      EXPECT_THAT(found(hackney, records[gone].id), IsEmpty());
      EXPECT_THAT(entries_about(hackney, records[gone].id), IsEmpty());
    }
    EXPECT_THAT(found(hackney, records[2].id), SizeIs(1));
  }
}

TEST_F(Erasure, ProposalsAreKeptUntilTheyLapse) {
  const agent::ErasureRequest request{camden.ids.next(), "court-order",
                                      "DPO/1",           {camden.ids.next(), camden.ids.next()},
                                      "officer-1",       hub.clock.now()};
  hackney.commit([&](Connection& store) { agent::keep_request(store, request); });
  const auto kept = hackney.store->read(
      [&](Connection& store) { return agent::find_request(store, request.id); });
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->records, request.records);
  EXPECT_EQ(kept->proposer, "officer-1");
  std::size_t lapsed = 9;
  const auto lapse = [&] {
    hackney.commit([&](Connection& store) {
      lapsed = agent::lapse_requests(store, hackney.log, hub.clock.now());
    });
  };
  hub.clock.advance(std::chrono::days(14) - std::chrono::milliseconds(1));
  lapse();
  EXPECT_EQ(lapsed, 0U);
  hub.clock.advance(std::chrono::milliseconds(1));
  lapse();
  EXPECT_EQ(lapsed, 1U);
  EXPECT_EQ(hackney.count_of("erasure_request"), 0);
  EXPECT_EQ(hackney.entries().back().outcome, "erasure-lapsed");
}

TEST_F(Erasure, HasAGroundTheLawKnows) {
  EXPECT_TRUE(agent::sentence_of_ground("court-order"));
  EXPECT_FALSE(agent::sentence_of_ground("because-i-say-so"));
  EXPECT_TRUE(agent::is_one_persons("nhs_number"));
  EXPECT_FALSE(agent::is_one_persons("person_name"));
}

}  // namespace
}  // namespace hub::exchange
