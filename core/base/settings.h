// A configuration file in TOML, read so that every mistake is listed at once, each with file,
// line and what is expected.
//
//   Settings settings = Settings::read("agent.toml");
//   config.broker = settings.text("link.broker", "tcp://HOST:PORT");
//   settings.finish();    // throws SettingsError naming every mistake, unknown keys included
//
// A getter that finds a mistake notes it and returns a harmless value.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace hub {

// what() is the whole list, a mistake a line: "agent.toml:12: link.broker is missing; expected
// tcp://HOST:PORT".
class SettingsError : public EnvError {
 public:
  using EnvError::EnvError;
};

class Settings {
 public:
  // Says what is wrong with a value, or nothing when it is right.
  using Check = std::function<std::optional<std::string>(const std::string&)>;

  // Throws EnvError when the file cannot be read; a TOML error is then the only mistake.
  [[nodiscard]] static Settings read(const std::filesystem::path& file);

  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  Settings(Settings&&) noexcept;
  Settings& operator=(Settings&&) = delete;
  ~Settings();

  // Required unless a fallback is given. `expected` is what the message tells the operator.
  [[nodiscard]] std::string text(std::string_view key, std::string_view expected,
                                 const Check& check = {});
  [[nodiscard]] std::string text_or(std::string_view key, std::string fallback,
                                    std::string_view expected, const Check& check = {});
  [[nodiscard]] std::int64_t number_or(std::string_view key, std::int64_t fallback,
                                       std::int64_t least, std::int64_t most);
  [[nodiscard]] bool flag_or(std::string_view key, bool fallback);
  // A relative path is taken from the folder of the configuration file.
  [[nodiscard]] std::filesystem::path path(std::string_view key, std::string_view expected);
  [[nodiscard]] std::filesystem::path path_or(std::string_view key,
                                              const std::filesystem::path& fallback);
  [[nodiscard]] std::optional<std::filesystem::path> path_if_there(std::string_view key);
  // [table] of NAME = ["text", ...]; empty when there is no such table.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> lists(std::string_view table,
                                                                      std::string_view expected);
  // Names of the sub-tables of [table].
  [[nodiscard]] std::vector<std::string> tables(std::string_view table);

  // A mistake that only the caller can see, at the line of `key`.
  void mistake(std::string_view key, std::string_view what);

  // Throws SettingsError if anything was noted or a key was never asked for.
  void finish();

 private:
  struct State;
  explicit Settings(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hub
