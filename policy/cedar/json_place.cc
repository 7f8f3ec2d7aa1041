#include "policy/cedar/json_place.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "policy/cedar/names.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/shown_text.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMostStepsShown = 24;

// What a list of keys looks like in a hint.
std::string one_of(std::initializer_list<std::string_view> keys) {
  std::string out = "it may have ";
  std::size_t at = 0;
  for (const auto key : keys) {
    if (at > 0) out += at + 1 == keys.size() ? " and " : ", ";
    out += key;
    ++at;
  }
  return out;
}

}  // namespace

void JsonPlace::enter(std::string_view key) { steps_.emplace_back(key); }

void JsonPlace::enter(std::size_t index) { steps_.push_back("[" + std::to_string(index) + "]"); }

// The middle of a long way says little.
std::string JsonPlace::words() const {
  std::string out;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const bool hidden = i >= kMostStepsShown / 2 && i + kMostStepsShown / 2 < steps_.size();
    if (hidden) {
      if (!out.ends_with("...")) out += "...";
      continue;
    }
    const auto step = in_backquotes(steps_[i]);
    if (!out.empty() && !step.starts_with("`[")) out += '.';
    out += std::string_view(step).substr(1, step.size() - 2);
  }
  return out;
}

void JsonPlace::mistake(std::string_view what, std::string hint) {
  if (mistake_) return;
  const auto place = words();
  mistake_ = JsonMistake{(place.empty() ? "" : place + ": ") + std::string(what), std::move(hint)};
}

std::optional<JsonMistake> JsonPlace::take_mistake() { return std::exchange(mistake_, {}); }

bool JsonPlace::is_object(const nlohmann::json& json) {
  if (!json.is_object()) mistake("this is not an object", "write {...}");
  return !failed();
}

bool JsonPlace::is_list(const nlohmann::json& json) {
  if (!json.is_array()) mistake("this is not a list", "write [...]");
  return !failed();
}

bool JsonPlace::is_object_of(const nlohmann::json& json,
                             std::initializer_list<std::string_view> keys) {
  if (!is_object(json)) return false;
  for (const auto& [key, held] : json.items()) {
    if (std::ranges::find(keys, key) == keys.end()) {
      mistake("unexpected key " + in_backquotes(key), one_of(keys));
    }
  }
  return !failed();
}

const nlohmann::json* JsonPlace::member(const nlohmann::json& object, std::string_view key) {
  if (!is_object(object)) return nullptr;
  const auto found = object.find(key);
  if (found != object.end()) return &*found;
  mistake("the key `" + std::string(key) + "` is missing", "add it");
  return nullptr;
}

const std::string* JsonPlace::text(const nlohmann::json& json) {
  if (!json.is_string()) mistake("this is not a text", "write \"...\"");
  return failed() ? nullptr : &json.get_ref<const std::string&>();
}

const std::string* JsonPlace::text(const nlohmann::json& object, std::string_view key) {
  const auto* held = member(object, key);
  if (held == nullptr) return nullptr;
  const Step step(*this, key);
  return text(*held);
}

std::string JsonPlace::type_name(const nlohmann::json& object, std::string_view key) {
  const auto* name = text(object, key);
  if (name == nullptr) return {};
  const Step step(*this, key);
  if (!is_type_name(*name)) {
    mistake(in_backquotes(*name) + " is no entity type", "write Type or Name::Type");
  }
  return *name;
}

std::optional<EntityUid> JsonPlace::entity(const nlohmann::json& json) {
  const auto escaped = json.is_object() ? json.find("__entity") : json.end();
  if (json.is_object() && escaped != json.end()) {
    if (!is_object_of(json, {"__entity"})) return std::nullopt;
    const Step step(*this, "__entity");
    if (!is_object_of(*escaped, {"type", "id"})) return std::nullopt;
    return entity(*escaped);
  }
  if (!is_object_of(json, {"type", "id"})) return std::nullopt;
  auto type = type_name(json, "type");
  const auto* id = text(json, "id");
  if (failed() || id == nullptr) return std::nullopt;
  return EntityUid{std::move(type), *id};
}

}  // namespace hub::policy
