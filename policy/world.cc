#include "policy/world.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "policy/codes.h"

namespace hub::policy {
namespace {

EntityUid authority(std::string_view code) { return {"Authority", std::string(code)}; }
EntityUid record_type(std::string_view name) { return {"RecordType", std::string(name)}; }
EntityUid field_group(std::string_view path) { return {"FieldGroup", std::string(path)}; }

Value set_of_texts(const std::vector<std::string>& texts) {
  std::vector<Value> items;
  items.reserve(texts.size());
  for (const auto& text : texts) items.emplace_back(std::string_view(text));
  return Value(Set(std::move(items)));
}

// One value for each uid, shared: agreements name the same few authorities and field groups again
// and again, and a decision reads what it has just read.
class SharedUids {
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
Value set_of_entities(SharedUids& shared, const std::vector<std::string>& names, Make make) {
  std::vector<Value> items;
  items.reserve(names.size());
  for (const auto& name : names) items.push_back(shared(make(name)));
  return Value(Set(std::move(items)));
}

Entity agreement_entity(const Agreement& agreement, SharedUids& shared) {
  std::vector<Value> parties;
  std::vector<Value> signatories;
  for (const auto& party : agreement.parties) {
    parties.push_back(shared(authority(party.authority)));
    if (!party.signed_on.empty()) signatories.push_back(parties.back());
  }
  const bool all_signed = parties.size() == signatories.size();
  const Value all_parties(Set(std::move(parties)));
  Entity out;
  out.uid = {"Agreement", agreement.id};
  out.attributes = {
      {"domain", Value(std::string_view(agreement.domain))},
      {"ends", Value(to_ms(agreement.ends))},
      {"field_groups", set_of_entities(shared, agreement.field_groups, field_group)},
      {"handling", set_of_texts(agreement.handling)},
      {"legal_bases", set_of_texts(agreement.legal_bases)},
      {"parties", all_parties},
      {"purposes", set_of_texts(agreement.purposes)},
      {"record_types", set_of_entities(shared, agreement.record_types, record_type)},
      {"regimes", set_of_texts(agreement.regimes)},
      {"retention_days", Value(agreement.retention_days)},
      {"signatories", all_signed ? all_parties : Value(Set(std::move(signatories)))},
      {"signed", Value(all_signed)},
      {"starts", Value(to_ms(agreement.starts))},
      {"status", Value(name_of(agreement.status))},
  };
  return out;
}

void add_party(const PartyFacts& party, std::vector<Entity>& out) {
  Entity itself;
  itself.uid = authority(party.code);
  itself.attributes = {{"name", Value(std::string_view(party.name))},
                       {"suspended", Value(party.suspended)}};
  Entity agent;
  agent.uid = {"Agent", party.code};
  agent.attributes = {{"authority", Value(itself.uid)}};
  agent.parents = {itself.uid};
  out.push_back(std::move(itself));
  out.push_back(std::move(agent));
}

void add_record_type(const RecordTypeFacts& type, std::vector<Entity>& out) {
  Entity itself;
  itself.uid = record_type(type.name);
  itself.attributes = {{"domain", Value(std::string_view(type.domain))}};
  for (const auto& name : type.field_groups) {
    Entity group;
    group.uid = field_group(type.name + "/" + name);
    group.attributes = {{"domain", Value(std::string_view(type.domain))},
                        {"record_type", Value(itself.uid)}};
    group.parents = {itself.uid};
    out.push_back(std::move(group));
  }
  out.push_back(std::move(itself));
}

EntityUid principal_of(const Question& question) {
  switch (question.door) {
    case Door::Share: return {"Agent", question.sender};
    case Door::Relay: return {"Broker", "broker"};
    case Door::Accept: return {"Agent", question.recipient};
    case Door::View: return {"User", viewing_authority(question) + "/" + question.user};
  }
  return {};
}

bool knows(const Entities& world, EntityUid uid) {
  return world.find(HashedUid(std::move(uid))) != nullptr;
}

}  // namespace

std::string_view action_of(Door door) {
  switch (door) {
    case Door::Share: return "share";
    case Door::Relay: return "relay";
    case Door::Accept: return "accept";
    case Door::View: return "view";
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
  for (const auto& party : parties) add_party(party, out);
  for (const auto& type : types) add_record_type(type, out);
  SharedUids shared;
  for (const auto& [id, agreement] : agreements) {
    out.push_back(agreement_entity(agreement, shared));
  }
  out.push_back({EntityUid{"Broker", "broker"}, {}, {}, {}});
  return Entities::make(std::move(out));
}

Request make_request(const Question& question) {
  const auto text = [](std::string_view words) { return Value(words); };
  std::vector<Attribute> context;
  context.reserve(8);
  // In the order a record keeps them.
  context.push_back({"now", Value(to_ms(question.now))});
  context.push_back({"regime", text(question.regime)});
  context.push_back({"sender", Value(authority(question.sender))});
  context.push_back({"purpose", text(question.purpose)});
  context.push_back({"handling", text(question.handling)});
  context.push_back({"agreement", Value(EntityUid{"Agreement", question.agreement})});
  context.push_back({"recipient", Value(authority(question.recipient))});
  context.push_back({"legal_basis", text(question.legal_basis)});
  Request out;
  out.principal = principal_of(question);
  out.action = {"Action", std::string(action_of(question.door))};
  out.resource = field_group(question.record_type + "/" + question.field_group);
  out.context = Record::make(std::move(context)).value_or(Record());
  return out;
}

Entity make_user(const Question& question) {
  Entity out;
  out.uid = principal_of(question);
  const auto home = authority(viewing_authority(question));
  out.attributes = {{"authority", Value(home)}};
  out.parents.push_back(home);
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
    return knows(world, record_type(question.record_type))
               ? "The record type has no such field group; compare the bundle numbers on both "
                 "sides."
               : "The record type is not in the catalogue; compare the bundle numbers on both "
                 "sides.";
  }
  if (!knows_named("agreement")) {
    return "No agreement of that name is in the bundle; name one that is, or compare the bundle "
           "numbers on both sides.";
  }
  if (question.door != Door::View) return {};
  if (!knows(world, authority(viewing_authority(question)))) {
    return "The user's authority is not in the register; check its code.";
  }
  if (!is_name(question.user)) return "Nobody is signed in; sign in first.";
  return {};
}

}  // namespace hub::policy
