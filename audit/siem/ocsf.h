// Entries of the log as OCSF 1.8.0 events: one JSON object each, on one line.
//
// Only the leaf goes in, which holds no personal data; who acted stands in the detail, which never
// comes here. So a copy in a SIEM needs no erasure. An event leads back to its entry: the log's
// origin is metadata.log_name, the entry's number metadata.sequence, its leaf hash (RFC 6962:
// SHA-256 of a zero byte and the leaf) raw_data_hash; metadata.uid is origin#number, one and the
// same however often the event is sent.
//
// An event has at most kLargestEvent bytes: lists and long texts are cut, and metadata.is_truncated
// says so. The log has the whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/log/entry.h"
#include "audit/siem/ocsf_class.h"
#include "core/base/clock.h"
#include "core/crypto/hash.h"

namespace hub::audit {

// With its syslog header it is below the 8,192 octets that RFC 5425 wants receivers to take.
inline constexpr std::size_t kLargestEvent = 7680;

// Whose log it is.
struct LogSource {
  std::string origin;   // of the log
  std::string program;  // "hub-agent" or "hub-broker"
  std::string party;    // GSS code, or "broker"
};

struct SiemEvent {
  std::string json;  // no newline in it or after it
  OcsfSeverity severity = OcsfSeverity::Informational;
  Time time;
  std::string act;                     // what a syslog message is named by
  std::optional<std::uint64_t> index;  // of the entry
  std::optional<crypto::Digest> leaf_hash;
};

[[nodiscard]] SiemEvent to_ocsf(const LogSource& source, const Leaf& leaf,
                                const crypto::Digest& leaf_hash);

// An entry whose leaf this program cannot read, a later version's perhaps.
[[nodiscard]] SiemEvent unreadable_entry(const LogSource& source, std::uint64_t index,
                                         const crypto::Digest& leaf_hash, Time now);

// Entries first to last, inclusive, that are not sent.
enum class GapReason : std::uint8_t { TooFarBehind, NotInLog };
[[nodiscard]] SiemEvent gap_event(const LogSource& source, const EntryRange& gap, GapReason reason,
                                  Time now);

}  // namespace hub::audit
