// Policies in Cedar's JSON form: read to the same as their text, written, and refused with a place.
#include "policy/cedar/policy_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/cedar/policy_parser.h"
#include "policy/cedar/print.h"

namespace hub::policy {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string with_body(const std::string& body) {
  return R"({"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},)"
         R"("resource":{"op":"All"},"conditions":[{"kind":"when","body":)" +
         body + "}]}";
}

std::string with_heads(const std::string& principal,
                       const std::string& action = R"({"op":"All"})") {
  return R"({"effect":"permit","principal":)" + principal + R"(,"action":)" + action +
         R"(,"resource":{"op":"All"},"conditions":[]})";
}

// The policy as text, or the mistake.
std::string read(const std::string& json) {
  const auto policy = parse_policy_json(json, "p", "p.json");
  return policy ? to_text(*policy) : to_text(policy.error());
}

std::string read_body(const std::string& body) {
  const auto text = read(with_body(body));
  const std::string before = "permit (principal, action, resource)\nwhen { ";
  if (!text.starts_with(before)) return text;
  return text.substr(before.size(), text.size() - before.size() - 3);
}

struct Row {
  std::string json;
  std::string text;
};

TEST(PolicyJson, KnowsEveryOperator) {
  const std::string pair = R"({"left":{"Var":"context"},"right":{"Value":1}})";
  for (const std::string sign :
       {"==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "&&", "||"}) {
    EXPECT_EQ(read_body("{\"" + sign + "\":" + pair + "}"), "context " + sign + " 1");
  }
  for (const std::string method : {"contains", "containsAll", "containsAny", "getTag", "hasTag"}) {
    EXPECT_EQ(read_body("{\"" + method + "\":" + pair + "}"), "context." + method + "(1)");
  }
  const std::vector<Row> rows{
      {R"({"Value":true})", "true"},
      {R"({"Value":-9223372036854775808})", "-9223372036854775808"},
      {R"({"Value":"a\u0000\"b"})", R"("a\x00\"b")"},
      {R"({"Value":{"__entity":{"type":"N::User","id":"a"}}})", R"(N::User::"a")"},
      {R"({"Value":{"__extn":{"fn":"decimal","arg":"1.5"}}})", R"(decimal("1.5"))"},
      {R"({"Value":{"__extn":{"fn":"offset","args":[1,2]}}})", "1.offset(2)"},
      {R"({"Value":[1,["a"],{"b":{"__entity":{"type":"A","id":"c"}}}]})",
       R"([1, ["a"], {b: A::"c"}])"},
      {R"({"Var":"principal"})", "principal"},
      {R"({"Var":"action"})", "action"},
      {R"({"Var":"resource"})", "resource"},
      {R"({"!":{"arg":{"Value":true}}})", "!true"},
      {R"({"neg":{"arg":{"Value":1}}})", "-(1)"},
      {R"({"isEmpty":{"arg":{"Set":[]}}})", "[].isEmpty()"},
      {R"({".":{"left":{"Var":"context"},"attr":"a b"}})", R"(context["a b"])"},
      {R"({"has":{"left":{"Var":"context"},"attr":"if"}})", R"(context has "if")"},
      {R"({"has":{"left":{"Var":"context"},"attr":["a","b"]}})", "context has a.b"},
      {R"({"has":{"left":{"Var":"context"},"attr":["a b"]}})", R"(context has "a b")"},
      {R"({"like":{"left":{"Value":"a"},"pattern":["Wildcard",{"Literal":"b*"},{"Literal":"c"}]}})",
       R"("a" like "*b\*c")"},
      {R"({"like":{"left":{"Value":"a"},"pattern":[]}})", R"("a" like "")"},
      {R"({"is":{"left":{"Var":"principal"},"entity_type":"N::A"}})", "principal is N::A"},
      {R"({"is":{"left":{"Var":"principal"},"entity_type":"A","in":{"Var":"action"}}})",
       "principal is A in action"},
      {R"({"if-then-else":{"if":{"Value":true},"then":{"Value":1},"else":{"Value":2}}})",
       "if true then 1 else 2"},
      {R"({"Set":[{"Value":1},{"Var":"context"}]})", "[1, context]"},
      {R"({"Record":{"a b":{"Value":1},"c":{"Value":2}}})", R"({"a b": 1, c: 2})"},
      {R"({"ip":[{"Value":"::1"}]})", R"(ip("::1"))"},
      {R"({"lessThan":[{"Var":"context"},{"Value":1}]})", "context.lessThan(1)"},
  };
  for (const auto& row : rows) EXPECT_EQ(read_body(row.json), row.text) << row.json;
}

