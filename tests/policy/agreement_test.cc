#include "policy/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "policy/codes.h"
#include "tests/policy/source_file.h"

namespace hub::policy {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr const char* kFile = "agreements/west-london-pilot-2025.json";

std::string pilot() { return source_file(std::string("policy/london/") + kFile); }

std::vector<std::string> mistakes_in(const std::string& json) {
  std::vector<std::string> out;
  const auto parsed = parse_agreement(json, kFile);
  if (parsed) return out;
  for (const auto& mistake : parsed.error()) out.push_back(to_text(mistake));
  return out;
}

// The pilot with one key set to something else, or taken out.
std::string with(const std::string& key, const nlohmann::json& value) {
  auto json = nlohmann::json::parse(pilot());
  json[key] = value;
  return json.dump();
}

nlohmann::json guest(const std::string& organisation, const std::string& sponsor) {
  return {{"organisation", organisation},
          {"name", "A guest"},
          {"sponsors", nlohmann::json::array({sponsor})},
          {"signed_by", "Director"},
          {"signed_on", "2025-06-23"}};
}

TEST(AgreementFile, MayHaveGuestsConditionsAndReferences) {
  auto json = nlohmann::json::parse(pilot());
  json["guests"] = nlohmann::json::array({guest("idva-service", "E09000009")});
  json["handling_conditions"] = nlohmann::json::array({"no-arrest"});
  json["onward_sharing_allowed"] = true;
  json["schedule1_condition"] = "paragraph 18";
  json["isg_ref"] = "ISG-1";
  const auto parsed = parse_agreement(json.dump(), kFile);
  ASSERT_TRUE(parsed) << to_text(parsed.error().front());
  ASSERT_EQ(parsed->guests.size(), 1U);
  EXPECT_EQ(parsed->guests.front().organisation, "idva-service");
  EXPECT_EQ(parsed->guests.front().sponsors, std::vector<std::string>{"E09000009"});
  EXPECT_EQ(parsed->guests.front().signed_on, "2025-06-23");
  EXPECT_EQ(parsed->handling_conditions, std::vector<std::string>{"no-arrest"});
  EXPECT_TRUE(parsed->onward_sharing_allowed);
  EXPECT_EQ(parsed->schedule1_condition, "paragraph 18");
  EXPECT_EQ(parsed->isg_ref, "ISG-1");
}

TEST(AgreementFile, IsReadWhole) {
  const auto parsed = parse_agreement(pilot(), kFile);
  ASSERT_TRUE(parsed) << to_text(parsed.error().front());
  EXPECT_EQ(parsed->id, "west-london-pilot-2025");
  EXPECT_EQ(parsed->status, AgreementStatus::InForce);
  EXPECT_EQ(parsed->parties.size(), 6U);
  EXPECT_EQ(parsed->parties.front().signed_by, "Director of housing");
  EXPECT_EQ(parsed->field_groups.size(), 6U);
  EXPECT_THAT(parsed->field_groups, Contains("ta.placement_notice/identifiers"));
  EXPECT_EQ(to_iso(parsed->starts), "2025-07-01T00:00:00.000Z");
  EXPECT_EQ(to_iso(parsed->ends), "2026-04-01T00:00:00.000Z");
  EXPECT_EQ(parsed->retention_days, 365);
}

TEST(AgreementFile, NeedsEachOfItsKeys) {
  const auto whole = nlohmann::json::parse(pilot());
  for (const auto& [key, value] : whole.items()) {
    if (key == "note" || key == "special_category") continue;
    auto without = whole;
    without.erase(key);
    EXPECT_THAT(mistakes_in(without.dump()), Contains(HasSubstr("`" + key + "`"))) << key;
    without[key] = nullptr;
    EXPECT_THAT(mistakes_in(without.dump()), Contains(HasSubstr("`" + key + "`"))) << key;
  }
}

TEST(AgreementFile, RefusesWrongValues) {
  using nlohmann::json;
  const std::vector<std::pair<std::string, json>> wrong{
      {"id", "Not A Code"},
      {"title", ""},
      {"title", std::string(2001, 'x')},
      {"status", "active"},
      {"starts", "2025-02-29"},
      {"starts", "2027-01-01"},
      {"ends", "31/03/2026"},
      {"review_by", "soon"},
      {"parties", json::array({{{"authority", "E09000005"}}})},
      {"parties", json::array({{{"authority", "E09000005"}}, {{"authority", "E09000005"}}})},
      {"parties", json::array({{{"authority", "Brent"}}, {{"authority", "E09000009"}}})},
      {"parties", json::array({{{"authority", "E09000005"}, {"signed_by", "x"}},
                               {{"authority", "E09000009"}}})},
      {"parties",
       json::array({{{"authority", "E09000005"}, {"name", "x"}}, {{"authority", "E09000009"}}})},
      {"parties", json::array({"E09000005", "E09000009"})},
      {"purposes", json::array()},
      {"purposes", json::array({"a", "a"})},
      {"purposes", json::array({"Two Words"})},
      {"purposes", json::array({1})},
      {"record_types", json::object()},
      {"record_types", {{"ta.placement_notice", json::array()}}},
      {"record_types", {{"ta.placement_notice", json::array({"A B"})}}},
      {"retention_days", 0},
      {"retention_days", 1.5},
      {"retention_days", "365"},
      {"unknown_key", "x"},
      {"guests", "capital-letters"},
      {"guests", json::array({{{"organisation", "a"}, {"name", "A"}}})},
      {"guests", json::array({guest("Not A Code", "E09000005")})},
      {"guests", json::array({guest("a", "E09000033")})},
      {"guests", json::array({guest("a", "E09000005"), guest("a", "E09000009")})},
      {"guests", json::array({1})},
      {"handling_conditions", json::array({"Two Words"})},
      {"onward_sharing_allowed", "yes"},
      {"isg_ref", 3},
  };
  for (const auto& [key, value] : wrong) {
    EXPECT_FALSE(mistakes_in(with(key, value)).empty()) << key << " " << value;
  }
}

TEST(AgreementFile, TellsTheLineOfAMistake) {
  auto text = pilot();
  const auto at = text.find("\"2026-03-31\"");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 12, "\"2026-03-32\"");
  EXPECT_THAT(mistakes_in(text),
              Contains(std::string(kFile) + ":8: `ends` is not a date; write it as 2026-01-31"));
}

