// What another bundle decides otherwise: nothing left out, nothing made up.
#include "policy/decision_diff.h"

#include <gmock/gmock.h>

#include <set>

#include "policy/world.h"
#include "tests/policy/small_bundle.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kHead =
    "@title(\"t\") @agreement(\"all\") @lawful_basis(\"b\") @owner(\"o\") "
    "@review_by(\"2027-01-01\") @advice(\"a\") ";

std::string line_of(const FlipGroup& flip, const std::string& sender, const std::string& recipient,
                    const std::string& viewed_at) {
  const auto& asked = flip.question;
  std::string out(action_of(asked.door));
  for (const auto* word : {&sender, &recipient, &viewed_at, &asked.field_group, &asked.agreement,
                           &asked.purpose, &asked.legal_basis, &asked.regime, &asked.handling}) {
    out += " " + *word;
  }
  for (const auto& role : asked.roles) out += " " + role;
  for (const auto& side : {flip.before, flip.after}) {
    out += side.allowed ? " +" : " -";
    for (const auto& id : side.policies) out += " " + id;
    out += " " + side.without;
  }
  return out + " " + std::to_string(to_ms(asked.now));
}

// Every flip by itself.
std::multiset<std::string> lines_of(const DecisionDiff& diff) {
  std::multiset<std::string> out;
  for (const auto& flip : diff.flips) {
    std::uint64_t count = 0;
    for (const auto& cast : flip.casts) {
      for_each_of(cast, [&](const std::string& sender, const std::string& recipient,
                            const std::string& viewed_at) {
        out.insert(line_of(flip, sender, recipient, viewed_at));
        ++count;
      });
    }
    EXPECT_EQ(count, flip.count);
  }
  EXPECT_EQ(out.size(), diff.loosened + diff.tightened);
  return out;
}

DecisionDiff compare(const OpenedBundle& before, const OpenedBundle& after) {
  return compare_decisions(before, after, authority_classes({&before, &after}), kToday);
}

// The same, by asking about every authority; both must say the same.
DecisionDiff compare_both_ways(const OpenedBundle& before, const OpenedBundle& after) {
  auto by_class = compare(before, after);
  const auto each = compare_decisions(before, after, single_authorities({&before, &after}), kToday);
  EXPECT_LT(by_class.asked, each.asked);
  EXPECT_EQ(each.asked, each.compared);
  EXPECT_EQ(by_class.compared, each.compared);
  EXPECT_EQ(by_class.loosened, each.loosened);
  EXPECT_EQ(by_class.tightened, each.tightened);
  EXPECT_EQ(lines_of(by_class), lines_of(each));
  return by_class;
}

TEST(DecisionDiff, FindsNothingBetweenABundleAndItself) {
  const auto bundle = open(small_files());
  const auto diff = compare_both_ways(bundle, bundle);
  EXPECT_THAT(diff.flips, IsEmpty());
  // 10 terms, 6 groups; three doors for 4 x 4 pairs; 9 roles that view protected records and
  // others, for 4 x 4 x 4 pairs and lookers. Nothing permits an export.
  EXPECT_EQ(diff.compared, 10U * 6U * (3U * 16U + 9U * 2U * 64U));
}

// The agreement gains a group, and one borough may send it.
TEST(DecisionDiff, ListsExactlyThePlantedLoosening) {
  auto files = small_files();
  replace(files[kSmallAgreement], "\"children\"]", "\"children\", \"identifiers\"]");
  files["policy/planted.cedar"] =
      "@id(\"planted\") " + kHead +
      "permit (principal is Agent, action == Action::\"share\", resource == "
      "FieldGroup::\"ta.placement_notice/identifiers\") when { context.sender == "
      "Authority::\"E09000007\" && principal in context.sender };";
  const auto diff = compare_both_ways(open(small_files()), open(files));
  EXPECT_EQ(diff.tightened, 0U);
  // Two recipients that are not suspended; 4 of the 8 terms are agreed.
  EXPECT_EQ(diff.loosened, 8U);
  ASSERT_THAT(diff.flips, SizeIs(4));
  for (const auto& flip : diff.flips) {
    EXPECT_TRUE(flip.loosened());
    EXPECT_EQ(flip.question.door, Door::Share);
    EXPECT_EQ(flip.question.field_group, "identifiers");
    EXPECT_THAT(flip.before.policies, ElementsAre("field-group-not-agreed"));
    EXPECT_THAT(flip.after.policies, ElementsAre("planted"));
    ASSERT_THAT(flip.casts, SizeIs(1));
    EXPECT_THAT(*flip.casts[0].senders, ElementsAre(authority(7)));
    EXPECT_THAT(*flip.casts[0].recipients, ElementsAre(authority(12), authority(13)));
  }
}

