#include "core/crypto/note_parts.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/encoding.h"
#include "core/crypto/hash.h"

namespace hub::crypto::detail {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kMaxSignatures = 100;

// Without its newline.
std::optional<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  NoteSignature out;
  out.name = line.substr(0, space);
  const auto payload = from_base64(line.substr(space + 1));
  if (!is_note_key_name(out.name) || !payload || payload->size() < 5) return std::nullopt;
  ByteReader in(*payload);
  out.key_id = in.u32();
  out.signature = to_buffer(in.take(in.remaining()));
  return out;
}

}  // namespace

std::uint32_t note_key_id(std::string_view name, SignatureType type, const NoteKey& key) {
  const std::uint8_t newline = '\n';
  const auto type_byte = static_cast<std::uint8_t>(type);
  const auto digest = sha256_of({as_bytes(name), Bytes(&newline, 1), Bytes(&type_byte, 1), key});
  return ByteReader(Bytes(digest).first(4)).u32();
}

std::optional<NamedKey> parse_vkey(std::string_view vkey, SignatureType type) {
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto name = vkey.substr(0, first);
  const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
  const auto key = from_base64(vkey.substr(second + 1));
  if (!is_note_key_name(name) || !id || id->size() != 4 || !key || key->size() != 33 ||
      key->front() != static_cast<std::uint8_t>(type)) {
    return std::nullopt;
  }
  ByteReader in(*key);
  in.u8();
  NamedKey out{std::string(name), in.array<32>()};
  if (ByteReader(*id).u32() != note_key_id(name, type, out.key)) return std::nullopt;
  return out;
}

std::string write_vkey(const std::string& name, SignatureType type, const NoteKey& key) {
  const auto id = ByteWriter().u32(note_key_id(name, type, key)).take();
  const auto typed = ByteWriter().u8(static_cast<std::uint8_t>(type)).raw(key).take();
  return name + "+" + to_hex(id) + "+" + to_base64(typed);
}

Result<NoteParts, NoteError> split_note(std::string_view note, std::size_t max_size) {
  if (note.size() > max_size) return fail(NoteError::TooLarge);
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos || !is_note_text(note)) return fail(NoteError::Malformed);
  NoteParts out{note.substr(0, blank + 1), {}};
  auto rest = note.substr(blank + 2);
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    auto signature = parse_signature(rest.substr(0, end));
    if (!signature || out.signatures.size() == kMaxSignatures) return fail(NoteError::Malformed);
    signature->line = rest.substr(0, end + 1);
    out.signatures.push_back(std::move(*signature));
    rest.remove_prefix(end + 1);
  }
  if (out.signatures.empty()) return fail(NoteError::Malformed);
  return out;
}

std::string write_signature(const std::string& name, std::uint32_t key_id, Bytes signature) {
  const auto payload = ByteWriter().u32(key_id).raw(signature).take();
  return std::string(kDash) + name + " " + to_base64(payload) + "\n";
}

}  // namespace hub::crypto::detail
