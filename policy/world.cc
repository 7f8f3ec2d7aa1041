#include "policy/world.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "policy/codes.h"
#include "policy/named_values.h"
#include "policy/world_uids.h"

namespace hub::policy {
namespace {

Value set_of_texts(const std::vector<std::string>& texts) {
  std::vector<Value> items;
  items.reserve(texts.size());
  for (const auto& text : texts) items.emplace_back(std::string_view(text));
  return Value(Set(std::move(items)));
}

// One value for each uid, shared: agreements name the same few authorities and field groups again
// and again, and a decision reads what it has just read.
class EachOnce {
 public:
  Value operator()(EntityUid uid) {
    const auto [at, fresh] = values_.try_emplace(std::move(uid));
    if (fresh) at->second = Value(at->first);
    return at->second;
  }

 private:
  std::map<EntityUid, Value> values_;
};

template <class Make>
Value set_of_entities(EachOnce& shared, const std::vector<std::string>& names, Make make) {
  std::vector<Value> items;
  items.reserve(names.size());
  for (const auto& name : names) items.push_back(shared(make(name)));
  return Value(Set(std::move(items)));
}

Value guest_places(const Agreement& agreement, bool signed_only) {
  std::vector<Value> out;
  for (const auto& guest : agreement.guests) {
    if (signed_only && guest.signed_on.empty()) continue;
    for (const auto& sponsor : guest.sponsors) {
      out.emplace_back(Record{{"authority", Value(authority_uid(sponsor))},
                              {"guest", Value(guest_uid(guest.organisation))}});
    }
  }
  return Value(Set(std::move(out)));
}

Entity agreement_entity(const Agreement& agreement, EachOnce& shared) {
  std::vector<Value> parties;
  std::vector<Value> signatories;
  for (const auto& party : agreement.parties) {
    parties.push_back(shared(authority_uid(party.authority)));
    if (!party.signed_on.empty()) signatories.push_back(parties.back());
  }
  const bool all_signed = parties.size() == signatories.size();
  const Value all_parties(Set(std::move(parties)));
  Entity out;
  out.uid = agreement_uid(agreement.id);
  out.attributes = {
      {"domain", Value(std::string_view(agreement.domain))},
      {"ends", Value(to_ms(agreement.ends))},
      {"field_groups", set_of_entities(shared, agreement.field_groups, field_group_uid)},
      {"guests", guest_places(agreement, false)},
      {"handling", set_of_texts(agreement.handling)},
      {"handling_conditions", set_of_texts(agreement.handling_conditions)},
      {"legal_bases", set_of_texts(agreement.legal_bases)},
      {"onward_sharing", Value(agreement.onward_sharing_allowed)},
      {"parties", all_parties},
      {"purposes", set_of_texts(agreement.purposes)},
      {"record_types", set_of_entities(shared, agreement.record_types, record_type_uid)},
      {"regimes", set_of_texts(agreement.regimes)},
      {"retention_days", Value(agreement.retention_days)},
      {"signatories", all_signed ? all_parties : Value(Set(std::move(signatories)))},
      {"signed", Value(all_signed)},
      {"signed_guests", guest_places(agreement, true)},
      {"starts", Value(to_ms(agreement.starts))},
      {"status", Value(name_of(agreement.status))},
  };
  return out;
}

void add_party(const PartyFacts& party, const Agreements& agreements, std::vector<Entity>& out) {
  Entity itself;
  itself.uid = authority_uid(party.code);
  itself.attributes = {{"name", Value(std::string_view(party.name))},
                       {"suspended", Value(party.suspended)}};
  for (const auto& [id, agreement] : agreements) {
    if (std::ranges::find(agreement.parties, party.code, &AgreementParty::authority) ==
        agreement.parties.end()) {
      continue;
    }
    Entity agent;
    agent.uid = agent_uid(party.code, id);
    agent.attributes = {{"authority", Value(itself.uid)}};
    agent.parents = {itself.uid, agreement_uid(id)};
    out.push_back(std::move(agent));
  }
  out.push_back(std::move(itself));
}

bool lists(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

void add_record_type(const RecordTypeFacts& type, std::vector<Entity>& out) {
  Entity itself;
  itself.uid = record_type_uid(type.name);
  itself.attributes = {{"domain", Value(std::string_view(type.domain))}};
  for (const auto& name : type.field_groups) {
    Entity group;
    group.uid = field_group_uid(type.name + "/" + name);
    group.attributes = {{"address", Value(lists(type.address_groups, name))},
                        {"domain", Value(std::string_view(type.domain))},
                        {"patient_information", Value(lists(type.patient_groups, name))},
                        {"record_type", Value(itself.uid)}};
    group.parents = {itself.uid};
    out.push_back(std::move(group));
  }
  out.push_back(std::move(itself));
}

// A guest has the name that the first agreement gives it.
void add_guests(const Agreements& agreements, std::vector<Entity>& out) {
  std::map<std::string, const AgreementGuest*> guests;
  for (const auto& [id, agreement] : agreements) {
    for (const auto& guest : agreement.guests) guests.try_emplace(guest.organisation, &guest);
  }
  for (const auto& [code, guest] : guests) {
    Entity itself;
    itself.uid = guest_uid(code);
    itself.attributes = {{"name", Value(std::string_view(guest->name))}};
    out.push_back(std::move(itself));
  }
}

// A handling code of intelligence may name a condition behind a full stop.
std::pair<std::string_view, std::string_view> split_handling(std::string_view code) {
  const auto dot = code.find('.');
  if (dot == std::string_view::npos) return {code, {}};
  return {code.substr(0, dot), code.substr(dot + 1)};
}

EntityUid user_uid(const Question& question) {
  return {"User", viewing_authority(question) + "/" + question.user};
}

SharedUid principal_of(const Question& question, const NamedValues& names) {
  switch (question.door) {
    case Door::Share: return names.agent(question.sender, question.agreement);
    case Door::Relay: return names.broker(question.agreement);
    case Door::Accept: return names.agent(question.recipient, question.agreement);
    case Door::View:
    case Door::Export: return user_uid(question);
  }
  return {};
}

const SharedUid& shared_action(Door door) {
  static const std::map<Door, SharedUid> actions = [] {
    std::map<Door, SharedUid> out;
    for (const auto each : {Door::Share, Door::Relay, Door::Accept, Door::View, Door::Export}) {
      out.emplace(each, SharedUid("Action", std::string(action_of(each))));
    }
    return out;
  }();
  return actions.at(door);
}

bool knows(const Entities& world, const SharedUid& uid) {
  return world.find(uid.hashed()) != nullptr;
}

}  // namespace

std::string_view action_of(Door door) {
  switch (door) {
    case Door::Share: return "share";
    case Door::Relay: return "relay";
    case Door::Accept: return "accept";
    case Door::View: return "view";
    case Door::Export: return "export";
  }
  return {};
}

const std::string& viewing_authority(const Question& question) {
  return question.viewed_at.empty() ? question.recipient : question.viewed_at;
}

Result<Entities, std::string> make_world(const std::vector<PartyFacts>& parties,
                                         const std::vector<RecordTypeFacts>& types,
                                         const Agreements& agreements) {
  std::vector<Entity> out;
  for (const auto& party : parties) add_party(party, agreements, out);
  for (const auto& type : types) add_record_type(type, out);
  EachOnce shared;
  for (const auto& [id, agreement] : agreements) {
    out.push_back(agreement_entity(agreement, shared));
    out.push_back({broker_uid(id), {}, {agreement_uid(id)}, {}});
  }
  add_guests(agreements, out);
  return Entities::make(std::move(out));
}

Request make_request(const Question& question, const NamedValues& names) {
  std::vector<Attribute> context;
  context.reserve(11);
  const auto [handling, condition] = split_handling(question.handling);
  // In the order a record keeps them.
  context.push_back({"now", Value(to_ms(question.now))});
  context.push_back({"regime", names.text(question.regime)});
  context.push_back({"sender", names.authority(question.sender).value()});
  context.push_back({"purpose", names.text(question.purpose)});
  context.push_back({"handling", names.text(handling)});
  context.push_back({"agreement", names.agreement(question.agreement).value()});
  if (is_look(question.door)) context.push_back({"protected", Value(question.protected_record)});
  context.push_back({"recipient", names.authority(question.recipient).value()});
  if (!question.originator.empty()) {
    context.push_back({"originator", names.authority(question.originator).value()});
  }
  context.push_back({"legal_basis", names.text(question.legal_basis)});
  if (!condition.empty()) context.push_back({"handling_condition", names.text(condition)});
  Request out{principal_of(question, names), shared_action(question.door),
              names.field_group(question.record_type, question.field_group), Record()};
  out.context = Record::make(std::move(context)).value_or(Record());
  return out;
}

Request make_request(const Question& question) {
  static const NamedValues none;
  return make_request(question, none);
}

Entity make_user(const Question& question) {
  Entity out;
  out.uid = user_uid(question);
  const auto home = authority_uid(viewing_authority(question));
  out.parents.push_back(home);
  if (question.guest.empty()) {
    out.attributes = {{"authority", Value(home)}};
  } else {
    out.attributes = {{"authority", Value(home)}, {"guest", Value(guest_uid(question.guest))}};
    out.parents.push_back(guest_uid(question.guest));
  }
  for (const auto& role : question.roles) out.parents.push_back({"Role", role});
  return out;
}

std::string_view first_unknown(const Entities& world, const Question& question,
                               const Request& request) {
  const auto knows_named = [&](std::string_view name) {
    const auto* value = request.context.find(name);
    return value != nullptr && value->entity() != nullptr &&
           world.find(*value->entity()) != nullptr;
  };
  if (!knows_named("sender")) {
    return "The sending authority is not in the register; check its code.";
  }
  if (!knows_named("recipient")) {
    return "The receiving authority is not in the register; check its code.";
  }
  if (!knows(world, request.resource)) {
    return knows(world, record_type_uid(question.record_type))
               ? "The record type has no such field group; compare the bundle numbers on both "
                 "sides."
               : "The record type is not in the catalogue; compare the bundle numbers on both "
                 "sides.";
  }
  if (!knows_named("agreement")) {
    return "No agreement of that name is in the bundle; name one that is, or compare the bundle "
           "numbers on both sides.";
  }
  if (!question.originator.empty() && !knows_named("originator")) {
    return "The authority that made the record is not in the register; check its code.";
  }
  if (!is_look(question.door)) return {};
  if (!knows(world, authority_uid(viewing_authority(question)))) {
    return "The user's authority is not in the register; check its code.";
  }
  if (!question.guest.empty() && !knows(world, guest_uid(question.guest))) {
    return "The user's organisation is a guest of no agreement; check [door.guests] and the "
           "bundle.";
  }
  if (!is_name(question.user)) return "Nobody is signed in; sign in first.";
  return {};
}

}  // namespace hub::policy
