// Legal holds through the local door: one privacy officer places one, two lift it.

#include <nlohmann/json.hpp>

#include "agent/door_officers.h"
#include "agent/door_verbs.h"
#include "agent/identifiers.h"
#include "agent/legal_holds.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

Ruling place_in_job(Connection& store, Agent& agent, const DoorUser& user, const LegalHold& hold,
                    std::vector<HeldFacts>& shown) {
  if (all_holds(store).size() >= kMostHolds) {
    return {false, "there are too many legal holds; lift those that are over"};
  }
  keep_hold(store, hold);
  const auto records = records_under(store, agent.identifiers(), agent.sent_subjects(), hold);
  shown = facts_of(store, agent, records);
  auto entry = officers_entry(agent, user, "admin", "hold-placed");
  entry.count = shown.size();
  auto detail = officers_detail(user, hold.id, hold.reference);
  // The value would outlive an erasure that comes after the hold; its class says enough.
  detail.asked = hold.identifier;
  detail.record_ids = hold.records;
  agent.log().append(store, entry, detail);
  return {true, {}};
}

// Whether another officer has asked for it before, not too long ago.
bool has_second(const LegalHold& hold, const DoorUser& user, Time now) {
  return !hold.lift_asked_by.empty() && hold.lift_asked_by != user.name &&
         hold.lift_asked + kLiftWishLasts > now;
}

}  // namespace

void place_hold(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = officers_request(text, Asks::About, user, answer);
  if (!request) return;
  const auto& meant = request->meant;
  LegalHold hold;
  hold.id = fresh_id(agent);
  hold.reference = request->reference;
  hold.records.assign(meant.records.begin(), meant.records.end());
  hold.identifier = meant.identifier;
  if (!meant.identifier.empty()) hold.subject = identifier_key(meant.identifier, meant.value);
  hold.placer = user.name;
  hold.placed = agent.clock().now();
  std::vector<HeldFacts> shown;
  const bool placed = ruled(
      agent, [&](Connection& store) { return place_in_job(store, agent, user, hold, shown); },
      answer);
  if (!placed || !list_facts(shown, answer)) return;
  answer.end(DoorStatus::Ok, json{{"hold", to_string(hold.id)}, {"records", shown.size()}}.dump());
}

void list_holds(Agent& agent, const DoorUser& user, std::string_view /*text*/,
                LocalAnswer& answer) {
  const auto lines = agent.store().read([&](Connection& store) {
    std::vector<std::string> out;
    for (const auto& hold : all_holds(store)) {
      const auto records = records_under(store, agent.identifiers(), agent.sent_subjects(), hold);
      out.push_back(json{{"hold", to_string(hold.id)},
                         {"reference", hold.reference},
                         {"identifier", hold.identifier},
                         {"records", records.ids.size()},
                         {"placer", hold.placer},
                         {"placed", to_iso(hold.placed)},
                         {"lift_asked_by", hold.lift_asked_by}}
                        .dump() +
                    "\n");
    }
    return out;
  });
  auto entry = entry_about(user, "consultation", "holds-listed");
  entry.count = lines.size();
  if (!record_look(agent, std::move(entry), detail_about(user), answer)) return;
  for (const auto& line : lines) {
    if (!answer.block(as_bytes(line))) return;
  }
  answer.end(DoorStatus::Ok, "");
}

void lift_hold(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = officers_request(text, Asks::ById, user, answer);
  if (!request) return;
  bool lifted = false;
  const auto job = [&](Connection& store) -> Ruling {
    const auto hold = find_hold(store, *request->id);
    if (!hold) return {false, "there is no such legal hold"};
    const auto now = agent.clock().now();
    lifted = has_second(*hold, user, now);
    if (lifted) {
      drop_hold(store, hold->id);
    } else {
      ask_to_lift(store, hold->id, user.name, now);
    }
    agent.log().append(
        store, officers_entry(agent, user, "admin", lifted ? "hold-lifted" : "hold-lift-proposed"),
        officers_detail(user, hold->id, hold->reference));
    return {true, {}};
  };
  if (!ruled(agent, job, answer)) return;
  answer.end(DoorStatus::Ok,
             lifted ? "lifted" : "noted; another officer has to say the same within 14 days");
}

}  // namespace hub::agent
