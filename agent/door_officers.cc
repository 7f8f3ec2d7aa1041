#include "agent/door_officers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/erasure.h"
#include "agent/erasure_requests.h"
#include "agent/identifiers.h"
#include "core/base/json.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

constexpr std::size_t kLongestValue = 200;

std::string member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_line(const std::string& text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// What is wrong with the records or the subject asked about; nothing when all is well.
std::optional<std::string> take_meant(const json& request, WhatIsMeant& out) {
  const auto records = request.value("records", json::array());
  if (!records.is_array() || records.size() > kMostErased) {
    return "name " + std::to_string(kMostErased) + " records at most";
  }
  for (const auto& text : records) {
    const auto id = text.is_string() ? parse_uuid(text.get<std::string>()) : std::nullopt;
    if (!id) return "a record's id is not 8-4-4-4-12 hexadecimal digits";
    out.records.insert(*id);
  }
  const auto subject = request.value("subject", json::object());
  if (subject.is_object()) {
    out.identifier = member(subject, "identifier");
    out.value = member(subject, "value");
  }
  if (out.identifier.empty() != out.value.empty() || out.value.size() > kLongestValue) {
    return "name a subject by the class of an identifier and its value";
  }
  if (out.records.empty() && out.identifier.empty()) {
    return "name records by their ids, or a subject by an identifier";
  }
  return std::nullopt;
}

std::optional<std::string> take(const json& request, Asks asks, const DoorUser& user,
                                OfficersRequest& out) {
  if (user.justification.empty()) {
    return "say why, in words that name nobody: the log keeps them (--because)";
  }
  if (asks == Asks::ById) {
    out.id = parse_uuid(member(request, "id"));
    if (!out.id) return "give the id, as the list has it";
    return std::nullopt;
  }
  out.ground = member(request, "ground");
  out.reference = member(request, "reference");
  if (out.reference.empty() || out.reference.size() > kLongestReference ||
      !is_line(out.reference)) {
    return "give your own reference of the request, 200 bytes at most, that names nobody";
  }
  return take_meant(request, out.meant);
}

}  // namespace

std::optional<OfficersRequest> officers_request(std::string_view text, Asks asks,
                                                const DoorUser& user, LocalAnswer& answer) {
  const auto request = parse_json(text, {.max_bytes = 64U << 10U, .max_depth = 4});
  if (!request || !request->is_object()) {
    answer.end(DoorStatus::Usage, "the request is not a JSON object");
    return std::nullopt;
  }
  OfficersRequest out;
  if (const auto wrong = take(*request, asks, user, out)) {
    answer.end(DoorStatus::Usage, *wrong);
    return std::nullopt;
  }
  return out;
}

std::vector<std::int64_t> found_under(Connection& store, Agent& agent, const WhatIsMeant& meant) {
  if (meant.identifier.empty()) return {};
  return agent.identifiers().find(store, identifier_key(meant.identifier, meant.value));
}

std::vector<SentFacts> sent_under(Connection& store, Agent& agent, const WhatIsMeant& meant) {
  if (meant.identifier.empty()) return {};
  return agent.sent_subjects().find(store, identifier_key(meant.identifier, meant.value));
}

std::vector<HeldFacts> facts_of(Connection& store, Agent& agent, const RecordSet& records) {
  auto out = facts_of(store, records.numbers);
  for (const auto& id : records.ids) {
    for (auto& sent : agent.sent_subjects().find(store, id)) {
      out.push_back(
          {0, sent.id, agent.config().authority, std::move(sent.record_type), sent.sent, false});
    }
  }
  return out;
}

bool list_facts(const std::vector<HeldFacts>& records, LocalAnswer& answer) {
  return std::ranges::all_of(records, [&](const HeldFacts& record) {
    const auto line = json{{"id", to_string(record.id)},
                           {"type", record.record_type},
                           {"sender", record.sender},
                           {"received", to_iso(record.received)},
                           {"ended", record.ended}}
                          .dump() +
                      "\n";
    return answer.block(as_bytes(line));
  });
}

audit::Entry officers_entry(const Agent& agent, const DoorUser& user, std::string act,
                            std::string outcome) {
  auto out = entry_about(user, std::move(act), std::move(outcome));
  const auto snapshot = agent.snapshot();
  out.recipient = agent.config().authority;
  out.bundle = snapshot->bundle->note().number;
  out.register_number = snapshot->parties->note().number;
  return out;
}

audit::Detail officers_detail(const DoorUser& user, const Uuid& id, const std::string& reference) {
  auto out = detail_about(user);
  out.note = to_string(id) + " " + reference;
  return out;
}

Uuid fresh_id(const Agent& agent) { return UuidSource(agent.clock(), crypto::fill_random).next(); }

bool ruled(Agent& agent, const std::function<Ruling(Connection&)>& job, LocalAnswer& answer) {
  Ruling ruling;
  const bool committed = agent.store().commit([&](Connection& store) { ruling = job(store); });
  if (!committed) {
    answer.end(DoorStatus::Failed, "it could not be recorded, so nothing was done");
    return false;
  }
  if (!ruling.allowed) answer.end(DoorStatus::Refused, ruling.why_not);
  return ruling.allowed;
}

}  // namespace hub::agent