TEST(AgreementFile, IsRefusedAtEveryTruncation) {
  const auto text = pilot();
  const auto last = text.rfind('}');
  for (std::size_t size = 0; size <= last; ++size) {
    EXPECT_FALSE(mistakes_in(text.substr(0, size)).empty()) << size;
  }
}

TEST(AgreementFile, WithAnyBitFlippedIsReadOrRefusedWithWords) {
  const auto text = pilot();
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    auto changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto parsed = parse_agreement(changed, kFile);
    if (parsed) continue;
    ASSERT_FALSE(parsed.error().empty());
    EXPECT_FALSE(parsed.error().front().what.empty());
  }
}

template <class Check>
void expect_forms(Check check, const std::vector<std::string>& good,
                  const std::vector<std::string>& bad) {
  for (const auto& text : good) EXPECT_TRUE(check(text)) << text;
  for (const auto& text : bad) EXPECT_FALSE(check(text)) << text;
}

TEST(Codes, HaveTheirForms) {
  expect_forms(is_code, {"a", "ha1996-s208", "ta.placement_notice", "9", std::string(64, 'a')},
               {"", "A", "-a", ".a", "a b", "a/b", "\xc3\xa9", std::string(65, 'a')});
}

TEST(AuthorityCodes, AreGssCodes) {
  expect_forms(is_authority_code, {"E09000033", "E12000007"},
               {"", "E0900003", "E090000333", "e09000033", "E0900003x"});
}

TEST(Names, ArePrintableAndWithoutSpace) {
  expect_forms(is_name, {"a/b\"c", std::string(128, 'a')},
               {"", "a b", "a\n", "\x7f", "\xc3\xa9", std::string(129, 'a')});
}

}  // namespace
}  // namespace hub::policy
