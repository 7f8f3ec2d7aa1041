#include "schemas/envelope.h"

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/crypto/merkle.h"
#include "schemas/wire_read.h"

namespace hub::schemas {
namespace {

bool read_names(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* names,
                std::size_t most, std::vector<std::string_view>& out) {
  if (names == nullptr || names->size() == 0 || names->size() > most) return false;
  out.reserve(names->size());
  for (const auto* name : *names) {
    out.push_back(text_of(name));
    if (!is_name(out.back())) return false;
  }
  return true;
}

// The parts of a header that cannot be wrong in a way worth telling apart.
std::optional<WireError> fault_of(const wire::Header& header) {
  if (header.version() != kEnvelopeVersion) return WireError::UnknownVersion;
  if (header.suite() != kSuite) return WireError::UnknownSuite;
  if (header.record_id() == nullptr || header.commitment() == nullptr) return WireError::Malformed;
  if (!record_kind(header.kind()) || !priority(header.priority())) return WireError::UnknownCode;
  if (header.expires() <= header.created()) return WireError::Malformed;
  for (const auto* text :
       {header.record_type(), header.sender(), header.purpose(), header.agreement(),
        header.legal_basis(), header.regime(), header.handling()}) {
    if (!is_name(text_of(text))) return WireError::BadText;
  }
  if (header.originator() != nullptr && !is_name(text_of(header.originator()))) {
    return WireError::BadText;
  }
  return std::nullopt;
}

void write_epoch(ByteWriter& out, const EpochId& epoch) {
  out.u8(static_cast<std::uint8_t>(epoch.delivery_class)).u32(epoch.day).u16(epoch.generation);
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameLength &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Buffer encode_header(const Header& header) {
  flatbuffers::FlatBufferBuilder builder(512);
  const auto text = [&](std::string_view value) {
    return builder.CreateString(value.data(), value.size());
  };
  const auto texts = [&](const std::vector<std::string_view>& values) {
    std::vector<flatbuffers::Offset<flatbuffers::String>> offsets;
    offsets.reserve(values.size());
    for (const auto value : values) offsets.push_back(text(value));
    return builder.CreateVector(offsets);
  };
  const auto record_id = to_wire(header.record_id);
  const auto commitment = to_wire(header.commitment);
  const auto in_reply_to =
      header.in_reply_to ? std::optional(to_wire(*header.in_reply_to)) : std::nullopt;
  const auto record_type = text(header.record_type);
  const auto sender = text(header.sender);
  const auto recipients = texts(header.recipients);
  const auto purpose = text(header.purpose);
  const auto agreement = text(header.agreement);
  const auto legal_basis = text(header.legal_basis);
  const auto regime = text(header.regime);
  const auto handling = text(header.handling);
  const auto field_groups = texts(header.field_groups);
  const auto originator = header.originator.empty() ? flatbuffers::Offset<flatbuffers::String>()
                                                    : text(header.originator);
  builder.Finish(wire::CreateHeader(
      builder, kEnvelopeVersion, kSuite, static_cast<std::uint8_t>(header.kind), &record_id,
      record_type, header.type_version, sender, recipients, purpose, agreement, legal_basis, regime,
      handling, static_cast<std::uint8_t>(header.priority), field_groups, to_ms(header.created),
      to_ms(header.expires), in_reply_to ? &*in_reply_to : nullptr, header.register_number,
      header.bundle_number, &commitment, originator));
  return finished(builder);
}

Result<Header, WireError> parse_header(Bytes bytes) {
  if (bytes.size() > kMaxHeaderBytes) return fail(WireError::TooLarge);
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) {  // NOLINT(*-reinterpret-cast)
    return fail(WireError::Misaligned);
  }
  const auto* wire = verified_root<wire::Header>(bytes);
  if (wire == nullptr) return fail(WireError::Malformed);
  if (const auto fault = fault_of(*wire)) return fail(*fault);
  Header out;
  if (!read_names(wire->recipients(), kMaxRecipients, out.recipients) ||
      !read_names(wire->field_groups(), kMaxFieldGroups, out.field_groups)) {
    return fail(WireError::BadText);
  }
  out.kind = promised(record_kind(wire->kind()), "the kind was looked at before");
  out.record_id = uuid_of(*wire->record_id());
  out.record_type = text_of(wire->record_type());
  out.type_version = wire->type_version();
  out.sender = text_of(wire->sender());
  out.purpose = text_of(wire->purpose());
  out.agreement = text_of(wire->agreement());
  out.legal_basis = text_of(wire->legal_basis());
  out.regime = text_of(wire->regime());
  out.handling = text_of(wire->handling());
  out.priority = promised(priority(wire->priority()), "the priority was looked at before");
  out.created = from_ms(wire->created());
  out.expires = from_ms(wire->expires());
  if (wire->in_reply_to() != nullptr) out.in_reply_to = uuid_of(*wire->in_reply_to());
  out.register_number = wire->register_number();
  out.bundle_number = wire->bundle_number();
  out.commitment = digest_of(*wire->commitment());
  if (wire->originator() != nullptr) out.originator = text_of(wire->originator());
  return out;
}

Buffer encode_slot(const Slot& slot) {
  ByteWriter out(192);
  out.prefixed(slot.recipient);
  write_epoch(out, slot.epoch);
  return out.u8(slot.attempt)
      .raw(slot.encapsulated)
      .u64(slot.sequence)
      .raw(slot.stream.bytes)
      .u64(slot.position)
      .raw(slot.previous)
      .raw(slot.wrapped)
      .take();
}

Result<Slot, WireError> parse_slot(Bytes bytes) {
  if (bytes.size() > kMaxSlotBytes) return fail(WireError::TooLarge);
  ByteReader in(bytes);
  Slot out;
  out.recipient = as_text(in.prefixed());
  const auto klass = delivery_class(in.u8());
  out.epoch.day = in.u32();
  out.epoch.generation = in.u16();
  out.attempt = in.u8();
  out.encapsulated = in.array<32>();
  out.sequence = in.u64();
  out.stream = Uuid{in.array<16>()};
  out.position = in.u64();
  out.previous = in.array<32>();
  out.wrapped = in.array<48>();
  if (!in.finished()) return fail(WireError::Malformed);
  if (!klass || out.attempt == 0) return fail(WireError::UnknownCode);
  if (!is_name(out.recipient)) return fail(WireError::BadText);
  out.epoch.delivery_class = *klass;
  return out;
}

Buffer slot_associated_data(const crypto::Digest& header_hash, const crypto::Digest& body_hash,
                            const Slot& slot) {
  ByteWriter out(160);
  out.prefixed(header_hash).prefixed(body_hash).prefixed(slot.recipient);
  write_epoch(out, slot.epoch);
  return out.prefixed(slot.encapsulated).u64(slot.sequence).take();
}

Buffer slot_info(std::string_view sender, std::string_view recipient, const EpochId& epoch) {
  ByteWriter out(96);
  out.prefixed("hub/slot/v1").u16(kSuite).prefixed(sender).prefixed(recipient);
  write_epoch(out, epoch);
  return out.take();
}

crypto::Digest envelope_leaf(const crypto::Digest& header_hash, const crypto::Digest& body_hash,
                             std::span<const crypto::Digest> slot_hashes) {
  ByteWriter out(128 + 36 * slot_hashes.size());
  out.prefixed("hub/env/v1").prefixed(header_hash).prefixed(body_hash).u64(slot_hashes.size());
  for (const auto& hash : slot_hashes) out.prefixed(hash);
  return crypto::leaf_hash(out.view());
}

}  // namespace hub::schemas
