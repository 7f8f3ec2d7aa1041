#include "audit/siem/syslog_message.h"

#include <gtest/gtest.h>

namespace hub::audit {
namespace {

const LogSource kSource{"hub.example/audit/E09000007", "hub-agent", "E09000007"};

SiemEvent event() {
  return {R"({"a":1})", OcsfSeverity::Informational, from_ms(1'790'000'000'123), "disclosure",
          12,           crypto::Digest{0xAB}};
}

TEST(SyslogMessage, IsThis) {
  EXPECT_EQ(syslog_message(kSource, "camden-hub", event()),
            "<110>1 2026-09-21T14:13:20.123Z camden-hub hub-agent - disclosure "
            "[hub@32473 origin=\"hub.example/audit/E09000007\" index=\"12\" "
            "leaf=\"ab00000000000000000000000000000000000000000000000000000000000000\"] "
            "\xEF\xBB\xBF{\"a\":1}");
}

TEST(SyslogMessage, OfAGapNamesNoEntry) {
  auto gap = event();
  gap.index.reset();
  gap.leaf_hash.reset();
  gap.act = "siem-gap";
  EXPECT_NE(syslog_message(kSource, "h", gap)
                .find(" siem-gap [hub@32473 origin=\"hub.example/audit/E09000007\"] \xEF\xBB\xBF{"),
            std::string::npos);
}

TEST(SyslogMessage, HasThePriorityOfItsSeverity) {
  auto each = event();
  const auto priority = [&](OcsfSeverity severity) {
    each.severity = severity;
    const auto text = syslog_message(kSource, "h", each);
    return text.substr(0, text.find('>') + 1);
  };
  EXPECT_EQ(priority(OcsfSeverity::Informational), "<110>");
  EXPECT_EQ(priority(OcsfSeverity::Low), "<109>");
  EXPECT_EQ(priority(OcsfSeverity::Medium), "<108>");
  EXPECT_EQ(priority(OcsfSeverity::High), "<107>");
}

TEST(SyslogMessage, LetsNothingOutOfItsField) {
  auto each = event();
  each.act = "two words\n";
  auto source = kSource;
  source.origin = R"(a"b\c]d)";
  const auto text = syslog_message(source, "caf\xC3\xA9 host", each);
  EXPECT_NE(text.find(" caf???host hub-agent - two?words? ["), std::string::npos) << text;
  EXPECT_NE(text.find(R"(origin="a\"b\\c\]d")"), std::string::npos) << text;
  each.act = std::string(40, 'x');
  EXPECT_NE(syslog_message(kSource, "h", each).find(" - " + std::string(32, 'x') + " ["),
            std::string::npos);
  each.act.clear();
  EXPECT_NE(syslog_message(kSource, "", each).find("Z - hub-agent - - ["), std::string::npos);
}

TEST(OctetCount, IsOfBytesNotOfCharacters) {
  EXPECT_EQ(octet_counted("abc"), "3 abc");
  EXPECT_EQ(octet_counted("caf\xC3\xA9"), "5 caf\xC3\xA9");
  auto each = event();
  each.json = "{\"a\":\"\xE2\x82\xAC\"}";
  const auto message = syslog_message(kSource, "h", each);
  const auto frame = octet_counted(message);
  EXPECT_EQ(std::stoul(frame), message.size());
  EXPECT_EQ(frame.substr(frame.find(' ') + 1), message);
  EXPECT_TRUE(message.ends_with("\xEF\xBB\xBF{\"a\":\"\xE2\x82\xAC\"}"));
}

TEST(SyslogMessage, OfTheLargestEventFitsWhatReceiversShouldTake) {
  auto each = event();
  each.json.assign(kLargestEvent, 'x');
  const LogSource source{std::string(128, 'o'), "hub-broker", "broker"};
  EXPECT_LE(syslog_message(source, std::string(64, 'h'), each).size(), 8192U);
}

}  // namespace
}  // namespace hub::audit
