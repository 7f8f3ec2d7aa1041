#include "core/crypto/note.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/encoding.h"
#include "core/crypto/hash.h"

namespace hub::crypto {
namespace {

constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kMaxSignatures = 100;

std::uint32_t key_id_of(std::string_view name, Bytes key) {
  const std::uint8_t newline = '\n';
  const auto digest = sha256_of({as_bytes(name), Bytes(&newline, 1), Bytes(&kEd25519, 1), key});
  return ByteReader(Bytes(digest).first(4)).u32();
}

struct SignatureLine {
  std::string_view name;
  std::uint32_t key_id = 0;
  Signature signature{};
  bool is_ed25519_size = false;
};

std::optional<SignatureLine> parse_line(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  SignatureLine out;
  out.name = line.substr(0, space);
  const auto payload = from_base64(line.substr(space + 1));
  if (!is_note_key_name(out.name) || !payload || payload->size() < 5) return std::nullopt;
  ByteReader in(*payload);
  out.key_id = in.u32();
  out.is_ed25519_size = in.remaining() == out.signature.size();
  if (out.is_ed25519_size) out.signature = in.array<64>();
  return out;
}

struct Parts {
  std::string_view text;
  std::vector<SignatureLine> lines;
};

bool allowed_text(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

Result<Parts, NoteError> split(std::string_view note, std::size_t max_size) {
  if (note.size() > max_size) return fail(NoteError::TooLarge);
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos || !note.ends_with('\n') || !allowed_text(note)) {
    return fail(NoteError::Malformed);
  }
  Parts out{note.substr(0, blank + 1), {}};
  auto rest = note.substr(blank + 2);
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto line = parse_line(rest.substr(0, end));
    if (!line || out.lines.size() == kMaxSignatures) return fail(NoteError::Malformed);
    out.lines.push_back(*line);
    rest.remove_prefix(end + 1);
  }
  if (out.lines.empty()) return fail(NoteError::Malformed);
  return out;
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

bool is_note_text(std::string_view text) { return text.ends_with('\n') && allowed_text(text); }

NoteVerifier::NoteVerifier(std::string name, const std::array<std::uint8_t, 32>& key)
    : name_(std::move(name)), key_(key), key_id_(key_id_of(name_, key_)) {
  require(is_note_key_name(name_), "a note key's name has no space and no plus sign");
}

std::optional<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto name = vkey.substr(0, first);
  const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
  const auto key = from_base64(vkey.substr(second + 1));
  if (!is_note_key_name(name) || !id || id->size() != 4 || !key || key->size() != 33 ||
      key->front() != kEd25519) {
    return std::nullopt;
  }
  ByteReader in(*key);
  in.u8();
  NoteVerifier out(std::string(name), in.array<32>());
  return ByteReader(*id).u32() == out.key_id_ ? std::optional(out) : std::nullopt;
}

std::string NoteVerifier::vkey() const {
  const auto id = ByteWriter().u32(key_id_).take();
  return name_ + "+" + to_hex(id) + "+" + to_base64(ByteWriter().u8(kEd25519).raw(key_).take());
}

Result<Note, NoteError> open_note(std::string_view note, std::span<const NoteVerifier> known,
                                  std::size_t max_size) {
  const auto parts = split(note, max_size);
  if (!parts) return fail(parts.error());
  Note out{std::string(parts->text), {}};
  for (const auto& line : parts->lines) {
    const auto key = std::ranges::find_if(known, [&](const NoteVerifier& verifier) {
      return verifier.key_id() == line.key_id && verifier.name() == line.name;
    });
    if (key == known.end()) continue;
    if (!line.is_ed25519_size ||
        !detail::verify(key->key(), as_bytes(parts->text), line.signature)) {
      return fail(NoteError::BadSignature);
    }
    if (std::ranges::find(out.signers, line.name) == out.signers.end()) {
      out.signers.emplace_back(line.name);
    }
  }
  if (out.signers.empty()) return fail(NoteError::NoKnownSigner);
  return out;
}

Result<std::string, NoteError> unverified_text(std::string_view note, std::size_t max_size) {
  const auto parts = split(note, max_size);
  if (!parts) return fail(parts.error());
  return std::string(parts->text);
}

template <class Kind>
std::string signature_line(std::string_view text, const std::string& name,
                           const SigningKey<Kind>& key) {
  require(is_note_text(text), "a note's text ends in a newline");
  const NoteVerifier verifier(name, key.verify_key().bytes);
  const auto payload = ByteWriter().u32(verifier.key_id()).raw(key.sign(as_bytes(text))).take();
  return std::string(kDash) + name + " " + to_base64(payload) + "\n";
}

template std::string signature_line(std::string_view, const std::string&, const LogKey&);
template std::string signature_line(std::string_view, const std::string&, const GovernanceKey&);
template std::string signature_line(std::string_view, const std::string&, const IdentityKey&);

}  // namespace hub::crypto
