// Questions about the log through the local door: why a record was (not) let through, and what was
// done. Looking at the log is itself recorded.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/door_verbs.h"
#include "audit/log/detail_json.h"
#include "audit/log/log_export.h"
#include "audit/log/purpose.h"
#include "audit/search/question.h"
#include "core/base/json.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

constexpr std::size_t kMostEntries = 10'000;
// The entry that decided about the record: the first that names it and is no mere look at it.
std::optional<audit::Leaf> deciding_entry(Connection& store, Agent& agent, const Uuid& id) {
  for (const auto number :
       agent.log().search().find(store, audit::ItemKind::Record, as_text(id.bytes))) {
    for (const auto& entry : audit::Log::entries(store, number, 1)) {
      auto leaf = audit::parse_leaf(entry.leaf);
      if (leaf && leaf->entry.act != "consultation") return std::move(*leaf);
    }
  }
  return std::nullopt;
}

policy::Door door_of(const audit::Leaf& leaf, const std::string& authority) {
  return leaf.entry.sender == authority ? policy::Door::Share : policy::Door::Accept;
}

json explanation(const Snapshot& snapshot, const audit::Leaf& leaf, const std::string& authority,
                 Time now) {
  const auto& entry = leaf.entry;
  policy::Question question;
  question.door = door_of(leaf, authority);
  question.sender = entry.sender;
  question.recipient = entry.recipient;
  question.record_type = entry.record_type;
  question.agreement = entry.agreement;
  question.purpose = entry.purpose;
  question.legal_basis = entry.legal_basis;
  question.regime = entry.regime;
  question.handling = entry.handling;
  question.originator = entry.originator;
  question.now = now;
  auto groups = json::array();
  auto all = entry.field_groups;
  all.insert(all.end(), entry.withheld.begin(), entry.withheld.end());
  for (const auto& group : all) {
    question.field_group = group;
    const auto verdict = snapshot.rulebook->decide(question);
    auto reasons = json::array();
    for (const auto& reason : verdict.reasons) {
      reasons.push_back({{"policy", reason.policy_id}, {"title", reason.title}});
    }
    groups.push_back({{"field_group", group},
                      {"allowed", verdict.allowed},
                      {"policies", std::move(reasons)},
                      {"why", verdict.explanation},
                      {"full", snapshot.rulebook->explain(question)}});
  }
  return {{"recorded",
           {{"entry", leaf.index},
            {"time", to_iso(leaf.time)},
            {"act", entry.act},
            {"outcome", entry.outcome},
            {"policies", entry.policies},
            {"reason", entry.reason},
            {"bundle", entry.bundle},
            {"withheld_groups", entry.withheld}}},
          {"record_type", entry.record_type},
          {"sender", entry.sender},
          {"recipient", entry.recipient},
          {"agreement", entry.agreement},
          {"purpose", entry.purpose},
          {"legal_basis", entry.legal_basis},
          {"door", question.door == policy::Door::Share ? "share" : "accept"},
          {"bundle_now", snapshot.bundle->note().number},
          {"field_groups", std::move(groups)}};
}

}  // namespace

void explain_decision(Agent& agent, const DoorUser& user, std::string_view text,
                      LocalAnswer& answer) {
  const auto request = parse_json(text, {.max_bytes = 4096, .max_depth = 4});
  const auto id = request && request->is_object() && request->value("id", json()).is_string()
                      ? parse_uuid(request->value("id", std::string()))
                      : std::nullopt;
  if (!id) return answer.end(DoorStatus::Usage, "give the record's id");
  const auto snapshot = agent.snapshot();
  const auto leaf =
      agent.store().read([&](Connection& store) { return deciding_entry(store, agent, *id); });
  if (!leaf) {
    return answer.end(DoorStatus::Refused, "this log holds no decision about a record of this id");
  }
  auto entry = entry_about(user, "consultation", "decision-explained");
  entry.count = 1;
  auto detail = detail_about(user);
  detail.record_ids = {*id};
  if (!record_look(agent, std::move(entry), detail, answer)) return;
  const auto told =
      explanation(*snapshot, *leaf, agent.config().authority, agent.clock().now()).dump();
  if (answer.block(as_bytes(told + "\n"))) answer.end(DoorStatus::Ok, "");
}

void list_entries(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text.empty() ? "{}" : text, {.max_bytes = 4096, .max_depth = 4});
  if (!request || !request->is_object()) {
    return answer.end(DoorStatus::Usage, "the request is not a JSON object");
  }
  const auto purpose = audit::purpose_in(*request);
  if (!purpose) return answer.end(DoorStatus::Usage, purpose.error());
  const auto number = [&](const char* name, std::uint64_t fallback) {
    const auto value = request->value(name, json());
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : fallback;
  };
  const auto size = agent.log().head().size;
  const auto limit = std::min<std::size_t>(number("limit", 50), kMostEntries);
  const auto from = number("from", size > limit ? size - limit : 0);
  auto entry = entry_about(user, "consultation", "log-read");
  entry.purpose = word(*purpose);
  if (!record_look(agent, std::move(entry), detail_about(user), answer)) return;
  const auto entries = agent.store().read(
      [&](Connection& store) { return audit::Log::entries(store, from, limit); });
  for (const auto& stored : entries) {
    auto line = json{{"index", stored.index}};
    line["entry"] = json::parse(stored.leaf, nullptr, false);
    if (stored.detail) {
      line["detail"] = audit::detail_json(*stored.detail);
    } else if (line["entry"].contains("detail")) {
      line["detail_missing"] = true;
    }
    if (!answer.block(as_bytes(line.dump() + "\n"))) return;
  }
  answer.end(DoorStatus::Ok, "");
}

void export_log(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text.empty() ? "{}" : text, {.max_bytes = 4096, .max_depth = 4});
  const auto purpose = audit::purpose_in(request.value_or(json::object()));
  if (!purpose) return answer.end(DoorStatus::Usage, purpose.error());
  const auto newest = audit::newest_checkpoint(agent.checkpoint_file());
  if (!newest) return answer.end(DoorStatus::Failed, "no checkpoint of this log has been signed");
  auto entry = entry_about(user, "consultation", "log-exported");
  entry.purpose = word(*purpose);
  entry.count = newest->size;
  if (!record_look(agent, std::move(entry), detail_about(user), answer)) return;
  const bool whole = audit::export_entries(agent.store(), newest->size,
                                           [&](Bytes block) { return answer.block(block); });
  if (!whole) return answer.end(DoorStatus::Failed, "the log could not be read to its end");
  answer.end(DoorStatus::Ok,
             audit::export_facts(*newest, agent.checkpoint_file(), agent.log_vkey(),
                                 agent.snapshot()->parties->witnesses(agent.config().authority)));
}

}  // namespace hub::agent
