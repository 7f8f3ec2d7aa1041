#include "policy/log_replay.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/base/json.h"

namespace hub::policy {
namespace {

using LogJson = nlohmann::json;

constexpr JsonLimits kLineLimits{.max_bytes = kMaxLoggedLineBytes, .max_depth = 8};

std::string text_at(const LogJson& entry, const char* key) {
  const auto found = entry.find(key);
  return found == entry.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

std::uint64_t number_at(const LogJson& entry, const char* key) {
  const auto found = entry.find(key);
  return found == entry.end() || !found->is_number_unsigned() ? 0 : found->get<std::uint64_t>();
}

// The door that decided; nothing for an act that no policy decides, or none that can be asked.
std::optional<Door> door_of_act(const LogJson& entry) {
  const auto act = text_at(entry, "act");
  if (act == "disclosure") return Door::Share;
  if (act == "relay") return Door::Relay;
  if (act == "collection") return Door::Accept;
  if (act != "refusal") return std::nullopt;
  const auto party = text_at(entry, "party");
  if (party == "broker") return Door::Relay;
  return party == text_at(entry, "sender") ? Door::Share : Door::Accept;
}

std::vector<std::string> groups_of(const LogJson& entry) {
  std::vector<std::string> out;
  for (const auto* key : {"field_groups", "withheld"}) {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array()) continue;
    for (const auto& item : *found) {
      if (item.is_string()) out.push_back(item.get<std::string>());
    }
  }
  return out;
}

// Nothing when the entry lacks what a question needs.
std::optional<LoggedDecision> decision_of(const LogJson& entry, Door door) {
  Question question;
  question.door = door;
  question.sender = text_at(entry, "sender");
  question.recipient = text_at(entry, "recipient");
  question.record_type = text_at(entry, "record_type");
  question.agreement = text_at(entry, "agreement");
  question.purpose = text_at(entry, "purpose");
  question.legal_basis = text_at(entry, "legal_basis");
  question.regime = text_at(entry, "regime");
  question.handling = text_at(entry, "handling");
  question.now = from_ms(static_cast<std::int64_t>(number_at(entry, "time")));
  const auto groups = groups_of(entry);
  if (groups.empty() || question.sender.empty() || question.recipient.empty() ||
      question.record_type.empty() || question.agreement.empty() || to_ms(question.now) == 0) {
    return std::nullopt;
  }
  LoggedDecision out;
  out.records = std::max<std::uint64_t>(1, number_at(entry, "count"));
  for (const auto& group : groups) {
    question.field_group = group;
    out.questions.push_back(question);
  }
  return out;
}

}  // namespace

void read_logged_line(std::string_view line, ReplayableLog& out) {
  ++out.lines;
  const auto parsed = parse_json(line, kLineLimits);
  const auto entry =
      parsed && parsed->is_object() ? parsed->find("entry") : LogJson::const_iterator();
  if (!parsed || !parsed->is_object() || entry == parsed->end() || !entry->is_object()) {
    ++out.left_out["not a line of the log"];
    return;
  }
  const auto door = door_of_act(*entry);
  if (!door) {
    const auto act = text_at(*entry, "act");
    ++out.left_out[act == "consultation" ? "a look: the log holds no roles"
                                         : "nothing that policies decide"];
    return;
  }
  auto decision = decision_of(*entry, *door);
  if (decision) {
    out.decisions.push_back(std::move(*decision));
  } else {
    ++out.left_out["without the terms or field groups of a decision"];
  }
}

DecisionDiff replay(const OpenedBundle& before, const OpenedBundle& after, const ReplayableLog& log,
                    const TellProgress& progress) {
  std::set<std::string> codes;
  for (const auto& decision : log.decisions) {
    codes.insert(decision.questions.front().sender);
    codes.insert(decision.questions.front().recipient);
  }
  DecisionDiff out;
  for (const auto& code : codes) out.classes.push_back({code});
  std::map<std::string_view, const AuthorityClass*> by_code;
  for (const auto& one : out.classes) by_code[one.front()] = &one;
  FlipCollector collector(before, after, FlipCollector::Moments::Together, out);
  std::uint64_t done = 0;
  for (const auto& decision : log.decisions) {
    for (const auto& question : decision.questions) {
      Cast cast;
      cast.senders = by_code[question.sender];
      cast.recipients = by_code[question.recipient];
      cast.one = question.sender == question.recipient;
      cast.count = 1;
      cast.sender = question.sender;
      cast.recipient = question.recipient;
      collector.ask(question, cast);
    }
    if (progress) progress(++done, log.decisions.size());
  }
  collector.sort();
  return out;
}

}  // namespace hub::policy
