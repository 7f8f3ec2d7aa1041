// Erasing records through the local door: one privacy officer proposes, another approves. Every
// step is an entry of the log, and so is every look at what may be erased.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/door_officers.h"
#include "agent/door_verbs.h"
#include "agent/erasure.h"
#include "agent/erasure_requests.h"
#include "agent/identifiers.h"
#include "agent/legal_holds.h"

namespace hub::agent {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

// Readers hold up the emptying of the write-ahead log for seconds at most.
constexpr auto kUntilFilesAreClean = 60s;

// Shows which records a name or an address finds, so that the officer can say which are meant.
void show_candidates(Agent& agent, const DoorUser& user, const WhatIsMeant& meant,
                     LocalAnswer& answer) {
  const auto records = agent.store().read([&](Connection& store) {
    const auto found = found_under(store, agent, meant);
    RecordSet all{{}, {found.begin(), found.end()}};
    for (const auto& sent : sent_under(store, agent, meant)) all.ids.insert(sent.id);
    return facts_of(store, agent, all);
  });
  auto entry = entry_about(user, "consultation", "erasure-candidates");
  entry.count = records.size();
  auto detail = detail_about(user);
  detail.asked = meant.identifier + " " + meant.value;
  for (const auto& record : records) {
    if (detail.record_ids.size() < kMostErased) detail.record_ids.push_back(record.id);
  }
  if (!record_look(agent, std::move(entry), detail, answer)) return;
  if (!list_facts(records, answer)) return;
  answer.end(DoorStatus::Refused, "one " + meant.identifier +
                                      " may belong to several people: look at these " +
                                      std::to_string(records.size()) +
                                      " records, and name those that are meant by their ids");
}

// Why these records may not be erased now; nothing when they may.
std::optional<std::string> hindrance(Connection& store, Agent& agent, const RecordSet& records) {
  if (records.numbers.size() > kMostErased || records.ids.size() > kMostErased) {
    return "these are more than " + std::to_string(kMostErased) +
           " records with their versions; name fewer at a time";
  }
  if (const auto recipient = on_its_way_to(store, records.ids)) {
    return "a record is still on its way to " + *recipient +
           "; try again when it has its receipt or has expired";
  }
  if (held_back(records, records_under_hold(store, agent.identifiers(), agent.sent_subjects())) >
      0) {
    return "a record is under a legal hold (hubctl hold list); it can be erased once that is "
           "lifted";
  }
  return std::nullopt;
}

void record_hindrance(Connection& store, Agent& agent, const DoorUser& user, const Uuid& id,
                      const std::string& reference, const RecordSet& records) {
  if (held_back(records, records_under_hold(store, agent.identifiers(), agent.sent_subjects())) ==
      0)
    return;
  auto entry = officers_entry(agent, user, "admin", "erasure-refused-by-hold");
  entry.count = records.ids.size();
  agent.log().append(store, entry, officers_detail(user, id, reference));
}

bool is_known(Connection& store, Agent& agent, const RecordSet& records) {
  return !records.numbers.empty() || waiting_for_key(store, records.ids) > 0 ||
         std::ranges::any_of(records.ids, [&](const Uuid& id) {
           return !agent.log()
                       .search()
                       .find(store, audit::ItemKind::Record, as_text(id.bytes))
                       .empty();
         });
}

RecordSet meant_by(Connection& store, Agent& agent, const WhatIsMeant& meant) {
  auto out = with_versions(store, meant.records);
  auto found = with_versions(store, found_under(store, agent, meant));
  out.ids.merge(found.ids);
  out.numbers.merge(found.numbers);
  for (const auto& sent : sent_under(store, agent, meant)) out.ids.insert(sent.id);
  return out;
}

Ruling propose_in_job(Connection& store, Agent& agent, const DoorUser& user,
                      const OfficersRequest& request, ErasureRequest& proposal,
                      std::vector<HeldFacts>& shown) {
  const auto records = meant_by(store, agent, request.meant);
  if (!is_known(store, agent, records)) {
    return {false, "no such record is held here, and the log names none"};
  }
  if (all_requests(store).size() >= kMostProposals) {
    return {false, "too many erasures wait for a second officer; decide on those first"};
  }
  if (auto why_not = hindrance(store, agent, records)) {
    record_hindrance(store, agent, user, proposal.id, proposal.reference, records);
    return {false, std::move(*why_not)};
  }
  proposal.records.assign(records.ids.begin(), records.ids.end());
  keep_request(store, proposal);
  auto entry = officers_entry(agent, user, "admin", "erasure-proposed");
  entry.count = proposal.records.size();
  entry.reason = sentence_of_ground(proposal.ground).value_or("");
  auto detail = officers_detail(user, proposal.id, proposal.reference);
  detail.record_ids = proposal.records;
  agent.log().append(store, entry, detail);
  shown = facts_of(store, agent, records);
  return {true, {}};
}

// The proposal, while it may still be decided on.
std::optional<ErasureRequest> open_request(Connection& store, const Agent& agent, const Uuid& id) {
  auto request = find_request(store, id);
  if (request && request->lapses() <= agent.clock().now()) return std::nullopt;
  return request;
}

Ruling approve_in_job(Connection& store, Agent& agent, const DoorUser& user, const Uuid& id,
                      Eraser::Erased& erased) {
  const auto request = open_request(store, agent, id);
  if (!request) return {false, "no such proposal waits; it may have lapsed"};
  if (request->proposer == user.name) {
    return {false, "another officer has to approve what you have proposed"};
  }
  const auto records =
      with_versions(store, std::set(request->records.begin(), request->records.end()));
  if (auto why_not = hindrance(store, agent, records)) {
    record_hindrance(store, agent, user, request->id, request->reference, records);
    return {false, std::move(*why_not)};
  }
  drop_request(store, request->id);
  auto entry = officers_entry(agent, user, "erasure", std::string(kErased));
  entry.reason = sentence_of_ground(request->ground).value_or("");
  erased = agent.eraser().erase(store, *agent.snapshot()->catalogue, records, std::move(entry),
                                officers_detail(user, request->id, request->reference));
  return {true, {}};
}

}  // namespace

