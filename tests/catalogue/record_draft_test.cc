#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "schemas/record.h"
#include "tests/catalogue/london_catalogue.h"

namespace hub::schemas {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const RecordType& placement() { return london_type("ta.placement_notice"); }

std::vector<FieldProblem> problems_with(Texts texts, const std::string& field,
                                        const std::string& text) {
  texts[field] = text;
  auto draft = check(placement(), texts);
  return draft ? std::vector<FieldProblem>{} : std::move(draft.error());
}

TEST(RecordDraft, TakesAWholeRecordOfEachType) {
  const std::vector<std::pair<std::string, Texts>> records = {
      {"ta.placement_notice", placement_texts()},
      {"homelessness.local_connection_referral", referral_texts()},
      {"violence.marac_transfer", marac_texts()}};
  for (const auto& [name, texts] : records) {
    const auto& type = london_type(name);
    EXPECT_EQ(texts.size(), type.fields().size()) << name;
    const auto draft = check(type, texts);
    ASSERT_TRUE(draft) << name << ' ' << draft.error()[0].field << ' ' << draft.error()[0].rule;
    EXPECT_EQ(draft->groups_present(), type.groups());
    EXPECT_EQ(draft->addressed_to(), texts.at(type.addressed_by().name));
    EXPECT_EQ(draft->case_reference(), texts.at("case_reference"));
    for (const auto& field : type.fields()) {
      EXPECT_EQ(draft->text_of(field), texts.at(field.name)) << field.name;
    }
  }
}

struct Row {
  std::string field;
  std::string text;
  std::string rule;
};

TEST(RecordDraft, SaysWhichRuleAValueBreaksAndNeverTheValue) {
  const std::vector<Row> rows = {
      {"host_authority", "E09000034", "not the GSS code of a London authority"},
      {"applicant_name", std::string(121, 'x'), "too long"},
      {"applicant_name", "SECRET\x01", "control characters"},
      {"applicant_name", "SECRET\xff", "not UTF-8"},
      {"applicant_name", "SECRET\nline", "control characters"},
      {"needs_summary", "SECRET\rline", "control characters"},
      {"other_persons", "SECRET", "not a whole number in its range"},
      {"other_persons", "31", "not a whole number in its range"},
      {"other_persons", "-1", "not a whole number in its range"},
      {"other_persons", "3.0", "not a whole number in its range"},
      {"other_persons", "99999999999999999999", "not a whole number in its range"},
      {"available_from", "2026-02-30", "not a date"},
      {"available_from", "12/01/2026", "not a date"},
      {"placement_function", "s999", "not in the code list HomelessnessFunction"},
      {"placement_function", "S188", "not in the code list HomelessnessFunction"},
      {"support_needs", "mental_health;SECRET", "not in the code list SupportNeed"},
      {"support_needs", "mental_health;mental_health", "the same code twice"},
      {"support_needs", "mental_health;", "not in the code list SupportNeed"},
      {"shared_facilities", "y", "neither yes nor no"},
      {"shared_facilities", "Yes", "neither yes nor no"},
      {"uprn", "SECRET", "not a UPRN"},
      {"accommodation_postcode", "SECRET", "not a postcode"},
      {"nhs_number", "9434765918", "not a valid NHS number"},
      {"ni_number", "GB123456C", "not a valid National Insurance number"},
      {"contact_email", "SECRET", "not an e-mail address"},
      {"contact_phone", "SECRET", "not a telephone number"},
      {"children_ages", "4;SECRET", "not an age"},
      {"children_ages", "4;;9", "an item of the list is empty"},
      {"children_ages", "1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1", "too many items"},
      {"date_of_birth", "1700-01-01", "not a date"}};
  ASSERT_GE(rows.size(), 30U);
  for (const auto& row : rows) {
    const auto problems = problems_with(placement_texts(), row.field, row.text);
    ASSERT_EQ(problems.size(), 1U) << row.field << ' ' << row.text;
    EXPECT_EQ(problems[0].field, row.field);
    EXPECT_EQ(problems[0].rule, row.rule) << row.field;
    EXPECT_FALSE(problems[0].what_to_do.empty());
    EXPECT_THAT(problems[0].rule + problems[0].what_to_do, Not(HasSubstr("SECRET")));
  }
}

TEST(RecordDraft, ReportsEveryProblemOfARecord) {
  auto texts = placement_texts();
  texts["bedrooms"] = "many";
  texts["uprn"] = "x";
  texts.erase("applicant_name");
  const auto draft = check(placement(), texts);
  ASSERT_FALSE(draft);
  std::vector<std::string> fields;
  for (const auto& problem : draft.error()) fields.push_back(problem.field);
  EXPECT_THAT(fields, testing::UnorderedElementsAre("bedrooms", "uprn", "applicant_name"));
}

TEST(RecordDraft, AsksForEveryFieldOfTheMainGroupThatMustBeThere) {
  for (const auto& field : placement().fields()) {
    if (!field.required) continue;
    auto texts = placement_texts();
    texts.erase(field.name);
    const auto draft = check(placement(), texts);
    ASSERT_FALSE(draft) << field.name;
    EXPECT_EQ(draft.error()[0].field, field.name);
    EXPECT_EQ(draft.error()[0].rule, "missing");
  }
}

TEST(RecordDraft, LetsAGroupBeAbsentAsAWhole) {
  auto texts = placement_texts();
  for (const auto& field : placement().fields()) {
    if (field.group == "contact" || field.group == "children") texts.erase(field.name);
  }
  const auto draft = check(placement(), texts);
  ASSERT_TRUE(draft);
  EXPECT_THAT(draft->groups_present(), ElementsAre("notice", "property", "needs", "identifiers"));
}

TEST(RecordDraft, DropsSpacesAroundAValueAndTakesAnEmptyOneAsAbsent) {
  auto texts = placement_texts();
  texts["applicant_name"] = "   Ann  Example ";
  texts["bedrooms"] = "   ";
  texts["support_needs"] = " budgeting ; mental_health";
  const auto draft = check(placement(), texts);
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->text_of(*placement().field("applicant_name")), "Ann  Example");
  EXPECT_EQ(draft->text_of(*placement().field("bedrooms")), std::nullopt);
  EXPECT_EQ(draft->text_of(*placement().field("support_needs")), "mental_health;budgeting");
}

