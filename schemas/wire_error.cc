#include "schemas/wire_error.h"

namespace hub::schemas {

std::string_view describe(WireError error) {
  switch (error) {
    case WireError::TooLarge: return "larger than allowed";
    case WireError::Malformed: return "malformed";
    case WireError::Misaligned: return "misaligned";
    case WireError::UnknownVersion: return "unknown version";
    case WireError::UnknownSuite: return "unknown cipher suite";
    case WireError::UnknownCode: return "unknown code number";
    case WireError::BadText: return "a name is empty, too long or not printable";
    case WireError::HeaderDisagrees: return "header, slot and slice disagree";
    case WireError::BrokenChain: return "positions do not follow each other";
    case WireError::BadProof: return "the records do not lead to the signed root";
    case WireError::BadSignature: return "the signature does not match its signer";
    case WireError::OtherHub: return "made for another hub";
  }
  return "unknown wire error";
}

}  // namespace hub::schemas
