// The extension types and functions, by the language's documentation and the official engine's
// answers (cedar-wasm 4.10.0).
#include "policy/cedar/extension.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/policy_set.h"

namespace hub::policy {
namespace {

// "true", "false", "error" or "parse error"
std::string answer(const std::string& expression) {
  const auto set =
      PolicySet::parse("permit(principal, action, resource) when { " + expression + " };", "t");
  if (!set) return "parse error";
  const auto response =
      authorize(*set, Entities(), {{"U", "a"}, {"Action", "v"}, {"U", "r"}, Record()});
  if (!response.errors.empty()) return "error";
  return response.allowed ? "true" : "false";
}

void expect(std::initializer_list<std::pair<const char*, const char*>> cases) {
  for (const auto& [expression, wanted] : cases)
    EXPECT_EQ(answer(expression), wanted) << expression;
}

void expect_no_value(const std::string& function, std::initializer_list<const char*> texts) {
  for (const auto* text : texts) {
    EXPECT_EQ(answer(function + "(\"" + text + "\") == 1"), "error") << function << ' ' << text;
  }
}

TEST(Decimals, AreExactToFourPlaces) {
  expect({{R"(decimal("1.0") == decimal("1.0000"))", "true"},
          {R"(decimal("01.5") == decimal("1.5"))", "true"},
          {R"(decimal("-0.0") == decimal("0.0"))", "true"},
          {R"(decimal("-0.0001").lessThan(decimal("0.0")))", "true"},
          {R"(decimal("1.1").lessThanOrEqual(decimal("1.1")))", "true"},
          {R"(decimal("1.2").greaterThan(decimal("1.1999")))", "true"},
          {R"(decimal("1.2").greaterThanOrEqual(decimal("1.2001")))", "false"},
          {R"(decimal("-922337203685477.5808").lessThan(decimal("922337203685477.5807")))", "true"},
          {R"(decimal("1.0") == 1)", "false"},
          {R"(decimal("1.0") < decimal("2.0"))", "error"},
          {R"(decimal("1.0").lessThan(2))", "error"},
          {R"([decimal("1.0"), decimal("1.00")].containsAny([decimal("1.000")]))", "true"}});
  expect_no_value("decimal", {"", ".", "1", "1.", ".1", "-.1", "+1.0", "1.23456", "1.0.0", " 1.0",
                              "1.0 ", "1e1", "922337203685477.5808", "-922337203685477.5809",
                              "99999999999999999999.0"});
}

TEST(IpRanges, KeepTheirHostBitsAndPrefix) {
  expect({{R"(ip("10.0.0.0/8") == ip("10.0.0.1/8"))", "false"},
          {R"(ip("10.0.0.1/32") == ip("10.0.0.1"))", "true"},
          {R"(ip("1:2:3:4:5:6:7::") == ip("1:2:3:4:5:6:7:0"))", "true"},
          {R"(ip("::ABCD") == ip("0:0:0:0:0:0:0:abcd"))", "true"},
          {R"(ip("::1") == ip("0.0.0.1"))", "false"},
          {R"(ip("::").isIpv6() && !ip("::").isIpv4())", "true"},
          {R"(ip("10.1.2.3").isInRange(ip("10.0.0.0/8")))", "true"},
          {R"(ip("10.0.0.0/7").isInRange(ip("10.0.0.0/8")))", "false"},
          {R"(ip("11.0.0.0").isInRange(ip("10.0.0.0/8")))", "false"},
          {R"(ip("10.129.0.0").isInRange(ip("10.128.0.0/9")))", "true"},
          {R"(ip("10.127.0.0").isInRange(ip("10.128.0.0/9")))", "false"},
          {R"(ip("1.1.1.1").isInRange(ip("::/0")))", "false"},
          {R"(ip("127.0.0.1/8").isLoopback())", "true"},
          {R"(ip("127.0.0.1/4").isLoopback())", "false"},
          {R"(ip("::1").isLoopback())", "true"},
          {R"(ip("::1/64").isLoopback())", "false"},
          {R"(ip("224.0.0.1/4").isMulticast())", "true"},
          {R"(ip("224.0.0.1/3").isMulticast())", "false"},
          {R"(ip("ff00::/8").isMulticast())", "true"},
          {R"(ip("ff00::/7").isMulticast())", "false"}});
  expect_no_value("ip", {"",
                         "1.2.3",
                         "1.2.3.4.5",
                         "256.1.1.1",
                         "01.2.3.4",
                         "1.2.3.4/33",
                         "1.2.3.4/08",
                         "1.2.3.4/",
                         "1.2.3.4/+8",
                         "::/129",
                         "::/0128",
                         "1::2::3",
                         "1:2:3:4:5:6:7:8::",
                         "1:2:3:4:5:6:7",
                         "12345::",
                         ":1",
                         "1:",
                         "::g",
                         "::ffff:1.2.3.4",
                         "fe80::1%eth0",
                         " ::1",
                         "[::1]"});
}

TEST(Datetimes, AreMillisecondsInUtc) {
  expect({{R"(datetime("1970-01-01").toTime() == duration("0ms"))", "true"},
          {R"(datetime("2024-02-29T12:00:00Z") == datetime("2024-02-29T13:00:00+0100"))", "true"},
          {R"(datetime("2024-01-01T00:00:00.123-0030").durationSince(datetime("2024-01-01")) ==
              duration("30m123ms"))",
           "true"},
          {R"(datetime("1969-12-31T23:59:59Z").toTime() == duration("23h59m59s"))", "true"},
          {R"(datetime("1969-12-31T23:59:59Z").toDate() == datetime("1969-12-31"))", "true"},
          {R"(datetime("1969-12-31").toDate() == datetime("1969-12-31"))", "true"},
          {R"(datetime("2024-01-01").offset(duration("-1d")) == datetime("2023-12-31"))", "true"},
          {R"(datetime("2024-01-01") < datetime("2024-01-02"))", "true"},
          {R"(datetime("2024-01-01") >= datetime("2024-01-02"))", "false"},
          {R"(datetime("2024-01-01") < duration("1d"))", "error"},
          {R"(datetime("2024-01-01") < 1)", "error"},
          {R"(datetime("0000-01-01") < datetime("9999-12-31T23:59:59.999Z"))", "true"},
          {R"(datetime("2024-01-01").offset(duration("9223372036854775807ms")) ==
              datetime("2024-01-01"))",
           "error"},
          {R"(datetime("1969-01-01").offset(duration("-9223372005318775808ms")).toDate() ==
              datetime("1970-01-01"))",
           "error"},
          {R"(datetime("1970-01-01").offset(duration("-9223372036854775808ms"))
              .durationSince(datetime("1970-01-02")) == duration("1ms"))",
           "error"}});
  expect_no_value("datetime", {"",
                               "2024",
                               "2024-1-1",
                               "2024-02-30",
                               "2023-02-29",
                               "2024-13-01",
                               "2024-00-01",
                               "2024-01-00",
                               "2024-01-01T",
                               "2024-01-01T00:00Z",
                               "2024-01-01T00:00:00",
                               "2024-01-01T24:00:00Z",
                               "2024-01-01T00:60:00Z",
                               "2024-01-01T00:00:60Z",
                               "2024-01-01T00:00:00.1Z",
                               "2024-01-01T00:00:00+2400",
                               "2024-01-01T00:00:00+0060",
                               "2024-01-01T00:00:00+01:00",
                               "2024-01-01T00:00:00Z ",
                               "2024-01-01t00:00:00z",
                               "+2024-01-01",
                               "2024-01-01Z"});
}

