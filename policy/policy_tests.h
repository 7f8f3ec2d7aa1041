// Tests of policies, kept beside them in the form that Cedar's command line runs (`run-tests`):
//
//   [{"name": "...", "request": {"principal": "Agent::\"E09000007\"", "action": ..., "resource":
//     ..., "context": {...}}, "entities": [...], "decision": "allow" | "deny",
//     "reason": ["ta-notice-share"], "num_errors": 0}, ...]
//
// The bundle's world is there without being repeated: authorities and agents, record types and
// field groups, agreements, the broker. Entities of a test are added to it; one that is there
// already gets the attributes, parents and tags that the test gives and keeps the others. Reasons
// are @ids, in any order. `name`, `entities`, `reason` and `num_errors` may be left out; what is
// not given is not compared.
//
// A decision is the hub's: any forbid that errs denies. Requests and entities must fit the hub's
// schema.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/opened_bundle.h"

namespace hub::policy {

inline constexpr std::size_t kMaxTestBytes = 4U << 20U;
inline constexpr std::size_t kMaxTests = 10'000;  // in a file

struct PolicyTestResult {
  std::string name;
  std::string wrong;  // empty when it passed; else what was expected and what came, one line
};

struct PolicyTestRun {
  std::vector<PolicyTestResult> results;
  // The policies that decided in tests that passed.
  std::set<std::string> allowed_by;
  std::set<std::string> refused_by;

  [[nodiscard]] std::size_t failed() const;
};

// The error is about the file as a whole: what is wrong with one test fails that test.
[[nodiscard]] Result<PolicyTestRun, ParseError> run_policy_tests(std::string_view json,
                                                                 std::string_view file,
                                                                 const OpenedBundle& bundle);

}  // namespace hub::policy