TEST(PolicyJson, KnowsEveryHead) {
  const std::string entity = R"({"type":"User","id":"a"})";
  const std::vector<Row> rows{
      {R"({"op":"==","entity":)" + entity + "}", R"(principal == User::"a")"},
      {R"({"op":"==","entity":{"__entity":)" + entity + "}}", R"(principal == User::"a")"},
      {R"({"op":"==","slot":"?principal"})", "principal == ?principal"},
      {R"({"op":"in","entity":)" + entity + "}", R"(principal in User::"a")"},
      {R"({"op":"in","slot":"?principal"})", "principal in ?principal"},
      {R"({"op":"is","entity_type":"N::User"})", "principal is N::User"},
      {R"({"op":"is","entity_type":"User","in":{"entity":)" + entity + "}}",
       R"(principal is User in User::"a")"},
      {R"({"op":"is","entity_type":"User","in":{"slot":"?principal"}})",
       "principal is User in ?principal"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(read(with_heads(row.json)), "permit (" + row.text + ", action, resource);");
  }
  const std::string any = R"({"op":"All"})";
  const std::string action = R"({"type":"N::Action","id":"a"})";
  const std::vector<Row> actions{
      {R"({"op":"==","entity":)" + action + "}", R"(action == N::Action::"a")"},
      {R"({"op":"in","entity":)" + action + "}", R"(action in N::Action::"a")"},
      {R"({"op":"in","entities":[)" + action + "]}", R"(action in [N::Action::"a"])"},
      {R"({"op":"in","entities":[]})", "action in []"},
  };
  for (const auto& row : actions) {
    EXPECT_EQ(read(with_heads(any, row.json)), "permit (principal, " + row.text + ", resource);");
  }
}

TEST(PolicyJson, RoundTripsWithTheText) {
  for (const std::string text : {
           R"(@id("x")
@if
forbid (principal is User in Team::"a", action in [Action::"b", Action::"c"], resource == F::"d")
when { principal has a.b && context.n + 1 > -2 && [1, {a: "\n"}] != context["x y"] }
unless { if context.a like "*\*a" then !true else resource.getTag("t") in context.g };)",
           "permit (principal == ?principal, action, resource in ?resource);",
           "permit (principal, action, resource)\nwhen { ip(\"::1\") == context.a.toDate() };",
           "permit (principal, action, resource)\nwhen { true && false && true || false || 1 == 2 "
           "};",
           "permit (principal, action, resource)\nwhen { true && (false && true) };",
       }) {
    const auto parsed = parse_policies(text, "t", PolicyIds::Positional);
    ASSERT_TRUE(parsed) << text;
    const auto json = to_json(parsed->front());
    const auto back = parse_policy_json(json, "p", "p.json");
    ASSERT_TRUE(back) << json;
    EXPECT_EQ(to_json(*back), json);
  }
}

TEST(PolicyJson, MakesAChainOneNodeAsTheTextDoes) {
  std::string text = "permit (principal, action, resource)\nwhen { true";
  for (int i = 0; i < 1500; ++i) text += " && true";
  text += " };";
  const auto parsed = parse_policies(text, "t", PolicyIds::Positional);
  ASSERT_TRUE(parsed);
  const auto back = parse_policy_json(to_json(parsed->front()), "p", "p.json");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->expressions.nodes.size(), parsed->front().expressions.nodes.size());
  EXPECT_EQ(to_text(*back), text);
}

TEST(PolicyJson, FoldsConstantsAsTheTextDoes) {
  const auto constant = [](const std::string& body) {
    const auto policy = parse_policy_json(with_body(body), "p", "p.json");
    return policy && policy->expressions.nodes.back().constant > 0;
  };
  EXPECT_TRUE(constant(R"({"Set":[{"Value":1},{"Set":[]}]})"));
  EXPECT_TRUE(constant(R"({"Value":{"a":[1]}})"));
  EXPECT_TRUE(constant(R"({"decimal":[{"Value":"1.5"}]})"));
  EXPECT_TRUE(constant(R"({"Value":{"__extn":{"fn":"ip","arg":"::1"}}})"));
  EXPECT_FALSE(constant(R"({"decimal":[{"Value":"not one"}]})"));
  EXPECT_FALSE(constant(R"({"decimal":[{"Var":"context"}]})"));
  EXPECT_FALSE(constant(R"({"Set":[{"Var":"context"}]})"));
  EXPECT_FALSE(constant(R"({"Record":{"a":{"Var":"context"}}})"));
}

