#include "agent/source_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/catalogue/london_catalogue.h"

namespace hub::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHeader =
    "case_reference,host_authority,applicant_name,other_persons,accommodation_address,"
    "accommodation_postcode,available_from,placement_function";
constexpr std::string_view kRow = "R1,E09000012,Ann,0,1 Road,ZZ1 1ZZ,2026-01-12,s188";

const schemas::RecordType& placement() { return schemas::london_type("ta.placement_notice"); }

Result<std::unique_ptr<RecordSource>, FileProblem> open(const std::string& text) {
  return open_csv(std::make_unique<std::istringstream>(text), placement());
}

std::vector<SourceRow> rows_of(RecordSource& source) {
  std::vector<SourceRow> rows;
  while (auto row = source.next()) rows.push_back(*std::move(row));
  return rows;
}

std::string file_problem(const std::string& text) {
  const auto source = open(text);
  if (source) return "none";
  return std::to_string(source.error().line) + ": " + source.error().rule + ": " +
         source.error().what_to_do;
}

std::string lines(std::initializer_list<std::string_view> all) {
  std::string out;
  for (const auto line : all) out += std::string(line) + "\n";
  return out;
}

TEST(CsvSource, ReadsRowsThatTheRecordCheckTakes) {
  const auto source = open(lines({kHeader, kRow, kRow}));
  ASSERT_TRUE(source);
  const auto rows = rows_of(**source);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].number, 2U);
  EXPECT_EQ(rows[1].line, 3U);
  EXPECT_EQ((*source)->columns().size(), 8U);
  for (const auto& row : rows) {
    EXPECT_FALSE(row.problem);
    EXPECT_EQ(row.cells.size(), 8U);
    const auto draft = schemas::RecordDraft::check(placement(), row.fields);
    ASSERT_TRUE(draft);
    EXPECT_EQ(draft->addressed_to(), "E09000012");
  }
  EXPECT_FALSE((*source)->broken());
}

TEST(CsvSource, TakesEveryUsualWayOfWritingAFile) {
  const std::string header(kHeader);
  const std::string row(kRow);
  for (const auto& text :
       {header + "\n" + row, header + "\r\n" + row + "\r\n", "\xef\xbb\xbf" + header + "\n" + row,
        header + "\n\n" + row + "\n\n\n", header + "\r" + row + "\r",
        header + "\n  \n" + row + "\n", "\n\n" + header + "\n" + row}) {
    const auto source = open(text);
    ASSERT_TRUE(source) << text;
    const auto rows = rows_of(**source);
    ASSERT_EQ(rows.size(), 1U) << text;
    EXPECT_TRUE(schemas::RecordDraft::check(placement(), rows[0].fields)) << text;
  }
}

TEST(CsvSource, ReadsQuotedCommasQuotesAndLineBreaks) {
  const auto source = open(
      lines({std::string(kHeader) + ",needs_summary",
             std::string(kRow) + ",\"one, \"\"two\"\"\r\nthree\"", std::string(kRow) + ",last"}));
  ASSERT_TRUE(source);
  const auto rows = rows_of(**source);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].cells.back(), "one, \"two\"\r\nthree");
  EXPECT_EQ(rows[0].line, 2U);
  EXPECT_EQ(rows[1].line, 4U);
}

TEST(CsvSource, LeavesEmptyValuesOut) {
  const auto source =
      open(lines({std::string(kHeader) + ",bedrooms,uprn", std::string(kRow) + ",,\"\""}));
  ASSERT_TRUE(source);
  const auto rows = rows_of(**source);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].fields.size(), 8U);
  EXPECT_EQ(rows[0].cells.size(), 10U);
}