TEST(DecisionDiff, ListsWhatTheLossOfAGuardrailLetsThrough) {
  auto files = small_files();
  take_out(files[kSmallGuardrails], "viewer-not-of-a-party");
  const auto diff = compare_both_ways(open(small_files()), open(files));
  EXPECT_EQ(diff.tightened, 0U);
  EXPECT_GT(diff.loosened, 0U);
  for (const auto& flip : diff.flips) {
    EXPECT_EQ(flip.viewpoint, Viewpoint::Elsewhere);
    EXPECT_THAT(flip.before.policies, ElementsAre("viewer-not-of-a-party"));
  }
}

TEST(DecisionDiff, ListsWhatTheLossOfAPermitHoldsBack) {
  auto files = small_files();
  take_out(files[kSmallPermits], "ta-relay");
  const auto diff = compare_both_ways(open(small_files()), open(files));
  EXPECT_EQ(diff.loosened, 0U);
  // 5 groups, 4 agreed terms, 6 ordered pairs of three authorities.
  EXPECT_EQ(diff.tightened, 5U * 4U * 6U);
  for (const auto& flip : diff.flips) EXPECT_EQ(flip.after.without, "no permit");
}

TEST(DecisionDiff, SeesATermThatOnlyAPolicyNames) {
  auto files = small_files();
  replace(
      files[kSmallGuardrails], "context.agreement.purposes.contains(context.purpose)",
      "context.agreement.purposes.contains(context.purpose) || context.purpose == \"research\"");
  const auto diff = compare(open(small_files()), open(files));
  EXPECT_GT(diff.loosened, 0U);
  for (const auto& flip : diff.flips) EXPECT_EQ(flip.question.purpose, "research");
}

TEST(DecisionDiff, SeesALongerTermAtTheMomentTheOldOneEnds) {
  auto files = small_files();
  replace(files[kSmallAgreement], "2028-12-31", "2029-12-31");
  const auto diff = compare(open(small_files()), open(files));
  EXPECT_GT(diff.loosened, 0U);
  EXPECT_EQ(diff.tightened, 0U);
  for (const auto& flip : diff.flips) {
    EXPECT_EQ(to_iso(flip.question.now), "2029-01-01T00:00:00.000Z");
    EXPECT_THAT(flip.before.policies, ElementsAre("agreement-expired"));
  }
}

TEST(DecisionDiff, SeesWhatIsDecidedOnceAnAgreementStarts) {
  auto before = small_files();
  replace(before[kSmallAgreement], "\"starts\": \"2026-01-01\"", "\"starts\": \"2027-01-01\"");
  auto after = before;
  take_out(after[kSmallPermits], "ta-accept");
  EXPECT_GT(compare(open(before), open(after)).tightened, 0U);
}

TEST(DecisionDiff, TellsWhatOneSideDoesNotKnow) {
  const auto before = open(small_files());
  auto types = small_types();
  types.front().field_groups.emplace_back("new");
  auto files = small_files();
  replace(files[kSmallAgreement], "\"children\"]", "\"children\", \"new\"]");
  files["policy/new.cedar"] = "@id(\"new\") " + kHead +
                              "permit (principal, action, resource == "
                              "FieldGroup::\"ta.placement_notice/new\");";
  const auto diff = compare(before, open(files, small_parties(), types));
  ASSERT_GT(diff.loosened, 0U);
  for (const auto& flip : diff.flips) EXPECT_EQ(flip.before.without, "no such field group");

  files = small_files();
  files.erase(kSmallAgreement);
  files.erase(kSmallPermits);
  const auto gone = compare(before, open(files));
  ASSERT_GT(gone.tightened, 0U);
  for (const auto& flip : gone.flips) EXPECT_EQ(flip.after.without, "no such agreement");
}

TEST(DecisionDiff, PutsWhatLoosensFirst) {
  auto files = small_files();
  take_out(files[kSmallPermits], "ta-relay");
  take_out(files[kSmallGuardrails], "sending-to-oneself");
  const auto diff = compare(open(small_files()), open(files));
  EXPECT_GT(diff.loosened, 0U);
  EXPECT_GT(diff.tightened, 0U);
  EXPECT_TRUE(std::ranges::is_partitioned(diff.flips, &FlipGroup::loosened));
}

