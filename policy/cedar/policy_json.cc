#include "policy/cedar/policy_json.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/json.h"
#include "policy/cedar/expression_json.h"
#include "policy/cedar/json_place.h"
#include "policy/cedar/names.h"
#include "policy/cedar/print.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;

constexpr JsonLimits kPolicyLimits{.max_bytes = kMaxPolicyJsonBytes,
                                   .max_depth = kMaxPolicyJsonDepth};
constexpr std::size_t kMostMistakes = 20;

class PolicyReader {
 public:
  PolicyReader(JsonPlace& place, Policy& out) : place_(place), out_(out) {}

  void run(const Json& json) {
    if (!place_.is_object_of(
            json, {"effect", "principal", "action", "resource", "conditions", "annotations"})) {
      return;
    }
    effect(json);
    out_.principal = scope(json, "principal");
    action(json);
    out_.resource = scope(json, "resource");
    conditions(json);
    if (!place_.failed() && json.contains("annotations")) annotations(json["annotations"]);
    if (!place_.failed()) write_source(out_);
  }

 private:
  void effect(const Json& json) {
    const auto* word = place_.text(json, "effect");
    if (word == nullptr) return;
    const JsonPlace::Step step(place_, "effect");
    if (*word != "permit" && *word != "forbid") {
      place_.mistake("this is no effect", R"(write "permit" or "forbid")");
    }
    out_.effect = *word == "forbid" ? Effect::Forbid : Effect::Permit;
  }

  Scope scope(const Json& json, std::string_view name) {
    Scope out;
    const auto* held = place_.member(json, name);
    if (held == nullptr) return out;
    const JsonPlace::Step step(place_, name);
    const auto* op = place_.text(*held, "op");
    if (op == nullptr) return out;
    if (*op == "All" || *op == "all") {
      place_.is_object_of(*held, {"op"});
    } else if (*op == "==" || *op == "in") {
      out.kind = *op == "==" ? Scope::Kind::Equal : Scope::Kind::In;
      if (place_.is_object_of(*held, {"op", "entity", "slot"})) entity_or_slot(*held, name, out);
    } else if (*op == "is") {
      is(*held, name, out);
    } else {
      const JsonPlace::Step inside(place_, "op");
      place_.mistake("there is no such constraint", R"(write "All", "==", "in" or "is")");
    }
    return out;
  }

  void is(const Json& held, std::string_view name, Scope& out) {
    out.kind = Scope::Kind::Is;
    if (!place_.is_object_of(held, {"op", "entity_type", "in"})) return;
    out.type = place_.type_name(held, "entity_type");
    if (!held.contains("in")) return;
    out.kind = Scope::Kind::IsIn;
    const JsonPlace::Step step(place_, "in");
    if (place_.is_object_of(held["in"], {"entity", "slot"})) {
      entity_or_slot(held["in"], name, out);
    }
  }

  void entity_or_slot(const Json& held, std::string_view name, Scope& out) {
    if (held.contains("entity") == held.contains("slot")) {
      place_.mistake("either an entity or a slot belongs here", "write one of the two");
      return;
    }
    out.slot = held.contains("slot");
    if (out.slot) {
      const auto* slot = place_.text(held, "slot");
      const JsonPlace::Step step(place_, "slot");
      if (slot != nullptr && *slot != "?" + std::string(name)) {
        place_.mistake("there is no such slot here", "write \"?" + std::string(name) + "\"");
      }
      return;
    }
    const JsonPlace::Step step(place_, "entity");
    if (auto uid = place_.entity(held["entity"])) out.entity = Value(std::move(*uid));
  }

  void action(const Json& json) {
    const auto* held = place_.member(json, "action");
    if (held == nullptr) return;
    const JsonPlace::Step step(place_, "action");
    const auto* op = place_.text(*held, "op");
    if (op == nullptr) return;
    if (*op == "All" || *op == "all") {
      place_.is_object_of(*held, {"op"});
    } else if (*op == "in" && held->contains("entities")) {
      out_.action.kind = ActionScope::Kind::InAny;
      if (place_.is_object_of(*held, {"op", "entities"})) actions((*held)["entities"]);
    } else if (*op == "==" || *op == "in") {
      out_.action.kind = *op == "==" ? ActionScope::Kind::Equal : ActionScope::Kind::In;
      if (!place_.is_object_of(*held, {"op", "entity"})) return;
      if (const auto* entity = place_.member(*held, "entity")) {
        const JsonPlace::Step inside(place_, "entity");
        action_entity(*entity);
      }
    } else {
      const JsonPlace::Step inside(place_, "op");
      place_.mistake("there is no such constraint of an action", R"(write "All", "==" or "in")");
    }
  }

