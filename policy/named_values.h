// The values that the world and requests are made of, made once: a decision copies pointers to what
// the register, the catalogue and the agreements name, instead of texts, and compares pointers.
// Inside the folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/agreement.h"
#include "policy/cedar/value.h"
#include "policy/enforcement.h"

namespace hub::policy {

class NamedValues {
 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class T>
  using ByName = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

 public:
  struct OfAgreement {
    SharedUid itself;
    SharedUid broker;
    ByName<SharedUid> agents;  // by authority, of its parties

    [[nodiscard]] const SharedUid* agent(std::string_view authority) const;
  };
  struct OfRecordType {
    SharedUid itself;
    ByName<SharedUid> groups;  // by name: "notice"

    [[nodiscard]] const SharedUid* group(std::string_view name) const;
  };

  NamedValues() = default;  // knows no name
  NamedValues(const std::vector<PartyFacts>& parties, const std::vector<RecordTypeFacts>& types,
              const Agreements& agreements);

  // Null where nothing of that name is known.
  [[nodiscard]] const SharedUid* authority(std::string_view code) const;
  [[nodiscard]] const OfAgreement* agreement(std::string_view id) const;
  [[nodiscard]] const OfRecordType* record_type(std::string_view name) const;
  [[nodiscard]] const SharedUid* field_group(std::string_view path) const;  // "ta.notice/contact"
  [[nodiscard]] const SharedUid* guest(std::string_view code) const;

  // A purpose, a legal basis, a regime, a handling code or its condition; one that no agreement
  // names is made when it is asked for.
  [[nodiscard]] Value text(std::string_view word) const;

 private:
  ByName<SharedUid> authorities_;
  ByName<OfAgreement> agreements_;
  ByName<OfRecordType> record_types_;
  ByName<SharedUid> guests_;
  ByName<Value> texts_;
};

}  // namespace hub::policy
