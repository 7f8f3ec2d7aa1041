// Cosignatures of checkpoints, C2SP tlog-cosignature v1.0.1 with Ed25519 (type 0x04): a witness
// says that at that time this was the largest consistent tree that it had seen of that log.
//
//   signature = u64(time, high byte first) || Ed25519 of
//               "cosignature/v1" "\n" "time " seconds "\n" the note's text
//
// They stand among a note's signatures, and each kind passes over the other's key ids.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/note.h"
#include "core/crypto/signing.h"

namespace hub::crypto {

// Seconds since 1970; later times are refused.
inline constexpr std::uint64_t kLatestCosignature = (std::uint64_t{1} << 63U) - 1;

// The public half of a witness's key.
class CosignatureVerifier {
 public:
  // `name` without spaces and "+"; a bad name is a bug of ours.
  CosignatureVerifier(std::string name, const std::array<std::uint8_t, 32>& key);
  // name "+" hex8(key id) "+" base64(0x04 || key); nothing if any part disagrees.
  [[nodiscard]] static std::optional<CosignatureVerifier> parse(std::string_view vkey);

  [[nodiscard]] std::string vkey() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t key_id() const { return key_id_; }
  [[nodiscard]] const std::array<std::uint8_t, 32>& key() const { return key_; }

 private:
  std::string name_;
  std::array<std::uint8_t, 32> key_;
  std::uint32_t key_id_;
};

struct Cosignature {
  std::string witness;
  std::uint64_t time = 0;  // seconds since 1970

  bool operator==(const Cosignature&) const = default;
};

// One signature line for a note's text. A text that is none of a note, or a time past the latest,
// is a bug of ours.
[[nodiscard]] std::string cosignature_line(std::string_view text, std::uint64_t time,
                                           const std::string& name, const WitnessKey& key);

// The cosignatures by known witnesses, each witness once with its newest, in the note's order; none
// is an answer as well. One by a known key that does not hold condemns the whole note. A
// cosignature does not say its witness's name: of known keys that share their bytes, or a name, the
// first alone counts.
[[nodiscard]] Result<std::vector<Cosignature>, NoteError> open_cosignatures(
    std::string_view note, std::span<const CosignatureVerifier> known,
    std::size_t max_size = 256U << 10U);

}  // namespace hub::crypto
