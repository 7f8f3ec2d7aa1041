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

// The program that acts for an authority, by the authority's code.
entity Agent in [Authority] = {
  authority: Authority,
};

// Somebody who looks at records: User::"E09000007/ann".
entity User in [Authority, Role] = {
  authority: Authority,
};

// The middle: Broker::"broker".
entity Broker;

// RecordType::"ta.placement_notice"
entity RecordType = {
  domain: String,
};

// What a decision is about: FieldGroup::"ta.placement_notice/notice".
entity FieldGroup in [RecordType] = {
  domain: String,
  record_type: RecordType,
};

// Dates are milliseconds since 1970; `ends` is the first moment after it.
entity Agreement = {
  domain: String,
  status: String,
  parties: Set<Authority>,
  signatories: Set<Authority>,
  signed: Bool,
  purposes: Set<String>,
  legal_bases: Set<String>,
  regimes: Set<String>,
  handling: Set<String>,
  record_types: Set<RecordType>,
  field_groups: Set<FieldGroup>,
  starts: Long,
  ends: Long,
  retention_days: Long,
};

type Transfer = {
  agreement: Agreement,
  sender: Authority,
  recipient: Authority,
  purpose: String,
  legal_basis: String,
  regime: String,
  handling: String,
  now: Long,
};

// At the sender, in the middle, at the recipient, and by whoever looks.
action share appliesTo { principal: Agent, resource: FieldGroup, context: Transfer };
action relay appliesTo { principal: Broker, resource: FieldGroup, context: Transfer };
action accept appliesTo { principal: Agent, resource: FieldGroup, context: Transfer };
action view appliesTo { principal: User, resource: FieldGroup, context: Transfer };
)schema";

}  // namespace

std::string_view world_schema_text() { return kText; }

const Schema& world_schema() {
  static const auto schema =
      promised(parse_schema(kText, "hub.cedarschema"), "the schema of the hub's world is sound");
  return schema;
}

}  // namespace hub::policy
