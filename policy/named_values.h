// The values that requests are made of, made once: a decision copies pointers to what the register,
// the catalogue and the agreements name, instead of texts. What they do not name is made when it is
// asked for, so every question has its request. Inside the folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/agreement.h"
#include "policy/cedar/value.h"
#include "policy/enforcement.h"
#include "policy/world.h"

namespace hub::policy {

class NamedValues {
 public:
  NamedValues() = default;  // knows no name
  NamedValues(const std::vector<PartyFacts>& parties, const std::vector<RecordTypeFacts>& types,
              const Agreements& agreements);

  [[nodiscard]] SharedUid authority(std::string_view code) const;
  [[nodiscard]] SharedUid agreement(std::string_view id) const;
  [[nodiscard]] SharedUid agent(std::string_view code, std::string_view agreement) const;
  [[nodiscard]] SharedUid broker(std::string_view agreement) const;
  [[nodiscard]] SharedUid field_group(std::string_view record_type, std::string_view name) const;
  // A purpose, a legal basis, a regime, a handling code or its condition.
  [[nodiscard]] Value text(std::string_view word) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;
  struct OfAgreement {
    SharedUid itself;
    SharedUid broker;
    ByName<SharedUid> agents;  // by authority
  };

  ByName<SharedUid> authorities_;
  ByName<OfAgreement> agreements_;
  ByName<ByName<SharedUid>> groups_;  // by record type and name
  ByName<Value> texts_;
};

}  // namespace hub::policy
