// The envelope of one record: readable header, sealed body, one slot per recipient, and the hash
// that ties the three together (docs/protocol.md 1).
//
//   leaf input = "hub/env/v1" || SHA-256(header) || SHA-256(body) || slot count || SHA-256(slot)
//   ...
//
// The exact bytes received are what is verified; nothing is re-serialised first. Texts in a header
// are printable ASCII without spaces, so they are safe in a log line and in an audit entry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"
#include "core/crypto/hpke.h"
#include "schemas/codes.h"
#include "schemas/wire_error.h"

namespace hub::schemas {

inline constexpr std::uint8_t kEnvelopeVersion = 1;
// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305; body XChaCha20-Poly1305; Ed25519;
// SHA-256.
inline constexpr std::uint16_t kSuite = 1;

inline constexpr std::size_t kMaxHeaderBytes = 8U << 10U;
inline constexpr std::size_t kMaxSlotBytes = 512;
inline constexpr std::size_t kMaxSealedBodyBytes = 256U << 10U;
inline constexpr std::size_t kMaxRecipients = 64;
inline constexpr std::size_t kMaxFieldGroups = 32;
inline constexpr std::size_t kMaxNameLength = 96;

// The text fields are views into the bytes the header was parsed from (or will be encoded from).
struct Header {
  RecordKind kind = RecordKind::Record;
  Uuid record_id;
  std::string_view record_type;
  std::uint16_t type_version = 0;
  std::string_view sender;
  std::vector<std::string_view> recipients;
  std::string_view purpose;
  std::string_view agreement;
  std::string_view legal_basis;
  std::string_view regime;  // "uk-gdpr" or "dpa2018-part3"
  std::string_view handling;
  Priority priority = Priority::Bulk;
  std::vector<std::string_view> field_groups;
  Time created;
  Time expires;
  std::optional<Uuid> in_reply_to;  // the record answered, amended or withdrawn
  std::uint64_t register_number = 0;
  std::uint64_t bundle_number = 0;
  crypto::Digest commitment{};  // to the content key
  std::string_view originator;  // who made the record, where it is not the sender; else empty
};

// A name as headers carry it: 1 to kMaxNameLength printable ASCII characters, no space.
[[nodiscard]] bool is_name(std::string_view text);

[[nodiscard]] Buffer encode_header(const Header& header);
// `bytes` must start at an address divisible by 8 (Misaligned otherwise) and outlive the result.
[[nodiscard]] Result<Header, WireError> parse_header(Bytes bytes);

// Which key of the recipient a slot is sealed to.
struct EpochId {
  DeliveryClass delivery_class = DeliveryClass::Ordinary;
  std::uint32_t day = 0;  // since 1970-01-01, UTC
  std::uint16_t generation = 0;

  auto operator<=>(const EpochId&) const = default;
};

using WrappedKey = std::array<std::uint8_t, 48>;  // 32 bytes and the tag

// Fixed layout, big-endian: recipient (u32-prefixed) class:u8 day:u32 generation:u16 attempt:u8
// enc:[32] sequence:u64 stream:[16] position:u64 previous:[32] wrapped:[48].
struct Slot {
  std::string_view recipient;
  EpochId epoch;
  std::uint8_t attempt = 1;  // counts up when a record is sealed again because a key was lost
  crypto::Encapsulated encapsulated{};
  std::uint64_t sequence = 0;
  Uuid stream;
  std::uint64_t position = 0;
  crypto::Digest previous{};  // leaf hash of the position before, zero for the first
  WrappedKey wrapped{};
};

[[nodiscard]] Buffer encode_slot(const Slot& slot);
[[nodiscard]] Result<Slot, WireError> parse_slot(Bytes bytes);

// SHA-256(H) || SHA-256(body) || recipient || epoch || enc || seq
[[nodiscard]] Buffer slot_associated_data(const crypto::Digest& header_hash,
                                          const crypto::Digest& body_hash, const Slot& slot);
// The HPKE info: purpose, suite, sender, recipient, epoch.
[[nodiscard]] Buffer slot_info(std::string_view sender, std::string_view recipient,
                               const EpochId& epoch);

// The RFC 6962 leaf hash of an envelope.
[[nodiscard]] crypto::Digest envelope_leaf(const crypto::Digest& header_hash,
                                           const crypto::Digest& body_hash,
                                           std::span<const crypto::Digest> slot_hashes);

}  // namespace hub::schemas
