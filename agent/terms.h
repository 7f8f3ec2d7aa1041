// The terms on which a record is shared: everything its header says apart from id and times.
// Records of one batch mostly share one Terms object.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "core/storage/run_entry.h"
#include "schemas/codes.h"

namespace hub::agent {

struct Terms {
  std::string record_type;
  std::uint16_t type_version = 0;
  schemas::DeliveryClass delivery_class = schemas::DeliveryClass::Ordinary;
  std::string recipient;
  std::string purpose;
  std::string agreement;
  std::string legal_basis;
  std::string regime;
  std::string handling;
  std::string originator;  // who made the record, where it is not this authority; else empty
  schemas::Priority priority = schemas::Priority::Bulk;
  std::vector<std::string> field_groups;  // that policy lets through
  std::vector<std::string> withheld;      // groups the record had and policy did not let through
  std::vector<std::string> policies;      // that decided

  bool operator==(const Terms&) const = default;
};

// A record that policy lets out, checked and not yet sealed.
struct ClearedRecord {
  Uuid id;
  std::shared_ptr<const Terms> terms;
  Buffer body;  // a FlatBuffer with the fields of terms->field_groups only
  Time created;
  Time expires;
  std::uint8_t attempt = 1;
  std::vector<storage::RunKey> found_by;  // keys of the identifiers in the body (identifiers.h)
};

}  // namespace hub::agent
