// The meaning of Cedar's expressions, a row for each rule that is easy to get wrong.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities_json.h"

namespace hub::policy {
namespace {

constexpr const char* kEntities = R"([
  {"uid": {"type": "User", "id": "ann"},
   "attrs": {"age": 40, "team": {"__entity": {"type": "Team", "id": "a"}}, "home": {"city": "x"}},
   "parents": [{"type": "Team", "id": "a"}], "tags": {"grade": 5}},
  {"uid": {"type": "Team", "id": "a"}, "attrs": {"name": "A"},
   "parents": [{"type": "Team", "id": "all"}]},
  {"uid": {"type": "File", "id": "f"}, "attrs": {}, "parents": []}])";

struct Row {
  std::string expression;
  std::string answer;  // true, false, error, parse
};

std::string answer_to(const std::string& expression) {
  const auto set =
      PolicySet::parse("permit(principal, action, resource) when { " + expression + " };", "test");
  if (!set) return "parse";
  const auto entities = parse_entities(kEntities);
  const auto context =
      parse_record(R"({"n": 1, "s": "text", "deep": {"a": {"b": 2}}, "l": [1, 2]})");
  if (!entities || !context) return "broken test data";
  const auto response =
      authorize(*set, *entities, {{"User", "ann"}, {"Action", "read"}, {"File", "f"}, *context});
  if (!response.errors.empty()) return "error";
  return response.allowed ? "true" : "false";
}

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) EXPECT_EQ(answer_to(row.expression), row.answer) << row.expression;
}

TEST(Equality, NeverErrsAndTellsKindsApart) {
  check({{R"(1 == "1")", "false"},
         {"[] == {}", "false"},
         {"true == 1", "false"},
         {R"(User::"ann" == "ann")", "false"},
         {"[1, 2, 2] == [2, 1]", "true"},
         {"[[1], []] == [[], [1]]", "true"},
         {R"({"a": 1, b: [2]} == {b: [2], "a": 1})", "true"},
         {"{a: 1} == {a: 1, b: 2}", "false"},
         {"1 != 2", "true"},
         {R"(1 != "1")", "true"},
         {R"(principal == User::"ann")", "true"},
         {R"(principal == Ns::User::"ann")", "false"}});
}

TEST(Numbers, OverflowIsAnErrorAndTheLeastLongIsALiteral) {
  check({{"-9223372036854775808 < 0", "true"},
         {"- 9223372036854775808 < 0", "true"},
         {"-(-9223372036854775808) == 0", "error"},
         {"--9223372036854775808 == 0", "error"},
         {"9223372036854775808 == 0", "parse"},
         {"-(9223372036854775808) == 0", "parse"},
         {"0-9223372036854775808 == 0", "parse"},
         {"18446744073709551616 == 0", "parse"},
         {"-9223372036854775808 - 1 == 0", "error"},
         {"9223372036854775807 + 1 == 0", "error"},
         {"4611686018427387904 * 2 == 0", "error"},
         {"-9223372036854775808 * -1 == 0", "error"},
         {"1 + 2 * 3 == 7", "true"},
         {"10 - 2 - 3 == 5", "true"},
         {"007 == 7", "true"},
         {"----1 == 1", "true"},
         {"-----1 == 1", "parse"},
         {"-true == 1", "error"},
         {R"(1 + "1" == 2)", "error"}});
}

TEST(Comparison, OrdersLongsOnlyAndIsNotChained) {
  check({{"1 < 2", "true"},
         {"2 <= 2", "true"},
         {"3 > 2", "true"},
         {"2 >= 3", "false"},
         {R"("a" < "b")", "error"},
         {R"(1 < "2")", "error"},
         {"1 < 2 < 3", "parse"},
         {"1 == 1 == true", "parse"},
         {"(1 < 2) == true", "true"},
         {"1 = 1", "parse"},
         {"4 / 2 == 2", "parse"},
         {"4 % 2 == 0", "parse"}});
}

