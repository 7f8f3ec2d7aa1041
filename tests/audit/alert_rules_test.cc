// The rules about what people look at: what makes each speak, what does not, and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/audit/alert_fixture.h"

namespace hub::alerts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// ---- R3

TEST(RelatedSubject, AColleaguesAddressIsAnAlertAtOnce) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10), 1, {"surname:bob", "postcode:bob", "address:bob"}));
  const auto alerts = log.of(Rule::RelatedSubject);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(
      alerts[0].finding.why,
      "ann looked at 1 record at 10:00 on Wednesday 13 January 2027; surname and postcode and "
      "address as of bob, who works here");
  EXPECT_EQ(alerts[0].score, 5U);
  EXPECT_THAT(alerts[0].finding.actors, ElementsAre("ann"));
}

TEST(RelatedSubject, ASurnameAloneIsNoAlertUntilItWasSearchedFor) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10), 1, {"surname:bob"}));
  EXPECT_THAT(log.alerts(), IsEmpty());
  auto search = SmallLog::listed("ann", at(10, 5), 1, "person_name JO ROEBUCK");
  search.relations = {"surname:bob"};
  log.add(search);
  const auto alerts = log.of(Rule::RelatedSubject);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(alerts[0].finding.why, HasSubstr("found by a search for person_name"));
  EXPECT_THAT(alerts[0].finding.why, HasSubstr("between 10:00 and 10:05"));
  EXPECT_THAT(alerts[0].finding.why, testing::Not(HasSubstr("ROEBUCK")));
}

TEST(RelatedSubject, OnesOwnSurnameIsAnAlert) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10), 1, {"surname:ann"}));
  ASSERT_THAT(log.of(Rule::RelatedSubject), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why, HasSubstr("surname as the looker's own"));
}

TEST(RelatedSubject, ASurnameThatManyRecordsHaveTellsNothing) {
  SmallLog log;
  usual_looks(log, 1000);
  for (int i = 0; i < 3; ++i) {
    log.add(SmallLog::shown("cyd", at(9, 30, i), 2, {"surname:smith"}));
  }
  const auto before = log.of(Rule::RelatedSubject).size();
  log.add(SmallLog::shown("smith", at(10), 1, {"surname:smith"}));
  EXPECT_EQ(log.of(Rule::RelatedSubject).size(), before);
  log.add(SmallLog::shown("roebuck", at(10), 1, {"surname:roebuck"}));
  EXPECT_EQ(log.of(Rule::RelatedSubject).size(), before + 1);
  log.add(SmallLog::shown("dee", at(10), 1, {"surname:smith", "address:smith"}));
  EXPECT_EQ(log.of(Rule::RelatedSubject).size(), before + 2) << "an address always does";
}

TEST(RelatedSubject, AListOfTheNewestIsNoChoiceOfTheLooker) {
  SmallLog log;
  auto list = SmallLog::listed("ann", at(10), 50);
  list.relations = {"address:bob"};
  log.add(list);
  EXPECT_THAT(log.alerts(), IsEmpty());
}

TEST(RelatedSubject, LooksOfOneDayAtOneColleagueAreOneFinding) {
  SmallLog log;
  for (int i = 0; i < 30; ++i) {
    log.add(SmallLog::shown("ann", at(10, i), static_cast<std::uint8_t>(i), {"address:bob"}));
  }
  log.add(SmallLog::shown("ann", at(10, 0, 0, 1), 1, {"address:bob"}));
  log.add(SmallLog::shown("ann", at(11), 1, {"address:cyd"}));
  const auto alerts = log.of(Rule::RelatedSubject);
  ASSERT_THAT(alerts, SizeIs(3));
  for (const auto& alert : alerts) EXPECT_LE(alert.finding.entries.size(), kMostMarks);
}

// ---- R4

TEST(ProtectedSubject, OneOutOfHoursIsAnAlertAndOneInHoursIsNone) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10), 1, {"protected"}));
  EXPECT_THAT(log.of(Rule::ProtectedSubject), IsEmpty());
  log.add(SmallLog::shown("ann", at(20), 1, {"protected"}));
  ASSERT_THAT(log.of(Rule::ProtectedSubject), SizeIs(1));
  EXPECT_THAT(log.of(Rule::ProtectedSubject)[0].finding.why,
              HasSubstr("who must not be found 1 time at 20:00"));
}

