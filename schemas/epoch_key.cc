#include "schemas/epoch_key.h"

#include "core/base/byte_writer.h"
#include "schemas/wire_read.h"

namespace hub::schemas {
namespace {

constexpr std::size_t kMaxBytes = 2048;
constexpr std::chrono::minutes kClockError{5};

Buffer signing_input(std::string_view hub, const EpochKey& key) {
  return ByteWriter()
      .prefixed("hub/epoch/v1")
      .prefixed(hub)
      .prefixed(key.authority)
      .u64(static_cast<std::uint8_t>(key.epoch.delivery_class))
      .u64(key.epoch.day)
      .u64(key.epoch.generation)
      .u64(kSuite)
      .prefixed(key.key)
      .u64(static_cast<std::uint64_t>(to_ms(key.not_before)))
      .u64(static_cast<std::uint64_t>(to_ms(key.not_after)))
      .prefixed(key.previous)
      .take();
}

}  // namespace

bool times_are_possible(const Header& header, DeliveryClass delivery_class, Time now) {
  // The sum is of a time just found to be near or past: it cannot overflow, as the difference
  // could.
  return header.created <= now + kClockError &&
         header.expires <= header.created + longest_delivery(delivery_class);
}

Buffer sign_epoch_key(std::string_view hub, const EpochKey& key,
                      const crypto::IdentityKey& identity) {
  flatbuffers::FlatBufferBuilder builder(512);
  const auto public_key = to_wire(key.key);
  const auto previous = to_wire(key.previous);
  const auto signature = to_wire(identity.sign(signing_input(hub, key)));
  const auto hub_text = builder.CreateString(hub.data(), hub.size());
  const auto authority = builder.CreateString(key.authority);
  builder.Finish(wire::CreateEpochKey(
      builder, hub_text, authority, static_cast<std::uint8_t>(key.epoch.delivery_class),
      key.epoch.day, key.epoch.generation, kSuite, &public_key, to_ms(key.not_before),
      to_ms(key.not_after), &previous, &signature));
  return finished(builder);
}

Result<UnverifiedEpochKey, WireError> UnverifiedEpochKey::parse(Bytes bytes) {
  if (bytes.size() > kMaxBytes) return fail(WireError::TooLarge);
  const auto* wire = verified_root<wire::EpochKey>(bytes);
  if (wire == nullptr || wire->public_key() == nullptr || wire->previous() == nullptr ||
      wire->signature() == nullptr || wire->not_after() <= wire->not_before()) {
    return fail(WireError::Malformed);
  }
  if (wire->suite() != kSuite) return fail(WireError::UnknownSuite);
  const auto klass = delivery_class(wire->delivery_class());
  if (!klass) return fail(WireError::UnknownCode);
  UnverifiedEpochKey out;
  out.hub_ = text_of(wire->hub());
  out.key_ = {std::string(text_of(wire->authority())),
              {*klass, wire->epoch(), wire->generation()},
              digest_of(*wire->public_key()),
              from_ms(wire->not_before()),
              from_ms(wire->not_after()),
              digest_of(*wire->previous())};
  if (!is_name(out.hub_) || !is_name(out.key_.authority)) return fail(WireError::BadText);
  out.signature_ = signature_of(*wire->signature());
  return out;
}

Result<EpochKey, WireError> UnverifiedEpochKey::verify(
    const crypto::VerifyKey<crypto::Identity>& identity, std::string_view hub) && {
  if (hub_ != hub) return fail(WireError::OtherHub);
  if (!identity.verify(signing_input(hub, key_), signature_)) return fail(WireError::BadSignature);
  return std::move(key_);
}

}  // namespace hub::schemas
