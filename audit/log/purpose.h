// What an audit log may be used for: the four purposes of the Data Protection Act 2018, section
// 62(4). Every use of a log names one, and the entry about the use keeps it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hub::audit {

enum class LogPurpose : std::uint8_t {
  Lawfulness,      // verifying the lawfulness of processing
  SelfMonitoring,  // by the controller or processor, internal disciplinary proceedings included
  Integrity,       // ensuring the integrity and security of personal data
  CriminalProceedings,  // the purposes of criminal proceedings
};

// "lawfulness", "self-monitoring", "integrity", "criminal-proceedings": as they stand in entries.
[[nodiscard]] std::string_view word(LogPurpose purpose);
[[nodiscard]] std::optional<LogPurpose> log_purpose_of(std::string_view word);
// For a message: all four words.
[[nodiscard]] std::string log_purposes();

}  // namespace hub::audit