TEST(ProtectedSubject, ManyOnOneDayAreAnAlertUnlessThatIsThePersonsWork) {
  SmallLog log;
  const auto open = [&](const std::string& who, int day, int count) {
    for (int i = 0; i < count; ++i) {
      log.add(SmallLog::shown(who, at(10, i, 0, day), static_cast<std::uint8_t>(i), {"protected"}));
    }
  };
  for (const int day : {0, 1, 2, 5, 6, 7, 8}) open("marac", day, 8);
  open("marac", 9, 12);
  EXPECT_THAT(log.of(Rule::ProtectedSubject), IsEmpty());
  open("ann", 9, 8);
  EXPECT_THAT(log.of(Rule::ProtectedSubject), IsEmpty());
  log.add(SmallLog::shown("ann", at(11, 0, 0, 9), 3, {"protected"}));
  EXPECT_THAT(log.of(Rule::ProtectedSubject), IsEmpty()) << "the same record again";
  log.add(SmallLog::shown("ann", at(11, 1, 0, 9), 99, {"protected"}));
  ASSERT_THAT(log.of(Rule::ProtectedSubject), SizeIs(1));
  EXPECT_THAT(log.of(Rule::ProtectedSubject)[0].finding.why, HasSubstr("10 times"));
}

// ---- R5

void open_many(SmallLog& log, const std::string& who, int day, int count) {
  for (int i = 0; i < count; ++i) {
    log.add(SmallLog::shown(who, at(9, 0, i * 200, day), static_cast<std::uint8_t>(i % 250)));
  }
}

TEST(Volume, MoreThanThreeTimesOnesOwnMedianIsAnAlertOnceTheDayIsOver) {
  SmallLog log;
  for (int day = 0; day < 10; ++day) open_many(log, "ann", day, 15);
  open_many(log, "ann", 12, 46);
  EXPECT_THAT(log.of(Rule::Volume), IsEmpty());
  open_many(log, "ann", 13, 1);
  const auto alerts = log.of(Rule::Volume);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(alerts[0].finding.why, HasSubstr("ann opened 46 records between 09:00"));
  EXPECT_THAT(alerts[0].finding.why, HasSubstr("the median of 10 days before is 15"));
  EXPECT_EQ(alerts[0].finding.count, 46U);
}

TEST(Volume, ThreeTimesTheMedianAndFewRecordsAreNone) {
  SmallLog log;
  for (int day = 0; day < 10; ++day) open_many(log, "ann", day, 15);
  open_many(log, "ann", 12, 45);
  for (int day = 13; day < 22; ++day) open_many(log, "bob", day, 5);
  open_many(log, "bob", 23, 39);
  open_many(log, "bob", 24, 1);
  EXPECT_THAT(log.of(Rule::Volume), IsEmpty());
}

TEST(Volume, ABusyDayOfAllIsNone) {
  SmallLog log;
  const std::array<std::string, 5> all{"ann", "bob", "cyd", "dee", "eve"};
  for (int day = 0; day < 10; ++day) {
    for (const auto& who : all) open_many(log, who, day, 15);
  }
  for (const auto& who : all) open_many(log, who, 12, 60);
  open_many(log, "ann", 13, 1);
  EXPECT_THAT(log.of(Rule::Volume), IsEmpty());
}

TEST(Volume, ANewcomerIsHeldAgainstThePeers) {
  SmallLog log;
  for (int day = 0; day < 11; ++day) {
    for (int who = 0; who < 10; ++who) open_many(log, "peer" + std::to_string(who), day, 15);
  }
  open_many(log, "new", 12, 50);
  for (int who = 0; who < 5; ++who) open_many(log, "peer" + std::to_string(who), 12, 15);
  open_many(log, "new", 13, 1);
  const auto alerts = log.of(Rule::Volume);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(alerts[0].finding.why,
              HasSubstr("99 of 100 days of housing-officer in the last month had at most 15"));
}

// ---- R6