  void actions(const Json& list) {
    const JsonPlace::Step step(place_, "entities");
    if (!place_.is_list(list)) return;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const JsonPlace::Step inside(place_, i);
      action_entity(list[i]);
    }
  }

  void action_entity(const Json& json) {
    auto uid = place_.entity(json);
    if (!uid) return;
    if (!is_action_type(uid->type)) {
      place_.mistake("an action has the type Action", "write Action, or Name::Action");
    }
    out_.action.actions.emplace_back(std::move(*uid));
  }

  void conditions(const Json& json) {
    const auto* list = place_.member(json, "conditions");
    if (list == nullptr) return;
    const JsonPlace::Step step(place_, "conditions");
    if (!place_.is_list(*list)) return;
    for (std::size_t i = 0; i < list->size() && !place_.failed(); ++i) {
      const JsonPlace::Step inside(place_, i);
      condition((*list)[i]);
    }
  }

  void condition(const Json& json) {
    if (!place_.is_object_of(json, {"kind", "body"})) return;
    const auto* kind = place_.text(json, "kind");
    if (kind == nullptr) return;
    if (*kind != "when" && *kind != "unless") {
      const JsonPlace::Step step(place_, "kind");
      place_.mistake("this is no kind of condition", R"(write "when" or "unless")");
    }
    const auto* body = place_.member(json, "body");
    if (body == nullptr) return;
    const JsonPlace::Step step(place_, "body");
    out_.conditions.push_back({*kind == "unless", expressions_.expression(*body)});
  }

  void annotations(const Json& json) {
    const JsonPlace::Step step(place_, "annotations");
    if (!place_.is_object(json)) return;
    for (const auto& [name, held] : json.items()) {
      const JsonPlace::Step inside(place_, name);
      if (!is_identifier(name)) {
        place_.mistake("this cannot be the name of an annotation",
                       "letters, digits and underscores, no digit first");
      }
      const std::string none;
      const auto* value = held.is_null() ? &none : place_.text(held);
      if (place_.failed() || value == nullptr) return;
      out_.annotations.push_back({name, *value});
    }
  }

  JsonPlace& place_;
  Policy& out_;
  ExpressionReader expressions_{place_, out_.expressions};
};

ParseError error_of(JsonMistake mistake, std::string_view file) {
  return {std::string(file), 0, 0, std::move(mistake.what), std::move(mistake.hint)};
}

ParseError error_of(const JsonError& error, std::string_view file) {
  return {std::string(file), error.line, 0, error.reason, {}};
}

class PolicySetReader {
 public:
  explicit PolicySetReader(std::string_view file) : file_(file) {}

  void run(const Json& json) {
    if (place_.is_object_of(json, {"staticPolicies", "templates", "templateLinks"})) {
      policies(json, "staticPolicies", false);
      policies(json, "templates", true);
      links(json);
    }
    note();
  }

  Result<PolicySet, std::vector<ParseError>> result() && {
    if (!mistakes_.empty()) return fail(std::move(mistakes_));
    return std::move(out_);
  }

 private:
  // Keeps the mistake, and reads on with the next policy.
  void note() {
    if (auto mistake = place_.take_mistake()) {
      mistakes_.push_back(error_of(std::move(*mistake), file_));
    }
  }

  [[nodiscard]] bool enough() const { return mistakes_.size() >= kMostMistakes; }

  void policies(const Json& json, std::string_view part, bool templates) {
    if (!json.contains(part)) return;
    const JsonPlace::Step step(place_, part);
    const auto& held = json[part];
    if (place_.is_object(held)) {
      for (const auto& [id, policy] : held.items()) {
        if (enough()) return;
        const JsonPlace::Step inside(place_, id);
        one(id, policy, templates);
        note();
      }
    }
    note();
  }

  void one(const std::string& id, const Json& json, bool wants_template) {
    Policy made;
    made.id = id;
    made.file = file_;
    PolicyReader(place_, made).run(json);
    if (place_.failed()) return;
    if (made.is_template() != wants_template) {
      place_.mistake(wants_template ? "the template has no slot" : "the policy has a slot",
                     wants_template ? "put it into staticPolicies" : "put it into templates");
    } else if (!out_.add(std::move(made))) {
      place_.mistake("the id is taken", "give every policy and template an id of its own");
    }
  }

  void links(const Json& json) {
    if (!json.contains("templateLinks")) return;
    const JsonPlace::Step step(place_, "templateLinks");
    const auto& list = json["templateLinks"];
    if (!place_.is_list(list)) return;
    for (std::size_t i = 0; i < list.size() && !enough(); ++i) {
      const JsonPlace::Step inside(place_, i);
      link(list[i]);
      note();
    }
  }

  void link(const Json& json) {
    if (!place_.is_object_of(json, {"templateId", "newId", "values"})) return;
    const auto* template_id = place_.text(json, "templateId");
    const auto* new_id = place_.text(json, "newId");
    const auto* values = place_.member(json, "values");
    if (place_.failed()) return;
    const auto principal = slot_value(*values, "?principal");
    const auto resource = slot_value(*values, "?resource");
    if (place_.failed()) return;
    if (const auto wrong = out_.link(*template_id, *new_id, principal, resource)) {
      place_.mistake(describe(*wrong), "give each slot of a template one entity");
    }
  }

  std::optional<EntityUid> slot_value(const Json& values, std::string_view slot) {
    const JsonPlace::Step step(place_, "values");
    if (!place_.is_object_of(values, {"?principal", "?resource"}) || !values.contains(slot)) {
      return std::nullopt;
    }
    const JsonPlace::Step inside(place_, slot);
    return place_.entity(values[slot]);
  }

  std::string_view file_;
  JsonPlace place_;
  PolicySet out_;
  std::vector<ParseError> mistakes_;
};

}  // namespace

Result<Policy, ParseError> parse_policy_json(std::string_view text, std::string id,
                                             std::string_view file) {
  const auto json = parse_json(text, kPolicyLimits);
  if (!json) return fail(error_of(json.error(), file));
  Policy out;
  out.id = std::move(id);
  out.file = file;
  JsonPlace place;
  PolicyReader(place, out).run(*json);
  if (auto mistake = place.take_mistake()) return fail(error_of(std::move(*mistake), file));
  return out;
}

Result<PolicySet, std::vector<ParseError>> parse_policy_set_json(std::string_view text,
                                                                 std::string_view file) {
  const auto json = parse_json(text, kPolicyLimits);
  if (!json) return fail(std::vector{error_of(json.error(), file)});
  PolicySetReader reader(file);
  reader.run(*json);
  return std::move(reader).result();
}

}  // namespace hub::policy
