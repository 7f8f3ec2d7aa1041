#include "policy/named_values.h"

#include "policy/world_uids.h"

namespace hub::policy {
namespace {

template <class Named>
const typename Named::mapped_type* find_named(const Named& named, std::string_view name) {
  const auto found = named.find(name);
  return found == named.end() ? nullptr : &found->second;
}

}  // namespace

const SharedUid* NamedValues::OfAgreement::agent(std::string_view authority) const {
  return find_named(agents, authority);
}

const SharedUid* NamedValues::OfRecordType::group(std::string_view name) const {
  return find_named(groups, name);
}

NamedValues::NamedValues(const std::vector<PartyFacts>& parties,
                         const std::vector<RecordTypeFacts>& types, const Agreements& agreements) {
  for (const auto& party : parties) authorities_.emplace(party.code, authority_uid(party.code));
  for (const auto& type : types) {
    OfRecordType values{record_type_uid(type.name), {}};
    for (const auto& name : type.field_groups) {
      values.groups.emplace(name, field_group_uid(type.name + "/" + name));
    }
    record_types_.emplace(type.name, std::move(values));
  }
  for (const auto& [id, agreement] : agreements) {
    OfAgreement values{agreement_uid(id), broker_uid(id), {}};
    for (const auto& party : agreement.parties) {
      values.agents.emplace(party.authority, agent_uid(party.authority, id));
    }
    agreements_.emplace(id, std::move(values));
    for (const auto& guest : agreement.guests) {
      guests_.try_emplace(guest.organisation, guest_uid(guest.organisation));
    }
    for (const auto* texts : {&agreement.purposes, &agreement.legal_bases, &agreement.regimes,
                              &agreement.handling, &agreement.handling_conditions}) {
      for (const auto& text : *texts) texts_.try_emplace(text, std::string_view(text));
    }
  }
}

const SharedUid* NamedValues::authority(std::string_view code) const {
  return find_named(authorities_, code);
}

const NamedValues::OfAgreement* NamedValues::agreement(std::string_view id) const {
  return find_named(agreements_, id);
}

const NamedValues::OfRecordType* NamedValues::record_type(std::string_view name) const {
  return find_named(record_types_, name);
}

const SharedUid* NamedValues::field_group(std::string_view path) const {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return nullptr;
  const auto* type = record_type(path.substr(0, slash));
  return type == nullptr ? nullptr : type->group(path.substr(slash + 1));
}

const SharedUid* NamedValues::guest(std::string_view code) const {
  return find_named(guests_, code);
}

Value NamedValues::text(std::string_view word) const {
  const auto* known = find_named(texts_, word);
  return known != nullptr ? *known : Value(word);
}

}  // namespace hub::policy
