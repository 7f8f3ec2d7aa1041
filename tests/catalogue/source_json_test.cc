#include "agent/source_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/catalogue/london_catalogue.h"

namespace hub::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kObject =
    R"({"case_reference":"R1","host_authority":"E09000012","applicant_name":"Ann","other_persons":2,)"
    R"("accommodation_address":"1 \"Quoted\" {Road}","accommodation_postcode":"ZZ1 1ZZ",)"
    R"("available_from":"2026-01-12","placement_function":"s188","shared_facilities":false,)"
    R"("bedrooms":null,"support_needs":["mental_health","budgeting"],"children_count":2,)"
    R"("children_ages":[4,9],"uprn":100023336959,"hub_purpose":"section-208-notice"})";

const schemas::RecordType& placement() { return schemas::london_type("ta.placement_notice"); }

Result<std::unique_ptr<RecordSource>, FileProblem> open(const std::string& text) {
  return open_json(std::make_unique<std::istringstream>(text), placement());
}

std::vector<SourceRow> rows_of(RecordSource& source) {
  std::vector<SourceRow> rows;
  while (auto row = source.next()) rows.push_back(*std::move(row));
  return rows;
}

TEST(JsonSource, ReadsArraysAndLinesAlike) {
  const std::string one(kObject);
  for (const auto& text :
       {"[" + one + "," + one + "]", "\xef\xbb\xbf \n[\n" + one + " ,\n" + one + "\n]\n",
        one + "\n" + one, one + "\r\n\r\n" + one + "\r\n", "\n  " + one + "\n\n" + one + "\n\n"}) {
    const auto source = open(text);
    ASSERT_TRUE(source) << text;
    const auto rows = rows_of(**source);
    EXPECT_FALSE((*source)->broken());
    ASSERT_EQ(rows.size(), 2U) << text;
    for (const auto& row : rows) {
      ASSERT_FALSE(row.problem) << row.problem->rule;
      EXPECT_EQ(row.sharing.purpose, "section-208-notice");
      const auto draft = schemas::RecordDraft::check(placement(), row.fields);
      ASSERT_TRUE(draft) << draft.error()[0].field;
      const auto text_of = [&](const char* name) {
        return draft->text_of(*placement().field(name));
      };
      EXPECT_EQ(text_of("accommodation_address"), "1 \"Quoted\" {Road}");
      EXPECT_EQ(text_of("shared_facilities"), "no");
      EXPECT_EQ(text_of("bedrooms"), std::nullopt);
      EXPECT_EQ(text_of("support_needs"), "mental_health;budgeting");
      EXPECT_EQ(text_of("children_ages"), "4;9");
      EXPECT_EQ(text_of("uprn"), "100023336959");
    }
  }
}

TEST(JsonSource, ReadsAnEmptyArray) {
  const auto source = open("[ ]");
  ASSERT_TRUE(source);
  EXPECT_TRUE(rows_of(**source).empty());
  EXPECT_FALSE((*source)->broken());
}

struct Bad {
  std::string object;
  std::string column;
  std::string rule;
};

