// What a legal hold is on.

#include "agent/legal_holds.h"

#include <gmock/gmock.h>

#include "agent/identifiers.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using storage::Connection;
using testing::ElementsAre;
using testing::IsEmpty;

struct LegalHolds : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};

  void SetUp() override { camden.learn_keys_of(hackney); }

  std::vector<agent::ClearedRecord> deliver(int count) {
    auto records = camden.notices(kHackney, count);
    (void)hackney.receive(camden.send(records).front().bytes);
    return records;
  }
  agent::RecordSet under_hold() {
    return hackney.store->read([&](Connection& store) {
      return agent::records_under_hold(store, hackney.identifiers, hackney.sent_subjects);
    });
  }
  agent::LegalHold place(std::vector<Uuid> records, std::string identifier = "",
                         const std::string& value = "") {
    agent::LegalHold hold;
    hold.id = camden.ids.next();
    hold.reference = "CLAIM/7";
    hold.records = std::move(records);
    hold.identifier = std::move(identifier);
    if (!hold.identifier.empty()) hold.subject = agent::identifier_key(hold.identifier, value);
    hold.placer = "officer-1";
    hold.placed = hub.clock.now();
    hackney.commit([&](Connection& store) { agent::keep_hold(store, hold); });
    return hold;
  }
};

TEST_F(LegalHolds, AreOnTheRecordsNamedUntilTheyAreLifted) {
  const auto records = deliver(3);
  const auto hold = place({records[1].id});
  EXPECT_THAT(under_hold().numbers, ElementsAre(2));
  const auto set = [&](std::size_t place) { return agent::RecordSet{{records[place].id}, {}}; };
  EXPECT_EQ(agent::held_back(set(1), under_hold()), 1U);
  EXPECT_EQ(agent::held_back(set(0), under_hold()), 0U);
  hackney.commit([&](Connection& store) { agent::drop_hold(store, hold.id); });
  EXPECT_THAT(under_hold().numbers, IsEmpty());
}

TEST_F(LegalHolds, OnASubjectAreOnWhatComesLaterToo) {
  (void)deliver(1);
  place({}, "person_name", "SAMPLE person");
  EXPECT_THAT(under_hold().numbers, ElementsAre(1));
  (void)deliver(2);
  EXPECT_THAT(under_hold().numbers, ElementsAre(1, 2, 3));
}

TEST_F(LegalHolds, AreOnAllVersionsOfARecord) {
  const auto records = deliver(3);
  hackney.commit(
      [](Connection& store) { store.exec("UPDATE held_record SET amends = 1 WHERE seq = 3"); });
  place({records[2].id});
  EXPECT_THAT(under_hold().numbers, ElementsAre(1, 3));
}

TEST_F(LegalHolds, KeepTheirReferenceAndWhoWantsThemLiftedAndNoValue) {
  (void)deliver(1);
  const auto hold = place({}, "person_name", "sample person");
  hackney.commit(
      [&](Connection& store) { agent::ask_to_lift(store, hold.id, "officer-2", hub.clock.now()); });
  const auto all = hackney.store->read([](Connection& store) { return agent::all_holds(store); });
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].reference, "CLAIM/7");
  EXPECT_EQ(all[0].identifier, "person_name");
  EXPECT_EQ(all[0].subject, hold.subject);
  EXPECT_EQ(all[0].lift_asked_by, "officer-2");
  EXPECT_EQ(all[0].lift_asked, hub.clock.now());
}

}  // namespace
}  // namespace hub::exchange
