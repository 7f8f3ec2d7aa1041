#include "policy/cedar/authorizer.h"

#include "policy/cedar/evaluator.h"

namespace hub::policy {
namespace {

struct Tally {
  std::vector<const Policy*> permits;
  std::vector<const Policy*> forbids;
  Response response;

  void take(Evaluator& evaluator, const Policy& policy) {
    switch (evaluator.policy(policy)) {
      case Outcome::Unsatisfied: return;
      case Outcome::Erred: response.errors.push_back({policy.id, evaluator.error()}); return;
      case Outcome::Satisfied:
        (policy.effect == Effect::Permit ? permits : forbids).push_back(&policy);
        return;
    }
  }

  Response decide() && {
    response.allowed = forbids.empty() && !permits.empty();
    for (const auto* policy : forbids.empty() ? permits : forbids) {
      response.reasons.push_back(policy->id);
    }
    return std::move(response);
  }
};

}  // namespace

std::string_view describe(EvaluationError error) {
  switch (error) {
    case EvaluationError::WrongType: return "a value is of another type than its use needs";
    case EvaluationError::NoSuchAttribute: return "an attribute is missing";
    case EvaluationError::NoSuchTag: return "a tag is missing";
    case EvaluationError::NoSuchEntity: return "an entity is unknown";
    case EvaluationError::Overflow: return "a number left the range of Long";
    case EvaluationError::WrongArguments: return "a function has another number of arguments";
    case EvaluationError::NoSuchValue:
      return "a text is no decimal, ip, datetime or duration, or a result left its range";
  }
  return "unknown evaluation error";
}

Response authorize(const PolicySet& policies, const Entities& entities, const Request& request) {
  Evaluator evaluator(entities, request);
  Tally tally;
  const auto* action = entities.find(evaluator.action());
  if (action != nullptr && !action->parents.empty()) {
    for (const auto& policy : policies.policies()) tally.take(evaluator, *policy);
  } else {
    for (const auto* policy : policies.for_action(evaluator.action())) {
      tally.take(evaluator, *policy);
    }
  }
  return std::move(tally).decide();
}

}  // namespace hub::policy
