// The staff list, and which records are about somebody like one of the staff.
#include "agent/staff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "agent/staff_file.h"
#include "agent/subjects.h"
#include "tests/base/temporary_folder.h"
#include "tests/catalogue/london_catalogue.h"

namespace hub::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<Staff, FileProblem> read(const std::string& text) {
  return Staff::read(std::make_unique<std::istringstream>(text));
}

Staff small_staff() {
  auto staff = read(
      "user,surname,postcode,address\n"
      "ann,O'Brien,e8 1aa,\"12 Mare Street, London\"\n"
      "bob,Smith-Jones,,\n"
      "bob,van der Berg,,\n"
      "cyd,Jones,,12 Mare\n");
  return staff ? std::move(*staff) : Staff();
}

std::vector<std::string> relations(const std::string& identifier, const std::string& value) {
  const std::vector<SubjectValue> values{{identifier, value}};
  return small_staff().relations_of(values);
}

TEST(Folded, KeepsWhatTellsNamesApart) {
  EXPECT_EQ(folded("O'Brien-Núñez"), "obrien nunez");
  EXPECT_EQ(folded("O\xE2\x80\x99"
                   "Brien"),
            "obrien");
  EXPECT_EQ(folded("Łukasz  ŽIŽEK\tStraße"), "lukasz zizek strase");
  EXPECT_EQ(folded("n\xCC\x83"), "n") << "an accent that is a character of its own";
  EXPECT_EQ(folded("Smith\xE2\x80\x93Jones"), "smith jones") << "a dash";
  EXPECT_EQ(folded("12, Mare St."), "12 mare st");
  EXPECT_EQ(folded("  -- "), "");
  EXPECT_EQ(folded("Đỗ"), "d\xE1\xBB\x97") << "what is not known stays as it is";
}

TEST(Folded, TakesAnyBytes) {
  EXPECT_EQ(folded("\xFF Khan"), "\xFF khan") << "what is no UTF-8 swallows nothing";
  EXPECT_EQ(folded("Khan \xE2"), "khan \xE2");
  for (unsigned lead = 0; lead < 256; ++lead) {
    const std::string text{static_cast<char>(lead), static_cast<char>(0xFF)};
    EXPECT_LE(folded(text).size(), 3U);
    EXPECT_LE(folded(text.substr(0, 1)).size(), 2U);
  }
}

TEST(Staff, KnowsAName) {
  EXPECT_THAT(relations("person_name", "Pat O’BRIEN"), ElementsAre("surname:ann"));
  EXPECT_THAT(relations("person_name", "O'Brien"), ElementsAre("surname:ann"));
  EXPECT_THAT(relations("person_name", "Kim Smith Jones"),
              ElementsAre("surname:bob", "surname:cyd"));
  EXPECT_THAT(relations("person_name", "Kim van der Berg"), ElementsAre("surname:bob"));
  EXPECT_THAT(relations("person_name", "Kim Berg"), IsEmpty());
  EXPECT_THAT(relations("person_name", "Jones Kim"), IsEmpty()) << "a first name";
  EXPECT_THAT(relations("person_name", "Kim McJones"), IsEmpty());
  EXPECT_THAT(relations("person_name", ""), IsEmpty());
}

TEST(Staff, KnowsAPostcodeAndAnAddress) {
  EXPECT_THAT(relations("postcode", "E8 1AA"), ElementsAre("postcode:ann"));
  EXPECT_THAT(relations("postcode", "E8 1AB"), IsEmpty());
  EXPECT_THAT(relations("postcode", ""), IsEmpty());
  EXPECT_THAT(relations("address", "12 MARE STREET LONDON E8"), ElementsAre("address:ann"));
  EXPECT_THAT(relations("address", "12 Mare Street, London"), ElementsAre("address:ann"));
  EXPECT_THAT(relations("address", "12 Mare Street"), IsEmpty()) << "it may be another town's";
  EXPECT_THAT(relations("address", "112 Mare Street, London"), IsEmpty());
  EXPECT_THAT(relations("case_reference", "O'Brien"), IsEmpty());
}