TEST(PolicyJson, WritesAnyValueThatALiteralCanHold) {
  Policy policy;
  Node node;
  policy.expressions.literals.emplace_back(
      Record{{"d", Value(Decimal{15'000})},
             {"s", Value(Set({Value(Datetime{86'400'000}), Value(EntityUid{"A", "b"})}))},
             {"t", Value(std::string_view("x"))}});
  policy.conditions.push_back({false, policy.expressions.add(node, {})});
  const auto back = parse_policy_json(to_json(policy), "p", "p.json");
  ASSERT_TRUE(back) << to_text(back.error());
  const auto* value = back->expressions.constant(back->conditions.front().body);
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(*value, policy.expressions.literals.front());
}

TEST(PolicyJson, HasItsTextAsItsSourceAndNoLine) {
  const auto policy = parse_policy_json(
      with_body(R"({"&&":{"left":{"Value":true},"right":{"Var":"context"}}})"), "p", "p.json");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->id, "p");
  EXPECT_EQ(policy->file, "p.json");
  EXPECT_EQ(policy->line, 0U);
  EXPECT_EQ(policy->written(policy->span), to_text(*policy));
  EXPECT_EQ(policy->written(policy->principal.span), "principal");
  EXPECT_EQ(policy->written(policy->expressions.nodes.back().span), "true && context");
}

TEST(PolicyJson, SaysWhereAMistakeIsAndWhatToWrite) {
  EXPECT_EQ(read_body(R"({"==":{"left":{"Var":"me"},"right":{"Value":1}}})"),
            "p.json: conditions[0].body.==.left.Var: `me` is no variable; principal, action, "
            "resource or context");
  EXPECT_EQ(read_body(R"({"&&":{"left":{"Value":1}}})"),
            "p.json: conditions[0].body.&&: the key `right` is missing; add it");
  EXPECT_EQ(read(with_heads(R"({"op":"is","entity_type":"a b"})")),
            "p.json: principal.entity_type: `a b` is no entity type; write Type or Name::Type");
  EXPECT_EQ(read("{\n\"effect\" }"), "p.json:2: it is not valid JSON");
  EXPECT_EQ(read("[]"), "p.json: this is not an object; write {...}");
}

TEST(PolicyJson, RefusesEveryWrongExpression) {
  const std::vector<Row> rows{
      {"null", "not an object"},
      {"[]", "not an object"},
      {"{}", "is empty"},
      {R"({"Value":1,"Var":"context"})", "more than one key"},
      {R"({"foo":[]})", "no such operator or function"},
      {R"({"Unknown":{"name":"x"}})", "no such operator or function"},
      {R"({"Slot":"?principal"})", "slot stands in a condition"},
      {R"({"Var":1})", "not a text"},
      {R"({"!":{"left":{"Value":1}}})", "unexpected key `left`"},
      {R"({"!":{"arg":{"Value":1},"x":1}})", "unexpected key `x`"},
      {R"({"==":[{"Value":1},{"Value":1}]})", "==: this is not an object"},
      {R"({"==":{"left":{"Value":1},"right":{"Value":1},"x":1}})", "unexpected key `x`"},
      {R"({"==":{"right":{"Value":1}}})", "`left` is missing"},
      {R"({"||":{"left":{"||":{"left":{"Value":1}}},"right":{"Value":1}}})",
       "||.left.||: the key `right` is missing"},
      {R"({"&&":{"left":{"&&":{"left":{"Value":1},"right":1}},"right":{"Value":1}}})",
       "&&.left.&&.right: this is not an object"},
      {R"({".":{"left":{"Value":1},"attr":["a"]}})", "not a text"},
      {R"({"has":{"left":{"Value":1},"attr":[]}})", "list of 1 to 200 names"},
      {R"({"has":{"left":{"Value":1},"attr":["a",1]}})", "attr[1]: this is not a text"},
      {R"({"has":{"left":{"Value":1},"attr":["a","b c"]}})", "cannot be part of a path"},
      {R"({"like":{"left":{"Value":1},"pattern":"a*"}})", "not a list"},
      {R"({"like":{"left":{"Value":1},"pattern":["wildcard"]}})", "no part of a pattern"},
      {R"({"like":{"left":{"Value":1},"pattern":[{"Literal":1}]}})", "not a text"},
      {R"({"is":{"left":{"Value":1},"entity_type":"if"}})", "no entity type"},
      {R"({"is":{"left":{"Value":1},"entity_type":"__cedar::A"}})", "no entity type"},
      {R"({"is":{"left":{"Value":1},"entity_type":"A::"}})", "no entity type"},
      {R"({"is":{"left":{"Value":1},"entity_type":""}})", "no entity type"},
      {R"({"is":{"left":{"Value":1},"entity_type":"A","in":null}})", "not an object"},
      {R"({"if-then-else":{"if":{"Value":1},"then":{"Value":1}}})", "`else` is missing"},
      {R"({"Set":{"Value":1}})", "not a list"},
      {R"({"Record":[]})", "not an object"},
      {R"({"decimal":{"Value":"1"}})", "not a list"},
      {R"({"lessThan":[]})", "no argument"},
      {R"({"Record":{"a":{"Value":1},"a":{"Value":1}}})", "same key twice"},
      {R"({"Value":{"a":1,"a":1}})", "same key twice"},
      {R"({"Value":null})", "null is no value"},
      {R"({"Value":1.5})", "fraction"},
      {R"({"Value":-0})", "the number is -0"},
      {R"({"Value":1.0})", "fraction"},
      {R"({"Value":9223372036854775808})", "too large"},
      {R"({"Value":-9223372036854775809})", "too large"},
      {R"({"Value":{"__entity":{"type":"A"}}})", "`id` is missing"},
      {R"({"Value":{"__entity":{"type":"A b","id":"x"}}})", "no entity type"},
      {R"({"Value":{"__entity":{"type":"A","id":"x","y":1}}})", "unexpected key `y`"},
      {R"({"Value":{"__entity":{"type":"A","id":"x"},"y":1}})", "unexpected key `y`"},
      {R"({"Value":{"__extn":{"fn":"foo","arg":"1"}}})", "no function `foo`"},
      {R"({"Value":{"__extn":{"fn":"ip"}}})", "`arg` is missing"},
      {R"({"Value":{"__extn":{"fn":"ip","arg":"1","args":[]}}})", "unexpected key `arg`"},
      {R"({"Value":{"__extn":{"fn":"ip","args":"1"}}})", "not a list"},
      {R"({"Value":{"__extn":{"fn":"toDate","args":[]}}})", "no argument"},
      {R"({"Value":{"__extn":1}})", "not an object"},
      {R"({"Value":{"__expr":"1"}})", "no part of Cedar any more"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(read_body(row.json), AllOf(HasSubstr("p.json: "), HasSubstr(row.text)));
  }
}

TEST(PolicyJson, RefusesEveryWrongHead) {
  const std::string entity = R"({"type":"User","id":"a"})";
  const std::vector<Row> rows{
      {"null", "not an object"},
      {"{}", "`op` is missing"},
      {R"({"op":"like"})", "no such constraint"},
      {R"({"op":"All","entity":1})", "unexpected key `entity`"},
      {R"({"op":"=="})", "either an entity or a slot"},
      {R"({"op":"==","slot":"?principal","entity":)" + entity + "}", "either an entity or a slot"},
      {R"({"op":"==","slot":"?resource"})", "no such slot here"},
      {R"({"op":"==","slot":"principal"})", "no such slot here"},
      {R"({"op":"==","entity":"User::\"a\""})", "not an object"},
      {R"({"op":"in","entities":[]})", "unexpected key `entities`"},
      {R"({"op":"is"})", "`entity_type` is missing"},
      {R"({"op":"is","entity_type":"A","in":{}})", "either an entity or a slot"},
      {R"({"op":"is","entity_type":"A","in":null})", "not an object"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(read(with_heads(row.json)), AllOf(HasSubstr("principal"), HasSubstr(row.text)));
  }
  const std::vector<Row> actions{
      {R"({"op":"is","entity_type":"Action"})", "no such constraint of an action"},
      {R"({"op":"==","slot":"?principal"})", "unexpected key `slot`"},
      {R"({"op":"in"})", "`entity` is missing"},
      {R"({"op":"==","entity":)" + entity + "}", "has the type Action"},
      {R"({"op":"in","entities":[)" + entity + "]}", "entities[0]: an action has the type Action"},
      {R"({"op":"in","entities":1})", "not a list"},
  };
  for (const auto& row : actions) {
    EXPECT_THAT(read(with_heads(R"({"op":"All"})", row.json)),
                AllOf(HasSubstr("action"), HasSubstr(row.text)));
  }
}

TEST(PolicyJson, RefusesEveryWrongPolicy) {
  const std::string start = R"({"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},)"
                            R"("resource":{"op":"All"})";
  EXPECT_THAT(read(start + "}"), HasSubstr("`conditions` is missing"));
  EXPECT_THAT(read(start + R"(,"conditions":[],"x":1})"), HasSubstr("unexpected key `x`"));
  EXPECT_THAT(read(start + R"(,"conditions":null})"), HasSubstr("conditions: this is not a list"));
  EXPECT_THAT(read(start + R"(,"conditions":[{}]})"), HasSubstr("`kind` is missing"));
  EXPECT_THAT(read(start + R"(,"conditions":[{"kind":"when"}]})"), HasSubstr("`body` is missing"));
  EXPECT_THAT(read(start + R"(,"conditions":[{"kind":"if","body":{"Value":1}}]})"),
              HasSubstr("conditions[0].kind: this is no kind of condition"));
  const std::string annotations = start + R"(,"conditions":[],"annotations":)";
  EXPECT_THAT(read(annotations + "[]}"), HasSubstr("annotations: this is not an object"));
  EXPECT_THAT(read(annotations + R"({"a b":""}})"), HasSubstr("name of an annotation"));
  EXPECT_THAT(read(annotations + R"({"a":1}})"), HasSubstr("annotations.a: this is not a text"));
  EXPECT_THAT(read(annotations + R"({"if":null,"b":"c"}})"), HasSubstr("@b(\"c\")\n@if\npermit"));
  EXPECT_THAT(read(R"({"effect":"Permit"})"), HasSubstr("effect: this is no effect"));
}

std::string nots(std::size_t depth) {
  std::string body = R"({"Value":true})";
  for (std::size_t i = 0; i < depth; ++i) body = R"({"!":{"arg":)" + body + "}}";
  return body;
}

TEST(PolicyJson, IsRefusedWhenItIsTooDeepOrTooLarge) {
  const auto deepest = read_body(nots(kMaxPolicyDepth - 1));
  EXPECT_TRUE(parse_expression(deepest)) << deepest;
  EXPECT_THAT(read_body(nots(kMaxPolicyDepth)), HasSubstr("nested too deeply"));
  EXPECT_THAT(read_body(nots(kMaxPolicyJsonDepth)), HasSubstr("nested too deeply"));
  const std::string lists(kMaxPolicyDepth + 1, '[');
  EXPECT_THAT(read_body(R"({"Value":)" + lists + std::string(kMaxPolicyDepth + 1, ']') + "}"),
              HasSubstr("nested too deeply"));
  std::string many = "1";
  for (std::size_t i = 0; i < kMaxPolicyTokens; ++i) many += ",1";
  EXPECT_THAT(read_body(R"({"Value":[)" + many + "]}"), HasSubstr("the policy is too large"));
  EXPECT_THAT(read(std::string(kMaxPolicyJsonBytes + 1, ' ')), HasSubstr("the text is too large"));
}

TEST(PolicyJson, IsRefusedAtEveryTruncation) {
  const auto whole = with_body(R"({"has":{"left":{"Var":"context"},"attr":["a","b"]}})");
  EXPECT_TRUE(parse_policy_json(whole, "p", "f"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_policy_json(whole.substr(0, size), "p", "f")) << size;
  }
  EXPECT_FALSE(parse_policy_json(whole + "}", "p", "f"));
}

TEST(PolicyJson, WithAnyBitFlippedIsReadOrRefused) {
  const auto whole =
      with_body(R"({"is":{"left":{"Value":{"__extn":{"fn":"ip","arg":"a"}}},"entity_type":"A"}})");
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto changed = whole;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto policy = parse_policy_json(changed, "p", "f");
    if (policy) continue;
    EXPECT_FALSE(policy.error().what.empty()) << "bit " << bit;
  }
}

}  // namespace
}  // namespace hub::policy
