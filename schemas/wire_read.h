// Reading and writing the small pieces that all wire tables share. For the .cc files of this folder
// only.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"
#include "core/crypto/signing.h"
#include "schemas/wire_generated.h"

namespace hub::schemas {

// The table if the bytes are one, whole and within the FlatBuffers limits; nullptr otherwise. The
// bytes must be aligned to 8, which every heap buffer is.
template <class Table>
[[nodiscard]] const Table* verified_root(Bytes bytes) {
  // NOLINTNEXTLINE(*-reinterpret-cast)
  if (bytes.size() < 8 || reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) {
    return nullptr;
  }
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), 16, 100'000);
  return verifier.VerifyBuffer<Table>(nullptr) ? flatbuffers::GetRoot<Table>(bytes.data())
                                               : nullptr;
}

[[nodiscard]] inline std::string_view text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

[[nodiscard]] inline Bytes bytes_of(const flatbuffers::Vector<std::uint8_t>* vector) {
  return vector == nullptr ? Bytes() : Bytes(vector->data(), vector->size());
}

template <class Array, class Struct>
[[nodiscard]] Array array_of(const Struct& value) {
  Array out{};
  const auto& bytes = *value.bytes();
  for (std::uint32_t i = 0; i < out.size(); ++i) out[i] = bytes.Get(i);
  return out;
}

[[nodiscard]] inline Uuid uuid_of(const wire::Id& id) {
  return Uuid{array_of<decltype(Uuid::bytes)>(id)};
}
[[nodiscard]] inline crypto::Digest digest_of(const wire::Hash& hash) {
  return array_of<crypto::Digest>(hash);
}
[[nodiscard]] inline crypto::Signature signature_of(const wire::Signature& signature) {
  return array_of<crypto::Signature>(signature);
}

[[nodiscard]] inline wire::Id to_wire(const Uuid& id) {
  return wire::Id(flatbuffers::span<const std::uint8_t, 16>(id.bytes));
}
[[nodiscard]] inline wire::Hash to_wire(const crypto::Digest& digest) {
  return wire::Hash(flatbuffers::span<const std::uint8_t, 32>(digest));
}
[[nodiscard]] inline wire::Signature to_wire(const crypto::Signature& signature) {
  return wire::Signature(flatbuffers::span<const std::uint8_t, 64>(signature));
}

template <class Digests>
[[nodiscard]] auto write_digests(flatbuffers::FlatBufferBuilder& builder, const Digests& digests) {
  std::vector<wire::Hash> hashes;
  hashes.reserve(digests.size());
  for (const auto& digest : digests) hashes.push_back(to_wire(digest));
  return builder.CreateVectorOfStructs(hashes);
}

[[nodiscard]] inline std::vector<crypto::Digest> read_digests(
    const flatbuffers::Vector<const wire::Hash*>* hashes) {
  std::vector<crypto::Digest> out;
  if (hashes == nullptr) return out;
  out.reserve(hashes->size());
  for (const auto* hash : *hashes) out.push_back(digest_of(*hash));
  return out;
}

// FlatBuffers' verifier looks at where a vector's length stands, not at where its numbers do.
[[nodiscard]] inline bool is_aligned(const flatbuffers::Vector<std::uint64_t>& numbers) {
  // NOLINTNEXTLINE(*-reinterpret-cast)
  const auto address = reinterpret_cast<std::uintptr_t>(numbers.Data());
  return address % alignof(std::uint64_t) == 0;
}

[[nodiscard]] inline Buffer finished(flatbuffers::FlatBufferBuilder& builder) {
  // NOLINTNEXTLINE(*-pointer-arithmetic)
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace hub::schemas
