// How notes, their signature lines and vkey lines are spelt, whatever the kind of signature. Inside
// the folder.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/note.h"

namespace hub::crypto::detail {

// The byte that tells kinds of signatures apart in key ids and vkey lines.
enum class SignatureType : std::uint8_t { Ed25519 = 0x01, Cosignature = 0x04 };

using NoteKey = std::array<std::uint8_t, 32>;

// The first four bytes of SHA-256( name "\n" type key ).
[[nodiscard]] std::uint32_t note_key_id(std::string_view name, SignatureType type,
                                        const NoteKey& key);

struct NamedKey {
  std::string name;
  NoteKey key{};
};
// name "+" hex8(key id) "+" base64( type || key ); nothing if any part disagrees.
[[nodiscard]] std::optional<NamedKey> parse_vkey(std::string_view vkey, SignatureType type);
[[nodiscard]] std::string write_vkey(const std::string& name, SignatureType type,
                                     const NoteKey& key);

// Views into the note, apart from the signature.
struct NoteSignature {
  std::string_view line;  // with its newline
  std::string_view name;
  std::uint32_t key_id = 0;
  Buffer signature;  // at least one byte
};

struct NoteParts {
  std::string_view text;
  std::vector<NoteSignature> signatures;  // 1 to 100
};

[[nodiscard]] Result<NoteParts, NoteError> split_note(std::string_view note, std::size_t max_size);
[[nodiscard]] std::string write_signature(const std::string& name, std::uint32_t key_id,
                                          Bytes signature);

}  // namespace hub::crypto::detail
