// Log lines: one JSON object a line on standard error, for the journal.
//
// A line is an event name and a few named values. Both are ours: names are literals, values are
// numbers, authority codes, file names and fixed texts. Personal data and other people's bytes
// never come here; values are escaped and cut all the same.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace hub {

struct LogField {
  std::string_view name;
  std::variant<std::int64_t, std::string_view> value;

  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
  LogField(std::string_view field_name, const char* text)
      : name(field_name), value(std::string_view(text)) {}
  LogField(std::string_view field_name, const std::string& text)
      : name(field_name), value(std::string_view(text)) {}
  template <std::integral Number>
  LogField(std::string_view field_name, Number number)
      : name(field_name), value(static_cast<std::int64_t>(number)) {}
};

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

// Names the process in every line, and drops lines below `least`. Call once, before any thread
// starts.
void start_log(std::string_view process, LogLevel least);

void log_debug(std::string_view event, std::initializer_list<LogField> fields = {});
void log_info(std::string_view event, std::initializer_list<LogField> fields = {});
void log_warning(std::string_view event, std::initializer_list<LogField> fields = {});
void log_error(std::string_view event, std::initializer_list<LogField> fields = {});

// The text as a JSON string for a log line, quotes included: controls escaped, "?" for each byte
// beyond ASCII.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace hub
