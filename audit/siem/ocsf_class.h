// What kind of event an entry is in the Open Cybersecurity Schema Framework, version 1.8.0: class,
// activity, status, severity. A table of our acts and outcomes; whatever is not in it is a valid
// event all the same.
#pragma once

#include <cstdint>
#include <string_view>

#include "audit/log/entry.h"

namespace hub::audit {

inline constexpr std::string_view kOcsfVersion = "1.8.0";

enum class OcsfClass : std::uint16_t {
  EntityManagement = 3004,   // acts of administration
  ApiActivity = 6003,        // what goes from party to party
  DatastoreActivity = 6005,  // what is done with records that are held here
  ApplicationError = 6008,   // of the forwarder itself: gaps, entries that cannot be read
};

enum class OcsfSeverity : std::uint8_t {
  Informational = 1,
  Low = 2,
  Medium = 3,
  High = 4,
};

enum class OcsfStatus : std::uint8_t { Unknown = 0, Success = 1, Failure = 2 };

struct OcsfActivity {
  int id = 99;
  std::string_view name = "Other";
};

struct OcsfKind {
  OcsfClass of = OcsfClass::ApiActivity;
  OcsfActivity activity;
  OcsfStatus status = OcsfStatus::Unknown;
  OcsfSeverity severity = OcsfSeverity::Informational;
};

[[nodiscard]] OcsfKind ocsf_kind(const Entry& entry);

// As the schema writes them.
[[nodiscard]] std::string_view caption(OcsfClass of);
[[nodiscard]] std::string_view caption(OcsfSeverity severity);
[[nodiscard]] std::string_view caption(OcsfStatus status);
[[nodiscard]] int category(OcsfClass of);
[[nodiscard]] std::string_view category_caption(OcsfClass of);

}  // namespace hub::audit
