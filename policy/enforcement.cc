#include "policy/enforcement.h"

#include <algorithm>
#include <utility>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/evaluator.h"
#include "policy/explanation.h"
#include "policy/held_rows.h"
#include "policy/nearest.h"
#include "policy/rulebook_reader.h"
#include "policy/time_use.h"
#include "policy/world.h"

namespace hub::policy {

struct Rulebook::State {
  PolicySet policies;
  Agreements agreements;
  World world;
  std::vector<Time> changes;  // sorted
  bool may_keep_decisions = true;
  std::optional<RowTable> held;
  std::shared_ptr<const void> identity = std::make_shared<const char>();

  // What the authoriser said, and the hub's answer to it.
  struct Decided {
    Verdict verdict;
    std::vector<PolicyError> errors;
    bool asked = false;  // the question was about things the world knows

    [[nodiscard]] bool denied_by_default() const {
      return asked && !verdict.allowed && verdict.reasons.empty();
    }
  };

  [[nodiscard]] Decided decide(const Question& question) const;
  [[nodiscard]] Entities entities_for(const Question& question) const;
  void ask_of_stores(const std::vector<PartyFacts>& parties);
};

Entities Rulebook::State::entities_for(const Question& question) const {
  if (!is_look(question.door)) return world.entities;
  auto with_user = world.entities.with(make_user(question));
  if (with_user) return std::move(*with_user);
  return world.entities;  // the name were in the world already, which no User's is
}

void Rulebook::State::ask_of_stores(const std::vector<PartyFacts>& parties) {
  std::vector<std::string> authorities;
  authorities.reserve(parties.size());
  for (const auto& party : parties) authorities.push_back(party.code);
  std::vector<std::string> ids;
  ids.reserve(agreements.size());
  for (const auto& [id, agreement] : agreements) ids.push_back(id);
  held = held_rows(authorities, ids);
}

Rulebook::State::Decided Rulebook::State::decide(const Question& question) const {
  Decided out;
  auto& verdict = out.verdict;
  const auto request = make_request(question, world.names);
  if (!request) {
    verdict.explanation = request.error();
    return out;
  }
  out.asked = true;
  auto judged = judge(policies, entities_for(question), *request);
  bool forbid_erred = false;
  for (const auto& [policy, error] : judged.errors) {
    verdict.errors.push_back(policy->id);
    out.errors.push_back({policy->id, error});
    forbid_erred = forbid_erred || policy->effect == Effect::Forbid;
  }
  verdict.allowed = judged.allowed && !forbid_erred;
  // Permits that a broken forbid overrides did not decide anything.
  if (judged.allowed && forbid_erred) judged.reasons.clear();
  for (const auto* policy : judged.reasons) {
    const auto* title = policy->annotation("title");
    verdict.reasons.push_back({policy->id, title == nullptr ? std::string() : *title});
  }
  verdict.explanation = explain_verdict(policies, question, verdict);
  return out;
}

Rulebook::Rulebook(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Rulebook::~Rulebook() = default;

Result<std::unique_ptr<const Rulebook>, std::vector<ParseError>> Rulebook::make(
    const std::map<std::string, std::string>& files, const std::vector<PartyFacts>& parties,
    const std::vector<RecordTypeFacts>& record_types) {
  auto text = read_rulebook(files, record_types);
  if (!text) return fail(std::move(text.error()));
  auto world = make_world(parties, record_types, text->agreements);
  if (!world) {
    return fail(std::vector{ParseError{"the register and the catalogue", 0, 0, world.error(),
                                       "name each authority, type and field group once"}});
  }
  auto state = std::make_unique<State>();
  state->policies = std::move(text->policies);
  state->agreements = std::move(text->agreements);
  state->world = std::move(*world);
  for (const auto& [id, agreement] : state->agreements) {
    state->changes.push_back(agreement.starts);
    state->changes.push_back(agreement.ends);
  }
  std::ranges::sort(state->changes);
  state->may_keep_decisions = std::ranges::all_of(
      state->policies.policies(),
      [](const auto& policy) { return changes_only_at_agreement_dates(*policy); });
  state->ask_of_stores(parties);
  return std::unique_ptr<const Rulebook>(new Rulebook(std::move(state)));
}

std::optional<RowFilter> Rulebook::view_filter(const Question& question) const {
  const auto& held = state_->held;
  if (!held || question.door != Door::View) return std::nullopt;
  auto filter = held_rows_filter(state_->policies, state_->world.names,
                                 state_->entities_for(question), question, *held);
  if (!filter) return std::nullopt;
  return std::move(*filter);
}

Verdict Rulebook::decide(const Question& question) const {
  auto decided = state_->decide(question);
  if (decided.denied_by_default()) {
    decided.verdict.explanation += " `hubctl policy explain` names the permit that comes nearest.";
  }
  return std::move(decided.verdict);
}

std::string Rulebook::explain(const Question& question) const {
  const auto decided = state_->decide(question);
  std::optional<NearMiss> nearest;
  if (decided.denied_by_default()) {
    const auto entities = state_->entities_for(question);
    const auto request = make_request(question);
    Evaluator evaluator(entities, request);
    nearest = nearest_permit(state_->policies, evaluator);
  }
  return tell_story(state_->policies, question, decided.verdict, decided.errors, nearest);
}

std::optional<Time> Rulebook::next_change(Time now) const {
  const auto next = std::ranges::upper_bound(state_->changes, now);
  return next == state_->changes.end() ? std::nullopt : std::optional(*next);
}

bool Rulebook::may_keep_decisions() const { return state_->may_keep_decisions; }

const Agreement* Rulebook::agreement(std::string_view id) const {
  const auto found = state_->agreements.find(id);
  return found == state_->agreements.end() ? nullptr : &found->second;
}

std::vector<const Agreement*> Rulebook::agreements() const {
  std::vector<const Agreement*> out;
  for (const auto& [id, agreement] : state_->agreements) out.push_back(&agreement);
  return out;
}

const std::shared_ptr<const void>& Rulebook::identity() const { return state_->identity; }

}  // namespace hub::policy