TEST(RecordDraft, KeepsIdentifiersInTheirCanonicalSpelling) {
  auto texts = placement_texts();
  texts["nhs_number"] = "943 476 5919";
  texts["ni_number"] = "qq 12 34 56 c";
  texts["accommodation_postcode"] = "zz11zz";
  texts["uprn"] = "000123";
  const auto draft = check(placement(), texts);
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->text_of(*placement().field("nhs_number")), "9434765919");
  EXPECT_EQ(draft->text_of(*placement().field("ni_number")), "QQ123456C");
  EXPECT_EQ(draft->text_of(*placement().field("accommodation_postcode")), "ZZ1 1ZZ");
  EXPECT_EQ(draft->text_of(*placement().field("uprn")), "123");
}

TEST(RecordDraft, KeepsPairedListsTogether) {
  const auto& type = london_type("violence.marac_transfer");
  auto texts = marac_texts();
  texts["children_dates_of_birth"] = "2015-04-05";
  const auto shorter = check(type, texts);
  ASSERT_FALSE(shorter);
  EXPECT_EQ(shorter.error()[0].field, "children_dates_of_birth");
  EXPECT_EQ(shorter.error()[0].rule, "not as many items as children_names");
  texts["children_dates_of_birth"] = ";";  // nothing known of either
  EXPECT_TRUE(check(type, texts));
  texts.erase("children_names");
  EXPECT_FALSE(check(type, texts));
}

TEST(RecordDraft, RefusesAFieldGivenTwiceOrUnknown) {
  const std::vector<NamedText> twice = {{"case_reference", "1"}, {"case_reference", "2"}};
  const auto repeated = RecordDraft::check_named(placement(), twice);
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error()[0].rule, "given twice");
  auto texts = placement_texts();
  texts["SECRET"] = "x";
  const auto unknown = check(placement(), texts);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error()[0].rule, "1 unknown field names");
}

