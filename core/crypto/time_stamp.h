// Time-stamp tokens (RFC 3161): an authority outside the hub says that it has seen a digest at a
// time. Asking it is the user's own HTTP request; here the question is written and the answer read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"

namespace hub::crypto {

inline constexpr std::size_t kLargestTimeStamp = 64U << 10U;

// TimeStampReq in DER: over SHA-256, without a nonce (so that one digest has one question), asking
// for the authority's certificates.
[[nodiscard]] Buffer time_stamp_query(const Digest& digest);

struct TimeStamp {
  Digest digest{};
  Time time;              // as the authority says, to the second
  std::string authority;  // its name by RFC 2253, printable ASCII; empty where it tells none

  bool operator==(const TimeStamp&) const = default;
};

enum class TimeStampError : std::uint8_t {
  Malformed,   // no TimeStampResp with a token over SHA-256, or over 64 KiB
  NotGranted,  // the authority has answered no
  OtherDigest,
  NoRoots,     // no certificate in PEM to trust
  NotTrusted,  // its signature, or the way from its certificate to the roots, does not hold
};
[[nodiscard]] std::string_view describe(TimeStampError error);

// What the answer says, believed by nobody yet.
[[nodiscard]] Result<TimeStamp, TimeStampError> read_time_stamp(Bytes response);
// The same if it is over the digest and signed by an authority whose certificate leads to one of
// the roots (PEM) and was valid at the time that the token tells.
[[nodiscard]] Result<TimeStamp, TimeStampError> verify_time_stamp(Bytes response,
                                                                  const Digest& digest,
                                                                  std::string_view roots);

}  // namespace hub::crypto
