// A header told in the words of other folders, which know nothing of headers: what policies look
// at, and what an audit entry says. The types are the caller's; only their field names count.
#pragma once

#include <string>
#include <string_view>

#include "schemas/envelope.h"

namespace hub::schemas {

// RecordFacts of policy/record_decider.h. Views into the header.
template <class RecordFacts>
[[nodiscard]] RecordFacts facts_of(const Header& header, std::string_view recipient) {
  RecordFacts out;
  out.sender = header.sender;
  out.recipient = recipient;
  out.record_type = header.record_type;
  out.purpose = header.purpose;
  out.agreement = header.agreement;
  out.legal_basis = header.legal_basis;
  out.regime = header.regime;
  out.handling = header.handling;
  out.originator = header.originator;
  out.field_groups = header.field_groups;
  return out;
}

// Entry of audit/log/entry.h, with everything that the header says and nothing decided yet.
template <class Entry>
[[nodiscard]] Entry entry_about(const Header& header, std::string_view recipient) {
  Entry out;
  out.sender = header.sender;
  out.recipient = recipient;
  out.record_type = header.record_type;
  out.purpose = header.purpose;
  out.agreement = header.agreement;
  out.legal_basis = header.legal_basis;
  out.regime = header.regime;
  out.handling = header.handling;
  out.originator = header.originator;
  out.field_groups.assign(header.field_groups.begin(), header.field_groups.end());
  return out;
}

}  // namespace hub::schemas
