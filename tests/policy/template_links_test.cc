// The links file: what it makes, and every way in which it can be wrong.
#include "policy/template_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::string_view kRest =
    R"("title": "t", "agreement": "all", "lawful_basis": "b", "owner": "o",
       "review_by": "2027-06-30")";

std::string links_with(std::string_view more, std::string_view id = "x") {
  return "{\"links\": [\n{\"id\": \"" + std::string(id) + "\", \"template\": \"team-view\", " +
         std::string(kRest) + std::string(more) + "}]}";
}

std::vector<std::string> mistakes_of(std::string_view json) {
  const auto read = parse_template_links(json, "links/a.json");
  std::vector<std::string> out;
  if (read) return out;
  for (const auto& mistake : read.error()) out.push_back(to_text(mistake));
  return out;
}

TEST(TemplateLinks, MakeOnePolicyOfEachMemberOfTheirLists) {
  const auto read = parse_template_links(
      links_with(R"(, "roles": ["idva", "analyst"], "field_groups": ["a.b/c", "a.b/d"])"), "f");
  ASSERT_TRUE(read);
  std::vector<std::string> ids;
  for (const auto& linked : *read) ids.push_back(linked.link.new_id);
  EXPECT_THAT(ids, ElementsAre("x.idva.c", "x.idva.d", "x.analyst.c", "x.analyst.d"));
  const auto& last = read->back();
  EXPECT_EQ(last.link.template_id, "team-view");
  EXPECT_EQ(last.link.principal, (EntityUid{"Role", "analyst"}));
  EXPECT_EQ(last.link.resource, (EntityUid{"FieldGroup", "a.b/d"}));
  EXPECT_EQ(last.line, 2U);
  EXPECT_THAT(last.annotations, SizeIs(6));
  EXPECT_EQ(last.annotations.front().value, "x.analyst.d");
}

TEST(TemplateLinks, KeepTheirIdWhereNothingIsListed) {
  const auto read = parse_template_links(
      links_with(R"(, "parties_to": "an-agreement", "record_type": "a.b")"), "f");
  ASSERT_TRUE(read);
  ASSERT_THAT(*read, SizeIs(1));
  EXPECT_EQ(read->front().link.new_id, "x");
  EXPECT_EQ(read->front().link.principal, (EntityUid{"Agreement", "an-agreement"}));
  EXPECT_EQ(read->front().link.resource, (EntityUid{"RecordType", "a.b"}));
}

TEST(TemplateLinks, LeaveASlotAloneThatTheySayNothingOf) {
  const auto read = parse_template_links(links_with(R"(, "guest": "g")"), "f");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->front().link.resource, std::nullopt);
}

TEST(TemplateLinks, AreRefusedWithWhereAndWhat) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "links/a.json:1"},
      {"[]", "it is not an object with a list of links"},
      {R"({"links": [], "more": 1})", "it is not an object with a list of links"},
      {R"({"links": [1]})", "link 1 is no object"},
      {links_with("", "Not A Code"), "has no `id`, or one that is no code"},
      {R"({"links": [{"id": "x"}]})", "link 1 names no `template`"},
      {R"({"links": [{"id": "x", "template": "t"}]})", "link 1 has no `title`"},
      {links_with(R"(, "colour": "red")"), "has a key that is not one of a link's"},
      {links_with(R"(, "role": "idva", "guest": "g")"), "fills a slot in two ways"},
      {links_with(R"(, "roles": [])"), "has no list as `roles`"},
      {links_with(R"(, "roles": "idva")"), "has no list as `roles`"},
      {links_with(R"(, "role": ["idva"])"), "that is no name of it"},
      {links_with(R"(, "field_group": "no-slash")"), "that is no name of it"},
      {links_with(R"(, "field_groups": ["a.b/c", 3])"), "that is no name of it"},
      {links_with(R"(, "role": "idva")", std::string(60, 'i')) + "x", "links/a.json:"},
      {links_with(R"(, "roles": ["idva"])", std::string(62, 'i')), "longer than 64 characters"},
  };
  for (const auto& [json, what] : wrong) {
    EXPECT_THAT(mistakes_of(json), Contains(HasSubstr(what))) << json;
  }
}

TEST(TemplateLinks, MakeAtMostTenThousandPolicies) {
  std::string groups;
  for (std::size_t i = 0; i <= kMaxTemplateLinks; ++i) {
    groups += (i == 0 ? "\"a.b/g" : ",\"a.b/g") + std::to_string(i) + "\"";
  }
  EXPECT_THAT(mistakes_of(links_with(", \"role\": \"idva\", \"field_groups\": [" + groups + "]")),
              ElementsAre(HasSubstr("more than 10,000 policies")));
}

std::vector<std::string> mistakes_with(const std::string& links) {
  auto files = london_files();
  files["links/zz.json"] = links;
  const auto made = Rulebook::make(files, london_parties(), london_types());
  std::vector<std::string> out;
  if (made) return out;
  for (const auto& mistake : made.error()) out.push_back(to_text(mistake));
  return out;
}

TEST(TemplateLinksInABundle, NameWhatTheBundleHas) {
  const std::string role = R"(, "role": "idva", )";
  EXPECT_THAT(mistakes_with(links_with(role + R"("record_type": "a.b")")),
              ElementsAre(HasSubstr("links/zz.json:2: the link of `x` names `a.b`")));
  EXPECT_THAT(mistakes_with(links_with(role + R"("field_group": "ta.placement_notice/none")")),
              ElementsAre(HasSubstr("which is not in the bundle")));
  EXPECT_THAT(
      mistakes_with(links_with(R"(, "guest": "nobody", "record_type": "ta.placement_notice")")),
      ElementsAre(HasSubstr("names `nobody`")));
  EXPECT_THAT(
      mistakes_with(links_with(R"(, "parties_to": "none", "record_type": "ta.placement_notice")")),
      Contains(HasSubstr("names `none`")));
  EXPECT_THAT(mistakes_with(links_with(R"(, "role": "idva")")),
              ElementsAre(HasSubstr("the link of `x` cannot be made")));
  EXPECT_THAT(mistakes_with(R"({"links": []})"), testing::IsEmpty());
}

TEST(TemplateLinksInABundle, GiveTheirPoliciesTheirOwnTitle) {
  auto files = london_files();
  files["links/zz.json"] =
      links_with(R"(, "role": "night-team", "record_type": "ta.placement_notice")");
  const auto rulebook = make_rulebook(files);
  ASSERT_NE(rulebook, nullptr);
  const auto verdict = rulebook->decide(viewed(notice(), "night-team"));
  EXPECT_TRUE(verdict.allowed);
  ASSERT_THAT(verdict.reasons, SizeIs(1));
  EXPECT_EQ(verdict.reasons.front().policy_id, "x");
  EXPECT_EQ(verdict.reasons.front().title, "t");
}

}  // namespace
}  // namespace hub::policy
