// What ends by its time, on a clock moved by hand. London's placement notices are kept for 730
// days; their agreement would allow 1,096.

#include "agent/retention.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "agent/legal_holds.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

constexpr std::string_view kStillHeld = "held_record WHERE sender <> ''";

using std::chrono::days;
using storage::Connection;
using testing::Each;
using testing::SizeIs;

struct RetentionEnds : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  std::shared_ptr<const agent::Snapshot> snapshot = hub.agent_snapshot();

  void SetUp() override { camden.learn_keys_of(hackney); }

  std::vector<agent::ClearedRecord> deliver(int count) {
    auto records = camden.notices(kHackney, count);
    for (const auto& slice : camden.send(records)) (void)hackney.receive(slice.bytes);
    return records;
  }
  void tend(const agent::DetailPeriods& periods = {}) { tend(hackney, periods); }
  void tend(Borough& borough, const agent::DetailPeriods& periods) {
    agent::Retention retention({*borough.store, borough.log, borough.eraser, borough.identifiers,
                                borough.sent_subjects, hub.clock},
                               periods);
    while (retention.tend(*snapshot)) {
    }
  }
  std::vector<audit::Entry> erasures() {
    auto out = hackney.entries();
    std::erase_if(out, [](const audit::Entry& entry) { return entry.act != "erasure"; });
    return out;
  }
  void keep_from_erasure(const Uuid& id) {
    agent::LegalHold hold;
    hold.id = camden.ids.next();
    hold.reference = "CLAIM/7";
    hold.records = {id};
    hold.placer = "officer-1";
    hackney.commit([&](Connection& store) { agent::keep_hold(store, hold); });
  }
};

TEST_F(RetentionEnds, ForRecordsOnTheDayTheirTypeSays) {
  (void)deliver(40);
  hub.clock.advance(days(729));
  tend();
  EXPECT_EQ(hackney.count_of(kStillHeld), 40);
  EXPECT_THAT(erasures(), SizeIs(0));
  hub.clock.advance(days(1));
  tend();
  EXPECT_EQ(hackney.count_of(kStillHeld), 0);
  EXPECT_EQ(hackney.count_of("record_identity"), 0);
  std::uint64_t count = 0;
  for (const auto& entry : erasures()) {
    EXPECT_EQ(entry.outcome, "retention-ended");
    EXPECT_EQ(entry.record_type, "ta.placement_notice");
    EXPECT_EQ(entry.envelopes.size(), entry.count);
    count += entry.count;
  }
  EXPECT_EQ(count, 40U);
}

TEST_F(RetentionEnds, NotForWhatCameLater) {
  (void)deliver(2);
  hub.clock.advance(days(10));
  camden.learn_keys_of(hackney);
  (void)hackney.epochs.make_ahead(kHub, hub.clock.now());
  camden.learn_keys_of(hackney);
  (void)deliver(3);
  hub.clock.advance(days(725));
  tend();
  EXPECT_EQ(hackney.count_of(kStillHeld), 3);
}

TEST_F(RetentionEnds, NotForWhatIsUnderALegalHold) {
  const auto records = deliver(3);
  keep_from_erasure(records[1].id);
  hub.clock.advance(days(2000));
  tend({{"collection", days(183)}});
  EXPECT_EQ(hackney.count_of(kStillHeld), 1);
  EXPECT_EQ(hackney.count_of("log_entry WHERE idx = 0 AND detail IS NOT NULL"), 1);
  hackney.commit([](Connection& store) {
    for (const auto& hold : agent::all_holds(store)) agent::drop_hold(store, hold.id);
  });
  tend({{"collection", days(183)}});
  EXPECT_EQ(hackney.count_of(kStillHeld), 0);
  EXPECT_EQ(hackney.count_of("log_entry WHERE idx = 0 AND detail IS NOT NULL"), 0);
}

TEST_F(RetentionEnds, ForDetailsByTheirAct) {
  for (int i = 0; i < 600; ++i) {
    hackney.commit([&](Connection& store) {
      audit::Entry entry;
      entry.act = i % 3 == 0 ? "consultation" : "admin";
      hackney.log.append(store, entry, audit::detail_by("officer-1"));
    });
  }
  hub.clock.advance(days(200));
  tend({{"consultation", days(183)}, {"admin", days(2192)}});
  EXPECT_EQ(hackney.count_of("log_entry WHERE idx < 600 AND detail IS NULL"), 200);
  const auto said = erasures();
  std::size_t ranges = 0;
  for (const auto& entry : said) {
    EXPECT_EQ(entry.outcome, "retention-ended");
    ranges += entry.erased.size();
  }
  EXPECT_EQ(ranges, 200U);
  tend({{"consultation", days(183)}, {"admin", days(2192)}});
  EXPECT_EQ(erasures(), said) << "nothing is erased twice";
}

TEST_F(RetentionEnds, LeavesTheLeaves) {
  (void)deliver(2);
  const auto before = hackney.entries();
  hub.clock.advance(days(5000));
  tend(agent::usual_detail_periods());
  auto after = hackney.entries();
  ASSERT_GT(after.size(), before.size());
  after.resize(before.size());
  EXPECT_EQ(after, before);
}

TEST(DetailPeriods, AreLongerForWhatWasDecidedThanForWhatWasDone) {
  const auto periods = agent::usual_detail_periods();
  EXPECT_GT(periods.at("erasure"), periods.at("consultation"));
  for (const auto& [act, period] : periods) {
    EXPECT_GE(period, agent::kLeastDetailPeriod) << act;
    EXPECT_LE(period, agent::kMostDetailPeriod) << act;
  }
}

}  // namespace
}  // namespace hub::exchange
