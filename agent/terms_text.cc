#include "agent/terms_text.h"

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace hub::agent {

std::string to_text(const Terms& terms) {
  return nlohmann::json{{"record_type", terms.record_type},
                        {"type_version", terms.type_version},
                        {"delivery_class", static_cast<int>(terms.delivery_class)},
                        {"recipient", terms.recipient},
                        {"purpose", terms.purpose},
                        {"agreement", terms.agreement},
                        {"legal_basis", terms.legal_basis},
                        {"regime", terms.regime},
                        {"handling", terms.handling},
                        {"originator", terms.originator},
                        {"priority", static_cast<int>(terms.priority)},
                        {"field_groups", terms.field_groups},
                        {"withheld", terms.withheld},
                        {"policies", terms.policies}}
      .dump();
}

Terms terms_from(std::string_view text) {
  try {
    const auto json = nlohmann::json::parse(text);
    Terms out;
    out.record_type = json.at("record_type");
    out.type_version = json.at("type_version");
    out.delivery_class = schemas::delivery_class(json.at("delivery_class").get<std::uint8_t>())
                             .value_or(schemas::DeliveryClass::Ordinary);
    out.recipient = json.at("recipient");
    out.purpose = json.at("purpose");
    out.agreement = json.at("agreement");
    out.legal_basis = json.at("legal_basis");
    out.regime = json.at("regime");
    out.handling = json.at("handling");
    out.originator = json.value("originator", std::string());
    out.priority = schemas::priority(json.at("priority").get<std::uint8_t>())
                       .value_or(schemas::Priority::Bulk);
    out.field_groups = json.at("field_groups").get<std::vector<std::string>>();
    out.withheld = json.at("withheld").get<std::vector<std::string>>();
    out.policies = json.at("policies").get<std::vector<std::string>>();
    return out;
  } catch (const nlohmann::json::exception&) {
    throw EnvError("a waiting record in the store is damaged; run `hubctl audit verify`");
  }
}

}  // namespace hub::agent
