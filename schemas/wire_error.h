// What can be wrong with bytes from a peer. Fixed texts only: no input reaches a log line.
#pragma once

#include <cstdint>
#include <string_view>

namespace hub::schemas {

enum class WireError : std::uint8_t {
  TooLarge,
  Malformed,  // truncated, bytes left over, not the FlatBuffer expected, a limit exceeded
  Misaligned,
  UnknownVersion,
  UnknownSuite,
  UnknownCode,      // a number that names nothing
  BadText,          // a name that is empty, too long or not printable ASCII
  HeaderDisagrees,  // header, slot and slice do not say the same
  BrokenChain,      // a position or a previous leaf hash does not follow the one before
  BadProof,         // the records do not lead to the batch's root
  BadSignature,
  OtherHub,
};

[[nodiscard]] std::string_view describe(WireError error);

}  // namespace hub::schemas
