#include "policy/cedar/authorizer.h"

#include <algorithm>
#include <functional>

#include "policy/cedar/evaluator.h"

namespace hub::policy {
namespace {

using PolicyPlace = PolicyIndex::Place;

struct Erred {
  PolicyPlace policy;
  EvaluationError error;
};

// What the candidates said, in any order.
struct Tally {
  std::vector<PolicyPlace> permits;
  std::vector<PolicyPlace> forbids;
  std::vector<Erred> errors;

  void take(Evaluator& evaluator, const Policy& policy, PolicyPlace place, OpenHead open) {
    switch (evaluator.policy(policy, open)) {
      case Outcome::Unsatisfied: return;
      case Outcome::Erred: errors.push_back({place, evaluator.error()}); return;
      case Outcome::Satisfied:
        (policy.effect == Effect::Permit ? permits : forbids).push_back(place);
        return;
    }
  }
};

// The order of the set, each once.
template <class List, class PlaceOf>
void put_in_order(List& list, PlaceOf place_of) {
  std::ranges::sort(list, {}, place_of);
  const auto repeated = std::ranges::unique(list, {}, place_of);
  list.erase(repeated.begin(), repeated.end());
}

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

Judgement judge(const PolicySet& policies, const Entities& entities, const Request& request) {
  Evaluator evaluator(entities, request);
  const auto all = policies.policies();
  Tally tally;
  policies.index().visit(
      evaluator.principal(), evaluator.action(), evaluator.resource(),
      [&](PolicyPlace place, OpenHead open) { tally.take(evaluator, *all[place], place, open); });
  Judgement out;
  out.allowed = tally.forbids.empty() && !tally.permits.empty();
  auto& deciding = tally.forbids.empty() ? tally.permits : tally.forbids;
  put_in_order(deciding, std::identity());
  out.reasons.reserve(deciding.size());
  for (const auto place : deciding) out.reasons.push_back(all[place].get());
  put_in_order(tally.errors, &Erred::policy);
  for (const auto& [place, error] : tally.errors) out.errors.push_back({all[place].get(), error});
  return out;
}

Response authorize(const PolicySet& policies, const Entities& entities, const Request& request) {
  const auto judged = judge(policies, entities, request);
  Response out;
  out.allowed = judged.allowed;
  out.reasons.reserve(judged.reasons.size());
  for (const auto* policy : judged.reasons) out.reasons.push_back(policy->id);
  for (const auto& [policy, error] : judged.errors) out.errors.push_back({policy->id, error});
  return out;
}

}  // namespace hub::policy