void propose_erasure(Agent& agent, const DoorUser& user, std::string_view text,
                     LocalAnswer& answer) {
  const auto request = officers_request(text, Asks::About, user, answer);
  if (!request) return;
  if (!sentence_of_ground(request->ground)) {
    return answer.end(DoorStatus::Usage, "give a ground: " + ground_codes());
  }
  const auto& meant = request->meant;
  if (!meant.identifier.empty() && !is_one_persons(meant.identifier)) {
    return show_candidates(agent, user, meant, answer);
  }
  ErasureRequest proposal{fresh_id(agent), request->ground,    request->reference, {},
                          user.name,       agent.clock().now()};
  std::vector<HeldFacts> shown;
  const bool proposed = ruled(
      agent,
      [&](Connection& store) {
        return propose_in_job(store, agent, user, *request, proposal, shown);
      },
      answer);
  if (!proposed || !list_facts(shown, answer)) return;
  answer.end(DoorStatus::Ok, json{{"proposal", to_string(proposal.id)},
                                  {"records", proposal.records.size()},
                                  {"lapses", to_iso(proposal.lapses())}}
                                 .dump());
}

void list_proposals(Agent& agent, const DoorUser& user, std::string_view /*text*/,
                    LocalAnswer& answer) {
  const auto requests = agent.store().read([](Connection& store) { return all_requests(store); });
  auto entry = entry_about(user, "consultation", "erasures-listed");
  entry.count = requests.size();
  if (!record_look(agent, std::move(entry), detail_about(user), answer)) return;
  for (const auto& request : requests) {
    json line{{"proposal", to_string(request.id)},
              {"ground", request.ground},
              {"reference", request.reference},
              {"proposer", request.proposer},
              {"created", to_iso(request.created)},
              {"lapses", to_iso(request.lapses())},
              {"records", json::array()}};
    for (const auto& id : request.records) line["records"].push_back(to_string(id));
    if (!answer.block(as_bytes(line.dump() + "\n"))) return;
  }
  answer.end(DoorStatus::Ok, "");
}

void approve_erasure(Agent& agent, const DoorUser& user, std::string_view text,
                     LocalAnswer& answer) {
  const auto request = officers_request(text, Asks::ById, user, answer);
  if (!request) return;
  Eraser::Erased erased;
  const bool approved = ruled(
      agent,
      [&](Connection& store) { return approve_in_job(store, agent, user, *request->id, erased); },
      answer);
  if (!approved) return;
  if (!agent.store().empty_log(kUntilFilesAreClean)) {
    return answer.end(
        DoorStatus::Failed,
        "the records are erased and nobody finds them, but the last copies are still in the "
        "write-ahead log, which a reader holds up; they go within ten minutes");
  }
  answer.end(
      DoorStatus::Ok,
      json{{"erased", erased.records}, {"items", erased.items}, {"entry", erased.entry}}.dump());
}

void withdraw_erasure(Agent& agent, const DoorUser& user, std::string_view text,
                      LocalAnswer& answer) {
  const auto request = officers_request(text, Asks::ById, user, answer);
  if (!request) return;
  const auto job = [&](Connection& store) -> Ruling {
    const auto proposal = open_request(store, agent, *request->id);
    if (!proposal) return {false, "no such proposal waits; it may have lapsed"};
    drop_request(store, proposal->id);
    auto entry = officers_entry(agent, user, "admin", "erasure-withdrawn");
    entry.count = proposal->records.size();
    agent.log().append(store, entry, officers_detail(user, proposal->id, proposal->reference));
    return {true, {}};
  };
  if (ruled(agent, job, answer)) answer.end(DoorStatus::Ok, "withdrawn; nothing was erased");
}

}  // namespace hub::agent
