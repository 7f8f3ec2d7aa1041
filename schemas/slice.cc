#include "schemas/slice.h"

#include "core/base/byte_writer.h"
#include "core/crypto/merkle.h"
#include "schemas/wire_read.h"

namespace hub::schemas {
namespace {

std::optional<WireError> read_facts(const wire::Slice& wire, SliceFacts& out) {
  if (wire.stream() == nullptr || wire.batch_root() == nullptr || wire.signature() == nullptr) {
    return WireError::Malformed;
  }
  const auto priority_code = priority(wire.priority());
  if (!priority_code) return WireError::UnknownCode;
  out = {text_of(wire.hub()),           text_of(wire.sender()),
         text_of(wire.recipient()),     *priority_code,
         uuid_of(*wire.stream()),       wire.first_position(),
         wire.register_number(),        wire.batch_size(),
         digest_of(*wire.batch_root()), signature_of(*wire.signature())};
  for (const auto name : {out.hub, out.sender, out.recipient}) {
    if (!is_name(name)) return WireError::BadText;
  }
  return std::nullopt;
}

// The place of this slot among the slots of its envelope, and the hashes of the others.
std::optional<crypto::Digest> leaf_of(const SealedRecord& record, std::size_t slot_index) {
  if (slot_index > record.other_slots.size()) return std::nullopt;
  auto hashes = record.other_slots;
  hashes.insert(hashes.begin() + static_cast<std::ptrdiff_t>(slot_index),
                crypto::sha256(record.slot_bytes));
  return envelope_leaf(record.header_hash, record.body_hash, hashes);
}

bool agrees(const SealedRecord& record, const SliceFacts& facts, std::uint64_t position,
            std::size_t slot_index) {
  const auto& header = record.header;
  return header.sender == facts.sender && header.priority == facts.priority &&
         header.recipients.size() == record.other_slots.size() + 1 &&
         slot_index < header.recipients.size() &&
         header.recipients[slot_index] == facts.recipient &&
         record.slot.recipient == facts.recipient && record.slot.stream == facts.stream &&
         record.slot.position == position;
}

Result<SealedRecord, WireError> read_record(const wire::Sealed& wire, const SliceFacts& facts,
                                            std::uint64_t position) {
  SealedRecord out;
  if (wire.void_leaf() != nullptr) {
    if (wire.header() != nullptr || wire.body() != nullptr || wire.slot() != nullptr) {
      return fail(WireError::Malformed);
    }
    out.is_void = true;
    out.leaf = digest_of(*wire.void_leaf());
    return out;
  }
  out.header_bytes = bytes_of(wire.header());
  out.body = bytes_of(wire.body());
  out.slot_bytes = bytes_of(wire.slot());
  if (out.body.size() > kMaxSealedBodyBytes) return fail(WireError::TooLarge);
  if (wire.other_slots() != nullptr && wire.other_slots()->size() >= kMaxRecipients) {
    return fail(WireError::TooLarge);
  }
  out.other_slots = read_digests(wire.other_slots());
  auto header = parse_header(out.header_bytes);
  if (!header) return fail(header.error());
  auto slot = parse_slot(out.slot_bytes);
  if (!slot) return fail(slot.error());
  out.header = std::move(*header);
  out.slot = *slot;
  if (!agrees(out, facts, position, wire.slot_index())) return fail(WireError::HeaderDisagrees);
  out.header_hash = crypto::sha256(out.header_bytes);
  out.body_hash = crypto::sha256(out.body);
  const auto leaf = leaf_of(out, wire.slot_index());
  if (!leaf) return fail(WireError::HeaderDisagrees);
  out.leaf = *leaf;
  return out;
}

}  // namespace

Buffer batch_signing_input(std::string_view hub, std::string_view sender,
                           std::uint64_t register_number, std::uint32_t size,
                           const crypto::Digest& root) {
  return ByteWriter()
      .prefixed("hub/batch/v1")
      .prefixed(hub)
      .prefixed(sender)
      .u64(register_number)
      .u64(size)
      .prefixed(root)
      .take();
}

// Void or not, the leaves, their places and the signed root make the slice what it is.
crypto::Digest Slice::digest() const {
  ByteWriter out(64 + 36 * records_.size());
  out.prefixed("hub/slice/v1").prefixed(facts_.batch_root).u64(facts_.batch_size);
  for (const auto& record : records_) out.prefixed(record.leaf);
  return crypto::sha256(out.view());
}

bool Slice::has_voids() const {
  return std::ranges::any_of(records_, [](const SealedRecord& r) { return r.is_void; });
}

Result<UnverifiedSlice, WireError> UnverifiedSlice::parse(SharedBytes bytes) {
  if (bytes->size() > kMaxSliceBytes) return fail(WireError::TooLarge);
  const auto* wire = verified_root<wire::Slice>(*bytes);
  if (wire == nullptr || wire->records() == nullptr || wire->indices() == nullptr) {
    return fail(WireError::Malformed);
  }
  UnverifiedSlice out;
  auto& slice = out.slice_;
  if (const auto fault = read_facts(*wire, slice.facts_)) return fail(*fault);
  const auto count = wire->records()->size();
  if (count == 0 || count > kMaxSliceRecords || wire->indices()->size() != count ||
      slice.facts_.batch_size > kMaxBatchRecords ||
      slice.facts_.first_position > UINT64_MAX - count) {
    return fail(WireError::Malformed);
  }
  slice.indices_.assign(wire->indices()->begin(), wire->indices()->end());
  slice.proof_ = read_digests(wire->proof());
  slice.void_notice_ = bytes_of(wire->void_notice());
  if (wire->void_confirmation() != nullptr) {
    slice.void_confirmation_ = signature_of(*wire->void_confirmation());
  }
  slice.records_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto record =
        read_record(*wire->records()->Get(i), slice.facts_, slice.facts_.first_position + i);
    if (!record) return fail(record.error());
    if (i > 0 && !record->is_void && record->slot.previous != slice.records_.back().leaf) {
      return fail(WireError::BrokenChain);
    }
    slice.records_.push_back(std::move(*record));
  }
  slice.bytes_ = std::move(bytes);
  return out;
}

