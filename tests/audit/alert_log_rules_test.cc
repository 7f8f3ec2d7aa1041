// The rules about the log itself and about records that nobody answers, or that many look at.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/audit/alert_fixture.h"

namespace hub::alerts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// ---- R16, R17, R18

TEST(LogTrouble, EntriesThatSaySoAreAlerts) {
  for (const auto* outcome :
       {"log-opened-anew", "log-restored", "log-forked", "log-not-continued"}) {
    SmallLog log;
    log.add(SmallLog::of_agent(at(10), "admin", outcome));
    ASSERT_THAT(log.of(Rule::LogTrouble), SizeIs(1)) << outcome;
    EXPECT_EQ(log.alerts()[0].score, 5U);
    EXPECT_THAT(log.alerts()[0].finding.actors, IsEmpty());
  }
}

TEST(LogTrouble, AClockThatGoesBackByMoreThanAMinuteIsAnAlert) {
  SmallLog log;
  log.add(SmallLog::of_agent(at(10), "admin", "started"));
  log.add(SmallLog::of_agent(at(9, 59), "admin", "started"));
  EXPECT_THAT(log.alerts(), IsEmpty());
  log.add(SmallLog::of_agent(at(9, 57, 59), "admin", "started"));
  ASSERT_THAT(log.of(Rule::LogTrouble), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why,
              HasSubstr("went back from 2027-01-13T09:59:00.000Z to 2027-01-13T09:57:59.000Z"));
}

TEST(LogTrouble, MissingEntriesAreAnAlert) {
  SmallLog log;
  log.add(SmallLog::of_agent(at(10), "admin", "started"));
  log.skip(3);
  log.add(SmallLog::of_agent(at(10), "admin", "started"));
  ASSERT_THAT(log.of(Rule::LogTrouble), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why, HasSubstr("after entry 0 the next one there is 4"));
}

TEST(LogTrouble, SilenceAloneIsWeak) {
  AlertSettings settings;
  settings.least_score = 1;
  SmallLog log, all(settings);
  for (auto* each : {&log, &all}) {
    each->add(SmallLog::of_agent(at(10), "admin", "started"));
    each->add(SmallLog::of_agent(at(10, 0, 0, 3), "admin", "started"));
  }
  EXPECT_THAT(all.alerts(), IsEmpty());
  for (auto* each : {&log, &all}) {
    each->add(SmallLog::of_agent(at(10, 0, 1, 6), "admin", "started"));
  }
  EXPECT_THAT(log.alerts(), IsEmpty());
  EXPECT_THAT(all.of(Rule::LogTrouble), SizeIs(1));
}

Activity exchange(Time time, const std::string& act, std::uint8_t number,
                  const std::string& recipient = "E09000012") {
  auto out = SmallLog::of_agent(time, act, act == "disclosure" ? "sealed" : "held");
  out.recipient = recipient;
  out.count = 1;
  out.envelopes = {crypto::sha256(ByteWriter().u8(number).view())};
  return out;
}

TEST(NeverAcknowledged, SevenDaysWithoutAnAnswerAreAnAlert) {
  SmallLog log;
  log.add(exchange(at(10), "disclosure", 1));
  log.add(exchange(at(10), "disclosure", 2, "E09000007"));
  log.add(exchange(at(10, 0, 0, 1), "receipt", 2, "E09000007"));
  log.add(SmallLog::of_agent(at(10, 0, 0, 7), "admin", "started"));
  EXPECT_THAT(log.of(Rule::NeverAcknowledged), IsEmpty());
  log.add(SmallLog::of_agent(at(10, 0, 1, 7), "admin", "started"));
  const auto alerts = log.of(Rule::NeverAcknowledged);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].finding.why,
            "E09000012 has not acknowledged 1 record within 7 days; the first was sealed at "
            "2027-01-13T10:00:00.000Z");
}

TEST(NeverAcknowledged, OneFindingUntilTheRecipientHasCaughtUp) {
  SmallLog log;
  for (int day = 0; day < 4; ++day) {
    log.add(exchange(at(10, 0, 0, day), "disclosure", static_cast<std::uint8_t>(day)));
  }
  log.add(SmallLog::of_agent(at(11, 0, 0, 9), "admin", "started"));
  ASSERT_THAT(log.of(Rule::NeverAcknowledged), SizeIs(1));
  EXPECT_EQ(log.of(Rule::NeverAcknowledged)[0].finding.amount, 3U);
  for (int day = 0; day < 4; ++day) {
    log.add(exchange(at(12, 0, 0, 9), "receipt", static_cast<std::uint8_t>(day)));
  }
  log.add(exchange(at(13, 0, 0, 9), "disclosure", 99));
  log.add(SmallLog::of_agent(at(14, 0, 0, 20), "admin", "started"));
  EXPECT_THAT(log.of(Rule::NeverAcknowledged), SizeIs(2));
}

TEST(NeverAcknowledged, WhatWasSealedAgainIsFollowedUnderItsNewEnvelope) {
  SmallLog log;
  log.add(exchange(at(10), "disclosure", 1));
  auto reopened = SmallLog::of_agent(at(11), "admin", "stream-reopened");
  reopened.recipient = "E09000012";
  log.add(reopened);
  log.add(exchange(at(12), "disclosure", 2));
  log.add(exchange(at(13), "receipt", 2));
  log.add(SmallLog::of_agent(at(10, 0, 0, 30), "admin", "started"));
  EXPECT_THAT(log.of(Rule::NeverAcknowledged), IsEmpty());
}

TEST(ManyEyes, FourPeopleWithinADayAreAnAlert) {
  SmallLog log;
  for (const auto* who : {"ann", "bob", "cyd", "ann"}) log.add(SmallLog::shown(who, at(10), 7));
  log.add(SmallLog::shown("dee", at(10, 0, 0, 1), 7));
  EXPECT_THAT(log.alerts(), IsEmpty()) << "three, and one a day later";
  for (const auto* who : {"eve", "fay", "gus"}) log.add(SmallLog::shown(who, at(11, 0, 0, 1), 7));
  const auto alerts = log.of(Rule::ManyEyes);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(alerts[0].finding.actors, ElementsAre("dee", "eve", "fay", "gus"));
  EXPECT_THAT(alerts[0].finding.why, HasSubstr("4 people opened record 00000000-"));
}

}  // namespace
}  // namespace hub::alerts
