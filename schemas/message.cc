#include "schemas/message.h"

#include "core/base/byte_writer.h"
#include "schemas/wire_read.h"

namespace hub::schemas {
namespace {

constexpr std::size_t kMaxEpochKeys = 4096;

// The most bytes a message of this kind may have, its kind byte not counted.
std::size_t most_bytes(MessageKind kind) {
  switch (kind) {
    case MessageKind::Submit:
    case MessageKind::Deliver:
    case MessageKind::Settle:
    case MessageKind::VoidRequest: return kMaxSliceBytes;
    case MessageKind::ReceiptDelivery:
    case MessageKind::VoidConfirm: return kMaxSliceBytes + 1024;
    case MessageKind::EpochKeys:
    case MessageKind::NoteDelivery: return kMaxNoteBytes + 512;
    case MessageKind::ReceiptsTaken: return 64U << 10U;
    case MessageKind::WitnessRequest:
    case MessageKind::WitnessAnswer: return 32U << 10U;
    case MessageKind::MirrorRequest:
    case MessageKind::MirrorAnswer: return 384U << 10U;
    case MessageKind::Hello:
    case MessageKind::Welcome:
    case MessageKind::Submitted:
    case MessageKind::Gap:
    case MessageKind::Abandon:
    case MessageKind::FetchNote:
    case MessageKind::Ping: return 4096;
  }
  return 0;
}

bool is_kind(std::uint8_t code) {
  return code >= static_cast<std::uint8_t>(MessageKind::Hello) &&
         code <= static_cast<std::uint8_t>(MessageKind::MirrorAnswer);
}

std::optional<NoteState> note_state(std::uint64_t number, const wire::Hash* hash) {
  if (hash == nullptr) return std::nullopt;
  return NoteState{number, digest_of(*hash)};
}

auto blob(flatbuffers::FlatBufferBuilder& builder, Bytes bytes) {
  builder.ForceVectorAlignment(bytes.size(), 1, 8);
  return builder.CreateVector(bytes.data(), bytes.size());
}

auto text(flatbuffers::FlatBufferBuilder& builder, std::string_view value) {
  return builder.CreateString(value.data(), value.size());
}

}  // namespace

Result<Message, WireError> read_message(Bytes bytes) {
  if (bytes.size() < 2) return fail(WireError::Malformed);
  if (!is_kind(bytes.front())) return fail(WireError::UnknownCode);
  const auto kind = static_cast<MessageKind>(bytes.front());
  if (bytes.size() - 1 > most_bytes(kind)) return fail(WireError::TooLarge);
  return Message{kind, std::make_shared<const Buffer>(to_buffer(bytes.subspan(1)))};
}

Buffer write_message(MessageKind kind, Bytes content) {
  return ByteWriter(content.size() + 1).u8(static_cast<std::uint8_t>(kind)).raw(content).take();
}

Buffer incarnation_signing_input(std::string_view hub, Time incarnation) {
  return ByteWriter()
      .prefixed("hub/incarnation/v1")
      .prefixed(hub)
      .u64(static_cast<std::uint64_t>(to_ms(incarnation)))
      .take();
}

Buffer encode(const Hello& hello) {
  flatbuffers::FlatBufferBuilder builder(256);
  const auto register_hash = to_wire(hello.register_state.hash);
  const auto bundle_hash = to_wire(hello.bundle_state.hash);
  const auto hub = text(builder, hello.hub);
  const auto party = text(builder, hello.party);
  builder.Finish(wire::CreateHello(builder, hub, party, hello.protocol, hello.register_state.number,
                                   &register_hash, hello.bundle_state.number, &bundle_hash,
                                   hello.window));
  return finished(builder);
}

Result<Hello, WireError> parse_hello(Bytes content) {
  const auto* wire = verified_root<wire::Hello>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  const auto register_state = note_state(wire->register_number(), wire->register_hash());
  const auto bundle_state = note_state(wire->bundle_number(), wire->bundle_hash());
  if (!register_state || !bundle_state) return fail(WireError::Malformed);
  Hello out{std::string(text_of(wire->hub())),
            std::string(text_of(wire->party())),
            wire->protocol(),
            *register_state,
            *bundle_state,
            wire->window()};
  if (!is_name(out.hub) || !is_name(out.party)) return fail(WireError::BadText);
  return out;
}

Buffer encode(const Welcome& welcome) {
  flatbuffers::FlatBufferBuilder builder(256);
  const auto signature = to_wire(welcome.signature);
  const auto register_hash = to_wire(welcome.register_state.hash);
  const auto bundle_hash = to_wire(welcome.bundle_state.hash);
  const auto hub = text(builder, welcome.hub);
  builder.Finish(wire::CreateWelcome(builder, hub, welcome.protocol, to_ms(welcome.incarnation),
                                     &signature, to_ms(welcome.time), welcome.register_state.number,
                                     &register_hash, welcome.bundle_state.number, &bundle_hash,
                                     welcome.window));
  return finished(builder);
}

Result<Welcome, WireError> parse_welcome(Bytes content) {
  const auto* wire = verified_root<wire::Welcome>(content);
  if (wire == nullptr || wire->signature() == nullptr) return fail(WireError::Malformed);
  const auto register_state = note_state(wire->register_number(), wire->register_hash());
  const auto bundle_state = note_state(wire->bundle_number(), wire->bundle_hash());
  if (!register_state || !bundle_state) return fail(WireError::Malformed);
  Welcome out{std::string(text_of(wire->hub())),
              wire->protocol(),
              from_ms(wire->incarnation()),
              signature_of(*wire->signature()),
              from_ms(wire->time()),
              *register_state,
              *bundle_state,
              wire->window()};
  if (!is_name(out.hub)) return fail(WireError::BadText);
  return out;
}

Buffer encode(const Submitted& submitted) {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto stream = to_wire(submitted.stream);
  builder.Finish(wire::CreateSubmitted(builder, &stream, submitted.first_position,
                                       static_cast<std::uint8_t>(submitted.answer)));
  return finished(builder);
}

Result<Submitted, WireError> parse_submitted(Bytes content) {
  const auto* wire = verified_root<wire::Submitted>(content);
  if (wire == nullptr || wire->stream() == nullptr) return fail(WireError::Malformed);
  const auto code = answer(wire->answer());
  if (!code) return fail(WireError::UnknownCode);
  return Submitted{uuid_of(*wire->stream()), wire->first_position(), *code};
}

Buffer encode(const Gap& gap) {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto stream = to_wire(gap.stream);
  const auto sender = text(builder, gap.sender);
  builder.Finish(wire::CreateGap(builder, sender, &stream, gap.expected_position));
  return finished(builder);
}

Result<Gap, WireError> parse_gap(Bytes content) {
  const auto* wire = verified_root<wire::Gap>(content);
  if (wire == nullptr || wire->stream() == nullptr) return fail(WireError::Malformed);
  Gap out{std::string(text_of(wire->sender())), uuid_of(*wire->stream()),
          wire->expected_position()};
  if (!is_name(out.sender)) return fail(WireError::BadText);
  return out;
}

Buffer encode(const Abandon& abandon) {
  flatbuffers::FlatBufferBuilder builder(64);
  const auto stream = to_wire(abandon.stream);
  builder.Finish(wire::CreateAbandon(builder, &stream));
  return finished(builder);
}

Result<Abandon, WireError> parse_abandon(Bytes content) {
  const auto* wire = verified_root<wire::Abandon>(content);
  if (wire == nullptr || wire->stream() == nullptr) return fail(WireError::Malformed);
  return Abandon{uuid_of(*wire->stream())};
}

Buffer encode(const ReceiptDelivery& delivery) {
  flatbuffers::FlatBufferBuilder builder(delivery.receipts.size() + 64);
  const auto receipts = blob(builder, delivery.receipts);
  builder.Finish(wire::CreateReceiptDelivery(builder, delivery.number, receipts));
  return finished(builder);
}

Result<ReceiptDelivery, WireError> parse_receipt_delivery(Bytes content) {
  const auto* wire = verified_root<wire::ReceiptDelivery>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  return ReceiptDelivery{wire->number(), to_buffer(bytes_of(wire->receipts()))};
}

Buffer encode(const VoidConfirmation& confirmation) {
  flatbuffers::FlatBufferBuilder builder(confirmation.notice.size() + 128);
  const auto signature = to_wire(confirmation.signature);
  const auto notice = blob(builder, confirmation.notice);
  builder.Finish(wire::CreateVoidConfirmation(builder, notice, &signature));
  return finished(builder);
}

Result<VoidConfirmation, WireError> parse_void_confirmation(Bytes content) {
  const auto* wire = verified_root<wire::VoidConfirmation>(content);
  if (wire == nullptr || wire->signature() == nullptr) return fail(WireError::Malformed);
  return VoidConfirmation{to_buffer(bytes_of(wire->notice())), signature_of(*wire->signature())};
}

Buffer encode(const NoteDelivery& delivery) {
  flatbuffers::FlatBufferBuilder builder(delivery.note.size() + 64);
  const auto note = text(builder, delivery.note);
  builder.Finish(wire::CreateNoteDelivery(builder, static_cast<std::uint8_t>(delivery.kind),
                                          delivery.number, note));
  return finished(builder);
}

Result<NoteDelivery, WireError> parse_note_delivery(Bytes content) {
  const auto* wire = verified_root<wire::NoteDelivery>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  const auto kind = static_cast<NoteKind>(wire->kind());
  if (kind != NoteKind::Register && kind != NoteKind::Bundle) return fail(WireError::UnknownCode);
  return NoteDelivery{kind, wire->number(), std::string(text_of(wire->note()))};
}

Buffer encode(const Ping& ping) {
  flatbuffers::FlatBufferBuilder builder(64);
  builder.Finish(wire::CreatePing(builder, to_ms(ping.time), ping.waiting));
  return finished(builder);
}

Result<Ping, WireError> parse_ping(Bytes content) {
  const auto* wire = verified_root<wire::Ping>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  return Ping{from_ms(wire->time()), wire->waiting()};
}

Buffer encode(const WitnessRequest& request) {
  flatbuffers::FlatBufferBuilder builder(request.body.size() + 128);
  const auto log = text(builder, request.log);
  const auto witness = text(builder, request.witness);
  const auto body = blob(builder, as_bytes(request.body));
  builder.Finish(wire::CreateWitnessRequest(builder, log, witness, body));
  return finished(builder);
}

Result<WitnessRequest, WireError> parse_witness_request(Bytes content) {
  const auto* wire = verified_root<wire::WitnessRequest>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  WitnessRequest out{std::string(text_of(wire->log())), std::string(text_of(wire->witness())),
                     to_text(bytes_of(wire->body()))};
  if (!is_name(out.log) || !is_name(out.witness)) return fail(WireError::BadText);
  return out;
}

Buffer encode(const WitnessAnswer& answer) {
  flatbuffers::FlatBufferBuilder builder(answer.body.size() + 128);
  const auto log = text(builder, answer.log);
  const auto witness = text(builder, answer.witness);
  const auto body = blob(builder, as_bytes(answer.body));
  builder.Finish(wire::CreateWitnessAnswer(builder, log, witness, answer.status, body));
  return finished(builder);
}

Result<WitnessAnswer, WireError> parse_witness_answer(Bytes content) {
  const auto* wire = verified_root<wire::WitnessAnswer>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  WitnessAnswer out{std::string(text_of(wire->log())), std::string(text_of(wire->witness())),
                    wire->status(), to_text(bytes_of(wire->body()))};
  if (!is_name(out.log) || !is_name(out.witness)) return fail(WireError::BadText);
  return out;
}

Buffer encode(const MirrorRequest& request) {
  flatbuffers::FlatBufferBuilder builder(request.body.size() + 128);
  const auto log = text(builder, request.log);
  const auto holder = text(builder, request.holder);
  const auto body = blob(builder, request.body);
  builder.Finish(wire::CreateMirrorRequest(builder, log, holder, body));
  return finished(builder);
}

Result<MirrorRequest, WireError> parse_mirror_request(Bytes content) {
  const auto* wire = verified_root<wire::MirrorRequest>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  MirrorRequest out{std::string(text_of(wire->log())), std::string(text_of(wire->holder())),
                    to_buffer(bytes_of(wire->body()))};
  if (!is_name(out.log) || !is_name(out.holder)) return fail(WireError::BadText);
  return out;
}

Buffer encode(const MirrorAnswer& answer) {
  flatbuffers::FlatBufferBuilder builder(answer.body.size() + 128);
  const auto log = text(builder, answer.log);
  const auto holder = text(builder, answer.holder);
  const auto body = blob(builder, answer.body);
  builder.Finish(wire::CreateMirrorAnswer(builder, log, holder, body));
  return finished(builder);
}

Result<MirrorAnswer, WireError> parse_mirror_answer(Bytes content) {
  const auto* wire = verified_root<wire::MirrorAnswer>(content);
  if (wire == nullptr) return fail(WireError::Malformed);
  MirrorAnswer out{std::string(text_of(wire->log())), std::string(text_of(wire->holder())),
                   to_buffer(bytes_of(wire->body()))};
  if (!is_name(out.log) || !is_name(out.holder)) return fail(WireError::BadText);
  return out;
}

Buffer encode_receipts_taken(std::span<const std::uint64_t> numbers) {
  flatbuffers::FlatBufferBuilder builder(64 + 8 * numbers.size());
  const auto vector = builder.CreateVector(numbers.data(), numbers.size());
  builder.Finish(wire::CreateReceiptsTaken(builder, vector));
  return finished(builder);
}

Result<std::vector<std::uint64_t>, WireError> parse_receipts_taken(Bytes content) {
  const auto* wire = verified_root<wire::ReceiptsTaken>(content);
  if (wire == nullptr || wire->numbers() == nullptr) return fail(WireError::Malformed);
  if (!is_aligned(*wire->numbers())) return fail(WireError::Misaligned);
  return std::vector<std::uint64_t>(wire->numbers()->begin(), wire->numbers()->end());
}

Buffer encode_epoch_keys(std::span<const Buffer> statements) {
  flatbuffers::FlatBufferBuilder builder(512 * (1 + statements.size()));
  std::vector<flatbuffers::Offset<wire::Blob>> blobs;
  blobs.reserve(statements.size());
  for (const auto& statement : statements) {
    const auto bytes = blob(builder, statement);
    blobs.push_back(wire::CreateBlob(builder, bytes));
  }
  const auto keys = builder.CreateVector(blobs);
  builder.Finish(wire::CreateEpochKeys(builder, keys));
  return finished(builder);
}

Result<std::vector<Buffer>, WireError> parse_epoch_keys(Bytes content) {
  const auto* wire = verified_root<wire::EpochKeys>(content);
  if (wire == nullptr || wire->keys() == nullptr) return fail(WireError::Malformed);
  if (wire->keys()->size() > kMaxEpochKeys) return fail(WireError::TooLarge);
  std::vector<Buffer> out;
  out.reserve(wire->keys()->size());
  for (const auto* key : *wire->keys()) out.push_back(to_buffer(bytes_of(key->bytes())));
  return out;
}

}  // namespace hub::schemas
