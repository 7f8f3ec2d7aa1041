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

NamedValues::NamedValues(const std::vector<PartyFacts>& parties,
                         const std::vector<RecordTypeFacts>& types, const Agreements& agreements) {
  for (const auto& party : parties) authorities_.emplace(party.code, authority_uid(party.code));
  for (const auto& type : types) {
    auto& groups = groups_[type.name];
    for (const auto& name : type.field_groups) {
      groups.emplace(name, field_group_uid(type.name + "/" + name));
    }
  }
  for (const auto& [id, agreement] : agreements) {
    OfAgreement values{agreement_uid(id), broker_uid(id), {}};
    for (const auto& party : agreement.parties) {
      values.agents.emplace(party.authority, agent_uid(party.authority, id));
    }
    agreements_.emplace(id, std::move(values));
    for (const auto* texts : {&agreement.purposes, &agreement.legal_bases, &agreement.regimes,
                              &agreement.handling, &agreement.handling_conditions}) {
      for (const auto& text : *texts) texts_.try_emplace(text, std::string_view(text));
    }
  }
}

SharedUid NamedValues::authority(std::string_view code) const {
  const auto* known = find_named(authorities_, code);
  if (known != nullptr) return *known;
  return authority_uid(code);
}

SharedUid NamedValues::agreement(std::string_view id) const {
  const auto* known = find_named(agreements_, id);
  if (known != nullptr) return known->itself;
  return agreement_uid(id);
}

SharedUid NamedValues::agent(std::string_view code, std::string_view agreement) const {
  const auto* of = find_named(agreements_, agreement);
  const auto* known = of == nullptr ? nullptr : find_named(of->agents, code);
  if (known != nullptr) return *known;
  return agent_uid(code, agreement);
}

SharedUid NamedValues::broker(std::string_view agreement) const {
  const auto* of = find_named(agreements_, agreement);
  if (of != nullptr) return of->broker;
  return broker_uid(agreement);
}

SharedUid NamedValues::field_group(std::string_view record_type, std::string_view name) const {
  const auto* groups = find_named(groups_, record_type);
  const auto* known = groups == nullptr ? nullptr : find_named(*groups, name);
  if (known != nullptr) return *known;
  return field_group_uid(std::string(record_type).append("/").append(name));
}

Value NamedValues::text(std::string_view word) const {
  const auto* known = find_named(texts_, word);
  return known != nullptr ? *known : Value(word);
}

}  // namespace hub::policy
