// A bundle of one of London's agreements, one record type, permits written for it and London's
// guardrails, and a few authorities, so that every question about it can be asked one by one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/opened_bundle.h"
#include "tests/policy/london.h"

namespace hub::policy {

// Takes one policy out of a text of many.
inline void take_out(std::string& text, const std::string& id) {
  const auto begin = text.find("@id(\"" + id + "\")");
  ASSERT_NE(begin, std::string::npos) << id;
  text.erase(begin, std::min(text.find("\n@id(", begin), text.size()) - begin);
}

inline void replace(std::string& text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

inline constexpr const char* kSmallAgreement = "agreements/london-ta-notice-2026.json";
inline constexpr const char* kSmallGuardrails = "policy/guardrails.cedar";
inline constexpr const char* kSmallPermits = "policy/placement_notice.cedar";

inline std::map<std::string, std::string> small_files() {
  const auto all = london_files();
  std::map<std::string, std::string> out;
  for (const auto* path : {kSmallAgreement, kSmallGuardrails}) out[path] = all.at(path);
  out[kSmallPermits] = source_file("tests/policy/data/small_bundle/placement_notice.cedar");
  take_out(out[kSmallGuardrails], "analyst-never-sees-marac");
  take_out(out[kSmallGuardrails], "housing-never-sees-victim-address");
  return out;
}

inline std::vector<RecordTypeFacts> small_types() { return {london_types().front()}; }

// 25 is suspended.
inline std::vector<PartyFacts> small_parties() {
  return {{authority(7), "Camden"},
          {authority(12), "Hackney"},
          {authority(13), "Hammersmith and Fulham"},
          {authority(25), "Newham", true}};
}

inline OpenedBundle open(const std::map<std::string, std::string>& files,
                         const std::vector<PartyFacts>& parties = small_parties(),
                         const std::vector<RecordTypeFacts>& types = small_types()) {
  auto opened = OpenedBundle::make(files, parties, types);
  if (!opened) {
    for (const auto& mistake : opened.error()) ADD_FAILURE() << to_text(mistake);
    return {};
  }
  return std::move(*opened);
}

}  // namespace hub::policy
