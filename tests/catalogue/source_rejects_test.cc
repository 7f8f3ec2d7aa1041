#include "agent/source_rejects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "agent/source_csv.h"
#include "agent/source_json.h"
#include "tests/catalogue/london_catalogue.h"

namespace hub::agent {
namespace {

using testing::HasSubstr;

constexpr std::string_view kHeader =
    "case_reference,host_authority,applicant_name,other_persons,accommodation_address,"
    "accommodation_postcode,available_from,placement_function,hub_purpose\n";

const schemas::RecordType& placement() { return schemas::london_type("ta.placement_notice"); }

std::unique_ptr<RecordSource> open(const std::string& text) {
  auto source = open_csv(std::make_unique<std::istringstream>(text), placement());
  require(source.has_value(), "the file opens");
  return *std::move(source);
}

// What an operator finds after the file was read: the rejects file.
std::string rejects_of(RecordSource& source) {
  std::ostringstream out;
  RejectsWriter writer(out, source.columns());
  while (const auto row = source.next()) {
    if (row->problem) {
      writer.write(*row, {&*row->problem, 1});
      continue;
    }
    const auto draft = schemas::RecordDraft::check(placement(), row->fields);
    if (!draft) writer.write(*row, draft.error());
  }
  return out.str();
}

TEST(RejectsWriter, WritesTheReasonsBesideTheOriginalValues) {
  const auto source =
      open(std::string(kHeader) +
           "R1,E09000012,\"=Ann, \"\"A\"\"\",many,1 Road,nowhere,2026-01-12,s188,p\n");
  const auto text = rejects_of(*source);
  EXPECT_TRUE(
      text.starts_with("\"hub_row\",\"hub_line\",\"hub_column\",\"hub_rule\",\"hub_what_to_do\","
                       "\"case_reference\""));
  EXPECT_THAT(text,
              HasSubstr("\n\"1\",\"2\",\"other_persons | accommodation_postcode\",\"not a whole "
                        "number in its range | not a postcode\",\"use 0 to 30 | use a full"));
  EXPECT_THAT(text, HasSubstr(",\"R1\",\"E09000012\",\"=Ann, \"\"A\"\"\",\"many\",\"1 Road\","
                              "\"nowhere\",\"2026-01-12\",\"s188\",\"p\"\r\n"));
}

TEST(RejectsWriter, WritesAFileThatCanBeReadAgain) {
  const auto source = open(std::string(kHeader) +
                           "R1,E09000012,\"A\nB\",0,1 Road,ZZ1 1ZZ,2026-01-12,s188,p\n"
                           "R2,E09000012,Ann,0,1 Road,ZZ1 1ZZ,2026-01-12,s188,p\n"
                           "R3,E09000012,Ann\n");
  const auto once = rejects_of(*source);
  const auto again = open(once);
  EXPECT_EQ(again->columns().size(), 14U);
  const auto twice = rejects_of(*again);
  // The same two rows, with their new places.
  const auto third = open(twice);
  EXPECT_EQ(third->columns().size(), 14U);
  const auto first = third->next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->cells[0], "1");
  EXPECT_EQ(first->cells[2], "applicant_name");
  EXPECT_EQ(first->cells[5], "R1");
  EXPECT_EQ(first->cells[7], "A\nB");
  EXPECT_EQ(first->sharing.purpose, "p");
  const auto second = third->next();
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->problem);
  EXPECT_EQ(second->cells[5], "R3");
  EXPECT_FALSE(third->next());
}

TEST(RejectsWriter, TurnsJsonIntoColumns) {
  auto source = open_json(
      std::make_unique<std::istringstream>(R"([{"case_reference":"R1","children_ages":[4,"x"]}])"),
      placement());
  ASSERT_TRUE(source);
  const auto again = open(rejects_of(**source));
  const auto row = again->next();
  ASSERT_TRUE(row);
  EXPECT_FALSE(row->problem);
  ASSERT_EQ(row->fields.size(), 2U);
  EXPECT_EQ(row->fields[0].text, "R1");
  EXPECT_EQ(row->fields[1].text, "4;x");
}

TEST(RejectsWriter, FailsWhenTheDiskDoes) {
  std::ostringstream out;
  const std::vector<std::string> columns = {"case_reference"};
  RejectsWriter writer(out, columns);
  out.setstate(std::ios::badbit);
  EXPECT_THROW(writer.write(SourceRow{}, {}), EnvError);
}

}  // namespace
}  // namespace hub::agent
