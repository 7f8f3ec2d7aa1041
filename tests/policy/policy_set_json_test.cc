// Policy sets in Cedar's JSON form: policies, templates and links.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/policy_json.h"
#include "policy/cedar/print.h"

namespace hub::policy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct Row {
  std::string json;
  std::string text;
};

std::string with_principal(const std::string& principal) {
  return R"({"effect":"permit","principal":)" + principal +
         R"(,"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]})";
}

std::string a_template() { return with_principal(R"({"op":"==","slot":"?principal"})"); }
std::string a_policy() { return with_principal(R"({"op":"All"})"); }
constexpr std::string_view kLink =
    R"({"templateId":"t","newId":"l","values":{"?principal":{"type":"User","id":"ann"}}})";

std::string set_of(const std::string& policies, const std::string& templates,
                   const std::string& links) {
  return R"({"staticPolicies":{)" + policies + R"(},"templates":{)" + templates +
         R"(},"templateLinks":[)" + links + "]}";
}

std::vector<std::string> mistakes_in(const std::string& json) {
  const auto set = parse_policy_set_json(json, "s.json");
  std::vector<std::string> out;
  if (set) return out;
  for (const auto& mistake : set.error()) out.push_back(to_text(mistake));
  return out;
}

TEST(PolicySetJson, KeepsTemplatesAndLinks) {
  const auto json = set_of("\"s\":" + a_policy(), "\"t\":" + a_template(), std::string(kLink));
  const auto set = parse_policy_set_json(json, "s.json");
  ASSERT_TRUE(set);
  EXPECT_THAT(set->policies(), SizeIs(2));
  EXPECT_THAT(set->templates(), SizeIs(1));
  ASSERT_THAT(set->links(), SizeIs(1));
  EXPECT_EQ(set->links().front().template_id, "t");
  ASSERT_NE(set->find("l"), nullptr);
  EXPECT_EQ(to_text(*set->find("l")), R"(permit (principal == User::"ann", action, resource);)");
  EXPECT_EQ(to_json(*set), json);
}

TEST(PolicySetJson, MayLeaveOutItsParts) {
  for (const std::string json : {"{}", R"({"staticPolicies":{}})", R"({"templateLinks":[]})"}) {
    EXPECT_TRUE(parse_policy_set_json(json, "s.json")) << json;
  }
  EXPECT_EQ(to_json(PolicySet()), set_of("", "", ""));
}

TEST(PolicySetJson, LinksFollowAnEditOfTheirTemplate) {
  const Request asked{{"User", "ann"}, {"Action", "read"}, {"File", "f"}, Record()};
  const auto before =
      parse_policy_set_json(set_of("", "\"t\":" + a_template(), std::string(kLink)), "s");
  ASSERT_TRUE(before);
  EXPECT_THAT(authorize(*before, Entities(), asked).reasons, ElementsAre("l"));
  auto edited = to_json(*before);
  edited.replace(edited.find("permit"), 6, "forbid");
  const auto after = parse_policy_set_json(edited, "s");
  ASSERT_TRUE(after);
  ASSERT_NE(after->find("l"), nullptr);
  EXPECT_EQ(after->find("l")->effect, Effect::Forbid);
}

TEST(PolicySetJson, KeepsTheLinksOfASetThatIsAdded) {
  auto set = parse_policy_set_json(set_of("\"s\":" + a_policy(), "", ""), "s");
  auto more = parse_policy_set_json(set_of("", "\"t\":" + a_template(), std::string(kLink)), "s");
  ASSERT_TRUE(set && more);
  EXPECT_TRUE(set->add(std::move(*more)).empty());
  EXPECT_EQ(to_json(*set),
            set_of("\"s\":" + a_policy(), "\"t\":" + a_template(), std::string(kLink)));
}

TEST(PolicySetJson, TakesAPolicyOnlyUnderAFreeId) {
  PolicySet set;
  const auto policy = parse_policy_json(a_policy(), "p", "f");
  ASSERT_TRUE(policy);
  EXPECT_TRUE(set.add(*policy));
  EXPECT_FALSE(set.add(*policy));
  EXPECT_THAT(set.policies(), SizeIs(1));
}