TEST(RecordDraft, EncodesTheSameBytesEveryTime) {
  const auto texts = marac_texts();
  const auto& type = london_type("violence.marac_transfer");
  EXPECT_EQ(body_of(type, texts), body_of(type, texts));
  // In whatever order the values came.
  std::vector<NamedText> backwards;
  for (auto it = texts.rbegin(); it != texts.rend(); ++it) {
    backwards.push_back({it->first, it->second});
  }
  const auto draft = RecordDraft::check_named(type, backwards);
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->encode(type.groups()), body_of(type, texts));
}

TEST(RecordDraft, EncodesOnlyTheGroupsThatWereAskedFor) {
  const auto draft = check(placement(), placement_texts());
  ASSERT_TRUE(draft);
  const std::vector<std::string> groups = {"notice", "needs", "no_such_group"};
  const auto view = RecordView::open(placement(), draft->encode(groups));
  ASSERT_TRUE(view);
  EXPECT_THAT(view->groups_present(), ElementsAre("notice", "needs"));
  // Not even as bytes that nothing points to.
  const Buffer body = draft->encode(groups);
  EXPECT_EQ(as_text(body).find("QQ123456C"), std::string_view::npos);
  EXPECT_NE(as_text(body).find("HX-2026-004711"), std::string_view::npos);
}

TEST(RecordDraft, HasAFingerprintThatDiffersWhenAnyValueDoes) {
  const auto texts = placement_texts();
  std::set<Buffer> seen = {check(placement(), texts)->fingerprint_input()};
  for (const auto& field : placement().fields()) {
    if (field.required && field.group == placement().main_group()) continue;
    if (field.required) continue;
    auto without = texts;
    without.erase(field.name);
    const auto draft = check(placement(), without);
    ASSERT_TRUE(draft) << field.name;
    EXPECT_TRUE(seen.insert(draft->fingerprint_input()).second) << field.name;
  }
  auto same = texts;
  same["support_needs"] = "budgeting;domestic_abuse;physical_health";
  same["ni_number"] = "qq123456c";
  EXPECT_FALSE(seen.insert(check(placement(), same)->fingerprint_input()).second);
}

TEST(RecordDraft, RefusesATextThatIsTooLong) {
  const auto& type = london_type("violence.marac_transfer");
  auto texts = marac_texts();
  texts["minutes"] = std::string(8000, 'm');
  EXPECT_TRUE(check(type, texts));
  texts["minutes"] = std::string(8001, 'm');
  EXPECT_FALSE(check(type, texts));
}

// A type whose fields may each be right and too much together.
TEST(RecordDraft, RefusesARecordThatIsTooLargeAndMakesNoneThatDoesNotOpen) {
  auto files = london_files();
  auto& file = files["catalogue/ta.placement_notice.fbs"];
  const std::string end = "}\n\nroot_type";
  file.replace(
      file.find(end), end.size(),
      "/// d\nlong_list: [string] (id: 27, group: \"needs\", max: 20000, items: 100);\n" + end);
  const auto catalogue = Catalogue::load(files);
  ASSERT_TRUE(catalogue);
  const auto& type = *(*catalogue)->find("ta.placement_notice");
  auto texts = placement_texts();
  bool refused = false;
  for (std::size_t items = 80; items < 100; ++items) {
    auto& list = texts["long_list"];
    list = std::string(2000, 'x');
    for (std::size_t i = 1; i < items; ++i) list += ";" + std::string(2000, 'x');
    const auto draft = check(type, texts);
    if (!draft) {
      EXPECT_EQ(draft.error()[0].rule, "the record is too large");
      refused = true;
      continue;
    }
    EXPECT_FALSE(refused);
    const auto body = draft->encode(type.groups());
    EXPECT_LE(body.size(), kMaxBodyBytes);
    EXPECT_TRUE(RecordView::open(type, body));
  }
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace hub::schemas
