// Walks through the JSON of a policy and knows where it is, so that a mistake can say so:
// `staticPolicies.p1.conditions[0].body.==.left`. The first mistake sticks: every answer after it
// is empty, so that a reader reads on and looks once.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/value.h"

namespace hub::policy {

struct JsonMistake {
  std::string what;  // with the place
  std::string hint;
};

class JsonPlace {
 public:
  // Goes into a member of an object or an item of a list, and back out when it ends.
  class Step {
   public:
    Step(JsonPlace& place, std::string_view key) : place_(place), back_(place.depth()) {
      place.enter(key);
    }
    Step(JsonPlace& place, std::size_t index) : place_(place), back_(place.depth()) {
      place.enter(index);
    }
    Step(const Step&) = delete;
    Step(Step&&) = delete;
    Step& operator=(const Step&) = delete;
    Step& operator=(Step&&) = delete;
    ~Step() { place_.leave_to(back_); }

   private:
    JsonPlace& place_;
    std::size_t back_;
  };

  [[nodiscard]] std::size_t depth() const { return steps_.size(); }
  void enter(std::string_view key);
  void enter(std::size_t index);
  void leave_to(std::size_t depth) { steps_.resize(depth); }

  void mistake(std::string_view what, std::string hint);
  [[nodiscard]] const std::optional<JsonMistake>& failed() const { return mistake_; }
  // Forgets the mistake, for the next policy.
  [[nodiscard]] std::optional<JsonMistake> take_mistake();

  // Each notes a mistake unless it answers, and answers nothing behind a mistake.
  // Whether it is an object of no other than these keys.
  bool is_object_of(const nlohmann::json& json, std::initializer_list<std::string_view> keys);
  bool is_object(const nlohmann::json& json);
  bool is_list(const nlohmann::json& json);
  const nlohmann::json* member(const nlohmann::json& object, std::string_view key);
  const std::string* text(const nlohmann::json& json);
  // Of a member of the object.
  const std::string* text(const nlohmann::json& object, std::string_view key);
  std::string type_name(const nlohmann::json& object, std::string_view key);
  // {"type": ..., "id": ...}, or {"__entity": {"type": ..., "id": ...}}
  std::optional<EntityUid> entity(const nlohmann::json& json);

 private:
  [[nodiscard]] std::string words() const;

  std::vector<std::string> steps_;
  std::optional<JsonMistake> mistake_;
};

}  // namespace hub::policy