TEST(Staff, RelationsAreBounded) {
  std::string text = "user,surname\n";
  for (int i = 0; i < 500; ++i) text += "user" + std::to_string(i) + ",Khan\n";
  const auto staff = read(text);
  ASSERT_TRUE(staff);
  const std::vector<SubjectValue> values{{"person_name", "A Khan"}};
  EXPECT_EQ(staff->relations_of(values).size(), kMostRelations);
  const std::vector<SubjectValue> long_name{{"person_name", std::string(20'000, ' ') + "Khan"},
                                            {"person_name", std::string(5'000, '-') + "a b"}};
  EXPECT_EQ(staff->relations_of(long_name).size(), kMostRelations);
}

TEST(Staff, SaysWhereAListIsWrongAndNeverWhatItHolds) {
  struct Wrong {
    std::string text, says;
    std::uint64_t line;
  };
  for (const auto& wrong :
       std::vector<Wrong>{{"", "empty", 0},
                          {"user\nSecret\n", "no column surname", 1},
                          {"surname\nSecret\n", "no column user", 1},
                          {"user,surname,user\n", "column user is there twice", 1},
                          {"user,surname\nann,Secret,\n", "not as many columns", 2},
                          {"user,surname\nann,Secret\n,Secret\n", "no user", 3},
                          {"user,surname,postcode\nann,Secret,Secret\n", "postcode is none", 2},
                          {"user,surname\nann,\"Secret\n", "never closed", 2}}) {
    const auto staff = read(wrong.text);
    ASSERT_FALSE(staff) << wrong.text;
    EXPECT_THAT(staff.error().rule, HasSubstr(wrong.says));
    EXPECT_EQ(staff.error().line, wrong.line) << wrong.says;
    EXPECT_EQ(staff.error().rule.find("Secret"), std::string::npos);
  }
}

TEST(Staff, OtherColumnsAndEmptyValuesAreFine) {
  const auto staff = read("team,surname,user\nx,,ann\ny,Roebuck,bob\n");
  ASSERT_TRUE(staff);
  EXPECT_FALSE(staff->empty());
  const std::vector<SubjectValue> values{{"person_name", "Jo Roebuck"}, {"person_name", ""}};
  EXPECT_THAT(staff->relations_of(values), ElementsAre("surname:bob"));
}

TEST(SubjectValues, AreOfVisibleGroupsAndNotOfOfficers) {
  const auto& type = schemas::london_type("violence.marac_transfer");
  std::set<std::string> officers, people;
  for (const auto& field : type.fields()) {
    if (field.identifier == "person_name") (field.officer ? officers : people).insert(field.name);
  }
  EXPECT_THAT(officers, ElementsAre("coordinator_name", "idva_name"));
  EXPECT_THAT(people, ElementsAre("children_names", "perpetrator_aliases", "perpetrator_name",
                                  "victim_name"));
}

TEST(SubjectValues, GiveEachItemOfAList) {
  const auto& type = schemas::london_type("homelessness.local_connection_referral");
  const std::vector<schemas::NamedText> texts{{"case_reference", "A/1"},
                                              {"notified_authority", "E09000012"},
                                              {"applicant_name", "Jo Roebuck"},
                                              {"application_date", "2026-01-02"},
                                              {"notice_date", "2026-01-03"},
                                              {"stage", "relief"},
                                              {"connection_ground", "employment"},
                                              {"risk_bar", "no_risk_found"},
                                              {"previous_addresses", "1 Elm Walk;2 Oak Road"},
                                              {"previous_addresses_from", "2020-01-01;2021-01-01"},
                                              {"previous_addresses_to", "2021-01-01;2022-01-01"},
                                              {"current_postcode", "E8 1AA"},
                                              {"contact_officer", "Sam Officer"}};
  const auto draft = schemas::RecordDraft::check_named(type, texts);
  ASSERT_TRUE(draft) << draft.error().front().field << ": " << draft.error().front().rule;
  const auto groups = draft->groups_present();
  const auto view = schemas::RecordView::open(type, draft->encode(groups));
  ASSERT_TRUE(view);
  const auto said = [&](const std::vector<std::string>& visible) {
    std::vector<std::string> out;
    for (const auto& value : subject_values(*view, visible)) {
      out.push_back(value.identifier + "=" + value.value);
    }
    return out;
  };
  EXPECT_THAT(said(groups), ElementsAre("person_name=Jo Roebuck", "postcode=E8 1AA",
                                        "address=1 Elm Walk", "address=2 Oak Road"));
  EXPECT_THAT(said({"referral"}), ElementsAre("person_name=Jo Roebuck"));
  EXPECT_THAT(said({"contact"}), IsEmpty());
}

void write_list(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

TEST(StaffFile, IsReadAgainWhenItHasChangedAndKeepsTheLastGoodList) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "staff.csv";
  const std::vector<SubjectValue> values{{"person_name", "Jo Roebuck"}};
  write_list(file, "user,surname\nann,Roebuck\n");
  StaffFile staff(file);
  EXPECT_THAT(staff.current()->relations_of(values), ElementsAre("surname:ann"));
  write_list(file, "user,surname\nann,Roebuck\nbob,Roebuck\n");
  EXPECT_THAT(staff.current()->relations_of(values), ElementsAre("surname:ann", "surname:bob"));
  write_list(file, "nothing that is right\n");
  EXPECT_THAT(staff.current()->relations_of(values), ElementsAre("surname:ann", "surname:bob"));
  std::filesystem::remove(file);
  EXPECT_THAT(staff.current()->relations_of(values), ElementsAre("surname:ann", "surname:bob"));
  write_list(file, "user,surname\ncyd,Roebuck\n");
  EXPECT_THAT(staff.current()->relations_of(values), ElementsAre("surname:cyd"));
}

TEST(StaffFile, ThatIsWrongAtTheStartStopsTheAgent) {
  const TemporaryFolder folder;
  EXPECT_THROW(StaffFile(folder.path() / "none.csv"), EnvError);
  write_list(folder.path() / "bad.csv", "surname\nSecret\n");
  try {
    StaffFile bad(folder.path() / "bad.csv");
    ADD_FAILURE() << "it was taken";
  } catch (const EnvError& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 1: no column user"));
  }
  EXPECT_TRUE(StaffFile({}).current()->empty());
}

}  // namespace
}  // namespace hub::agent
