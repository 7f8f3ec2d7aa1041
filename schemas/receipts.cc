#include "schemas/receipts.h"

#include "core/base/byte_writer.h"
#include "core/crypto/merkle.h"
#include "schemas/envelope.h"
#include "schemas/slice.h"
#include "schemas/wire_read.h"

namespace hub::schemas {
namespace {

Buffer signing_input(const Receipts& receipts) {
  std::vector<crypto::Digest> leaves;
  leaves.reserve(receipts.leaves.size());
  for (std::size_t i = 0; i < receipts.leaves.size(); ++i) {
    leaves.push_back(crypto::leaf_hash(ByteWriter(128)
                                           .prefixed("hub/receipt/v1")
                                           .prefixed(receipts.leaves[i])
                                           .u64(static_cast<std::uint8_t>(receipts.outcomes[i]))
                                           .prefixed(receipts.stream.bytes)
                                           .u64(receipts.first_position + i)
                                           .view()));
  }
  return ByteWriter()
      .prefixed("hub/receipts/v1")
      .prefixed(receipts.hub)
      .prefixed(receipts.recipient)
      .prefixed(receipts.sender)
      .u64(receipts.register_number)
      .u64(receipts.bundle_number)
      .u64(static_cast<std::uint64_t>(to_ms(receipts.time)))
      .u64(leaves.size())
      .prefixed(crypto::merkle_root(leaves))
      .take();
}

Buffer signing_input(const VoidNotice& notice) {
  ByteWriter out;
  out.prefixed("hub/void/v1")
      .prefixed(notice.hub)
      .prefixed(notice.sender)
      .prefixed(notice.recipient)
      .prefixed(notice.stream.bytes)
      .u64(static_cast<std::uint64_t>(to_ms(notice.time)))
      .u64(notice.positions.size());
  for (std::size_t i = 0; i < notice.positions.size(); ++i) {
    out.u64(notice.positions[i])
        .prefixed(notice.leaves[i])
        .u64(static_cast<std::uint8_t>(notice.outcomes[i]));
  }
  return out.take();
}

Buffer confirmation_input(Bytes notice) {
  return ByteWriter().prefixed("hub/void-confirm/v1").prefixed(crypto::sha256(notice)).take();
}

bool read_outcomes(const flatbuffers::Vector<std::uint8_t>* codes, std::vector<Outcome>& out) {
  for (const auto code : bytes_of(codes)) {
    const auto value = outcome(code);
    if (!value) return false;
    out.push_back(*value);
  }
  return true;
}

std::vector<std::uint8_t> codes_of(const std::vector<Outcome>& outcomes) {
  std::vector<std::uint8_t> out;
  out.reserve(outcomes.size());
  for (const auto value : outcomes) out.push_back(static_cast<std::uint8_t>(value));
  return out;
}

}  // namespace

Buffer sign_receipts(const Receipts& receipts, const crypto::EnvelopeKey& key) {
  require(receipts.leaves.size() == receipts.outcomes.size(), "each receipt has its outcome");
  flatbuffers::FlatBufferBuilder builder(512 + 40 * receipts.leaves.size());
  const auto stream = to_wire(receipts.stream);
  const auto signature = to_wire(key.sign(signing_input(receipts)));
  const auto hub = builder.CreateString(receipts.hub);
  const auto recipient = builder.CreateString(receipts.recipient);
  const auto sender = builder.CreateString(receipts.sender);
  const auto leaves = write_digests(builder, receipts.leaves);
  const auto outcomes = builder.CreateVector(codes_of(receipts.outcomes));
  builder.Finish(wire::CreateReceipts(
      builder, hub, recipient, sender, &stream, receipts.first_position, receipts.register_number,
      receipts.bundle_number, to_ms(receipts.time), leaves, outcomes, &signature));
  return finished(builder);
}

Result<UnverifiedReceipts, WireError> UnverifiedReceipts::parse(Bytes bytes) {
  if (bytes.size() > kMaxSliceBytes) return fail(WireError::TooLarge);
  const auto* wire = verified_root<wire::Receipts>(bytes);
  if (wire == nullptr || wire->stream() == nullptr || wire->signature() == nullptr) {
    return fail(WireError::Malformed);
  }
  UnverifiedReceipts out;
  out.receipts_ = {std::string(text_of(wire->hub())),
                   std::string(text_of(wire->recipient())),
                   std::string(text_of(wire->sender())),
                   uuid_of(*wire->stream()),
                   wire->first_position(),
                   wire->register_number(),
                   wire->bundle_number(),
                   from_ms(wire->time()),
                   read_digests(wire->leaves()),
                   {}};
  const auto& receipts = out.receipts_;
  if (!is_name(receipts.hub) || !is_name(receipts.recipient) || !is_name(receipts.sender)) {
    return fail(WireError::BadText);
  }
  if (!read_outcomes(wire->outcomes(), out.receipts_.outcomes)) return fail(WireError::UnknownCode);
  if (receipts.leaves.empty() || receipts.leaves.size() > kMaxSliceRecords ||
      receipts.leaves.size() != receipts.outcomes.size()) {
    return fail(WireError::Malformed);
  }
  out.signature_ = signature_of(*wire->signature());
  return out;
}

Result<Receipts, WireError> UnverifiedReceipts::verify(
    const crypto::VerifyKey<crypto::Envelope>& key, std::string_view hub) && {
  if (receipts_.hub != hub) return fail(WireError::OtherHub);
  if (!key.verify(signing_input(receipts_), signature_)) return fail(WireError::BadSignature);
  return std::move(receipts_);
}

Buffer sign_void_notice(const VoidNotice& notice, const crypto::EnvelopeKey& key) {
  require(notice.positions.size() == notice.leaves.size() &&
              notice.positions.size() == notice.outcomes.size(),
          "each void position has its leaf and outcome");
  flatbuffers::FlatBufferBuilder builder(512 + 56 * notice.positions.size());
  const auto stream = to_wire(notice.stream);
  const auto signature = to_wire(key.sign(signing_input(notice)));
  const auto hub = builder.CreateString(notice.hub);
  const auto sender = builder.CreateString(notice.sender);
  const auto recipient = builder.CreateString(notice.recipient);
  const auto positions = builder.CreateVector(notice.positions);
  const auto leaves = write_digests(builder, notice.leaves);
  const auto outcomes = builder.CreateVector(codes_of(notice.outcomes));
  builder.Finish(wire::CreateVoidNotice(builder, hub, sender, recipient, &stream, positions, leaves,
                                        outcomes, to_ms(notice.time), &signature));
  return finished(builder);
}

Result<UnverifiedVoidNotice, WireError> UnverifiedVoidNotice::parse(Bytes bytes) {
  if (bytes.size() > kMaxSliceBytes) return fail(WireError::TooLarge);
  const auto* wire = verified_root<wire::VoidNotice>(bytes);
  if (wire == nullptr || wire->stream() == nullptr || wire->signature() == nullptr ||
      wire->positions() == nullptr) {
    return fail(WireError::Malformed);
  }
  if (!is_aligned(*wire->positions())) return fail(WireError::Misaligned);
  UnverifiedVoidNotice out;
  out.notice_ = {std::string(text_of(wire->hub())),
                 std::string(text_of(wire->sender())),
                 std::string(text_of(wire->recipient())),
                 uuid_of(*wire->stream()),
                 {wire->positions()->begin(), wire->positions()->end()},
                 read_digests(wire->leaves()),
                 {},
                 from_ms(wire->time())};
  const auto& notice = out.notice_;
  if (!is_name(notice.hub) || !is_name(notice.sender) || !is_name(notice.recipient)) {
    return fail(WireError::BadText);
  }
  if (!read_outcomes(wire->outcomes(), out.notice_.outcomes)) return fail(WireError::UnknownCode);
  if (notice.positions.empty() || notice.positions.size() > kMaxSliceRecords ||
      notice.positions.size() != notice.leaves.size() ||
      notice.positions.size() != notice.outcomes.size()) {
    return fail(WireError::Malformed);
  }
  out.signature_ = signature_of(*wire->signature());
  return out;
}

Result<VoidNotice, WireError> UnverifiedVoidNotice::verify(
    const crypto::VerifyKey<crypto::Envelope>& broker, std::string_view hub) && {
  if (notice_.hub != hub) return fail(WireError::OtherHub);
  if (!broker.verify(signing_input(notice_), signature_)) return fail(WireError::BadSignature);
  return std::move(notice_);
}

crypto::Signature confirm_void(Bytes notice, const crypto::EnvelopeKey& sender) {
  return sender.sign(confirmation_input(notice));
}

bool void_is_confirmed(Bytes notice, const crypto::Signature& confirmation,
                       const crypto::VerifyKey<crypto::Envelope>& sender) {
  return sender.verify(confirmation_input(notice), confirmation);
}

}  // namespace hub::schemas