TEST(CsvSource, PassesTheHubsOwnColumnsApart) {
  const auto source =
      open(lines({"hub_row,hub_line,hub_column,hub_rule,hub_what_to_do,hub_agreement,"
                  "hub_purpose,hub_legal_basis,hub_handling,hub_priority," +
                      std::string(kHeader),
                  "7,8,x,y,z,ag,pu,le,ha,pr," + std::string(kRow)}));
  ASSERT_TRUE(source) << source.error().rule;
  const auto rows = rows_of(**source);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].fields.size(), 8U);
  EXPECT_EQ(rows[0].sharing.agreement, "ag");
  EXPECT_EQ(rows[0].sharing.purpose, "pu");
  EXPECT_EQ(rows[0].sharing.legal_basis, "le");
  EXPECT_EQ(rows[0].sharing.handling, "ha");
  EXPECT_EQ(rows[0].sharing.priority, "pr");
}

TEST(CsvSource, KeepsARowsViewsWhenTheRowIsMoved) {
  const auto source = open(lines({kHeader, kRow, kRow}));
  ASSERT_TRUE(source);
  auto first = (*source)->next();
  ASSERT_TRUE(first);
  const SourceRow moved = *std::move(first);
  ASSERT_TRUE((*source)->next());
  EXPECT_EQ(moved.cells[2], "Ann");
  EXPECT_EQ(moved.fields[2].text, "Ann");
}

TEST(CsvSource, NamesABadColumnByNumberAndSuggestsTheRightOne) {
  EXPECT_THAT(file_problem("case_ref,SECRET,applicant_name\n"),
              HasSubstr("1: column 1 of the header is not known"));
  EXPECT_THAT(file_problem("Case Reference,applicant_name\n"),
              HasSubstr("did you mean case_reference?"));
  EXPECT_THAT(file_problem("applicant_name,host_authorty\n"),
              HasSubstr("column 2 of the header is not known: did you mean host_authority?"));
  EXPECT_THAT(file_problem("applicant_name,hub_purpos\n"), HasSubstr("did you mean hub_purpose?"));
  EXPECT_THAT(file_problem("applicant_name,zzzzzzzzzzzzzzzz\n"), HasSubstr("data dictionary"));
  EXPECT_THAT(file_problem("applicant_name,applicant_name\n"), HasSubstr("column 2 of the header is"
                                                                         " there twice"));
  EXPECT_THAT(file_problem("applicant_name,host_authority\n"),
              HasSubstr("the column case_reference is missing"));
  EXPECT_THAT(file_problem(std::string(kHeader) + ",children_ages\n"),
              HasSubstr("the column children_count is missing"));
  EXPECT_THAT(file_problem("\xff\xfe"), HasSubstr("does not name any column"));
}

TEST(CsvSource, NeverRepeatsTheFirstLineOfAFileWithoutAHeader) {
  const auto problem = file_problem("SECRET,E09000012,SECRET\n");
  EXPECT_THAT(problem, HasSubstr("1: the first line does not name any column"));
  EXPECT_THAT(problem, Not(HasSubstr("SECRET")));
}

TEST(CsvSource, ReportsARowOfTheWrongWidthAndReadsOn) {
  const auto source =
      open(lines({kHeader, "R1,E09000012", kRow, std::string(kRow) + ",more", kRow}));
  ASSERT_TRUE(source);
  const auto rows = rows_of(**source);
  ASSERT_EQ(rows.size(), 4U);
  ASSERT_TRUE(rows[0].problem);
  EXPECT_EQ(rows[0].problem->rule, "not as many columns as the header");
  EXPECT_THAT(rows[0].problem->what_to_do, HasSubstr("give 8 columns"));
  EXPECT_THAT(rows[0].cells, ElementsAre("R1", "E09000012"));
  EXPECT_FALSE(rows[1].problem);
  EXPECT_TRUE(rows[2].problem);
  EXPECT_EQ(rows[2].cells.size(), 9U);
  EXPECT_FALSE(rows[3].problem);
  EXPECT_FALSE((*source)->broken());
}

