// The Cedar authoriser: default deny, forbid wins, and a policy that errs is skipped.
//
// This is the official decision, unchanged, so that the official tests can judge it. Skipping an
// erring forbid can allow: the hub decides through Rulebook (policy/enforcement.h), which denies
// then, and never through this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/entities.h"
#include "policy/cedar/policy_set.h"
#include "policy/cedar/value.h"

namespace hub::policy {

struct Request {
  SharedUid principal;
  SharedUid action;
  SharedUid resource;
  Record context;
};

enum class EvaluationError : std::uint8_t {
  WrongType,
  NoSuchAttribute,
  NoSuchTag,
  NoSuchEntity,
  Overflow,
  WrongArguments,
  NoSuchValue,
};
[[nodiscard]] std::string_view describe(EvaluationError error);

struct PolicyError {
  std::string policy_id;
  EvaluationError error = EvaluationError::WrongType;
};

struct Response {
  bool allowed = false;
  std::vector<std::string> reasons;  // ids of the deciding policies, in the order of the set
  std::vector<PolicyError> errors;
};

// The same answer, for who asks often: it points into the set instead of naming.
struct Judgement {
  struct Fault {
    const Policy* policy = nullptr;
    EvaluationError error = EvaluationError::WrongType;
  };

  bool allowed = false;
  std::vector<const Policy*> reasons;
  std::vector<Fault> errors;
};

[[nodiscard]] Judgement judge(const PolicySet& policies, const Entities& entities,
                              const Request& request);

[[nodiscard]] Response authorize(const PolicySet& policies, const Entities& entities,
                                 const Request& request);

}  // namespace hub::policy
