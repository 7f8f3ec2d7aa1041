#include "core/crypto/note.h"

#include <algorithm>

#include "core/crypto/note_parts.h"

namespace hub::crypto {
namespace {

constexpr auto kType = detail::SignatureType::Ed25519;

// Whether the signature claims to be by that key.
bool claims(const detail::NoteSignature& signature, const NoteVerifier& verifier) {
  return verifier.key_id() == signature.key_id && verifier.name() == signature.name;
}

bool holds(const detail::NoteSignature& signature, std::string_view text, const NoteVerifier& key) {
  Signature bytes{};
  if (signature.signature.size() != bytes.size()) return false;
  std::ranges::copy(signature.signature, bytes.begin());
  return detail::verify(key.key(), as_bytes(text), bytes);
}

}  // namespace

std::string_view describe(NoteError error) {
  switch (error) {
    case NoteError::TooLarge: return "the signed note is too large";
    case NoteError::Malformed: return "the file is not a signed note";
    case NoteError::BadSignature: return "a signature by a known key does not match the note";
    case NoteError::NoKnownSigner: return "the note carries no signature by a known key";
  }
  return "unknown note error";
}

bool is_note_key_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > 0x20 && c != 0x7f && c != '+' && static_cast<unsigned char>(c) < 0x80;
  });
}

bool is_note_text(std::string_view text) {
  return text.ends_with('\n') && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\n';
         });
}

NoteVerifier::NoteVerifier(std::string name, const std::array<std::uint8_t, 32>& key)
    : name_(std::move(name)), key_(key), key_id_(detail::note_key_id(name_, kType, key_)) {
  require(is_note_key_name(name_), "a note key's name has no space and no plus sign");
}

std::optional<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
  auto parsed = detail::parse_vkey(vkey, kType);
  if (!parsed) return std::nullopt;
  return NoteVerifier(std::move(parsed->name), parsed->key);
}

std::string NoteVerifier::vkey() const { return detail::write_vkey(name_, kType, key_); }

Result<Note, NoteError> open_note(std::string_view note, std::span<const NoteVerifier> known,
                                  std::size_t max_size) {
  const auto parts = detail::split_note(note, max_size);
  if (!parts) return fail(parts.error());
  Note out{std::string(parts->text), {}};
  for (const auto& signature : parts->signatures) {
    const auto key = std::ranges::find_if(
        known, [&](const NoteVerifier& verifier) { return claims(signature, verifier); });
    if (key == known.end()) continue;
    if (!holds(signature, parts->text, *key)) return fail(NoteError::BadSignature);
    if (std::ranges::find(out.signers, signature.name) == out.signers.end()) {
      out.signers.emplace_back(signature.name);
    }
  }
  if (out.signers.empty()) return fail(NoteError::NoKnownSigner);
  return out;
}

Result<std::string, NoteError> unverified_text(std::string_view note, std::size_t max_size) {
  const auto parts = detail::split_note(note, max_size);
  if (!parts) return fail(parts.error());
  return std::string(parts->text);
}

Result<std::string, NoteError> only_signed_by(const NoteVerifier& signer, std::string_view note,
                                              std::size_t max_size) {
  const auto parts = detail::split_note(note, max_size);
  if (!parts) return fail(parts.error());
  std::string_view first;
  for (const auto& signature : parts->signatures) {
    if (!claims(signature, signer)) continue;
    if (!holds(signature, parts->text, signer)) return fail(NoteError::BadSignature);
    if (first.empty()) first = signature.line;
  }
  if (first.empty()) return fail(NoteError::NoKnownSigner);
  return std::string(parts->text).append("\n").append(first);
}

template <class Kind>
std::string signature_line(std::string_view text, const std::string& name,
                           const SigningKey<Kind>& key) {
  require(is_note_text(text), "a note's text ends in a newline");
  const NoteVerifier verifier(name, key.verify_key().bytes);
  return detail::write_signature(name, verifier.key_id(), key.sign(as_bytes(text)));
}

template std::string signature_line(std::string_view, const std::string&, const LogKey&);
template std::string signature_line(std::string_view, const std::string&, const GovernanceKey&);
template std::string signature_line(std::string_view, const std::string&, const IdentityKey&);

}  // namespace hub::crypto
