#include "policy/world_schema.h"

#include "core/base/result.h"
#include "policy/cedar/schema_text.h"

namespace hub::policy {
namespace {

constexpr std::string_view kText = R"schema(// What the hub's policies can speak of.

// A borough, by its code: Authority::"E09000007".
entity Authority = {
  name: String,
  suspended: Bool,
};

// Roles have no attributes; users are in them: Role::"housing-officer".
entity Role;

// An organisation that is no authority and works for one that sponsors it: Guest::"capital-letters".
entity Guest = {
  name: String,
};

// The program that acts for an authority under an agreement that it is a party to:
// Agent::"E09000007/london-ta-notice-2026".
entity Agent in [Authority, Agreement] = {
  authority: Authority,
};

// Somebody who looks at records: User::"E09000007/ann". A guest's people have their sponsor as
// their authority.
entity User in [Authority, Role, Guest] = {
  authority: Authority,
  guest?: Guest,
};

// The middle, passing on what is sent under an agreement: Broker::"broker/london-ta-notice-2026".
entity Broker in [Agreement];

// RecordType::"ta.placement_notice"
entity RecordType = {
  domain: String,
};

// What a decision is about: FieldGroup::"ta.placement_notice/notice". `address` when a field of it
// says where somebody lives, `patient_information` when one is about health or holds an NHS number.
entity FieldGroup in [RecordType] = {
  domain: String,
  record_type: RecordType,
  address: Bool,
  patient_information: Bool,
};

// What an analyst asks.
entity View = {
  domain: String,
  row_level: Bool,
  record_types: Set<RecordType>,
};

// A guest at its sponsor.
type GuestPlace = {
  authority: Authority,
  guest: Guest,
};

// Dates are milliseconds since 1970; `ends` is the first moment after it.
entity Agreement = {
  domain: String,
  status: String,
  parties: Set<Authority>,
  signatories: Set<Authority>,
  signed: Bool,
  guests: Set<GuestPlace>,
  signed_guests: Set<GuestPlace>,
  purposes: Set<String>,
  legal_bases: Set<String>,
  regimes: Set<String>,
  handling: Set<String>,
  handling_conditions: Set<String>,
  onward_sharing: Bool,
  record_types: Set<RecordType>,
  field_groups: Set<FieldGroup>,
  starts: Long,
  ends: Long,
  retention_days: Long,
};

// `originator` is there when the sender passes on what it had from somebody else, and
// `handling_condition` when the handling code has one.
type Transfer = {
  agreement: Agreement,
  sender: Authority,
  recipient: Authority,
  originator?: Authority,
  purpose: String,
  legal_basis: String,
  regime: String,
  handling: String,
  handling_condition?: String,
  now: Long,
};

// `protected` when somebody in the record would be in danger if their address were known.
type Look = {
  agreement: Agreement,
  sender: Authority,
  recipient: Authority,
  originator?: Authority,
  purpose: String,
  legal_basis: String,
  regime: String,
  handling: String,
  handling_condition?: String,
  now: Long,
  protected: Bool,
};

// At the sender, in the middle, at the recipient.
action share appliesTo { principal: Agent, resource: FieldGroup, context: Transfer };
action relay appliesTo { principal: Broker, resource: FieldGroup, context: Transfer };
action accept appliesTo { principal: Agent, resource: FieldGroup, context: Transfer };

// On a screen, and in a file that leaves the hub.
action view appliesTo { principal: User, resource: FieldGroup, context: Look };
action export appliesTo { principal: User, resource: FieldGroup, context: Look };

// A shared view's figures or rows.
action query appliesTo {
  principal: User,
  resource: View,
  context: { agreement: Agreement, purpose: String, now: Long },
};

// An authority's access log, or an agreement.
action review appliesTo {
  principal: User,
  resource: [Authority, Agreement],
  context: { purpose: String, now: Long },
};
)schema";

}  // namespace

std::string_view world_schema_text() { return kText; }

const Schema& world_schema() {
  static const auto schema =
      promised(parse_schema(kText, "hub.cedarschema"), "the schema of the hub's world is sound");
  return schema;
}

}  // namespace hub::policy