Result<Slice, WireError> UnverifiedSlice::verify(const crypto::VerifyKey<crypto::Envelope>& key,
                                                 std::string_view hub) && {
  const auto& facts = slice_.facts_;
  if (facts.hub != hub) return fail(WireError::OtherHub);
  std::vector<crypto::Digest> leaves;
  leaves.reserve(slice_.records_.size());
  for (const auto& record : slice_.records_) leaves.push_back(record.leaf);
  const auto root =
      crypto::root_of_subset(leaves, slice_.indices_, facts.batch_size, slice_.proof_);
  if (!root || *root != facts.batch_root) return fail(WireError::BadProof);
  const auto input = batch_signing_input(facts.hub, facts.sender, facts.register_number,
                                         facts.batch_size, facts.batch_root);
  if (!key.verify(input, facts.signature)) return fail(WireError::BadSignature);
  return std::move(slice_);
}

Buffer encode_slice(const SliceFacts& facts, std::span<const std::uint32_t> indices,
                    std::span<const crypto::Digest> proof, std::span<const SlicePart> parts,
                    Bytes void_notice, const crypto::Signature* void_confirmation) {
  std::size_t size = 1024;
  for (const auto& part : parts) size += part.header.size() + part.body.size() + 320;
  flatbuffers::FlatBufferBuilder builder(size);
  const auto blob = [&](Bytes bytes) {
    builder.ForceVectorAlignment(bytes.size(), 1, 8);
    return builder.CreateVector(bytes.data(), bytes.size());
  };
  std::vector<flatbuffers::Offset<wire::Sealed>> records;
  records.reserve(parts.size());
  for (const auto& part : parts) {
    if (part.header.empty()) {
      const auto leaf = to_wire(part.leaf);
      records.push_back(wire::CreateSealed(builder, 0, 0, 0, 0, 0, &leaf));
      continue;
    }
    const auto header = blob(part.header);
    const auto body = blob(part.body);
    const auto slot = blob(part.slot);
    const auto others = part.other_slots.empty() ? 0 : write_digests(builder, part.other_slots);
    records.push_back(
        wire::CreateSealed(builder, header, body, slot, part.slot_index, others, nullptr));
  }
  const auto text = [&](std::string_view value) {
    return builder.CreateString(value.data(), value.size());
  };
  const auto stream = to_wire(facts.stream);
  const auto root = to_wire(facts.batch_root);
  const auto signature = to_wire(facts.signature);
  const auto confirmation =
      void_confirmation == nullptr ? std::nullopt : std::optional(to_wire(*void_confirmation));
  const auto hub = text(facts.hub);
  const auto sender = text(facts.sender);
  const auto recipient = text(facts.recipient);
  const auto index_vector = builder.CreateVector(indices.data(), indices.size());
  const auto proof_vector = write_digests(builder, proof);
  const auto record_vector = builder.CreateVector(records);
  const auto notice = void_notice.empty() ? 0 : blob(void_notice);
  builder.Finish(wire::CreateSlice(
      builder, hub, sender, recipient, static_cast<std::uint8_t>(facts.priority), &stream,
      facts.first_position, facts.register_number, facts.batch_size, &root, &signature,
      index_vector, proof_vector, record_vector, notice, confirmation ? &*confirmation : nullptr));
  return finished(builder);
}

Buffer with_voids(const Slice& slice, const std::vector<bool>& void_at, Bytes void_notice,
                  const crypto::Signature& confirmation) {
  const auto* wire = flatbuffers::GetRoot<wire::Slice>(slice.bytes()->data());
  std::vector<SlicePart> parts;
  parts.reserve(slice.records().size());
  for (std::size_t i = 0; i < slice.records().size(); ++i) {
    const auto& record = slice.records()[i];
    SlicePart part;
    part.leaf = record.leaf;
    if (!record.is_void && !void_at[i]) {
      part.header = record.header_bytes;
      part.body = record.body;
      part.slot = record.slot_bytes;
      part.slot_index = wire->records()->Get(static_cast<std::uint32_t>(i))->slot_index();
      part.other_slots = record.other_slots;
    }
    parts.push_back(std::move(part));
  }
  return encode_slice(slice.facts(), slice.indices(), read_digests(wire->proof()), parts,
                      void_notice, &confirmation);
}

}  // namespace hub::schemas
