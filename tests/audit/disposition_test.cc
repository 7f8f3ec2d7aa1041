// What auditors may make of alerts, and what a log that breaks the rules comes to.
#include "audit/alerts/disposition.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace hub::alerts {
namespace {

const std::string kAlert = "0011223344556677";
const std::vector<std::string> kNobody;

Activity review(const std::string& actor, const std::string& outcome,
                const std::string& alert = kAlert) {
  Activity out;
  out.actor = actor;
  out.act = "review";
  out.outcome = outcome;
  out.note = alert;
  out.justification = actor + " says so";
  out.time = from_ms(1000);
  return out;
}

Disposition after(const std::vector<Activity>& activities,
                  const std::vector<std::string>& concerned = kNobody) {
  return dispositions_of(activities).of(kAlert, concerned);
}

TEST(Disposition, OpenUntilSomebodySaysWhatItIs) {
  EXPECT_EQ(state_of(after({})), "open");
  const auto disposed = after({review("ann", "alert-justified")});
  EXPECT_EQ(state_of(disposed), "disposed");
  EXPECT_EQ(disposed.reviewer, "ann");
  EXPECT_EQ(disposed.because, "ann says so");
  EXPECT_EQ(disposed.verdict, Verdict::Justified);
  EXPECT_EQ(state_of(after({review("ann", "alert-justified", "other")})), "open");
}

TEST(Disposition, ASecondReviewerClosesIt) {
  const auto confirmed =
      after({review("ann", "alert-inappropriate"), review("bob", "alert-confirmed")});
  EXPECT_EQ(state_of(confirmed), "confirmed");
  EXPECT_EQ(confirmed.confirmed_by, "bob");
  EXPECT_EQ(confirmed.verdict, Verdict::Inappropriate);
}

TEST(Disposition, NobodyConfirmsAnOwnVerdict) {
  EXPECT_EQ(state_of(after({review("ann", "alert-justified"), review("ann", "alert-confirmed")})),
            "disposed");
  const auto now = after({review("ann", "alert-justified")});
  EXPECT_EQ(may_confirm(now, "ann", kNobody).error(), ReviewFault::OwnVerdict);
  EXPECT_TRUE(may_confirm(now, "bob", kNobody));
}

TEST(Disposition, NobodyReviewsAnAlertAboutOneself) {
  const std::vector<std::string> concerned{"ann"};
  EXPECT_EQ(may_dispose({}, "ann", concerned).error(), ReviewFault::AboutOneself);
  EXPECT_TRUE(may_dispose({}, "bob", concerned));
  const auto now = after({review("bob", "alert-justified")}, concerned);
  EXPECT_EQ(may_confirm(now, "ann", concerned).error(), ReviewFault::AboutOneself);
  EXPECT_EQ(may_reopen(now, "ann", concerned).error(), ReviewFault::AboutOneself);
  // What the log holds against it is void.
  EXPECT_EQ(state_of(after({review("ann", "alert-justified"), review("bob", "alert-confirmed")},
                           concerned)),
            "open");
  EXPECT_EQ(state_of(after({review("bob", "alert-justified"), review("ann", "alert-confirmed")},
                           concerned)),
            "disposed");
}

TEST(Disposition, AConfirmedVerdictStaysUntilItIsReopened) {
  std::vector<Activity> log{review("ann", "alert-justified"), review("bob", "alert-confirmed"),
                            review("cyd", "alert-inappropriate")};
  EXPECT_EQ(after(log).verdict, Verdict::Justified);
  EXPECT_EQ(may_dispose(after(log), "cyd", kNobody).error(), ReviewFault::Confirmed);
  log.push_back(review("cyd", "alert-reopened"));
  EXPECT_EQ(state_of(after(log)), "open");
  log.push_back(review("cyd", "alert-inappropriate"));
  EXPECT_EQ(after(log).verdict, Verdict::Inappropriate);
}

TEST(Disposition, AnotherVerdictBeforeTheSecondReviewerReplacesTheFirst) {
  const auto now = after({review("ann", "alert-justified"), review("bob", "alert-inappropriate"),
                          review("ann", "alert-confirmed")});
  EXPECT_EQ(now.reviewer, "bob");
  EXPECT_EQ(now.confirmed_by, "ann");
}

TEST(Disposition, WhatNeedsEvidenceCannotBeConfirmed) {
  const auto now = after({review("ann", "alert-needs-evidence"), review("bob", "alert-confirmed")});
  EXPECT_EQ(state_of(now), "disposed");
  EXPECT_EQ(may_confirm(now, "bob", kNobody).error(), ReviewFault::NeedsEvidence);
  EXPECT_TRUE(may_dispose(now, "bob", kNobody));
}

TEST(Disposition, WithoutAVerdictThereIsNothingToConfirmOrReopen) {
  EXPECT_EQ(may_confirm({}, "bob", kNobody).error(), ReviewFault::NoVerdict);
  EXPECT_EQ(may_reopen({}, "bob", kNobody).error(), ReviewFault::NoVerdict);
  EXPECT_EQ(state_of(after({review("bob", "alert-confirmed"), review("bob", "alert-reopened")})),
            "open");
}

TEST(Disposition, WhatIsNoReviewCountsForNothing) {
  auto other_act = review("ann", "alert-justified");
  other_act.act = "consultation";
  EXPECT_EQ(
      state_of(after({other_act, review("", "alert-justified"), review("agent", "alert-justified"),
                      review("ann", "alert-forgiven"), review("ann", "justified")})),
      "open");
}

TEST(Disposition, EveryVerdictHasAWord) {
  for (const auto verdict : {Verdict::Justified, Verdict::Inappropriate, Verdict::NeedsEvidence}) {
    EXPECT_EQ(verdict_of(word(verdict)), verdict);
  }
  EXPECT_FALSE(verdict_of("fine"));
}

}  // namespace
}  // namespace hub::alerts
