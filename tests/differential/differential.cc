// Compares this engine with the official one over the cases of generate.py: reads the cases and the
// official verdicts (README.md has their form), says one line for each disagreement, and how many
// cases there were. Exit code 1 when there is a disagreement or nothing to compare.
//
//   differential CASES VERDICTS
#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/conformance.h"
#include "policy/cedar/entities_json.h"
#include "policy/cedar/policy_json.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/schema_json.h"
#include "policy/cedar/schema_text.h"
#include "policy/cedar/validator.h"
#include "policy/cedar/value_json.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;
using Ids = std::set<std::string>;

const char* word(bool good) { return good ? "ok" : "bad"; }

std::optional<Schema> read_schema(const std::string& document) {
  const auto json = Json::parse(document, nullptr, false);
  auto parsed = json.is_string() ? parse_schema(json.get_ref<const std::string&>(), "schema")
                                 : parse_schema_json(document, "schema");
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

// A policy set as the official package takes it. Where each policy is JSON our own reader takes
// all of it; where they are texts this puts the set together as the package does.
class PolicySetDocument {
 public:
  explicit PolicySetDocument(const std::string& document)
      : document_(document), json_(Json::parse(document, nullptr, false)) {}

  std::optional<PolicySet> read() {
    if (!has_text()) {
      auto parsed = parse_policy_set_json(document_, "policies");
      return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
    }
    if (!statics() || !texts("templates", true) || !links()) return std::nullopt;
    return std::move(set_);
  }

 private:
  [[nodiscard]] bool has_text() const {
    constexpr std::array parts{"staticPolicies", "templates"};
    return json_.is_object() && std::ranges::any_of(parts, [this](const char* part) {
             const auto is_text = [](const Json& held) { return held.is_string(); };
             const auto held = json_.value(part, Json());
             return held.is_string() || std::ranges::any_of(held, is_text);
           });
  }

  bool statics() {
    if (!json_.contains("staticPolicies")) return true;
    if (!json_["staticPolicies"].is_string()) return texts("staticPolicies", false);
    auto parsed = PolicySet::parse(json_["staticPolicies"].get_ref<const std::string&>(),
                                   "policies", PolicyIds::Positional);
    if (!parsed || !parsed->templates().empty()) return false;
    set_ = std::move(*parsed);
    return true;
  }

  bool texts(const char* part, bool templates) {
    if (!json_.contains(part)) return true;
    for (const auto& [id, held] : json_[part].items()) {
      if (!held.is_string()) return false;
      const auto parsed = PolicySet::parse(held.get_ref<const std::string&>(), "policies");
      if (!parsed) return false;
      const auto wanted = templates ? parsed->templates() : parsed->policies();
      if (wanted.size() != 1 || parsed->policies().size() + parsed->templates().size() != 1) {
        return false;
      }
      auto policy = *wanted.front();
      policy.id = id;
      if (!set_.add(std::move(policy))) return false;
    }
    return true;
  }

  bool links() {
    if (!json_.contains("templateLinks")) return true;
    for (const auto& link : json_["templateLinks"]) {
      std::optional<EntityUid> principal;
      std::optional<EntityUid> resource;
      for (const auto& [slot, held] : link.at("values").items()) {
        auto uid = read_uid(held);
        if (!uid || (slot != "?principal" && slot != "?resource")) return false;
        (slot == "?principal" ? principal : resource) = std::move(uid);
      }
      if (set_.link(link.at("templateId").get<std::string>(), link.at("newId"), principal,
                    resource)) {
        return false;
      }
    }
    return true;
  }

  const std::string& document_;
  Json json_;
  PolicySet set_;
};

Json ids_of(const Ids& ids) { return Json(ids); }

Ids invalid_policies(const PolicySet& policies, const Schema& schema) {
  Ids out;
  for (const auto& finding : validate(policies, schema)) {
    if (finding.severity() == Severity::Error) out.insert(finding.policy_id);
  }
  return out;
}

std::optional<EntityUid> read_uid_text(const Json& text) {
  const auto json = Json::parse(text.get_ref<const std::string&>(), nullptr, false);
  return read_uid(json);
}

// With a schema a request has to fit it, too.
Json answer_to(const Json& asked, const PolicySet& policies, const Entities& entities,
               const Schema* schema) {
  const auto principal = read_uid_text(asked.at("principal"));
  const auto action = read_uid_text(asked.at("action"));
  const auto resource = read_uid_text(asked.at("resource"));
  if (!principal || !action || !resource) return "bad";
  const auto& text = asked.at("context").get_ref<const std::string&>();
  const auto context =
      schema == nullptr ? parse_record(text) : parse_context(text, *schema, *action);
  if (!context) return "bad";
  const Request request{*principal, *action, *resource, *context};
  if (schema != nullptr && !faults_of_request(*schema, request).empty()) return "bad";
  const auto response = authorize(policies, entities, request);
  Ids errors;
  for (const auto& error : response.errors) errors.insert(error.policy_id);
  return {response.allowed ? "allow" : "deny",
          ids_of({response.reasons.begin(), response.reasons.end()}), ids_of(errors)};
}

Json verdict_of(const Json& test) {
  Json out{{"id", test.at("id")}};
  std::optional<Schema> schema;
  if (test.contains("schema")) {
    schema = read_schema(test["schema"].get_ref<const std::string&>());
    out["schema"] = word(schema.has_value());
  }
  const auto policies = PolicySetDocument(test.at("policies").get_ref<const std::string&>()).read();
  out["policies"] = word(policies.has_value());
  if (schema && policies) out["invalid"] = ids_of(invalid_policies(*policies, *schema));
  const auto& text = test.at("entities").get_ref<const std::string&>();
  const auto plain = parse_entities(text);
  out["entities"] = word(plain.has_value());
  auto checked = schema ? parse_entities(text, *schema) : plain;
  if (schema) {
    out["checked"] = word(checked.has_value());
    if (!checked) checked = parse_entities("[]", *schema);
  }
  out["requests"] = Json::array();
  for (const auto& asked : test.at("requests")) {
    const auto& set = policies.value_or(PolicySet());
    auto answers = Json::array();
    answers.push_back(answer_to(asked, set, plain.value_or(Entities()), nullptr));
    if (schema) answers.push_back(answer_to(asked, set, checked.value(), &*schema));
    out["requests"].push_back(std::move(answers));
  }
  return out;
}

std::string part_of(std::string place, const std::string& part) {
  place += ' ';
  return place += part;
}

class Comparison {
 public:
  // Each part of the two verdicts, with its place.
  void compare(const Json& ours, const Json& theirs, const std::string& place) {
    if (ours == theirs) return;
    if (ours.is_object() && theirs.is_object()) {
      for (const auto& [key, held] : ours.items()) {
        compare(held, theirs.value(key, Json()), part_of(place, key));
      }
      for (const auto& [key, held] : theirs.items()) {
        if (!ours.contains(key)) compare(Json(), held, part_of(place, key));
      }
    } else if (ours.is_array() && theirs.is_array() && ours.size() == theirs.size() &&
               place.find("invalid") == std::string::npos) {
      for (std::size_t i = 0; i < ours.size(); ++i) {
        compare(ours[i], theirs[i], part_of(place, std::to_string(i)));
      }
    } else {
      ++disagreements_;
      std::cout << place << ": ours " << ours << ", theirs " << theirs << "\n";
    }
  }

  void run(std::istream& cases, std::istream& verdicts) {
    std::string line;
    std::string verdict;
    while (std::getline(cases, line)) {
      if (!std::getline(verdicts, verdict)) throw std::runtime_error("a verdict is missing");
      const auto test = Json::parse(line);
      ++cases_;
      requests_ += test.at("requests").size();
      const auto ours = verdict_of(test);
      if (ours.contains("invalid")) ++validated_;
      compare(ours, Json::parse(verdict), test.at("id").get<std::string>());
    }
    if (std::getline(verdicts, verdict)) throw std::runtime_error("there is a verdict too many");
    if (cases_ == 0) throw std::runtime_error("there is no case");
  }

  [[nodiscard]] int finish() const {
    std::cout << cases_ << " cases, " << requests_ << " requests, " << validated_
              << " policy sets validated, " << disagreements_ << " disagree\n";
    return disagreements_ == 0 ? 0 : 1;
  }

 private:
  std::size_t cases_ = 0;
  std::size_t requests_ = 0;
  std::size_t validated_ = 0;
  std::size_t disagreements_ = 0;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 2) throw std::runtime_error("usage: differential CASES VERDICTS");
  std::ifstream cases(arguments[0]);
  std::ifstream verdicts(arguments[1]);
  if (!cases || !verdicts) throw std::runtime_error("a file cannot be read");
  Comparison comparison;
  comparison.run(cases, verdicts);
  return comparison.finish();
}

}  // namespace
}  // namespace hub::policy

int main(int count, char** arguments) {
  try {
    const auto given = std::span(arguments, static_cast<std::size_t>(count)).subspan(1);
    return hub::policy::run({given.begin(), given.end()});
  } catch (const std::exception& error) {
    std::cerr << "differential: " << error.what() << "\n";
    return 2;
  }
}
