#include "policy/policy_tests.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/json.h"
#include "policy/cedar/authorizer.h"
#include "policy/cedar/conformance.h"
#include "policy/cedar/entities_json.h"
#include "policy/cedar/lexer.h"
#include "policy/cedar/token_cursor.h"
#include "policy/cedar/value_json.h"
#include "policy/world_schema.h"

namespace hub::policy {
namespace {

using TestJson = nlohmann::json;
using Words = std::set<std::string>;

constexpr JsonLimits kTestLimits{.max_bytes = kMaxTestBytes, .max_depth = 64};

// What makes a test no test.
struct TestMistake {
  std::string what;
};
using Mistake = std::optional<TestMistake>;

std::optional<EntityUid> uid_in(const TestJson& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  if (!found->is_string()) return read_uid(*found);
  const auto& text = found->get_ref<const std::string&>();
  auto lexed = tokenize(text);
  if (!lexed.mistakes.empty()) return std::nullopt;
  TokenCursor cursor(text, std::move(lexed.tokens));
  auto out = cursor.entity();
  if (cursor.failed() || cursor.peek() != TokenKind::End) return std::nullopt;
  return out;
}

Result<Request, TestMistake> read_request(const TestJson& test) {
  const auto found = test.find("request");
  if (found == test.end() || !found->is_object()) return fail(TestMistake{"it has no `request`"});
  Request out;
  const std::array<std::pair<const char*, SharedUid*>, 3> parts{
      {{"principal", &out.principal}, {"action", &out.action}, {"resource", &out.resource}}};
  for (const auto& [key, into] : parts) {
    auto uid = uid_in(*found, key);
    if (!uid) {
      return fail(TestMistake{"`" + std::string(key) +
                              "` is no entity; write it as \"Agent::\\\"E09000007\\\"\""});
    }
    *into = std::move(*uid);
  }
  const auto context = found->find("context");
  const auto written = context == found->end() ? std::string("{}") : context->dump();
  auto record = parse_context(written, world_schema(), out.action);
  if (!record) return fail(TestMistake{"the context cannot be used: " + record.error()});
  out.context = std::move(*record);
  const auto faults = faults_of_request(world_schema(), out);
  if (!faults.empty()) return fail(TestMistake{"the request cannot be asked: " + faults.front()});
  return out;
}

// Over what the bundle says of the entity.
Record merged(const Record& under, const Record& over) {
  std::vector<Attribute> out(over.attributes().begin(), over.attributes().end());
  for (const auto& attribute : under.attributes()) {
    if (over.find(attribute.name) == nullptr) out.push_back(attribute);
  }
  return Record::make(std::move(out)).value_or(Record());
}

// The attributes or the tags.
bool take_record(std::string_view key, const TestJson& held, const EntityType& type,
                 Entity& entity) {
  const bool tags = key == "tags";
  const auto record = tags ? read_tags(held, type.tags.get()) : read_record(held, &type.attributes);
  if (!record) return false;
  auto& into = tags ? entity.tags : entity.attributes;
  into = merged(into, *record);
  return true;
}

bool take_parents(const TestJson& parents, Entity& entity) {
  entity.parents.clear();
  for (const auto& parent : parents) {
    auto uid = read_uid(parent);
    if (!uid) return false;
    entity.parents.push_back(std::move(*uid));
  }
  return true;
}

Mistake put_entity(const TestJson& written, std::vector<Entity>& world) {
  const auto uid = written.is_object() ? uid_in(written, "uid") : std::nullopt;
  if (!uid) return TestMistake{"an entity has no `uid`"};
  const auto* type = world_schema().entity_type(uid->type);
  if (type == nullptr) return TestMistake{"an entity is of a type that the schema does not have"};
  auto place = std::ranges::find(world, SharedUid(*uid), &Entity::uid);
  if (place == world.end()) {
    Entity fresh;
    fresh.uid = *uid;
    place = world.insert(world.end(), std::move(fresh));
  }
  for (const auto& [key, held] : written.items()) {
    if (key == "uid") continue;
    if (key == "attrs" || key == "tags") {
      if (!take_record(key, held, *type, *place)) {
        return TestMistake{"an entity's " + key + " cannot be read"};
      }
    } else if (key == "parents" && held.is_array()) {
      if (!take_parents(held, *place)) {
        return TestMistake{"an entity has a parent that is no entity"};
      }
    } else {
      return TestMistake{"an entity has `uid`, `attrs`, `parents` and `tags`, and nothing else"};
    }
  }
  const auto faults = faults_of_entity(world_schema(), *place);
  if (!faults.empty()) return TestMistake{"an entity does not fit: " + faults.front()};
  return std::nullopt;
}

Result<Entities, TestMistake> read_world(const TestJson& test, const OpenedBundle& bundle) {
  auto world = bundle.world;
  const auto given = test.find("entities");
  if (given != test.end()) {
    if (!given->is_array()) return fail(TestMistake{"`entities` is no list"});
    for (const auto& entity : *given) {
      if (auto mistake = put_entity(entity, world)) return fail(std::move(*mistake));
    }
  }
  auto out = Entities::make(std::move(world));
  if (!out) return fail(TestMistake{"the entities do not go together: " + out.error()});
  return std::move(*out);
}

struct Expected {
  bool allowed = false;
  std::optional<Words> reasons;
  std::optional<std::size_t> errors;
};

Result<Expected, TestMistake> read_expected(const TestJson& test) {
  Expected out;
  const auto decision = test.value("decision", TestJson());
  if (decision != "allow" && decision != "deny") {
    return fail(TestMistake{"`decision` is neither \"allow\" nor \"deny\""});
  }
  out.allowed = decision == "allow";
  if (const auto reason = test.find("reason"); reason != test.end()) {
    if (!reason->is_array()) return fail(TestMistake{"`reason` is no list of @ids"});
    out.reasons.emplace();
    for (const auto& id : *reason) {
      if (!id.is_string()) return fail(TestMistake{"`reason` is no list of @ids"});
      out.reasons->insert(id.get<std::string>());
    }
  }
  if (const auto errors = test.find("num_errors"); errors != test.end()) {
    if (!errors->is_number_unsigned()) return fail(TestMistake{"`num_errors` is no number"});
    out.errors = errors->get<std::size_t>();
  }
  return out;
}

std::string told(bool allowed, const std::optional<Words>& reasons,
                 const std::optional<std::size_t>& errors) {
  std::string out = allowed ? "allow" : "deny";
  if (reasons) {
    out += reasons->empty() ? " by nothing" : " by ";
    for (const auto& id : *reasons) out += (id == *reasons->begin() ? "" : ", ") + id;
  }
  if (errors && *errors > 0) out += " with " + std::to_string(*errors) + " errors";
  return out;
}

class TestRunner {
 public:
  explicit TestRunner(const OpenedBundle& bundle) : bundle_(bundle) {}