TEST(Logic, ShortCircuitsAndThenChecksTypes) {
  check({{"false && 3", "false"},
         {"true && 3", "error"},
         {"3 && false", "error"},
         {"true || 3", "true"},
         {"3 || true", "error"},
         {"false || 3", "error"},
         {"true && true && false && 3", "false"},
         {"true && 3 && false", "error"},
         {"false || false || true || 3", "true"},
         {"false || true && false", "false"},
         {"!!!!true", "true"},
         {"!!!!!true", "parse"},
         {"!3", "error"},
         {"!-1 == 1", "parse"},
         {"if true then true else 3", "true"},
         {"if false then 1 else 2", "error"},
         {"if 1 then true else true", "error"},
         {"(if false then 1 else 2) == 2", "true"},
         {"true && if true then true else false", "parse"},
         {"true && (if true then true else false)", "true"}});
}

TEST(Attributes, OfRecordsAndEntities) {
  check({{"principal.age == 40", "true"},
         {R"(principal["age"] == 40)", "true"},
         {R"(principal.team.name == "A")", "true"},
         {"principal.missing == 1", "error"},
         {R"(User::"nobody".age == 1)", "error"},
         {"context.n == 1", "true"},
         {"context.missing == 1", "error"},
         {"context.s.x == 1", "error"},
         {R"({a: {"b c": 1}}.a["b c"] == 1)", "true"},
         {R"({"": 1}[""] == 1)", "true"},
         {"context.if == 1", "parse"},
         {"context.__cedar == 1", "parse"},
         {"{a: 1, a: 2} == {}", "parse"},
         {R"({a: 1, "a": 2} == {})", "parse"},
         {"{if: 1} == {}", "parse"}});
}

TEST(Has, IsFalseForWhatIsMissingAndErrsForWhatHoldsNothing) {
  check({{"principal has age", "true"},
         {"principal has missing", "false"},
         {R"(User::"nobody" has age)", "false"},
         {R"(context has "n")", "true"},
         {"context has deep.a.b", "true"},
         {"context has deep.a.c", "false"},
         {"context has deep.x.b", "false"},
         {"context has n.b", "error"},
         {"context has deep.a.b.c", "error"},
         {"principal has home.city", "true"},
         {"principal has team.name", "true"},
         {"1 has a", "error"},
         {"context has principal", "false"},
         {R"(context has "deep".a)", "parse"},
         {R"(context has deep["a"])", "parse"},
         {"context has (n)", "parse"},
         {"context has deep has a", "parse"}});
}

TEST(Tags, AreReadAndAskedFor) {
  check({{R"(principal.hasTag("grade"))", "true"},
         {R"(principal.getTag("grade") == 5)", "true"},
         {R"(principal.hasTag("none"))", "false"},
         {R"(principal.getTag("none") == 5)", "error"},
         {R"(User::"nobody".hasTag("grade"))", "false"},
         {R"(User::"nobody".getTag("grade") == 5)", "error"},
         {"principal.hasTag(1)", "error"},
         {R"(context.hasTag("grade"))", "error"}});
}

TEST(Membership, IsReflexiveTransitiveAndChecksEveryItem) {
  check({{R"(principal in Team::"a")", "true"},
         {R"(principal in Team::"all")", "true"},
         {"principal in principal", "true"},
         {R"(Team::"a" in principal)", "false"},
         {R"(User::"nobody" in User::"nobody")", "true"},
         {R"(User::"nobody" in Team::"a")", "false"},
         {R"(principal in [Team::"z", Team::"a"])", "true"},
         {"principal in []", "false"},
         {R"(principal in [Team::"a", 3])", "error"},
         {R"("ann" in Team::"a")", "error"},
         {"principal in 3", "error"},
         {R"(principal in {a: Team::"a"})", "error"}});
}

TEST(Is, ComparesTheWholeTypeAndShortCircuits) {
  check({{"principal is User", "true"},
         {"principal is Ns::User", "false"},
         {R"(Ns::User::"x" is Ns::User)", "true"},
         {"3 is User", "error"},
         {R"(principal is User in Team::"all")", "true"},
         {R"(principal is User in [Team::"x", Team::"a"])", "true"},
         {"principal is File in 3", "false"},
         {"principal is User in 3", "error"},
         {R"(principal is "User")", "parse"}});
}

