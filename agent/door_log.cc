// Questions about the log through the local door: why a record was (not) let through, and what was
// done. Looking at the log is itself recorded.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/door.h"
#include "audit/log/log_export.h"
#include "core/base/json.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

constexpr std::size_t kMostEntries = 10'000;
constexpr std::uint64_t kFarthest = 200'000;  // entries looked through for one record

// Leaves hold their time; it never goes back by more than the clock did.
Time time_of_leaf(const std::string& leaf) {
  const auto parsed = audit::parse_leaf(leaf);
  return parsed ? parsed->time : Time{};
}

// The first entry that is not older than `when`.
std::uint64_t first_since(Connection& store, std::uint64_t size, Time when) {
  std::uint64_t low = 0;
  std::uint64_t high = size;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto entry = audit::Log::entries(store, middle, 1);
    if (!entry.empty() && time_of_leaf(entry.front().leaf) < when) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool concerns(const audit::StoredEntry& entry, const Uuid& id) {
  return entry.detail &&
         std::ranges::find(entry.detail->record_ids, id) != entry.detail->record_ids.end();
}

// The entry that decided about the record: the first that names it and is no mere look at it.
std::optional<audit::Leaf> deciding_entry(Connection& store, std::uint64_t size, const Uuid& id) {
  constexpr std::size_t page_size = 256;
  const auto made = time_of(id).value_or(Time{});
  // The sender's clock made the id; ours may be behind.
  auto from = first_since(store, size, made - std::chrono::minutes(10));
  for (const auto end = std::min(size, from + kFarthest); from < end;) {
    const auto page = audit::Log::entries(store, from, page_size);
    if (page.empty()) break;
    for (const auto& entry : page) {
      if (!concerns(entry, id)) continue;
      auto leaf = audit::parse_leaf(entry.leaf);
      if (leaf && leaf->entry.act != "consultation") return std::move(*leaf);
    }
    from += page.size();
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
  if (!id) return end(answer, DoorStatus::Usage, "give the record's id");
  const auto snapshot = agent.snapshot();
  const auto size = agent.log().head().size;
  const auto leaf =
      agent.store().read([&](Connection& store) { return deciding_entry(store, size, *id); });
  if (!leaf) {
    return end(answer, DoorStatus::Refused, "this log holds no decision about a record of this id");
  }
  audit::Entry entry;
  entry.act = "consultation";
  entry.outcome = "decision-explained";
  entry.recipient = agent.config().authority;
  entry.count = 1;
  const bool recorded = agent.store().commit([&](Connection& store) {
    agent.log().append(store, entry, {.actor = acting(user), .record_ids = {*id}, .note = {}});
  });
  if (!recorded) {
    return end(answer, DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  const auto told =
      explanation(*snapshot, *leaf, agent.config().authority, agent.clock().now()).dump();
  if (answer.block(as_bytes(told + "\n"))) end(answer, DoorStatus::Ok, "");
}

void list_entries(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text.empty() ? "{}" : text, {.max_bytes = 4096, .max_depth = 4});
  if (!request || !request->is_object()) {
    return end(answer, DoorStatus::Usage, "the request is not a JSON object");
  }
  const auto number = [&](const char* name, std::uint64_t fallback) {
    const auto value = request->value(name, json());
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : fallback;
  };
  const auto size = agent.log().head().size;
  const auto limit = std::min<std::size_t>(number("limit", 50), kMostEntries);
  const auto from = number("from", size > limit ? size - limit : 0);
  audit::Entry entry;
  entry.act = "consultation";
  entry.outcome = "log-read";
  entry.recipient = agent.config().authority;
  const bool recorded = agent.store().commit([&](Connection& store) {
    agent.log().append(store, entry, {.actor = acting(user), .record_ids = {}, .note = {}});
  });
  if (!recorded) {
    return end(answer, DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  const auto entries = agent.store().read(
      [&](Connection& store) { return audit::Log::entries(store, from, limit); });
  for (const auto& stored : entries) {
    auto line = json{{"index", stored.index}};
    line["entry"] = json::parse(stored.leaf, nullptr, false);
    if (stored.detail) {
      line["detail"]["actor"] = stored.detail->actor;
      line["detail"]["note"] = stored.detail->note;
      for (const auto& record : stored.detail->record_ids) {
        line["detail"]["record_ids"].push_back(to_string(record));
      }
    }
    if (!answer.block(as_bytes(line.dump() + "\n"))) return;
  }
  end(answer, DoorStatus::Ok, "");
}

void export_log(Agent& agent, const DoorUser& user, LocalAnswer& answer) {
  const auto newest = audit::newest_checkpoint(agent.checkpoint_file());
  if (!newest) return end(answer, DoorStatus::Failed, "no checkpoint of this log has been signed");
  audit::Entry entry;
  entry.act = "consultation";
  entry.outcome = "log-exported";
  entry.recipient = agent.config().authority;
  entry.count = newest->size;
  const bool recorded = agent.store().commit([&](Connection& store) {
    agent.log().append(store, entry, {.actor = acting(user), .record_ids = {}, .note = {}});
  });
  if (!recorded) {
    return end(answer, DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  const bool whole = audit::export_entries(agent.store(), newest->size,
                                           [&](Bytes block) { return answer.block(block); });
  if (!whole) return end(answer, DoorStatus::Failed, "the log could not be read to its end");
  end(answer, DoorStatus::Ok,
      audit::export_facts(*newest, agent.checkpoint_file(), agent.log_vkey(),
                          agent.snapshot()->parties->witnesses(agent.config().authority)));
}

}  // namespace hub::agent