TEST(PolicySetJson, RefusesWrongLinks) {
  const std::string ann = R"({"type":"User","id":"ann"})";
  const std::vector<Row> rows{
      {"1", "not an object"},
      {R"({"templateId":"t","newId":"l"})", "`values` is missing"},
      {R"({"templateId":"t","values":{}})", "`newId` is missing"},
      {R"({"templateId":1,"newId":"l","values":{}})", "templateId: this is not a text"},
      {R"({"templateId":"t","newId":"l","values":{},"x":1})", "unexpected key `x`"},
      {R"({"templateId":"t","newId":"l","values":{"?x":)" + ann + "}}", "unexpected key `?x`"},
      {R"({"templateId":"t","newId":"l","values":{"?principal":1}})", "?principal: this is not"},
      {R"({"templateId":"t","newId":"l","values":{}})", "was given no entity"},
      {R"({"templateId":"t","newId":"l","values":{"?principal":)" + ann + R"(,"?resource":)" + ann +
           "}}",
       "the template does not have"},
      {R"({"templateId":"u","newId":"l","values":{}})", "no template of that id"},
      {R"({"templateId":"s","newId":"l","values":{}})", "no template of that id"},
      {R"({"templateId":"t","newId":"s","values":{"?principal":)" + ann + "}}", "is taken"},
      {R"({"templateId":"t","newId":"t","values":{"?principal":)" + ann + "}}", "is taken"},
      {std::string(kLink) + "," + std::string(kLink), "templateLinks[1]: the id"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(mistakes_in(set_of("\"s\":" + a_policy(), "\"t\":" + a_template(), row.json)),
                ElementsAre(AllOf(HasSubstr("s.json: templateLinks["), HasSubstr(row.text))))
        << row.json;
  }
}

TEST(PolicySetJson, RefusesWrongSets) {
  EXPECT_THAT(mistakes_in("[]"), ElementsAre(HasSubstr("not an object")));
  EXPECT_THAT(mistakes_in("{"), ElementsAre(HasSubstr("s.json:1: it is not valid JSON")));
  EXPECT_THAT(mistakes_in(R"({"x":1})"), ElementsAre(HasSubstr("unexpected key `x`")));
  EXPECT_THAT(mistakes_in(R"({"staticPolicies":null,"templates":[],"templateLinks":{}})"),
              ElementsAre(HasSubstr("staticPolicies: this is not an object"),
                          HasSubstr("templates: this is not an object"),
                          HasSubstr("templateLinks: this is not a list")));
  EXPECT_THAT(mistakes_in(set_of("\"p\":" + a_template(), "", "")),
              ElementsAre(HasSubstr("staticPolicies.p: the policy has a slot")));
  EXPECT_THAT(mistakes_in(set_of("", "\"p\":" + a_policy(), "")),
              ElementsAre(HasSubstr("templates.p: the template has no slot")));
  EXPECT_THAT(mistakes_in(set_of("\"p\":" + a_policy(), "\"p\":" + a_template(), "")),
              ElementsAre(HasSubstr("templates.p: the id is taken")));
  EXPECT_THAT(mistakes_in(set_of("\"p\":" + a_policy() + ",\"p\":" + a_policy(), "", "")),
              ElementsAre(HasSubstr("same key twice")));
  EXPECT_THAT(mistakes_in(set_of("\"p\":1,\"q\":" + a_policy() + ",\"r\":{}", "", "")),
              ElementsAre(HasSubstr("staticPolicies.p: "), HasSubstr("staticPolicies.r: ")));
}

TEST(PolicySetJson, ListsTwentyMistakesAtMost) {
  std::string policies;
  for (int i = 0; i < 30; ++i) {
    policies += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\":{}";
  }
  EXPECT_THAT(mistakes_in(set_of(policies, "", "")), SizeIs(20));
}

}  // namespace
}  // namespace hub::policy
