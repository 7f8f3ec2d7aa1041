#include "core/base/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace hub {
namespace {

// Watches the parse for what the library allows and we do not: depth and duplicate keys.
class Watch {
 public:
  explicit Watch(std::size_t max_depth) : max_depth_(max_depth) {}

  bool operator()(int /*depth*/, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        keys_.emplace_back();
        too_deep_ = too_deep_ || keys_.size() > max_depth_;
        break;
      case Event::object_end:
      case Event::array_end: keys_.pop_back(); break;
      case Event::key:
        duplicate_ =
            duplicate_ || !keys_.back().insert(parsed.get_ref<const std::string&>()).second;
        break;
      case Event::value: break;
    }
    return !too_deep_;
  }

  [[nodiscard]] bool too_deep() const { return too_deep_; }
  [[nodiscard]] bool duplicate() const { return duplicate_; }

 private:
  std::size_t max_depth_;
  std::vector<std::set<std::string>> keys_;
  bool too_deep_ = false;
  bool duplicate_ = false;
};

// The depth is checked before parsing, since the library recurses when it destroys a value.
bool deeper_than(std::string_view text, std::size_t max_depth) {
  std::size_t depth = 0;
  bool in_string = false;
  bool escaped = false;
  for (const char c : text) {
    if (in_string) {
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > max_depth) return true;
  }
  return false;
}

// `byte` counts from 1 and may be one past the end; a line's end belongs to its line.
std::size_t line_at(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, byte - std::min<std::size_t>(byte, 1));
  return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

}  // namespace

Result<nlohmann::json, JsonError> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.max_bytes) return fail(JsonError{0, "the text is too large"});
  if (deeper_than(text, limits.max_depth)) return fail(JsonError{0, "it is nested too deeply"});
  Watch watch(limits.max_depth);
  try {
    auto value = nlohmann::json::parse(text, std::ref(watch));
    if (watch.too_deep()) return fail(JsonError{0, "it is nested too deeply"});
    if (watch.duplicate()) return fail(JsonError{0, "an object has the same key twice"});
    return value;
  } catch (const nlohmann::json::parse_error& error) {
    return fail(JsonError{line_at(text, error.byte), "it is not valid JSON"});
  } catch (const nlohmann::json::exception&) {
    return fail(JsonError{0, "it holds a number or text that cannot be read"});
  }
}

}  // namespace hub
