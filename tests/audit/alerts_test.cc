// What findings together make an alert, and how many are kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "tests/audit/alert_fixture.h"

namespace hub::alerts {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// ---- together

TEST(Alerts, WeakFindingsOfOneDayAreAnAlertTogether) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10), 1, {"surname:bob"}));
  EXPECT_THAT(log.alerts(), IsEmpty());
  log.add(SmallLog::shown("ann", at(19, 30), 1));
  const auto alerts = log.alerts();
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].score, 2U);
  EXPECT_THAT(alerts[0].also, SizeIs(1));
}

TEST(Alerts, TheSameLogGivesTheSameIds) {
  const auto make = [] {
    auto log = std::make_unique<SmallLog>();
    usual_looks(*log, 50);
    log->add(SmallLog::shown("ann", at(23), 1, {"address:bob"}));
    log->add(SmallLog::shown("bob", at(23), 1, {"address:bob"}));
    return log;
  };
  const auto first = make()->alerts();
  auto again = make();
  again->add(SmallLog::shown("ann", at(23, 30), 2, {"address:bob"}));
  const auto second = again->alerts();
  ASSERT_EQ(first.size(), 4U);
  ASSERT_EQ(second.size(), 4U);
  std::set<std::string> ids, more;
  for (const auto& alert : first) ids.insert(alert.finding.id);
  for (const auto& alert : second) more.insert(alert.finding.id);
  EXPECT_EQ(ids, more) << "an episode that goes on keeps its id";
  EXPECT_EQ(ids.size(), 4U);
  EXPECT_EQ(ids.begin()->size(), 16U);
}

TEST(Alerts, TwoOfOneRuleThatBeginWithOneEntryHaveTwoIds) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10), 1, {"address:bob", "address:cyd"}));
  const auto alerts = log.alerts();
  ASSERT_THAT(alerts, SizeIs(2));
  EXPECT_EQ(alerts[0].finding.entries, alerts[1].finding.entries);
  EXPECT_NE(alerts[0].finding.id, alerts[1].finding.id);
}

TEST(Alerts, AnErasedDetailNamesNobody) {
  SmallLog log;
  auto look = SmallLog::shown("", at(23), 1);
  look.records.clear();
  log.add(look);
  EXPECT_THAT(log.alerts(), IsEmpty());
}

TEST(Ledger, DropsTheOldestAndCountsThem) {
  Ledger ledger(10);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ledger.add(Rule::Volume, std::to_string(i), {i, at(10), "ann", std::nullopt}).score = 5;
  }
  EXPECT_EQ(ledger.findings().size(), 10U);
  EXPECT_EQ(ledger.left_out(), 990U);
  EXPECT_EQ(ledger.find(Rule::Volume, "989"), nullptr);
  ASSERT_NE(ledger.find(Rule::Volume, "990"), nullptr);
  EXPECT_EQ(ledger.find(Rule::Volume, "990")->entries, std::vector<std::uint64_t>{990});
  EXPECT_EQ(ledger.find(Rule::Sequence, "990"), nullptr);
}

}  // namespace
}  // namespace hub::alerts
