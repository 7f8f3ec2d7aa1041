#include "policy/explanation.h"

#include <string_view>

#include "core/base/clock.h"
#include "policy/codes.h"
#include "policy/world.h"

namespace hub::policy {
namespace {

std::string_view participle(Door door) {
  switch (door) {
    case Door::Share: return "shared";
    case Door::Relay: return "relayed";
    case Door::Accept: return "accepted";
    case Door::View: return "viewed";
    case Door::Export: return "exported";
  }
  return {};
}

std::string text_of(const Policy& policy, std::string_view annotation) {
  const auto* value = policy.annotation(annotation);
  return value == nullptr ? std::string() : *value;
}

std::string shown(std::string_view word) {
  if (word.empty()) return "(none)";
  return is_name(word) ? std::string(word) : "(not a name)";
}

std::string shown_all(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + shown(word);
  return out.empty() ? "(none)" : out;
}

std::string explain_refusal(const PolicySet& policies, const Verdict& verdict) {
  const auto& first = verdict.reasons.front();
  auto out = "Refused by " + first.policy_id + " (" + first.title + ").";
  if (const auto* policy = policies.find(first.policy_id)) {
    out += " " + text_of(*policy, "advice");
  }
  for (std::size_t i = 1; i < verdict.reasons.size(); ++i) {
    out += (i == 1 ? " Also refused by " : ", ") + verdict.reasons[i].policy_id;
  }
  return verdict.reasons.size() > 1 ? out + "." : out;
}

std::string place(const Policy& policy, std::size_t line) {
  return line == 0 ? policy.file : policy.file + ":" + std::to_string(line);
}

// Of a link: where it stands, and its template.
std::string place(const Policy& policy) {
  const auto* link = policy.annotation("link");
  const auto text = place(policy, policy.line);
  return link == nullptr ? text : *link + ", made of " + text;
}

std::string tell_who(const Question& question) {
  switch (question.door) {
    case Door::Share: return "the agent of " + shown(question.sender);
    case Door::Relay: return "the broker";
    case Door::Accept: return "the agent of " + shown(question.recipient);
    case Door::View:
    case Door::Export:
      return shown(question.user) + " of " +
             (question.guest.empty() ? std::string() : shown(question.guest) + " at ") +
             shown(viewing_authority(question)) + ", roles " + shown_all(question.roles) + ",";
  }
  return {};
}

std::string tell_question(const Question& question) {
  return "Question   may " + tell_who(question) + " " + std::string(action_of(question.door)) +
         " " + shown(question.record_type) + "/" + shown(question.field_group) +
         "?\n           from " + shown(question.sender) + " to " + shown(question.recipient) +
         ", agreement " + shown(question.agreement) + "\n           purpose " +
         shown(question.purpose) + ", legal basis " + shown(question.legal_basis) + ", regime " +
         shown(question.regime) + ", handling " + shown(question.handling) + "\n           at " +
         to_iso(question.now) +
         (question.originator.empty() ? "" : ", made by " + shown(question.originator)) +
         (question.protected_record ? ", protected" : "") + "\n";
}

std::string tell_nearest(const NearMiss& nearest) {
  const auto& policy = *nearest.policy;
  return "Nearest    " + policy.id + " (" + text_of(policy, "title") + "), " + place(policy) +
         "\n           " + (nearest.erred ? "could not be evaluated, " : "does not hold, ") +
         place(policy, nearest.line) + ":\n           " + nearest.lacked + "\n";
}

}  // namespace

std::string explain_verdict(const PolicySet& policies, const Question& question,
                            const Verdict& verdict) {
  if (!verdict.reasons.empty() && verdict.allowed) {
    const auto& [id, title] = verdict.reasons.front();
    std::string out;
    out.reserve(id.size() + title.size() + 16);  // most answers are this one
    return out.append("Allowed by ").append(id).append(" (").append(title).append(").");
  }
  if (!verdict.reasons.empty()) return explain_refusal(policies, verdict);
  if (!verdict.errors.empty()) {
    return "Refused, because the policy " + verdict.errors.front() +
           " could not be evaluated; tell whoever keeps the policies.";
  }
  const auto what = question.record_type + "/" + question.field_group;
  if (is_look(question.door)) {
    return "No policy lets these roles " + std::string(action_of(question.door)) + " " + what +
           "; ask for a role that may, or leave it.";
  }
  return "No policy lets " + what + " be " + std::string(participle(question.door)) + " under " +
         question.agreement + ", so it is withheld.";
}

std::string tell_story(const PolicySet& policies, const Question& question, const Verdict& verdict,
                       const std::vector<PolicyError>& errors,
                       const std::optional<NearMiss>& nearest) {
  auto out = tell_question(question);
  out += verdict.allowed ? "Answer     allowed\n" : "Answer     refused\n";
  out += "           " + verdict.explanation + "\n";
  for (const auto& reason : verdict.reasons) {
    const auto* policy = policies.find(reason.policy_id);
    out += "Applied    " + reason.policy_id + " (" + reason.title + ")";
    if (policy != nullptr) out += ", " + place(*policy);
    out += "\n";
  }
  for (const auto& error : errors) {
    out += "Erred      " + error.policy_id + ": " + std::string(describe(error.error)) + "\n";
  }
  if (nearest) out += tell_nearest(*nearest);
  return out;
}

}  // namespace hub::policy
