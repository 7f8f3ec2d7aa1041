// A slice: the part of one signed batch that goes to one recipient, at successive positions of one
// stream. It is the unit on the wire, in the mailbox and at delivery (docs/protocol.md 1 and 4).
//
// parse() believes nothing but checks everything that needs no key: limits, that header, slot and
// slice agree, that positions and previous leaf hashes follow each other. verify() then asks for
// the sender's key: the records must lead to the signed root. Only a Slice may be acted upon.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "core/crypto/signing.h"
#include "schemas/envelope.h"
#include "schemas/wire_error.h"

namespace hub::schemas {

inline constexpr std::size_t kMaxSliceBytes = 1U << 20U;
inline constexpr std::size_t kMaxSliceRecords = 512;
inline constexpr std::uint32_t kMaxBatchRecords = 1024;

using SharedBytes = std::shared_ptr<const Buffer>;

// "hub/batch/v1" || hub || sender || register number || size || root
[[nodiscard]] Buffer batch_signing_input(std::string_view hub, std::string_view sender,
                                         std::uint64_t register_number, std::uint32_t size,
                                         const crypto::Digest& root);

// SHA-256("hub/slice/v1" || leaf ...): one slice in a word, known to whoever has its leaves.
[[nodiscard]] crypto::Digest leaves_digest(std::span<const crypto::Digest> leaves);

// One record of a slice. A void one (its position will never be delivered) has a leaf and no more.
struct SealedRecord {
  bool is_void = false;
  crypto::Digest leaf{};
  Header header;
  Bytes header_bytes;
  crypto::Digest header_hash{};
  Bytes body;
  crypto::Digest body_hash{};
  Slot slot;
  Bytes slot_bytes;
  std::vector<crypto::Digest> other_slots;  // hashes of the other recipients' slots, in order
};

// What a slice says of itself and of its batch. Texts are views into the slice's bytes.
struct SliceFacts {
  std::string_view hub;
  std::string_view sender;
  std::string_view recipient;
  Priority priority = Priority::Bulk;
  Uuid stream;
  std::uint64_t first_position = 0;
  std::uint64_t register_number = 0;
  std::uint32_t batch_size = 0;
  crypto::Digest batch_root{};
  crypto::Signature signature{};
};

class Slice {
 public:
  [[nodiscard]] const SliceFacts& facts() const { return facts_; }
  [[nodiscard]] const std::vector<SealedRecord>& records() const { return records_; }
  [[nodiscard]] const std::vector<std::uint32_t>& indices() const { return indices_; }
  [[nodiscard]] std::uint64_t end_position() const {
    return facts_.first_position + records_.size();
  }
  [[nodiscard]] const SharedBytes& bytes() const { return bytes_; }
  // What makes two submissions the same: the leaves, void or not, in order.
  [[nodiscard]] crypto::Digest digest() const;
  [[nodiscard]] std::vector<crypto::Digest> leaves() const;
  [[nodiscard]] bool has_voids() const;
  // The broker's notice and the sender's confirmation of it, for the void records.
  [[nodiscard]] Bytes void_notice() const { return void_notice_; }
  [[nodiscard]] const std::optional<crypto::Signature>& void_confirmation() const {
    return void_confirmation_;
  }

 private:
  friend class UnverifiedSlice;
  Slice() = default;

  SharedBytes bytes_;
  SliceFacts facts_;
  std::vector<std::uint32_t> indices_;
  std::vector<crypto::Digest> proof_;
  std::vector<SealedRecord> records_;
  Bytes void_notice_;
  std::optional<crypto::Signature> void_confirmation_;
};

class UnverifiedSlice {
 public:
  [[nodiscard]] static Result<UnverifiedSlice, WireError> parse(SharedBytes bytes);

  [[nodiscard]] std::string_view claimed_sender() const { return slice_.facts_.sender; }
  // Where the slice says it belongs, so that an answer can name it.
  [[nodiscard]] const SliceFacts& claims() const { return slice_.facts_; }
  // For a party's own slices, read back from its own store.
  [[nodiscard]] const std::vector<SealedRecord>& claimed_records() const { return slice_.records_; }

  // Gives up the contents only to a caller holding the claimed sender's key.
  [[nodiscard]] Result<Slice, WireError> verify(const crypto::VerifyKey<crypto::Envelope>& key,
                                                std::string_view hub) &&;

 private:
  UnverifiedSlice() = default;
  Slice slice_;
};

// What a slice is made of. A record is void when its header is empty: then `leaf` stands for it.
struct SlicePart {
  Bytes header;
  Bytes body;
  Bytes slot;
  std::uint8_t slot_index = 0;
  std::vector<crypto::Digest> other_slots;
  crypto::Digest leaf{};
};

[[nodiscard]] Buffer encode_slice(const SliceFacts& facts, std::span<const std::uint32_t> indices,
                                  std::span<const crypto::Digest> proof,
                                  std::span<const SlicePart> parts, Bytes void_notice = {},
                                  const crypto::Signature* void_confirmation = nullptr);

// The same slice with the records at these offsets reduced to their leaves.
[[nodiscard]] Buffer with_voids(const Slice& slice, const std::vector<bool>& void_at,
                                Bytes void_notice, const crypto::Signature& confirmation);

}  // namespace hub::schemas