TEST(Sets, AnswerTheirQuestions) {
  check({{"[1, 2].contains(1)", "true"},
         {R"([1, "x", {a: 1}, [2]].contains([2]))", "true"},
         {"[].contains(1)", "false"},
         {"context.l.contains(2)", "true"},
         {"1.contains(1)", "error"},
         {"[1, 2].containsAll([])", "true"},
         {"[].containsAll([])", "true"},
         {"[1, 2, 3].containsAll([3, 1])", "true"},
         {"[1].containsAll([1, 2])", "false"},
         {"[1].containsAll(1)", "error"},
         {"[1].containsAny([])", "false"},
         {"[].containsAny([1])", "false"},
         {"[1, 2].containsAny([2, 3])", "true"},
         {"1.containsAny([1])", "error"},
         {"[].isEmpty()", "true"},
         {"[1].isEmpty()", "false"},
         {"{}.isEmpty()", "error"},
         {"[1].isEmpty(1)", "parse"},
         {"[1].contains()", "parse"},
         {"[1].contains(1, 2)", "parse"},
         {"contains([1], 1)", "parse"},
         {"[1,].contains(1)", "true"},
         {"[,].contains(1)", "parse"},
         {"[1 + context.missing].isEmpty()", "error"}});
}

TEST(Like, MatchesWildcardsAndEscapedStars) {
  check({{R"("ham and eggs" like "ham*")", "true"},
         {R"("ham and eggs" like "*and*s")", "true"},
         {R"("ham" like "*ham and eggs*")", "false"},
         {R"("" like "*")", "true"},
         {R"("" like "")", "true"},
         {R"("a" like "")", "false"},
         {R"("aa" like "a*a")", "true"},
         {R"("a" like "a*a")", "false"},
         {R"("abab" like "*ab*ab*")", "true"},
         {R"("aba" like "*ab*ba*")", "false"},
         {R"("a*b" like "a\*b")", "true"},
         {R"("axb" like "a\*b")", "false"},
         {R"("caf\u{e9}" like "caf*")", "true"},
         {"1 like \"1\"", "error"},
         {R"("a" like context.s)", "parse"},
         {R"("a" like ("a"))", "parse"}});
}

TEST(Strings, KnowCedarsEscapesAndNoOthers) {
  check({{R"("\n\r\t\0\\\"\'" == "\u{a}\u{d}\u{9}\u{0}\u{5c}\u{22}\u{27}")", "true"},
         {R"("\x41" == "A")", "true"},
         {R"("\x7f" == "\u{7F}")", "true"},
         {R"("\u{1F600}" == "😀")", "true"},
         {R"("\u{1_0}" == "\u{10}")", "true"},
         {"\"a\nb\" == \"a\\nb\"", "true"},
         {R"("\x80" == "")", "parse"},
         {R"("\u{}" == "")", "parse"},
         {R"("\u{d800}" == "")", "parse"},
         {R"("\u{0000041}" == "")", "parse"},
         {R"("\u{110000}" == "")", "parse"},
         {R"("\u{_1}" == "")", "parse"},
         {R"("\*" == "")", "parse"},
         {R"("\q" == "")", "parse"},
         {"\"a\rb\" == \"\"", "parse"},
         {"\"a\\\nb\" == \"\"", "parse"},
         {R"("abc)", "parse"}});
}

TEST(Variables, AreFourAndNothingElseIs) {
  check({{"foo", "parse"},
         {"foo(1)", "parse"},
         {"Ns::foo", "parse"},
         {R"(principal::"x" == principal::"x")", "true"},
         {R"(permit::"x" is permit)", "true"},
         {R"(if::"x" == principal)", "parse"},
         {R"(__cedar::"x" == principal)", "parse"},
         {"?principal == principal", "parse"},
         {"context.foo(1)", "parse"},
         {"action == Action::\"read\"", "true"},
         {"resource.missing", "error"},
         {"context.n", "error"}});
}

}  // namespace
}  // namespace hub::policy