TEST(DecisionDiff, TellsHowFarItIs) {
  const auto bundle = open(small_files());
  std::uint64_t last = 0;
  std::uint64_t whole = 0;
  const auto diff = compare_decisions(bundle, bundle, single_authorities({&bundle}), kToday,
                                      [&](std::uint64_t done, std::uint64_t all) {
                                        EXPECT_GT(done, last);
                                        last = done;
                                        whole = all;
                                      });
  EXPECT_EQ(whole, diff.asked);
  EXPECT_GT(last, 0U);
}

TEST(AuthorityClasses, HoldThoseThatNothingTellsApart) {
  const auto bundle = open(small_files());
  EXPECT_THAT(authority_classes({&bundle}),
              ElementsAre(ElementsAre(authority(7), authority(12), authority(13)),
                          ElementsAre(authority(25))));
}

TEST(AuthorityClasses, OfLondonFollowItsAgreements) {
  const auto bundle = open(london_files(), london_parties(), london_types());
  const auto classes = authority_classes({&bundle});
  std::size_t all = 0;
  for (const auto& one : classes) all += one.size();
  EXPECT_EQ(all, 33U);
  EXPECT_LT(classes.size(), 10U);
  EXPECT_THAT(classes, testing::Contains(ElementsAre(authority(1))));  // no party of MARACs
}

TEST(AuthorityClasses, KeepApartWhomAPolicyNames) {
  for (const auto* condition : {"context.sender == Authority::\"E09000012\"",
                                "principal == Agent::\"E09000012/london-ta-notice-2026\"",
                                "[Authority::\"E09000012\"].contains(context.sender)",
                                "principal == User::\"E09000012/ann\""}) {
    auto files = small_files();
    files["policy/named.cedar"] =
        "@id(\"named\") " + kHead +
        "forbid (principal, action in [Action::\"share\", Action::\"view\"], resource) when { " +
        condition + " };";
    const auto bundle = open(files);
    EXPECT_THAT(authority_classes({&bundle}), testing::Contains(ElementsAre(authority(12))))
        << condition;
  }
}

TEST(AuthorityClasses, KeepApartThoseWhoseNamesAPolicyReads) {
  auto files = small_files();
  files["policy/named.cedar"] = "@id(\"named\") " + kHead +
                                "forbid (principal, action in [Action::\"share\", "
                                "Action::\"view\"], resource) when { context.sender.name "
                                "like \"H*\" };";
  const auto bundle = open(files);
  EXPECT_THAT(authority_classes({&bundle}), SizeIs(4));
}

TEST(AuthorityClasses, KeepApartThoseOfDifferentStandingInAnAgreement) {
  auto files = small_files();
  auto& agreement = files[kSmallAgreement];
  const auto at = agreement.find("{\"authority\": \"E09000013\"");
  ASSERT_NE(at, std::string::npos);
  agreement.replace(at, agreement.find('}', at) + 1 - at, "{\"authority\": \"E09000013\"}");
  const auto unsigned_one = open(files);
  EXPECT_THAT(authority_classes({&unsigned_one}), testing::Contains(ElementsAre(authority(13))));
  // In either bundle.
  const auto bundle = open(small_files());
  EXPECT_THAT(authority_classes({&bundle, &unsigned_one}),
              testing::Contains(ElementsAre(authority(13))));
}

TEST(Casts, StandForEveryPairAndEveryLooker) {
  const std::vector<AuthorityClass> classes{{"a"}, {"b", "c", "d"}, {"e", "f"}};
  for (const bool views : {false, true}) {
    std::set<std::string> seen;
    std::uint64_t count = 0;
    for (const auto& cast : views ? casts_of_views(classes) : casts_of_exchanges(classes)) {
      std::uint64_t of_cast = 0;
      for_each_of(cast, [&](const std::string& sender, const std::string& recipient,
                            const std::string& viewed_at) {
        EXPECT_TRUE(seen.insert(sender + recipient + viewed_at).second);
        ++of_cast;
      });
      EXPECT_EQ(of_cast, cast.count);
      count += of_cast;
    }
    EXPECT_EQ(count, views ? 216U : 36U);
    EXPECT_EQ(seen.size(), count);
  }
}

}  // namespace
}  // namespace hub::policy