  void run(const TestJson& test) {
    PolicyTestResult result;
    const auto name = test.is_object() ? test.value("name", TestJson()) : TestJson();
    result.name = name.is_string() ? name.get<std::string>()
                                   : "test " + std::to_string(out_.results.size() + 1);
    result.wrong = test.is_object() ? wrong_with(test) : "it is no object";
    out_.results.push_back(std::move(result));
  }

  PolicyTestRun finish() && { return std::move(out_); }

 private:
  std::string wrong_with(const TestJson& test) {
    const auto expected = read_expected(test);
    if (!expected) return expected.error().what;
    const auto request = read_request(test);
    if (!request) return request.error().what;
    const auto world = read_world(test, bundle_);
    if (!world) return world.error().what;
    const auto response = authorize(bundle_.policies, *world, *request);
    return compare(*expected, response);
  }

  std::string compare(const Expected& expected, const Response& response) {
    const bool forbid_erred = std::ranges::any_of(response.errors, [this](const auto& error) {
      const auto* policy = bundle_.policies.find(error.policy_id);
      return policy == nullptr || policy->effect == Effect::Forbid;
    });
    const bool allowed = response.allowed && !forbid_erred;
    Words reasons(response.reasons.begin(), response.reasons.end());
    if (response.allowed && forbid_erred) reasons.clear();
    const auto errors = response.errors.size();
    if (allowed == expected.allowed && (!expected.reasons || *expected.reasons == reasons) &&
        errors == expected.errors.value_or(errors)) {
      (allowed ? out_.allowed_by : out_.refused_by).insert(reasons.begin(), reasons.end());
      return {};
    }
    return "expected " + told(expected.allowed, expected.reasons, expected.errors) + "; came " +
           told(allowed, reasons, errors);
  }

  const OpenedBundle& bundle_;
  PolicyTestRun out_;
};

}  // namespace

std::size_t PolicyTestRun::failed() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      results, [](const PolicyTestResult& result) { return !result.wrong.empty(); }));
}

Result<PolicyTestRun, ParseError> run_policy_tests(std::string_view json, std::string_view file,
                                                   const OpenedBundle& bundle) {
  const auto parsed = parse_json(json, kTestLimits);
  if (!parsed) {
    return fail(ParseError{std::string(file), parsed.error().line, 0, parsed.error().reason,
                           "write it as a JSON list of tests"});
  }
  if (!parsed->is_array() || parsed->size() > kMaxTests) {
    return fail(ParseError{std::string(file), 1, 0,
                           "it is no list of at most " + std::to_string(kMaxTests) + " tests",
                           "write it as a JSON list of tests"});
  }
  TestRunner runner(bundle);
  for (const auto& test : *parsed) runner.run(test);
  return std::move(runner).finish();
}

}  // namespace hub::policy
