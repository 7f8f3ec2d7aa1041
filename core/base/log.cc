#include "core/base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "core/base/clock.h"

namespace hub {
namespace {

constexpr std::size_t kMaxValue = 512;

// spdlog does the locking and the writing; the line is made here because its own JSON pattern
// does not escape.
spdlog::logger& sink() {
  static const auto logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("hub", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string& process_name() {
  static std::string name = "hub";
  return name;
}

void write(spdlog::level::level_enum level, std::string_view word, std::string_view event,
           std::initializer_list<LogField> fields) {
  if (!sink().should_log(level)) return;
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","process":{},"event":{})",
                                 to_iso(SystemClock().now()), word, json_quoted(process_name()),
                                 json_quoted(event));
  for (const auto& field : fields) {
    line += ',' + json_quoted(field.name) + ':';
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else {
      line += json_quoted(std::get<std::string_view>(field.value).substr(0, kMaxValue));
    }
  }
  line += '}';
  sink().log(level, spdlog::string_view_t(line.data(), line.size()));
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void start_log(std::string_view process, LogLevel least) {
  process_name() = process;
  sink().set_level(level_of(least));
}

void log_debug(std::string_view event, std::initializer_list<LogField> fields) {
  write(spdlog::level::debug, "debug", event, fields);
}
void log_info(std::string_view event, std::initializer_list<LogField> fields) {
  write(spdlog::level::info, "info", event, fields);
}
void log_warning(std::string_view event, std::initializer_list<LogField> fields) {
  write(spdlog::level::warn, "warning", event, fields);
}
void log_error(std::string_view event, std::initializer_list<LogField> fields) {
  write(spdlog::level::err, "error", event, fields);
}

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else if (byte >= 0x80) {
      out += '?';  // Log lines are plain ASCII.
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace hub
