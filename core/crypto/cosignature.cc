#include "core/crypto/cosignature.h"

#include <algorithm>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/crypto/note_parts.h"

namespace hub::crypto {
namespace {

constexpr auto kCosignatureType = detail::SignatureType::Cosignature;
constexpr std::size_t kSize = 72;

std::string message_of(std::string_view text, std::uint64_t time) {
  return std::string("cosignature/v1\ntime ")
      .append(std::to_string(time))
      .append("\n")
      .append(text);
}

// When the witness signed that text; nothing when it did not.
std::optional<std::uint64_t> time_of(Bytes signature, std::string_view text,
                                     const CosignatureVerifier& witness) {
  if (signature.size() != kSize) return std::nullopt;
  ByteReader in(signature);
  const auto time = in.u64();
  const auto ed25519 = in.array<64>();
  if (time > kLatestCosignature ||
      !detail::verify(witness.key(), as_bytes(message_of(text, time)), ed25519)) {
    return std::nullopt;
  }
  return time;
}

bool is_same_witness(const CosignatureVerifier& left, const CosignatureVerifier& right) {
  return left.name() == right.name() || left.key() == right.key();
}

void count(std::vector<Cosignature>& counted, const std::string& witness, std::uint64_t time) {
  const auto earlier = std::ranges::find(counted, witness, &Cosignature::witness);
  if (earlier == counted.end()) {
    counted.push_back({witness, time});
  } else {
    earlier->time = std::max(earlier->time, time);
  }
}

}  // namespace

CosignatureVerifier::CosignatureVerifier(std::string name, const std::array<std::uint8_t, 32>& key)
    : name_(std::move(name)),
      key_(key),
      key_id_(detail::note_key_id(name_, kCosignatureType, key_)) {
  require(is_note_key_name(name_), "a witness's name has no space and no plus sign");
}

std::optional<CosignatureVerifier> CosignatureVerifier::parse(std::string_view vkey) {
  auto parsed = detail::parse_vkey(vkey, kCosignatureType);
  if (!parsed) return std::nullopt;
  return CosignatureVerifier(std::move(parsed->name), parsed->key);
}

std::string CosignatureVerifier::vkey() const {
  return detail::write_vkey(name_, kCosignatureType, key_);
}

std::string cosignature_line(std::string_view text, std::uint64_t time, const std::string& name,
                             const WitnessKey& key) {
  require(is_note_text(text), "a note's text ends in a newline");
  require(time <= kLatestCosignature, "a cosignature's time has 63 bits");
  const CosignatureVerifier verifier(name, key.verify_key().bytes);
  const auto signature =
      ByteWriter().u64(time).raw(key.sign(as_bytes(message_of(text, time)))).take();
  return detail::write_signature(name, verifier.key_id(), signature);
}

Result<std::vector<Cosignature>, NoteError> open_cosignatures(
    std::string_view note, std::span<const CosignatureVerifier> known, std::size_t max_size) {
  const auto parts = detail::split_note(note, max_size);
  if (!parts) return fail(parts.error());
  std::vector<Cosignature> out;
  for (const auto& signature : parts->signatures) {
    const auto witness = std::ranges::find_if(known, [&](const CosignatureVerifier& verifier) {
      return verifier.key_id() == signature.key_id && verifier.name() == signature.name;
    });
    if (witness == known.end()) continue;
    const auto time = time_of(signature.signature, parts->text, *witness);
    if (!time) return fail(NoteError::BadSignature);
    const auto first = std::ranges::find_if(known, [&](const CosignatureVerifier& verifier) {
      return is_same_witness(verifier, *witness);
    });
    if (first == witness) count(out, witness->name(), *time);
  }
  return out;
}

}  // namespace hub::crypto
