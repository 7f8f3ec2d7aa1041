#include "policy/decision_diff.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "policy/in_order.h"
#include "policy/world.h"

namespace hub::policy {
namespace {

constexpr std::uint64_t kProgressStep = 4096;

bool has_field_group(const OpenedBundle& bundle, const Question& question) {
  const auto type =
      std::ranges::find(bundle.record_types, question.record_type, &RecordTypeFacts::name);
  return type != bundle.record_types.end() &&
         std::ranges::find(type->field_groups, question.field_group) != type->field_groups.end();
}

bool has_party(const OpenedBundle& bundle, const std::string& code) {
  return std::ranges::find(bundle.parties, code, &PartyFacts::code) != bundle.parties.end();
}

std::string nothing_decided(const OpenedBundle& bundle, const Question& question,
                            const Verdict& verdict) {
  if (!verdict.errors.empty()) return verdict.errors.front() + " could not be evaluated";
  if (!bundle.agreements.contains(question.agreement)) return "no such agreement";
  if (!has_field_group(bundle, question)) return "no such field group";
  const bool known = has_party(bundle, question.sender) && has_party(bundle, question.recipient);
  return known ? "no permit" : "not in the register";
}

SideOfFlip side_of(const OpenedBundle& bundle, const Question& question, const Verdict& verdict) {
  SideOfFlip out;
  out.allowed = verdict.allowed;
  for (const auto& reason : verdict.reasons) out.policies.push_back(reason.policy_id);
  std::ranges::sort(out.policies);
  if (out.policies.empty()) out.without = nothing_decided(bundle, question, verdict);
  return out;
}

void add_to_key(std::string& key, std::string_view word) { key.append(word).push_back('\n'); }

// All of a flip but the authorities.
std::string key_of(const FlipGroup& flip) {
  const auto& asked = flip.question;
  std::string out;
  for (const auto& side : {flip.before, flip.after}) {
    for (const auto& id : side.policies) add_to_key(out, id);
    add_to_key(out, side.without);
  }
  add_to_key(out, std::to_string(static_cast<int>(flip.viewpoint)));
  add_to_key(out, flip.loosened() ? "+" : "-");
  add_to_key(out, action_of(asked.door));
  for (const auto& role : asked.roles) add_to_key(out, role);
  add_to_key(out, asked.protected_record ? "protected" : "");
  for (const auto* word : {&asked.record_type, &asked.field_group, &asked.agreement, &asked.purpose,
                           &asked.legal_basis, &asked.regime, &asked.handling}) {
    add_to_key(out, *word);
  }
  return out + std::to_string(to_ms(asked.now));
}

std::uint64_t number_of(const Scenarios& scenarios, std::size_t exchanges, std::size_t views) {
  std::uint64_t out = 0;
  for (const auto& agreement : scenarios.agreements) {
    for (const auto& door : scenarios.doors) {
      out += std::uint64_t{agreement.terms.size()} * agreement.moments.size() *
             scenarios.field_groups.size() * (is_look(door.door) ? views : exchanges);
    }
  }
  return out;
}

class Comparison {
 public:
  Comparison(const OpenedBundle& before, const OpenedBundle& after, DecisionDiff& out,
             const TellProgress& progress)
      : collector_(before, after, FlipCollector::Moments::Apart, out),
        out_(out),
        progress_(progress),
        exchanges_(casts_of_exchanges(out.classes)),
        views_(casts_of_views(out.classes)) {}

  void run(const Scenarios& scenarios) {
    all_ = number_of(scenarios, exchanges_.size(), views_.size());
    for (const auto& agreement : scenarios.agreements) {
      for (const auto now : agreement.moments) {
        for (const auto& term : agreement.terms) {
          auto question = term;
          question.now = now;
          ask_at_doors(scenarios, question);
        }
      }
    }
    collector_.sort();
  }

 private:
  void ask_at_doors(const Scenarios& scenarios, Question& question) {
    for (const auto& [type, group] : scenarios.field_groups) {
      question.record_type = type;
      question.field_group = group;
      for (const auto& door : scenarios.doors) {
        question.door = door.door;
        const bool view = is_look(door.door);
        question.user = view ? kAskingUser : "";
        question.protected_record = door.protected_record;
        question.roles.clear();
        if (view) question.roles.push_back(door.role);
        ask_all(question, view ? views_ : exchanges_);
      }
    }
  }

  void ask_all(Question& question, const std::vector<Cast>& casts) {
    for (const auto& cast : casts) {
      cast.put_into(question);
      collector_.ask(question, cast);
      if (progress_ && out_.asked % kProgressStep == 0) progress_(out_.asked, all_);
    }
  }

  FlipCollector collector_;
  DecisionDiff& out_;
  const TellProgress& progress_;
  std::vector<Cast> exchanges_;
  std::vector<Cast> views_;
  std::uint64_t all_ = 0;
};

}  // namespace

void FlipCollector::ask(const Question& question, const Cast& cast) {
  const auto before = before_.rulebook->decide(question);
  const auto after = after_.rulebook->decide(question);
  ++out_.asked;
  out_.compared += cast.count;
  if (before.allowed == after.allowed) return;
  (after.allowed ? out_.loosened : out_.tightened) += cast.count;
  FlipGroup flip;
  flip.question = question;
  flip.question.sender.clear();
  flip.question.recipient.clear();
  flip.question.viewed_at.clear();
  if (moments_ == Moments::Together) flip.question.now = Time{};
  flip.viewpoint = cast.viewpoint;
  flip.before = side_of(before_, question, before);
  flip.after = side_of(after_, question, after);
  const auto [place, is_new] = by_key_.try_emplace(key_of(flip), out_.flips.size());
  if (is_new) out_.flips.push_back(std::move(flip));
  auto& group = out_.flips[place->second];
  group.count += cast.count;
  group.casts.push_back(cast);
}

void FlipCollector::sort() {
  by_key_.clear();
  put_in_order(out_.flips, [](const FlipGroup& left, const FlipGroup& right) {
    return std::tuple(right.loosened(), left.before, left.after) <
           std::tuple(left.loosened(), right.before, right.after);
  });
}

DecisionDiff compare_decisions(const OpenedBundle& before, const OpenedBundle& after,
                               std::vector<AuthorityClass> classes, Time now,
                               const TellProgress& progress) {
  DecisionDiff out;
  out.classes = std::move(classes);
  Comparison(before, after, out, progress).run(scenarios_of(before, after, now));
  return out;
}

}  // namespace hub::policy
