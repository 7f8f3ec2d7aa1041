// C2SP signed notes v1.0.0 with Ed25519 signatures (type 0x01).
//
//   text "\n" 1*( "— " name " " base64( key id[4] || signature ) "\n" )
//
// The text ends in a newline and is what is signed, verbatim. Signatures by unknown keys are
// passed over; one by a known key that does not verify condemns the whole note.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/signing.h"

namespace hub::crypto {

enum class NoteError : std::uint8_t {
  TooLarge,
  Malformed,
  BadSignature,   // by a key that is known
  NoKnownSigner,  // all signatures are by unknown keys
};
[[nodiscard]] std::string_view describe(NoteError error);

// The public half of a note key: what a "vkey" line says. Any kind of signing key's bytes.
class NoteVerifier {
 public:
  // `name` without spaces and "+"; a bad name is a bug of ours.
  NoteVerifier(std::string name, const std::array<std::uint8_t, 32>& key);
  // name "+" hex8(key id) "+" base64(0x01 || key); nothing if any part disagrees.
  [[nodiscard]] static std::optional<NoteVerifier> parse(std::string_view vkey);

  [[nodiscard]] std::string vkey() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint32_t key_id() const { return key_id_; }
  [[nodiscard]] const std::array<std::uint8_t, 32>& key() const { return key_; }

 private:
  std::string name_;
  std::array<std::uint8_t, 32> key_;
  std::uint32_t key_id_;
};

[[nodiscard]] bool is_note_key_name(std::string_view name);

struct Note {
  std::string text;                  // ends in a newline
  std::vector<std::string> signers;  // names of the known keys whose signatures hold, each once
};

// At most `max_size` bytes and 100 signatures are looked at.
[[nodiscard]] Result<Note, NoteError> open_note(std::string_view note,
                                                std::span<const NoteVerifier> known,
                                                std::size_t max_size = 16U << 20U);
// The text alone, believed by nobody yet.
[[nodiscard]] Result<std::string, NoteError> unverified_text(std::string_view note,
                                                             std::size_t max_size = 16U << 20U);

// The note without any signature but the signer's own: what is kept or passed on of a note to which
// anybody may have added lines.
[[nodiscard]] Result<std::string, NoteError> only_signed_by(const NoteVerifier& signer,
                                                            std::string_view note,
                                                            std::size_t max_size = 16U << 20U);

// Whether this can be the text of a note: it ends in a newline and holds no other control
// characters.
[[nodiscard]] bool is_note_text(std::string_view text);

// One signature line for `text`; `name` is the key's name.
template <class Kind>
[[nodiscard]] std::string signature_line(std::string_view text, const std::string& name,
                                         const SigningKey<Kind>& key);
// The text with its first signature. A text that is none of a note is a bug of ours.
template <class Kind>
[[nodiscard]] std::string sign_note(std::string_view text, const std::string& name,
                                    const SigningKey<Kind>& key) {
  return std::string(text) + "\n" + signature_line(text, name, key);
}

}  // namespace hub::crypto
