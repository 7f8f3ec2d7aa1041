#include "core/base/settings.h"

#include <toml++/toml.h>

#include <set>

#include "core/base/file.h"

namespace hub {
namespace {

constexpr std::size_t kMaxFile = 1U << 20U;

std::optional<std::string> empty_fault(const std::string& text) {
  return text.empty() ? std::optional<std::string>("must not be empty") : std::nullopt;
}

void collect_leaves(const toml::table& table, const std::string& prefix,
                    std::map<std::string, std::uint32_t>& out) {
  for (const auto& [key, value] : table) {
    const auto name =
        prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
    if (const auto* inner = value.as_table()) {
      collect_leaves(*inner, name, out);
    } else {
      out.emplace(name, value.source().begin.line);
    }
  }
}

}  // namespace

struct Settings::State {
  std::filesystem::path file;
  toml::table table;
  std::set<std::string> asked;
  std::multimap<std::uint32_t, std::string> mistakes;  // by line, then as they were noted
  bool is_toml = true;

  toml::node_view<toml::node> at(std::string_view key) {
    asked.emplace(key);
    return table.at_path(key);
  }

  // Where nothing could be read, nothing can be said to be missing.
  void note(std::uint32_t line, std::string_view text) {
    if (is_toml) mistakes.emplace(line, text);
  }

  [[nodiscard]] std::uint32_t line_of(std::string_view key) {
    for (auto prefix = std::string(key); !prefix.empty();) {
      if (const auto node = table.at_path(prefix)) return node.node()->source().begin.line;
      const auto dot = prefix.rfind('.');
      prefix.resize(dot == std::string::npos ? 0 : dot);
    }
    return 0;
  }
};

Settings::Settings(std::unique_ptr<State> state) : state_(std::move(state)) {}
Settings::Settings(Settings&&) noexcept = default;
Settings::~Settings() = default;

Settings Settings::read(const std::filesystem::path& file) {
  auto state = std::make_unique<State>();
  state->file = file;
  const auto content = read_file(file, kMaxFile);
  try {
    state->table = toml::parse(as_text(content), file.string());
  } catch (const toml::parse_error& error) {
    state->note(error.source().begin.line, error.description());
    state->is_toml = false;
  }
  return Settings(std::move(state));
}

std::string Settings::text(std::string_view key, std::string_view expected, const Check& check) {
  if (!state_->at(key)) {
    mistake(key, "is missing; expected " + std::string(expected));
    return {};
  }
  return text_or(key, {}, expected, check);
}

std::string Settings::text_or(std::string_view key, std::string fallback, std::string_view expected,
                              const Check& check) {
  const auto node = state_->at(key);
  if (!node) return fallback;
  const auto value = node.value_exact<std::string>();
  if (!value) {
    mistake(key, "must be a text in quotes; expected " + std::string(expected));
    return fallback;
  }
  if (const auto wrong = check ? check(*value) : std::nullopt) {
    mistake(key, *wrong + "; expected " + std::string(expected));
    return fallback;
  }
  return *value;
}

std::int64_t Settings::number_or(std::string_view key, std::int64_t fallback, std::int64_t least,
                                 std::int64_t most) {
  const auto node = state_->at(key);
  if (!node) return fallback;
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < least || *value > most) {
    mistake(key,
            "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return fallback;
  }
  return *value;
}

bool Settings::flag_or(std::string_view key, bool fallback) {
  const auto node = state_->at(key);
  if (!node) return fallback;
  const auto value = node.value_exact<bool>();
  if (!value) mistake(key, "must be true or false");
  return value.value_or(fallback);
}

std::filesystem::path Settings::path(std::string_view key, std::string_view expected) {
  const auto value = text(key, expected, empty_fault);
  return value.empty() ? std::filesystem::path() : state_->file.parent_path() / value;
}

std::filesystem::path Settings::path_or(std::string_view key,
                                        const std::filesystem::path& fallback) {
  return state_->file.parent_path() / text_or(key, fallback.string(), "a path", empty_fault);
}

std::optional<std::filesystem::path> Settings::path_if_there(std::string_view key) {
  if (!state_->at(key)) return std::nullopt;
  const auto value = text_or(key, {}, "a path", empty_fault);
  if (value.empty()) return std::nullopt;
  return state_->file.parent_path() / value;
}

std::map<std::string, std::vector<std::string>> Settings::lists(std::string_view table,
                                                                std::string_view expected) {
  std::map<std::string, std::vector<std::string>> out;
  const auto node = state_->at(table);
  if (!node) return out;
  if (!node.is_table()) {
    mistake(table, "must be a table; expected " + std::string(expected));
    return out;
  }
  for (const auto& [name, value] : *node.as_table()) {
    const auto key = std::string(table) + "." + std::string(name.str());
    state_->asked.insert(key);
    auto& list = out[std::string(name.str())];
    const auto* items = value.as_array();
    if (items == nullptr || !items->is_homogeneous<std::string>()) {
      state_->note(value.source().begin.line, key + ": expected " + std::string(expected));
      continue;
    }
    for (const auto& item : *items) list.push_back(item.value_or(std::string()));
  }
  return out;
}

std::vector<std::string> Settings::tables(std::string_view table) {
  std::vector<std::string> out;
  const auto node = state_->at(table);
  if (!node) return out;
  if (!node.is_table()) {
    mistake(table, "must be a table");
    return out;
  }
  for (const auto& [name, value] : *node.as_table()) {
    if (value.is_table()) out.emplace_back(name.str());
  }
  return out;
}

void Settings::mistake(std::string_view key, std::string_view what) {
  state_->note(state_->line_of(key), std::string(key) + " " + std::string(what));
}

void Settings::finish() {
  std::map<std::string, std::uint32_t> leaves;
  collect_leaves(state_->table, "", leaves);
  for (const auto& [key, line] : leaves) {
    if (!state_->asked.contains(key)) state_->note(line, key + " is not a setting; take it out");
  }
  if (state_->mistakes.empty()) return;
  std::string all;
  for (const auto& [line, text] : state_->mistakes) {
    all += state_->file.string() + ":" + std::to_string(line) + ": " + text + "\n";
  }
  all.pop_back();
  throw SettingsError(all);
}

}  // namespace hub
