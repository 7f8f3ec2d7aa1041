#include "audit/alerts/activity.h"

#include <gtest/gtest.h>

namespace hub::alerts {
namespace {

TEST(Activity, HoldsWhatLeafAndDetailSay) {
  audit::Leaf leaf;
  leaf.index = 7;
  leaf.time = from_ms(1234);
  leaf.detail = crypto::Digest{};
  leaf.entry.act = "consultation";
  leaf.entry.outcome = "shown";
  leaf.entry.record_type = "ta.placement_notice";
  leaf.entry.sender = "E09000012";
  leaf.entry.recipient = "E09000007";
  leaf.entry.agreement = "ta";
  leaf.entry.purpose = "notice";
  leaf.entry.view = "rough-sleepers";
  leaf.entry.roles = {"idva", "housing-officer"};
  leaf.entry.count = 1;
  leaf.entry.envelopes = {crypto::Digest{}};
  audit::Detail detail;
  detail.actor = "ann";
  detail.device = "pts/3";
  detail.justification = "asked by phone";
  detail.note = "show";
  detail.asked = "postcode E8 1AA";
  detail.relations = {"surname:bob", "protected"};
  detail.record_ids = {Uuid{}};
  const auto activity = activity_of(leaf, detail);
  EXPECT_EQ(activity.index, 7U);
  EXPECT_EQ(activity.time, from_ms(1234));
  EXPECT_EQ(activity.actor, "ann");
  EXPECT_EQ(activity.roles, leaf.entry.roles);
  EXPECT_EQ(activity.record_type, "ta.placement_notice");
  EXPECT_EQ(activity.sender, "E09000012");
  EXPECT_EQ(activity.recipient, "E09000007");
  EXPECT_EQ(activity.agreement, "ta");
  EXPECT_EQ(activity.purpose, "notice");
  EXPECT_EQ(activity.view, "rough-sleepers");
  EXPECT_EQ(activity.count, 1U);
  EXPECT_EQ(activity.records, detail.record_ids);
  EXPECT_EQ(activity.note, "show");
  EXPECT_EQ(activity.asked, "postcode E8 1AA");
  EXPECT_EQ(activity.relations, detail.relations);
  EXPECT_EQ(activity.device, "pts/3");
  EXPECT_EQ(activity.justification, "asked by phone");
  EXPECT_EQ(activity.commitment, leaf.detail);
  EXPECT_EQ(activity.envelopes.size(), 1U);
  EXPECT_TRUE(is_shown(activity));
  EXPECT_FALSE(activity.erases);
}

TEST(Activity, WithoutADetailIsNobodys) {
  audit::Leaf leaf;
  leaf.entry.act = "consultation";
  leaf.entry.outcome = "shown";
  leaf.entry.erased_items = {{3, 1}};
  const auto activity = activity_of(leaf, std::nullopt);
  EXPECT_FALSE(is_persons(activity));
  EXPECT_FALSE(is_shown(activity));
  EXPECT_TRUE(activity.erases);
}

TEST(Activity, KeepsTheBeginningOfALongSearch) {
  audit::Detail detail;
  detail.asked = "person_name " + std::string(60'000, 'x');
  EXPECT_EQ(activity_of({}, detail).asked.size(), 200U);
}

}  // namespace
}  // namespace hub::alerts
