// A data sharing agreement as the bundle carries it (agreements/ID.json): who may share which
// field groups of which record types, for which purposes, on which legal bases, from when to when.
//
// The file says more than the engine needs, for people: what the ICO's data sharing code asks an
// agreement to hold. Dates are days in UTC; `ends` is the last day on which it holds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "policy/cedar/parse_error.h"

namespace hub::policy {

enum class AgreementStatus : std::uint8_t { Draft, InForce, Withdrawn };
[[nodiscard]] std::string_view name_of(AgreementStatus status);  // "draft", "in_force", ...

struct AgreementParty {
  std::string authority;  // E09000007
  std::string signed_by;  // a role, never a person; empty while unsigned
  std::string signed_on;  // 2025-12-08; empty while unsigned
};

// An organisation that is no authority, and takes part through authorities that sponsor it: its
// people work at their agents.
struct AgreementGuest {
  std::string organisation;           // a code, "capital-letters"
  std::string name;                   // for people
  std::vector<std::string> sponsors;  // parties of the agreement
  std::string signed_by;              // as a party's
  std::string signed_on;
};

struct Agreement {
  std::string id;
  std::string title;
  std::string domain;
  AgreementStatus status = AgreementStatus::Draft;
  std::string note;       // may be empty
  Time starts;            // from this moment
  Time ends;              // until just before this moment
  std::string review_by;  // 2027-12-31
  std::vector<AgreementParty> parties;
  std::vector<AgreementGuest> guests;  // may be empty
  std::vector<std::string> purposes;
  std::vector<std::string> record_types;
  std::vector<std::string> field_groups;  // "ta.placement_notice/notice"
  std::vector<std::string> legal_bases;   // codes, "ha1996-s208"
  std::vector<std::string> regimes;       // "uk-gdpr", "dpa2018-part3"
  std::vector<std::string> handling;      // handling codes allowed
  // Conditions that a handling code may name ("3x5x2-c.CONDITION"); may be empty.
  std::vector<std::string> handling_conditions;
  std::vector<std::string> gateways;  // statutes, as cited
  std::string special_category;       // UK GDPR article 9 condition; may be empty
  std::string schedule1_condition;    // DPA 2018 schedule 1 condition; may be empty
  std::string controllers;            // "separate" or "joint"
  std::int64_t retention_days = 0;
  std::string onward_sharing;           // for people
  bool onward_sharing_allowed = false;  // its parties let each other pass on what they sent
  std::string disclosure_control;
  std::string individual_rights;
  std::string dpia_ref;
  std::string isg_ref;  // of the Information Sharing Gateway; may be empty
};

// Every mistake is reported, with its line where it is known.
[[nodiscard]] Result<Agreement, std::vector<ParseError>> parse_agreement(std::string_view json,
                                                                         std::string_view file);

// By their ids.
using Agreements = std::map<std::string, Agreement, std::less<>>;

}  // namespace hub::policy