TEST(Sequence, EightReferencesOneByOneAreAnAlertAndSevenAreNone) {
  SmallLog log;
  for (int i = 0; i < 7; ++i) {
    log.add(
        SmallLog::listed("ann", at(10, i), 1, "case_reference HK/27/" + std::to_string(41 + i)));
  }
  EXPECT_THAT(log.of(Rule::Sequence), IsEmpty());
  log.add(SmallLog::listed("ann", at(10, 8), 1, "case_reference HK/27/50"));
  const auto alerts = log.of(Rule::Sequence);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(alerts[0].finding.why, HasSubstr("ann searched for case_references 8 times"));
  EXPECT_THAT(alerts[0].finding.entries, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(Sequence, AStepBackAPauseOrAnotherPrefixBreaksARun) {
  const auto ask = [](SmallLog& log, int minute, const std::string& value) {
    log.add(SmallLog::listed("ann", at(10, minute), 1, "case_reference " + value));
  };
  SmallLog back, pause, other;
  for (int i = 0; i < 14; ++i) {
    ask(back, i, "A/" + std::to_string(100 + (i % 2 == 0 ? i : i - 3)));
    ask(pause, i * 4 + (i >= 7 ? 31 : 0), "A/" + std::to_string(100 + i));
    ask(other, i, (i % 2 == 0 ? "A/" : "B/") + std::to_string(100 + i));
  }
  EXPECT_THAT(back.of(Rule::Sequence), IsEmpty());
  EXPECT_THAT(pause.of(Rule::Sequence), IsEmpty());
  EXPECT_THAT(other.of(Rule::Sequence), IsEmpty());
}

TEST(Sequence, ANumberOfManyDigitsIsNoNumber) {
  SmallLog log;
  for (int i = 0; i < 20; ++i) {
    log.add(SmallLog::listed("ann", at(10, i), 1,
                             "case_reference " + std::string(40, '9') + std::to_string(i % 10)));
  }
  EXPECT_THAT(log.of(Rule::Sequence), IsEmpty());
}

TEST(Sequence, SixPostcodesOfASectorWithinAnHourAreAnAlert) {
  SmallLog log;
  const std::array<std::string, 6> units{"AA", "AB", "AD", "AA", "AE", "AF"};
  for (int i = 0; i < 6; ++i) {
    log.add(SmallLog::listed("ann", at(10, 5 * i), 1,
                             "postcode E8 1" + units.at(static_cast<std::size_t>(i))));
  }
  EXPECT_THAT(log.of(Rule::Sequence), IsEmpty()) << "five different ones";
  log.add(SmallLog::listed("ann", at(10, 40), 1, "postcode E8 1AG"));
  ASSERT_THAT(log.of(Rule::Sequence), SizeIs(1));
  EXPECT_THAT(log.of(Rule::Sequence)[0].finding.why, HasSubstr("all of the sector E8 1"));
}

TEST(Sequence, ThirtyRecordsInFiveMinutesAreAProgram) {
  SmallLog log;
  for (int i = 0; i < 60; ++i) {
    log.add(SmallLog::shown("ann", at(10, 0, 15 * i), static_cast<std::uint8_t>(i)));
  }
  EXPECT_THAT(log.of(Rule::Sequence), IsEmpty()) << "one in fifteen seconds";
  for (int i = 0; i < 30; ++i) {
    log.add(SmallLog::shown("bob", at(11, 0, 9 * i), static_cast<std::uint8_t>(i)));
  }
  ASSERT_THAT(log.of(Rule::Sequence), SizeIs(1));
  EXPECT_THAT(log.of(Rule::Sequence)[0].finding.actors, ElementsAre("bob"));
}

// ---- R7

TEST(OutOfHours, SaysWhenAndWhatTheHoursAre) {
  SmallLog log;
  for (int i = 0; i < 14; ++i) {
    log.add(SmallLog::shown("ann", at(22, 10 + 90 * i / 13, 0, 4), static_cast<std::uint8_t>(i)));
  }
  const auto alerts = log.of(Rule::OutOfHours);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].finding.why,
            "ann looked at 14 records between 22:10 and 23:40 on Sunday 17 January 2027; "
            "housing-officer works 07:00 to 19:00, Monday to Friday");
}

TEST(OutOfHours, AFewByEveningAreNoneAndOneByNightIsAnAlert) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(19)));
  log.add(SmallLog::shown("ann", at(21, 59)));
  EXPECT_THAT(log.alerts(), IsEmpty());
  log.add(SmallLog::shown("bob", at(22)));
  EXPECT_THAT(log.of(Rule::OutOfHours), SizeIs(1));
  log.add(SmallLog::by("cyd", at(20), "log-exported"));
  EXPECT_THAT(log.of(Rule::OutOfHours), SizeIs(2));
}

TEST(OutOfHours, ARolesOwnHoursCount) {
  AlertSettings settings;
  settings.shifts["idva"] = {*parse_shift("Mon-Sun 00:00-24:00")};
  SmallLog log(settings);
  auto look = SmallLog::shown("ann", at(23));
  look.roles = {"housing-officer", "idva"};
  log.add(look);
  EXPECT_THAT(log.alerts(), IsEmpty());
}

TEST(OutOfHours, TheAgentNeverSleeps) {
  SmallLog log;
  auto sealed = SmallLog::of_agent(at(3), "disclosure", "sealed");
  sealed.actor = "agent";
  log.add(sealed);
  log.add(SmallLog::of_agent(at(3), "collection", "held"));
  EXPECT_THAT(log.alerts(), IsEmpty());
}

// ---- R8

TEST(AfterTheEnd, AnAgreementHoldsUntilJustBeforeItsEnd) {
  AlertSettings settings;
  settings.agreement_ends["pilot"] = at(12);
  SmallLog log(settings);
  auto look = SmallLog::shown("ann", at(11, 59, 59));
  look.agreement = "pilot";
  log.add(look);
  EXPECT_THAT(log.alerts(), IsEmpty());
  look.time = at(12);
  log.add(look);
  ASSERT_THAT(log.of(Rule::AfterTheEnd), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why, HasSubstr("it ended at 2027-01-13T12:00:00.000Z"));
}

