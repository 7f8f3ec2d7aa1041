// Alerts through the local door: which there are, and what auditors make of them. Reading them is
// itself recorded before the first is shown, and a verdict is an entry like any other act.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/door_verbs.h"
#include "audit/alerts/disposition.h"
#include "audit/search/question.h"
#include "core/base/json.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

constexpr std::string_view kBusy = "the log is being read for somebody else; try again in a moment";
constexpr std::string_view kNotRecorded = "it could not be recorded, so nothing was done";

json alert_facts(const alerts::Alert& alert) {
  const auto& finding = alert.finding;
  json out{{"id", finding.id},
           {"rule", alerts::number_of(finding.rule)},
           {"about", alerts::describe(finding.rule)},
           {"score", alert.score},
           {"first", to_iso(finding.first)},
           {"last", to_iso(finding.last)},
           {"actors", finding.actors},
           {"entries", finding.entries},
           {"count", finding.count},
           {"why", finding.why},
           {"also", json::array()},
           {"state", alerts::state_of(alert.disposition)}};
  for (const auto rule : alert.also) out["also"].push_back(alerts::number_of(rule));
  const auto& disposition = alert.disposition;
  if (!disposition.verdict) return out;
  out["verdict"] = alerts::word(*disposition.verdict);
  out["reviewer"] = disposition.reviewer;
  out["because"] = disposition.because;
  out["disposed"] = to_iso(disposition.disposed);
  if (!disposition.is_confirmed()) return out;
  out["confirmed_by"] = disposition.confirmed_by;
  out["confirmed"] = to_iso(disposition.confirmed);
  return out;
}

std::string text_in_review(const json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What to list: since a day (UTC), and in which state.
struct AlertsAsked {
  std::optional<Time> since;
  std::string state;
};

std::optional<AlertsAsked> asked_for(const json& request) {
  AlertsAsked out{std::nullopt, text_in_review(request, "state")};
  const auto since = text_in_review(request, "since");
  if (!since.empty()) {
    const auto day = parse_iso_date(since);
    if (!day) return std::nullopt;
    out.since = Time(std::chrono::sys_days(std::chrono::days(*day)));
  }
  if (out.state.empty()) out.state = "all";
  const bool known = out.state == "all" || out.state == "open" || out.state == "disposed" ||
                     out.state == "confirmed";
  return known ? std::optional(out) : std::nullopt;
}

// What a reviewer wants to do.
struct Review {
  std::string alert;
  std::optional<alerts::Verdict> verdict;  // dispose, where there is one
  bool reopen = false;                     // else confirm

  [[nodiscard]] std::string outcome() const {
    if (verdict) return alerts::outcome_of(*verdict);
    return std::string(reopen ? alerts::kReopened : alerts::kConfirmed);
  }
};

Result<void, alerts::ReviewFault> allowed(const Review& review, const alerts::Alert& alert,
                                          const std::string& reviewer) {
  const auto& now = alert.disposition;
  const auto& concerned = alert.finding.actors;
  if (review.verdict) return alerts::may_dispose(now, reviewer, concerned);
  if (review.reopen) return alerts::may_reopen(now, reviewer, concerned);
  return alerts::may_confirm(now, reviewer, concerned);
}

bool record_review(Agent& agent, const DoorUser& user, const std::string& outcome,
                   const std::string& alert, std::string reason) {
  auto entry = entry_about(user, std::string(alerts::kReview), outcome);
  entry.recipient = agent.config().authority;
  entry.reason = std::move(reason);
  entry.purpose = word(audit::LogPurpose::SelfMonitoring);
  auto detail = detail_about(user);
  detail.note = alert;
  return agent.store().commit([&](Connection& store) { agent.log().append(store, entry, detail); });
}

void review_alert(Agent& agent, const DoorUser& user, const Review& review, LocalAnswer& answer) {
  const auto reviewer = detail_about(user).actor;
  const bool had_turn =
      agent.alerts().with_alerts(*agent.snapshot(), [&](const AlertDesk::Standing& standing) {
        const auto alert =
            std::ranges::find(standing.alerts, review.alert,
                              [](const alerts::Alert& each) { return each.finding.id; });
        if (alert == standing.alerts.end()) {
          return answer.end(DoorStatus::Refused, "there is no alert of this id");
        }
        const auto may = allowed(review, *alert, reviewer);
        if (!may) {
          // That somebody tried is worth knowing, too.
          const std::string fault(alerts::describe(may.error()));
          const bool told = record_review(agent, user, "review-refused", review.alert, fault);
          return answer.end(told ? DoorStatus::Refused : DoorStatus::Failed,
                            told ? fault : std::string(kNotRecorded));
        }
        if (!record_review(agent, user, review.outcome(), review.alert, {})) {
          return answer.end(DoorStatus::Failed, kNotRecorded);
        }
        answer.end(DoorStatus::Ok, review.outcome());
      });
  if (!had_turn) answer.end(DoorStatus::Failed, kBusy);
}

}  // namespace

void list_alerts(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text.empty() ? "{}" : text, {.max_bytes = 4096, .max_depth = 4});
  const auto asked = request && request->is_object() ? asked_for(*request) : std::nullopt;
  if (!asked) {
    return answer.end(DoorStatus::Usage,
                      "give since as YYYY-MM-DD, and state as open, disposed, confirmed or all");
  }
  const auto purpose = audit::purpose_in(*request);
  if (!purpose) return answer.end(DoorStatus::Usage, purpose.error());
  auto entry = entry_about(user, "consultation", "alerts-read");
  entry.purpose = word(*purpose);
  if (!record_look(agent, std::move(entry), detail_about(user), answer)) return;
  std::vector<std::string> lines;
  json summary;
  const bool had_turn =
      agent.alerts().with_alerts(*agent.snapshot(), [&](const AlertDesk::Standing& standing) {
        for (const auto& alert : standing.alerts) {
          if (asked->since && alert.finding.last < *asked->since) continue;
          if (asked->state != "all" && asked->state != alerts::state_of(alert.disposition))
            continue;
          // A name of a guest's may be cut within a character.
          lines.push_back(alert_facts(alert).dump(-1, ' ', false, json::error_handler_t::replace) +
                          "\n");
        }
        summary = {{"entries", standing.entries},
                   {"alerts", lines.size()},
                   {"dropped", standing.left_out}};
      });
  if (!had_turn) return answer.end(DoorStatus::Failed, kBusy);
  for (const auto& line : lines) {
    if (!answer.block(as_bytes(line))) return;
  }
  answer.end(DoorStatus::Ok, summary.dump());
}

void dispose_alert(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text, {.max_bytes = 8192, .max_depth = 4});
  if (!request || !request->is_object()) {
    return answer.end(DoorStatus::Usage, "the request is not a JSON object");
  }
  const Review review{text_in_review(*request, "alert"),
                      alerts::verdict_of(text_in_review(*request, "verdict")), false};
  if (review.alert.empty() || !review.verdict || user.justification.empty()) {
    return answer.end(
        DoorStatus::Usage,
        "give the alert's id, the verdict (justified, inappropriate or needs-evidence), and "
        "because: why");
  }
  review_alert(agent, user, review, answer);
}

void confirm_alert(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text, {.max_bytes = 8192, .max_depth = 4});
  if (!request || !request->is_object() || text_in_review(*request, "alert").empty()) {
    return answer.end(DoorStatus::Usage, "give the alert's id");
  }
  review_alert(agent, user,
               {text_in_review(*request, "alert"), std::nullopt,
                request->value("reopen", json(false)) == json(true)},
               answer);
}

}  // namespace hub::agent
