#include "audit/search/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hub::audit {
namespace {

using testing::HasSubstr;

Query parsed(std::string_view text) {
  auto query = parse_query(text);
  EXPECT_TRUE(query) << text << ": " << (query ? "" : query.error());
  return query ? *query : Query{};
}

TEST(LogQuery, ReadsTermsQuotesAndMinus) {
  const auto query = parsed(R"( actor:ann  -outcome:refused subject:"person_name=Ann Smith")");
  ASSERT_EQ(query.terms.size(), 3U);
  EXPECT_EQ(query.terms[0], (QueryTerm{Qualifier::Actor, "ann", false, {}}));
  EXPECT_EQ(query.terms[1], (QueryTerm{Qualifier::Outcome, "refused", true, {}}));
  EXPECT_EQ(query.terms[2], (QueryTerm{Qualifier::Subject, "person_name=Ann Smith", false, {}}));
  EXPECT_TRUE(parsed("").terms.empty());
}

TEST(LogQuery, ReadsPeriodsWithTheirLastDay) {
  const auto day = [](std::string_view text) {
    return from_ms(*parse_iso_date(text) * std::int64_t{86'400'000});
  };
  const auto both = parsed("created:2026-11-01..2026-11-21");
  EXPECT_EQ(both.from, day("2026-11-01"));
  EXPECT_EQ(both.until, day("2026-11-22"));
  EXPECT_EQ(parsed("created:2026-11-05").until, day("2026-11-06"));
  EXPECT_FALSE(parsed("created:2026-11-05..").until);
  EXPECT_FALSE(parsed("created:..2026-11-05").from);
  const auto narrowed = parsed("created:2026-11-01..2026-11-21 created:2026-11-10..2026-12-24");
  EXPECT_EQ(narrowed.from, day("2026-11-10"));
  EXPECT_EQ(narrowed.until, day("2026-11-22"));
}

TEST(LogQuery, SaysWhereItIsWrongWithoutTheValue) {
  struct Case {
    std::string text;
    std::string says;
  };
  for (const auto& [text, says] : std::vector<Case>{
           {"ann", "at character 1: write QUALIFIER:VALUE"},
           {"actor:ann smith", "at character 11: write QUALIFIER:VALUE"},
           {"actor:", "at character 1: the value is missing"},
           {"salary:30000", "at character 1: the qualifiers are actor, role"},
           {"actor:ann subject:Smith", "at character 11: subject: takes IDENTIFIER=VALUE"},
           {"subject:=Smith", "takes IDENTIFIER=VALUE"},
           {"subject:name=", "takes IDENTIFIER=VALUE"},
           {"record:Smith", "record: takes a record's id"},
           {"action:snooping", "action: takes one of collection, alteration"},
           {"actor:\"Ann Smith", "at character 1: the quotes do not end"},
           {"created:yesterday", "created: takes a day or a period"},
           {"created:2026-02-30", "created: takes a day or a period"},
           {"created:2026-11-21..2026-11-01", "created: takes a day or a period"},
           {"created:..", "created: takes a day or a period"},
           {"-created:2026-11-21", "created: takes a day or a period"}}) {
    const auto query = parse_query(text);
    ASSERT_FALSE(query) << text;
    EXPECT_THAT(query.error(), HasSubstr(says));
    EXPECT_THAT(query.error(), testing::Not(testing::ContainsRegex("Smith|snooping|yesterday")));
  }
  EXPECT_FALSE(parse_query(std::string(kLongestQuery + 1, ' ')));
  std::string many;
  for (std::size_t i = 0; i <= kMostTerms; ++i) many += "actor:a ";
  EXPECT_FALSE(parse_query(many));
}

TEST(LogQuery, MatchesAlternativesOfOneQualifierAndAllQualifiers) {
  Leaf leaf;
  leaf.entry.act = "consultation";
  leaf.entry.outcome = "shown";
  leaf.entry.sender = "E09000007";
  leaf.entry.recipient = "E09000012";
  leaf.entry.agreement = "london-ta-notice-2026";
  leaf.entry.purpose = "section-208-notice";
  leaf.entry.record_type = "ta.placement_notice";
  leaf.entry.view = "placed-here";
  leaf.entry.roles = {"housing-officer"};
  leaf.time = from_ms(1'795'000'000'000);  // 2026-11-18
  auto detail = detail_by("ann");
  detail.record_ids = {Uuid{{1}}};
  const auto holds = [&](std::string_view text) { return matches(parsed(text), leaf, detail); };
  for (const auto* text :
       {"", "actor:ann", "actor:ann actor:ben", "authority:E09000007", "authority:E09000012",
        "agreement:london-ta-notice-2026", "purpose:section-208-notice", "action:consultation",
        "outcome:shown", "type:ta.placement_notice", "view:placed-here", "role:housing-officer",
        "record:01000000-0000-0000-0000-000000000000", "created:2026-11-18", "-actor:ben",
        "actor:ann action:consultation created:2026-11-01.."}) {
    EXPECT_TRUE(holds(text)) << text;
  }
  for (const auto* text :
       {"actor:ben", "-actor:ann", "actor:ann -outcome:shown", "authority:E09000013",
        "actor:ann action:disclosure", "record:02000000-0000-0000-0000-000000000000",
        "created:2026-11-19..", "created:..2026-11-17", "subject:nhs_number=1", "view:x",
        "role:auditor", "type:x", "purpose:x", "agreement:x"}) {
    EXPECT_FALSE(holds(text)) << text;
  }
  EXPECT_FALSE(matches(parsed("actor:ann"), leaf, std::nullopt));
}

}  // namespace
}  // namespace hub::audit
