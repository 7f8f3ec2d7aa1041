// The official tests: what the engine answers must be what Cedar answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities_json.h"
#include "tests/policy/source_file.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;
using Ids = std::set<std::string>;

std::string data_file(const std::string& path) { return source_file("tests/policy/data/" + path); }

EntityUid uid_of(const Json& json) { return {json.at("type"), json.at("id")}; }

void check_request(const PolicySet& set, const Entities& world, const Json& json,
                   const std::string& name) {
  const auto context = parse_record(json.at("context").dump());
  ASSERT_TRUE(context) << name << ": " << context.error();
  const auto response = authorize(set, world,
                                  {uid_of(json.at("principal")), uid_of(json.at("action")),
                                   uid_of(json.at("resource")), *context});
  Ids errors;
  for (const auto& error : response.errors) errors.insert(error.policy_id);
  EXPECT_EQ(response.allowed, json.at("decision") == "allow") << name;
  EXPECT_EQ(Ids(response.reasons.begin(), response.reasons.end()), json.at("reason").get<Ids>())
      << name;
  EXPECT_EQ(errors, json.at("errors").get<Ids>()) << name;
}

// Checks every request of one test; returns how many there were.
std::size_t check_requests(const std::string& policies, const std::string& entities,
                           const Json& requests, const std::string& name) {
  const auto set = PolicySet::parse(policies, name, PolicyIds::Positional);
  const auto world = parse_entities(entities);
  if (!set || !world) {
    ADD_FAILURE() << name << ": " << (set ? world.error() : to_text(set.error().front()));
    return 0;
  }
  for (const auto& json : requests) check_request(*set, *world, json, name);
  return requests.size();
}

TEST(OfficialCorpus, IsAgreedWithOnDecisionsReasonsAndErrors) {
  std::istringstream lines(data_file("corpus/tests.jsonl"));
  std::size_t tests = 0;
  std::size_t requests = 0;
  for (std::string line; std::getline(lines, line); ++tests) {
    const auto test = Json::parse(line);
    requests += check_requests(test.at("policies"), test.at("entities").dump(), test.at("requests"),
                               test.at("name"));
  }
  EXPECT_GE(tests, 859U);
  EXPECT_GE(requests, 6872U);
}

TEST(OfficialHandwrittenTests, AreAgreedWithOnDecisionsReasonsAndErrors) {
  std::size_t tests = 0;
  std::size_t requests = 0;
  for (const auto& [path, text] : source_files("tests/policy/data/handwritten")) {
    if (!path.ends_with(".json") || path.starts_with("entities/")) continue;
    const auto test = Json::parse(text);
    const std::string policies = test.at("policies");
    const bool first =
        test.at("entities").get<std::string>().find("sandbox_a") != std::string::npos;
    requests +=
        check_requests(data_file("handwritten/" + policies.substr(std::string("tests/").size())),
                       data_file(first ? "handwritten/entities/sandbox_a.json"
                                       : "handwritten/entities/sandbox_b.json"),
                       test.at("requests"), path);
    ++tests;
  }
  EXPECT_EQ(tests, 22U);
  EXPECT_EQ(requests, 74U);
}

std::string answer_to(const std::string& expression) {
  const auto set =
      PolicySet::parse("permit(principal, action, resource) when { " + expression + " };", "docs");
  if (!set) return "parse-error";
  const auto response = authorize(
      *set, Entities(), {{"User", "alice"}, {"Action", "view"}, {"Photo", "p"}, Record()});
  if (!response.errors.empty()) return "error";
  return response.allowed ? "true" : "false";
}

TEST(DocumentationExamples, AnswerAsTheOfficialEngineDoes) {
  std::size_t checked = 0;
  for (const auto& example : Json::parse(data_file("docs_examples.json"))) {
    const std::string expression = example.at("expr");
    EXPECT_EQ(answer_to(expression), example.at("got").get<std::string>()) << expression;
    ++checked;
  }
  EXPECT_EQ(checked, 230U);
}

}  // namespace
}  // namespace hub::policy
