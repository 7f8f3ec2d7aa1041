// A rulebook from a bundle's files and from whatever register and catalogue the caller has: this
// folder knows neither type, only what it needs to ask them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "policy/enforcement.h"

namespace hub::policy {

// `parties.authorities()` maps codes to {code, name, suspended}; `catalogue.types()` lists pointers
// to types with name(), domain(), groups(), address_groups() and patient_groups().
template <class Register, class Catalogue>
[[nodiscard]] Result<std::unique_ptr<const Rulebook>, std::vector<ParseError>> rulebook_of(
    const std::map<std::string, std::string>& files, const Register& parties,
    const Catalogue& catalogue) {
  std::vector<PartyFacts> party_facts;
  for (const auto& [code, authority] : parties.authorities()) {
    party_facts.push_back({authority.code, authority.name, authority.suspended});
  }
  std::vector<RecordTypeFacts> type_facts;
  for (const auto& type : catalogue.types()) {
    type_facts.push_back({type->name(), type->domain(), type->groups(), type->address_groups(),
                          type->patient_groups()});
  }
  return Rulebook::make(files, party_facts, type_facts);
}

}  // namespace hub::policy