TEST(AfterTheEnd, ManyRecordsThatHaveEndedAreAnAlert) {
  SmallLog log;
  for (std::uint8_t i = 0; i < 8; ++i) {
    EXPECT_THAT(log.alerts(), IsEmpty());
    log.add(SmallLog::shown("ann", at(10, i), i, {"ended"}));
  }
  EXPECT_THAT(log.of(Rule::AfterTheEnd), SizeIs(1));
}

// ---- R10

TEST(LargeExport, AListOfMoreThanFiveHundredIsAnAlert) {
  SmallLog log;
  log.add(SmallLog::listed("ann", at(10), 500));
  EXPECT_THAT(log.alerts(), IsEmpty());
  log.add(SmallLog::listed("ann", at(10, 1), 501));
  EXPECT_THAT(log.of(Rule::LargeExport), SizeIs(1));
}

TEST(LargeExport, SlicesOfAnHourAddUp) {
  SmallLog log;
  for (int i = 0; i < 40; ++i) log.add(SmallLog::listed("slow", at(7, 3 * i), 50));
  EXPECT_THAT(log.alerts(), IsEmpty());
  for (int i = 0; i < 31; ++i) log.add(SmallLog::listed("ann", at(12, i), 50));
  ASSERT_THAT(log.of(Rule::LargeExport), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why, HasSubstr("ann listed 1550 records within an hour"));
}

TEST(LargeExport, TheThirdExportOfADayIsAnAlert) {
  SmallLog log;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(log.alerts(), IsEmpty());
    log.add(SmallLog::by("max", at(10, i), "log-exported"));
  }
  EXPECT_THAT(log.of(Rule::LargeExport), SizeIs(1));
}

// ---- R11, R12, R13

TEST(Refusals, EightWithinTenMinutesAreAnAlert) {
  SmallLog log;
  for (int i = 0; i < 20; ++i) log.add(SmallLog::by("slow", at(8, 2 * i), "refused"));
  for (int i = 0; i < 7; ++i) log.add(SmallLog::by("ann", at(10, i), "refused"));
  EXPECT_THAT(log.alerts(), IsEmpty());
  log.add(SmallLog::by("ann", at(10, 9), "refused"));
  ASSERT_THAT(log.of(Rule::Refusals), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why, HasSubstr("ann was refused 8 times between 10:00"));
}

TEST(DormantAccount, WakesAfterSixtyDays) {
  SmallLog log;
  log.add(SmallLog::shown("ann", at(10)));
  log.add(SmallLog::shown("bob", at(10)));
  log.add(SmallLog::shown("ann", at(10, 0, 0, 60)));
  EXPECT_THAT(log.of(Rule::DormantAccount), IsEmpty());
  log.add(SmallLog::shown("bob", at(11, 0, 0, 61)));
  log.add(SmallLog::shown("bob", at(12, 0, 0, 61)));
  log.add(SmallLog::shown("bob", at(12, 0, 0, 62)));
  log.add(SmallLog::shown("new", at(12, 0, 0, 62)));
  const auto alerts = log.of(Rule::DormantAccount);
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_THAT(alerts[0].finding.why,
              HasSubstr("bob acted 2 times between 11:00 and 12:00 on Monday 15 March 2027; the "
                        "account had done nothing since Wednesday 13 January 2027"));
}

TEST(TwoPlaces, MovingIsNoneAndGoingBackAndForthIsAnAlert) {
  AlertSettings settings;
  settings.two_places = 3;
  SmallLog log(settings);
  const auto look = [&](const std::string& device, Time time) {
    auto shown = SmallLog::shown("ann", time);
    shown.device = device;
    log.add(shown);
  };
  look("desk", at(10));
  look("laptop", at(10, 1));
  look("desk", at(10, 30));
  EXPECT_THAT(log.alerts(), IsEmpty()) << "to a meeting and back";
  look("laptop", at(10, 35));
  EXPECT_THAT(log.alerts(), IsEmpty());
  look("desk", at(10, 36));
  ASSERT_THAT(log.of(Rule::TwoPlaces), SizeIs(1));
  EXPECT_THAT(log.alerts()[0].finding.why, HasSubstr("at laptop and at desk by turns"));
}

TEST(TwoPlaces, AProgramIsNowhere) {
  AlertSettings settings;
  settings.two_places = 3;
  SmallLog log(settings);
  for (int i = 0; i < 6; ++i) {
    auto shown = SmallLog::shown("ann", at(10, i));
    shown.device = i % 2 == 0 ? "pts/1" : "no terminal";
    log.add(shown);
  }
  EXPECT_THAT(log.alerts(), IsEmpty());
}

}  // namespace
}  // namespace hub::alerts