TEST(CsvSource, ReportsAValueThatIsTooLongAndReadsOn) {
  const std::string longest(kMaxFieldBytes, 'x');
  const auto source =
      open(lines({std::string(kHeader) + ",needs_summary", std::string(kRow) + "," + longest,
                  std::string(kRow) + "," + longest + "x", std::string(kRow) + ","}));
  ASSERT_TRUE(source);
  const auto rows = rows_of(**source);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_FALSE(rows[0].problem);
  ASSERT_TRUE(rows[1].problem);
  EXPECT_EQ(rows[1].problem->rule, "a value of more than 64 KiB");
  EXPECT_FALSE(rows[2].problem);
}

struct Break {
  std::string text;
  std::uint64_t line;
  std::string rule;
};

TEST(CsvSource, KeepsTheRowsBeforeABreak) {
  const std::string start = lines({kHeader, kRow, kRow});
  const std::vector<Break> breaks = {
      {"R\"1,x\n", 4, "a quotation mark where none may be"},
      {"\"R1\"x,x\n", 4, "a quotation mark where none may be"},
      {"\"R1,x\n\n", 4, "a quotation mark that is never closed"},
      {std::string("R1,\0\n", 5), 4, "a zero byte"},
      {"\"" + std::string(2 * kMaxRowBytes, '\n'), 4, "a row of more than 1 MiB"},
      {std::string(2 * kMaxRowBytes, 'x'), 4, "a row of more than 1 MiB"}};
  for (const auto& broken : breaks) {
    const auto source = open(start + broken.text);
    ASSERT_TRUE(source);
    EXPECT_EQ(rows_of(**source).size(), 2U) << broken.rule;
    ASSERT_TRUE((*source)->broken()) << broken.rule;
    EXPECT_EQ((*source)->broken()->line, broken.line) << broken.rule;
    EXPECT_EQ((*source)->broken()->rule, broken.rule);
    EXPECT_FALSE((*source)->next());
  }
}

TEST(CsvSource, RefusesAFileThatIsEmptyOrBrokenInItsHeader) {
  EXPECT_THAT(file_problem(""), HasSubstr("0: the file is empty"));
  EXPECT_THAT(file_problem("\xef\xbb\xbf"), HasSubstr("0: the file is empty"));
  EXPECT_THAT(file_problem("\"case_reference"), HasSubstr("1: a quotation mark that is never"));
  EXPECT_THAT(file_problem(std::string(1, '\0')), HasSubstr("1: a zero byte"));
  std::string many = "case_reference";
  for (int i = 0; i < 600; ++i) many += ",x";
  EXPECT_THAT(file_problem(many), HasSubstr("more than 512 columns"));
}

// However the file is cut into blocks, the rows are the same.
TEST(CsvSource, ReadsRowsAcrossBlocks) {
  for (const std::size_t padding : {65'000U, 65'300U, 65'400U, 65'500U, 65'530U, 65'536U}) {
    std::string text = lines({std::string(kHeader) + ",needs_summary"});
    text += std::string(kRow) + ",\"" + std::string(padding - text.size(), 'x') + "\"\n";
    for (int i = 0; i < 300; ++i) text += std::string(kRow) + ",\"a\nb\"\n";
    const auto source = open(text);
    ASSERT_TRUE(source);
    const auto rows = rows_of(**source);
    ASSERT_EQ(rows.size(), 301U);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      EXPECT_FALSE(rows[i].problem);
      EXPECT_EQ(rows[i].cells.back(), "a\nb");
      EXPECT_EQ(rows[i].line, 1 + 2 * i);
    }
  }
}

TEST(CsvSource, SurvivesEveryTruncation) {
  const std::string text = lines({std::string(kHeader) + ",needs_summary",
                                  std::string(kRow) + ",\"a\nb\"", std::string(kRow) + ",c"});
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto source = open(text.substr(0, size));
    if (source) {
      EXPECT_LE(rows_of(**source).size(), 2U);
    }
  }
}

}  // namespace
}  // namespace hub::agent
