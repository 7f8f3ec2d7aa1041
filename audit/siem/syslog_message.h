// An event as a syslog message (RFC 5424), framed for TLS (RFC 5425).
//
//   LEN SP <PRI>1 SP time SP host SP program SP - SP act SP [hub@32473 origin="" index="" leaf=""]
//   SP BOM json
//
// PRI: facility 13 (log audit), severity from that of the event. 32473 is the enterprise number
// that RFC 5612 keeps for examples: the hub has none of its own. What stands in these brackets
// stands in the JSON as well.
#pragma once

#include <string>
#include <string_view>

#include "audit/siem/ocsf.h"

namespace hub::audit {

// `host` is this machine's name; what a header may not hold is replaced.
[[nodiscard]] std::string syslog_message(const LogSource& source, std::string_view host,
                                         const SiemEvent& event);
// LEN counts bytes, not characters.
[[nodiscard]] std::string octet_counted(std::string_view message);

}  // namespace hub::audit