TEST(JsonSource, ReportsABadObjectAndReadsOn) {
  const std::vector<Bad> all = {
      {R"({"applicant_name":{"first":"SECRET"}})", "applicant_name",
       "an object instead of a value"},
      {R"({"applicant_name":["SECRET"]})", "applicant_name", "an array instead of a value"},
      {R"({"hub_purpose":["SECRET"]})", "hub_purpose", "an array instead of a value"},
      {R"({"children_ages":[["SECRET"]]})", "children_ages", "an item that is no plain value"},
      {R"({"children_ages":["4;9"]})", "children_ages", "has a semicolon in it"},
      {R"({"SECRET":1})", "", "an unknown key"},
      {R"({"a":1,"a":2})", "", "not a valid JSON object"},
      {R"({"applicant_name":SECRET})", "", "not a valid JSON object"},
      {R"({"applicant_name":"a" "b"})", "", "not a valid JSON object"},
      {"{\"applicant_name\":\"\xff\"}", "", "not a valid JSON object"},
      {"{\"a\":[[[[[[[[[[1]]]]]]]]]]}", "", "not a valid JSON object"},
      {R"({"needs_summary":")" + std::string(kMaxFieldBytes + 1, 'x') + "\"}", "needs_summary",
       "a value of more than 64 KiB"}};
  for (const auto& bad : all) {
    for (const auto& text : {"[" + bad.object + "," + std::string(kObject) + "]",
                             bad.object + "\n" + std::string(kObject)}) {
      const auto source = open(text);
      ASSERT_TRUE(source);
      const auto rows = rows_of(**source);
      ASSERT_EQ(rows.size(), 2U) << bad.rule;
      ASSERT_TRUE(rows[0].problem) << bad.rule;
      EXPECT_EQ(rows[0].problem->field, bad.column);
      EXPECT_THAT(rows[0].problem->rule, HasSubstr(bad.rule));
      EXPECT_THAT(rows[0].problem->rule + rows[0].problem->what_to_do, Not(HasSubstr("SECRET")));
      EXPECT_TRUE(rows[0].fields.empty());
      EXPECT_EQ(rows[0].cells.size(), (*source)->columns().size());
      EXPECT_FALSE(rows[1].problem);
      EXPECT_EQ(rows[1].number, 2U);
    }
  }
}

TEST(JsonSource, SuggestsTheKeyThatWasMeant) {
  const auto source = open(R"([{"aplicant_name":"x"}])");
  ASSERT_TRUE(source);
  const auto row = (*source)->next();
  ASSERT_TRUE(row && row->problem);
  EXPECT_EQ(row->problem->what_to_do, "did you mean applicant_name?");
}

TEST(JsonSource, KeepsTheObjectsBeforeABreak) {
  const std::string start = "[\n" + std::string(kObject);
  const std::vector<std::pair<std::string, std::string>> breaks = {
      {"", "neither a comma nor the end of the array after an object"},
      {";", "neither a comma nor the end of the array after an object"},
      {"{}", "neither a comma nor the end of the array after an object"},
      {",", "something other than an object in the array"},
      {",]", "something other than an object in the array"},
      {",7]", "something other than an object in the array"},
      {",{", "an object that is never closed"},
      {",{\"a\":\"}", "an object that is never closed"},
      {",{\"a\":\"" + std::string(2 * kMaxRowBytes, 'x'), "an object of more than 1 MiB"},
      {"]x", "something after the end of the array"}};
  for (const auto& [more, rule] : breaks) {
    const auto source = open(start + more);
    ASSERT_TRUE(source);
    EXPECT_EQ(rows_of(**source).size(), 1U) << more.substr(0, 20);
    ASSERT_TRUE((*source)->broken()) << more.substr(0, 20);
    EXPECT_EQ((*source)->broken()->rule, rule) << more.substr(0, 20);
    EXPECT_EQ((*source)->broken()->line, 2U);
    EXPECT_FALSE((*source)->next());
  }
}

TEST(JsonSource, StopsAtALineThatIsTooLong) {
  const auto source =
      open(std::string(kObject) + "\n{\"a\":\"" + std::string(2 * kMaxRowBytes, 'x') + "\"}\n");
  ASSERT_TRUE(source);
  EXPECT_EQ(rows_of(**source).size(), 1U);
  ASSERT_TRUE((*source)->broken());
  EXPECT_EQ((*source)->broken()->line, 2U);
  EXPECT_EQ((*source)->broken()->rule, "a line of more than 1 MiB");
}

TEST(JsonSource, RefusesWhatIsNeitherAnArrayNorAnObject) {
  for (const auto* const text :
       {"", "   ", "7", "\"x\"", "null", "\xef\xbb", "\xef\xbb\xbf", "]"}) {
    EXPECT_FALSE(open(text)) << text;
  }
}

TEST(JsonSource, SurvivesEveryTruncation) {
  const std::string text = "[" + std::string(kObject) + "," + std::string(kObject) + "]";
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto source = open(text.substr(0, size));
    if (!source) continue;
    EXPECT_LE(rows_of(**source).size(), 2U);
    EXPECT_TRUE((*source)->broken()) << size;
  }
}

}  // namespace
}  // namespace hub::agent
