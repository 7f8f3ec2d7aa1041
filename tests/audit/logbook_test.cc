// What several logs say of envelopes, and what hostile ones may say.
#include <gmock/gmock.h>

#include "tests/audit/written_logs.h"

namespace hub::audit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct LogbookOfTwo : testing::Test {
  Logbook book;
  LogNumber sender = promised(book.add_log("test.hub/audit/E09000007"), "a log");
  LogNumber broker = promised(book.add_log("test.hub/audit/broker"), "a log");

  std::vector<Finding> findings() {
    book.arrange();
    std::vector<Finding> out;
    const auto summary =
        reconcile(book, hours(1), [&](const Finding& found) { out.push_back(found); });
    EXPECT_EQ(summary.findings, out.size());
    return out;
  }
};

TEST_F(LogbookOfTwo, RefusesLogsThatDoNotBelongTogether) {
  EXPECT_EQ(book.add_log("test.hub/audit/broker").error(), LogbookError::SameLog);
  EXPECT_EQ(book.add_log("test.hub/audit/broker/2").error(), LogbookError::SameLog);
  EXPECT_TRUE(book.add_log("test.hub/audit/E09000033/2"));
  EXPECT_EQ(book.add_log("other.hub/audit/E09000012").error(), LogbookError::OtherHub);
  for (const auto* origin : {"", "broker", "/audit/broker", "test.hub/audit/", "test.hub/audit/a/b",
                             "test.hub/audit/a/1", "test.hub/audits/broker"}) {
    EXPECT_EQ(book.add_log(origin).error(), LogbookError::NoOrigin) << origin;
  }
}

TEST_F(LogbookOfTwo, PassesOverWhatIsNoEntryOfTheLogAndSaysSoOnce) {
  Leaf leaf;
  leaf.party = "E09000007";
  leaf.entry.act = "disclosure";
  leaf.entry.envelopes = {envelope(1)};
  leaf.time = kStart;
  leaf.index = 4;
  EXPECT_TRUE(book.add(sender, 5, leaf).has_value());  // another place
  leaf.index = 6;
  leaf.party = "E09000012";
  EXPECT_TRUE(book.add(sender, 6, leaf).has_value());  // another party
  leaf.party = "E09000007";
  leaf.index = 7;
  leaf.time = from_ms(INT64_MAX);
  EXPECT_TRUE(book.add(sender, 7, leaf).has_value());  // a time that no clock shows
  book.add_unreadable(sender, 8);
  const auto found = findings();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found.front().kind, FindingKind::Unreadable);
  EXPECT_EQ(found.front().index, 5U);
  EXPECT_EQ(found.front().answers, "E09000007");
  EXPECT_THAT(found.front().text, HasSubstr("4 entries of this log"));
}

TEST_F(LogbookOfTwo, RepeatsNoMoreOfAHostileValueThanFitsALine) {
  Leaf leaf;
  leaf.party = "broker";
  leaf.entry.act = "relay";
  leaf.entry.sender = "E09000007";
  leaf.entry.purpose = std::string(60'000, 'x');
  leaf.entry.envelopes = {envelope(1)};
  leaf.time = kStart;
  ASSERT_TRUE(book.add(broker, 0, leaf).has_value());
  leaf.party = "E09000007";
  leaf.entry.act = "disclosure";
  leaf.entry.purpose = std::string(60'000, 'y');
  ASSERT_TRUE(book.add(sender, 0, leaf).has_value());
  const auto found = findings();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_LT(found.front().text.size(), 600U);
}

TEST_F(LogbookOfTwo, HoldsNoMoreDifferentWordsThanItHasRoomFor) {
  Leaf leaf;
  leaf.party = "broker";
  leaf.entry.act = "relay";
  leaf.entry.envelopes = {envelope(1)};
  Result<void, LogbookError> added;
  std::uint64_t taken = 0;
  for (; added && taken < 5'000; ++taken) {
    leaf.index = taken;
    leaf.entry.purpose = std::string(60'000, 'x') + std::to_string(taken);
    added = book.add(broker, taken, leaf);
  }
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error(), LogbookError::TooMuch);
  EXPECT_GT(taken, 1'000U);
}

TEST_F(LogbookOfTwo, TellsTheTimelineOfOneEnvelopeInTheOrderOfTime) {
  Leaf leaf;
  leaf.party = "broker";
  leaf.entry.act = "relay";
  leaf.entry.envelopes = {envelope(1), envelope(2)};
  leaf.time = kStart + minutes(1);
  ASSERT_TRUE(book.add(broker, 0, leaf).has_value());
  leaf.party = "E09000007";
  leaf.entry.act = "disclosure";
  leaf.time = kStart;
  ASSERT_TRUE(book.add(sender, 0, leaf).has_value());
  book.arrange();
  std::vector<Step> steps;
  for (const auto* seen : book.about(envelope(2))) steps.push_back(seen->step);
  EXPECT_THAT(steps, ElementsAre(Step::Sent, Step::Relayed));
  EXPECT_THAT(book.about(envelope(3)), IsEmpty());
  EXPECT_THAT(book.beginning_with("", 1), SizeIs(1));
  EXPECT_THAT(book.beginning_with("", 9), SizeIs(2));
  EXPECT_THAT(book.beginning_with("zz", 9), IsEmpty());
}

TEST(Reconcile, HasAWordForEveryKindAndEveryStep) {
  for (int kind = 0; kind <= static_cast<int>(FindingKind::Unreadable); ++kind) {
    EXPECT_NE(word(static_cast<FindingKind>(kind)), "unknown");
  }
  for (std::size_t step = 0; step < kSteps; ++step) {
    EXPECT_NE(describe(static_cast<Step>(step)), "unknown");
  }
}

}  // namespace
}  // namespace hub::audit
