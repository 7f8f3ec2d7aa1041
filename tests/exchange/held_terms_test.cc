// The terms of held records, asked of a recipient's store.

#include "agent/held_terms.h"

#include <gmock/gmock.h>

#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct HeldTerms : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};

  void SetUp() override {
    camden.learn_keys_of(hackney);
    (void)hackney.receive(camden.send(camden.notices(kHackney, 3)).front().bytes);
  }

  [[nodiscard]] std::set<std::int64_t> withheld_from(const std::string& role) const {
    policy::Question look;
    look.door = policy::Door::View;
    look.recipient = kHackney;
    look.user = "u1";
    look.roles = {role};
    look.now = hub.clock.now();
    const auto snapshot = hub.agent_snapshot();
    const auto* type = snapshot->catalogue->find("ta.placement_notice");
    return hackney.store->read([&](storage::Connection& store) {
      return agent::withheld_terms(store, *snapshot, *type, look);
    });
  }
};

TEST_F(HeldTerms, AreKeptOnceForAllRecordsThatShareThem) {
  EXPECT_EQ(hackney.count_of("held_record WHERE terms IS NOT NULL"), 3);
  EXPECT_EQ(hackney.count_of("held_terms"), 1);
  (void)hackney.receive(camden.send(camden.notices(kHackney, 2)).front().bytes);
  EXPECT_EQ(hackney.count_of("held_record"), 5);
  EXPECT_EQ(hackney.count_of("held_terms"), 1);
}

TEST_F(HeldTerms, AreWithheldFromWhoMayNotSeeTheMainGroup) {
  EXPECT_THAT(withheld_from("housing-officer"), IsEmpty());
  EXPECT_THAT(withheld_from("analyst"), ElementsAre(1));
  EXPECT_THAT(withheld_from("nobody"), ElementsAre(1));
}

TEST_F(HeldTerms, UnderAnUnknownAgreementAreWithheld) {
  hackney.commit([](storage::Connection& store) {
    store.exec("UPDATE held_terms SET facts = replace(facts, 'london-', 'other-')");
  });
  EXPECT_THAT(withheld_from("housing-officer"), ElementsAre(1));
}

TEST_F(HeldTerms, OfAnotherShapeAreLeftToBeAskedOneByOne) {
  hackney.commit(
      [](storage::Connection& store) { store.exec("UPDATE held_terms SET shape = 'agreement'"); });
  EXPECT_THAT(withheld_from("nobody"), IsEmpty());
}

}  // namespace
}  // namespace hub::exchange
