// What an authority has sent about a person: found by identifier, erased, held back, and forgotten
// in time.

#include "agent/sent_subjects.h"

#include <gmock/gmock.h>

#include "agent/identifiers.h"
#include "agent/legal_holds.h"
#include "agent/retention.h"
#include "tests/exchange/hub_fixture.h"
#include "tests/storage/plain_pages.h"

namespace hub::exchange {
namespace {

using std::chrono::days;
using storage::Connection;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct SentSubjects : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  std::shared_ptr<const agent::Snapshot> snapshot = hub.agent_snapshot();

  std::vector<agent::SentFacts> found(std::string_view identifier, const std::string& value) {
    return camden.store->read([&](Connection& store) {
      return camden.sent_subjects.find(store, agent::identifier_key(identifier, value));
    });
  }
  std::vector<agent::SentFacts> found(const Uuid& id) {
    return found("case_reference", Borough::case_reference_of(id));
  }
  void retain() {
    agent::Retention retention({*camden.store, camden.log, camden.eraser, camden.identifiers,
                                camden.sent_subjects, hub.clock},
                               {{"disclosure", days(730)}});
    while (retention.tend(*snapshot)) {
    }
  }
  void erase(const std::set<Uuid>& ids) {
    audit::Entry entry;
    entry.act = "erasure";
    entry.outcome = agent::kErased;
    camden.commit([&](Connection& store) {
      (void)camden.eraser.erase(store, *snapshot->catalogue, {ids, {}}, entry,
                                audit::detail_by("second-officer"));
    });
  }
};

TEST_F(SentSubjects, AreFoundWhetherSealedOrWaitingForAKey) {
  const auto waiting = camden.notices(kHackney, 1);
  EXPECT_THAT(camden.send(waiting), IsEmpty());
  ASSERT_THAT(found(waiting[0].id), SizeIs(1));
  hub.clock.advance(std::chrono::minutes(1));
  Borough newham{hub, kNewham};
  camden.learn_keys_of(newham);
  const auto sealed = camden.notices(kNewham, 2);
  ASSERT_THAT(camden.send(sealed), SizeIs(1));
  const auto facts = found(sealed[1].id);
  ASSERT_THAT(facts, SizeIs(1));
  EXPECT_EQ(facts[0].id, sealed[1].id);
  EXPECT_EQ(facts[0].record_type, "ta.placement_notice");
  EXPECT_EQ(facts[0].recipient, kNewham);
  EXPECT_EQ(facts[0].sent, hub.clock.now());
  EXPECT_THAT(found("person_name", "SAMPLE person"), SizeIs(3)) << "whatever the spelling";
  EXPECT_THAT(found("person_name", "Somebody Else"), IsEmpty());
}

TEST_F(SentSubjects, AreFoundOnceThoughSealedAgain) {
  camden.learn_keys_of(hackney);
  const auto records = camden.notices(kHackney, 1);
  const auto slice = camden.send(records).front();
  camden.commit(
      [&](Connection& store) { EXPECT_EQ(camden.outbox.reopen_stream(store, slice.stream), 1U); });
  EXPECT_THAT(found(records[0].id), SizeIs(1));
}

TEST_F(SentSubjects, AreGoneFromTheFilesOnceErased) {
  camden.learn_keys_of(hackney);
  const auto records = camden.notices(kHackney, 3);
  (void)camden.send(records);
  erase({records[1].id});
  EXPECT_THAT(found(records[1].id), IsEmpty());
  EXPECT_THAT(found("person_name", "Sample Person"), SizeIs(2));
  ASSERT_TRUE(camden.store->empty_log(std::chrono::minutes(1)));
  const auto pages = storage::plain_pages(camden.store_file(), camden.store_key);
  const auto holds = [&](const Uuid& id) {
    const auto key = agent::identifier_key("case_reference", Borough::case_reference_of(id));
    return !std::ranges::search(pages, key).empty();
  };
  EXPECT_TRUE(holds(records[0].id));
  EXPECT_FALSE(holds(records[1].id));
}

TEST_F(SentSubjects, AreForgottenWithTheDetailsOfDisclosures) {
  const auto old = camden.notices(kHackney, 300);
  (void)camden.send(old);
  hub.clock.advance(days(100));
  const auto young = camden.notices(kHackney, 1);
  (void)camden.send(young);
  hub.clock.advance(days(630));
  retain();
  EXPECT_THAT(found(old[0].id), SizeIs(1)) << "730 days are not over";
  hub.clock.advance(days(1));
  retain();
  EXPECT_THAT(found(old[0].id), IsEmpty());
  EXPECT_THAT(found(old[299].id), IsEmpty());
  EXPECT_THAT(found(young[0].id), SizeIs(1));
}

TEST_F(SentSubjects, StayWhileALegalHoldIsOnThem) {
  const auto records = camden.notices(kHackney, 2);
  (void)camden.send(records);
  agent::LegalHold hold;
  hold.id = camden.ids.next();
  hold.reference = "CLAIM/7";
  hold.identifier = "case_reference";
  hold.subject = agent::identifier_key(hold.identifier, Borough::case_reference_of(records[0].id));
  hold.placer = "officer-1";
  camden.commit([&](Connection& store) { agent::keep_hold(store, hold); });
  const auto under_hold = camden.store->read([&](Connection& store) {
    return agent::records_under_hold(store, camden.identifiers, camden.sent_subjects);
  });
  EXPECT_THAT(under_hold.ids, ElementsAre(records[0].id));
  hub.clock.advance(days(731));
  retain();
  EXPECT_THAT(found(records[0].id), SizeIs(1));
  EXPECT_THAT(found(records[1].id), IsEmpty());
  camden.commit([&](Connection& store) { agent::drop_hold(store, hold.id); });
  retain();
  EXPECT_THAT(found(records[0].id), IsEmpty());
}

}  // namespace
}  // namespace hub::exchange
