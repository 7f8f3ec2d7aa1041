#include "cli/policy_corpus.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities_json.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/schema_text.h"
#include "policy/cedar/validator.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Ids = std::set<std::string>;

constexpr std::size_t kMostFileBytes = 64U << 20U;

struct Tally {
  std::size_t requests = 0;
  std::size_t disagree = 0;
  std::size_t validations = 0;
  std::size_t validations_disagree = 0;
};

// Tests name their files from a folder above; the nearest one that has the file is taken.
fs::path beside(const fs::path& test, const std::string& named) {
  for (auto folder = fs::absolute(test).parent_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / named)) return folder / named;
    if (folder == folder.root_path()) break;
  }
  throw EnvError(test.string() + " names " + named + ", which is in no folder above it");
}

std::string text_of_file(const fs::path& file) { return to_text(read_file(file, kMostFileBytes)); }

policy::EntityUid uid_of(const json& written) {
  const auto& uid = written.contains("__entity") ? written.at("__entity") : written;
  return {uid.at("type"), uid.at("id")};
}

// What is answered otherwise, in words; nothing when all agrees.
std::string difference(const json& request, const policy::PolicySet& policies,
                       const policy::Entities& entities) {
  const auto context = policy::parse_record(request.at("context").dump());
  if (!context) return "the context cannot be read: " + context.error();
  const auto answer =
      policy::authorize(policies, entities,
                        {uid_of(request.at("principal")), uid_of(request.at("action")),
                         uid_of(request.at("resource")), *context});
  Ids erred;
  for (const auto& error : answer.errors) erred.insert(error.policy_id);
  if (answer.allowed != (request.at("decision") == "allow")) {
    return answer.allowed ? "we allow" : "we deny";
  }
  if (Ids(answer.reasons.begin(), answer.reasons.end()) != request.at("reason").get<Ids>()) {
    return "we have other deciding policies";
  }
  return erred == request.at("errors").get<Ids>() ? "" : "we have other policies that err";
}

// Whether the policies are valid under the schema; a schema that cannot be read makes none valid.
void run_validation(const fs::path& file, const json& test,
                    const Result<policy::PolicySet, std::vector<policy::ParseError>>& policies,
                    std::ostream& out, Tally& tally) {
  if (!test.contains("schema") || !test.contains("shouldValidate")) return;
  ++tally.validations;
  const auto named = test.at("schema").get<std::string>();
  const auto schema = policy::parse_schema(text_of_file(beside(file, named)), named);
  std::string wrong;
  if (!policies) {
    wrong = to_text(policies.error().front());
  } else if (!schema) {
    wrong = to_text(schema.error().front());
  } else {
    const auto findings = policy::validate(*policies, *schema);
    const auto first =
        std::ranges::find(findings, policy::Severity::Error, &policy::Finding::severity);
    if (first != findings.end()) wrong = first->what;
  }
  if (wrong.empty() == test.at("shouldValidate").get<bool>()) return;
  ++tally.validations_disagree;
  out << file.string() << ": validation: " << (wrong.empty() ? "we find no error" : wrong) << '\n';
}

void run_test(const fs::path& file, std::ostream& out, Tally& tally) {
  const auto test = parse_json(text_of_file(file));
  if (!test || !test->is_object() || !test->contains("requests")) return;
  const auto& requests = test->at("requests");
  const auto disagree = [&](const std::string& which, const std::string& how) {
    ++tally.disagree;
    out << file.string() << ": " << which << ": " << how << '\n';
  };
  tally.requests += requests.size();
  const auto policies = policy::PolicySet::parse(text_of_file(beside(file, test->at("policies"))),
                                                 test->at("policies").get<std::string>(),
                                                 policy::PolicyIds::Positional);
  run_validation(file, *test, policies, out, tally);
  const auto entities = policy::parse_entities(text_of_file(beside(file, test->at("entities"))));
  for (const auto& request : requests) {
    const auto which = request.value("description", std::string("a request"));
    if (!policies) {
      disagree(which, to_text(policies.error().front()));
    } else if (!entities) {
      disagree(which, "the entities cannot be read: " + entities.error());
    } else if (const auto how = difference(request, *policies, *entities); !how.empty()) {
      disagree(which, how);
    }
  }
}

}  // namespace

Exit run_corpus(const fs::path& folder, Streams streams) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".json") && !name.ends_with(".entities.json")) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  Tally tally;
  for (const auto& file : files) {
    try {
      run_test(file, streams.out, tally);
    } catch (const json::exception&) {
      throw EnvError(file.string() + " is not a test of the official corpus");
    }
  }
  if (tally.requests == 0) throw EnvError(folder.string() + " holds no test of that format");
  streams.out << tally.requests << " requests, " << tally.disagree << " disagree; "
              << tally.validations << " validations, " << tally.validations_disagree
              << " disagree\n";
  return tally.disagree + tally.validations_disagree == 0 ? Exit::Ok : Exit::Refused;
}

}  // namespace hub::cli