TEST(Durations, CountTheirUnitsTowardsZero) {
  expect({{R"(duration("1d2h3m4s5ms").toMilliseconds() == 93784005)", "true"},
          {R"(duration("-1500ms").toSeconds() == -1)", "true"},
          {R"(duration("90s").toMinutes() == 1)", "true"},
          {R"(duration("-119m").toHours() == -1)", "true"},
          {R"(duration("47h").toDays() == 1)", "true"},
          {R"(duration("1d") == duration("24h"))", "true"},
          {R"(duration("00001ms") == duration("1ms"))", "true"},
          {R"(duration("-1h") < duration("1ms"))", "true"},
          {R"(duration("-9223372036854775808ms") <= duration("0ms"))", "true"},
          {R"(duration("1ms") < 2)", "error"},
          {R"(duration("1ms").toDays(1) == 0)", "error"},
          {R"(1.toDays() == 0)", "error"}});
  expect_no_value("duration", {"", "-", "1", "ms", "1d1d", "90m1h", "1ms1s", "+1d", "1 d", "1D",
                               "1.5h", "--1d", "1h-1m", "9223372036854775808ms", "106751991168d"});
}

TEST(ExtensionCalls, AreFunctionsOrMethodsAsTheLanguageHasThem) {
  expect({{R"(lessThan(decimal("1.0"), decimal("2.0")))", "parse error"},
          {R"("1.0".decimal() == 1)", "parse error"},
          {R"(context.ip("::1") == 1)", "parse error"},
          {R"(foo("x"))", "parse error"},
          {R"(1.foo())", "parse error"},
          {R"(Foo::decimal("1.0") == 1)", "parse error"},
          {R"(decimal() == 1)", "error"},
          {R"(decimal("1.0", "2.0") == 1)", "error"},
          {R"(decimal("1.0", "2.0", "3.0") == 1)", "error"},
          {R"(ip("::1").isIpv4(1))", "error"},
          {R"(decimal(1) == 1)", "error"},
          {R"(decimal(principal) == 1)", "error"},
          {R"(false && decimal("x") == 1)", "false"},
          {R"(decimal(if true then "1.0" else "x") == decimal("1.0"))", "true"}});
}

TEST(ExtensionValues, AreWrittenAsTheyAreRead) {
  const auto value_of = [](const std::string& function, const std::string& text) {
    const Value argument{std::string_view(text)};
    const auto* pointer = &argument;
    const auto made = call(*function_called(function), std::span(&pointer, 1));
    return made ? to_text(*made) : "none";
  };
  EXPECT_EQ(value_of("decimal", "-0.5"), R"(decimal("-0.5"))");
  EXPECT_EQ(value_of("decimal", "12.3400"), R"(decimal("12.34"))");
  EXPECT_EQ(value_of("decimal", "-922337203685477.5808"), R"(decimal("-922337203685477.5808"))");
  EXPECT_EQ(value_of("ip", "10.0.0.1/8"), R"(ip("10.0.0.1/8"))");
  EXPECT_EQ(value_of("ip", "::1"), R"(ip("0000:0000:0000:0000:0000:0000:0000:0001"))");
  EXPECT_EQ(value_of("duration", "1s"), R"(duration("1000ms"))");
  EXPECT_EQ(value_of("datetime", "1970-01-02"),
            R"(datetime("1970-01-01").offset(duration("86400000ms")))");
}

}  // namespace
}  // namespace hub::policy
