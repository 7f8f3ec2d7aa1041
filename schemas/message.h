// Messages between an agent and the broker: one byte of kind, then a table of wire.fbs.
//
//   agent to broker: Hello, Submit (slice), Settle (receipts), Gap, ReceiptsTaken, VoidConfirm,
//                    Abandon, EpochKeys, FetchNote, NoteDelivery, Ping, WitnessRequest,
//                    WitnessAnswer, MirrorRequest, MirrorAnswer
//   broker to agent: Welcome, Submitted, Deliver (slice), ReceiptDelivery, VoidRequest (void
//                    notice), Gap, EpochKeys, FetchNote, NoteDelivery, Ping, WitnessRequest,
//                    WitnessAnswer, MirrorRequest, MirrorAnswer
//
// Hello and Welcome come first on every session. Each Submitted gives back one of the broker's
// window, each Settle one of the agent's.
//
// Which kinds a side accepts, and before or after the greeting, is a table in the code that
// receives them. A message of any other kind ends the session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"
#include "core/crypto/signing.h"
#include "schemas/codes.h"
#include "schemas/slice.h"
#include "schemas/wire_error.h"

namespace hub::schemas {

inline constexpr std::uint16_t kProtocolVersion = 1;
// A register or bundle note travels whole; nothing is larger.
inline constexpr std::size_t kMaxNoteBytes = 4U << 20U;
inline constexpr std::size_t kMaxMessageBytes = kMaxNoteBytes + 1024;

enum class MessageKind : std::uint8_t {
  Hello = 1,
  Welcome = 2,
  Submit = 3,
  Submitted = 4,
  Deliver = 5,
  Settle = 6,
  Gap = 7,
  ReceiptDelivery = 8,
  ReceiptsTaken = 9,
  VoidRequest = 10,
  VoidConfirm = 11,
  EpochKeys = 12,
  FetchNote = 13,
  NoteDelivery = 14,
  Ping = 15,
  Abandon = 16,
  WitnessRequest = 17,
  WitnessAnswer = 18,
  MirrorRequest = 19,
  MirrorAnswer = 20,
};

enum class NoteKind : std::uint8_t { Register = 1, Bundle = 2 };

// Where a party stands with register and bundle.
struct NoteState {
  std::uint64_t number = 0;
  crypto::Digest hash{};

  bool operator==(const NoteState&) const = default;
};

struct Hello {
  std::string hub;
  std::string party;
  std::uint16_t protocol = kProtocolVersion;
  NoteState register_state;
  NoteState bundle_state;
  std::uint32_t window = 0;  // slices the agent takes before it has settled any
};

struct Welcome {
  std::string hub;
  std::uint16_t protocol = kProtocolVersion;
  Time incarnation;
  crypto::Signature signature{};  // over incarnation_signing_input, by the broker's identity key
  Time time;
  NoteState register_state;
  NoteState bundle_state;
  std::uint32_t window = 0;  // slices the broker takes before it has answered any
};

// "hub/incarnation/v1" || hub || milliseconds
[[nodiscard]] Buffer incarnation_signing_input(std::string_view hub, Time incarnation);

struct Submitted {
  Uuid stream;
  std::uint64_t first_position = 0;
  Answer answer = Answer::Malformed;
};

struct Gap {
  std::string sender;
  Uuid stream;
  std::uint64_t expected_position = 0;
};

// The sender gives up a stream: its recipient has lost what came before. What is unsettled in it
// comes again in a new stream.
struct Abandon {
  Uuid stream;
};

struct ReceiptDelivery {
  std::uint64_t number = 0;  // the broker's, for ReceiptsTaken
  Buffer receipts;
};

struct VoidConfirmation {
  Buffer notice;
  crypto::Signature signature{};
};

struct NoteDelivery {
  NoteKind kind = NoteKind::Register;
  std::uint64_t number = 0;
  std::string note;  // empty in a FetchNote
};

struct Ping {
  Time time;
  std::uint64_t waiting = 0;
};

// `log` and `witness` are parties. The body of the request is an add-checkpoint request of C2SP
// tlog-witness, that of the answer what belongs to the status.
struct WitnessRequest {
  std::string log;
  std::string witness;
  std::string body;
};

struct WitnessAnswer {
  std::string log;
  std::string witness;
  std::uint16_t status = 0;
  std::string body;
};

// `log` and `holder` are parties: whose leaves, and who keeps them. What the bodies say:
// audit/mirror/mirror_talk.h.
struct MirrorRequest {
  std::string log;
  std::string holder;
  Buffer body;
};

struct MirrorAnswer {
  std::string log;
  std::string holder;
  Buffer body;
};

// Kind and content apart. The content is copied, so that it is aligned.
struct Message {
  MessageKind kind;
  SharedBytes content;
};
[[nodiscard]] Result<Message, WireError> read_message(Bytes bytes);
[[nodiscard]] Buffer write_message(MessageKind kind, Bytes content);

[[nodiscard]] Buffer encode(const Hello& hello);
[[nodiscard]] Buffer encode(const Welcome& welcome);
[[nodiscard]] Buffer encode(const Submitted& submitted);
[[nodiscard]] Buffer encode(const Gap& gap);
[[nodiscard]] Buffer encode(const Abandon& abandon);
[[nodiscard]] Buffer encode(const ReceiptDelivery& delivery);
[[nodiscard]] Buffer encode(const VoidConfirmation& confirmation);
[[nodiscard]] Buffer encode(const NoteDelivery& delivery);
[[nodiscard]] Buffer encode(const Ping& ping);
[[nodiscard]] Buffer encode(const WitnessRequest& request);
[[nodiscard]] Buffer encode(const WitnessAnswer& answer);
[[nodiscard]] Buffer encode(const MirrorRequest& request);
[[nodiscard]] Buffer encode(const MirrorAnswer& answer);
[[nodiscard]] Buffer encode_receipts_taken(std::span<const std::uint64_t> numbers);
[[nodiscard]] Buffer encode_epoch_keys(std::span<const Buffer> statements);

[[nodiscard]] Result<Hello, WireError> parse_hello(Bytes content);
[[nodiscard]] Result<Welcome, WireError> parse_welcome(Bytes content);
[[nodiscard]] Result<Submitted, WireError> parse_submitted(Bytes content);
[[nodiscard]] Result<Gap, WireError> parse_gap(Bytes content);
[[nodiscard]] Result<Abandon, WireError> parse_abandon(Bytes content);
[[nodiscard]] Result<ReceiptDelivery, WireError> parse_receipt_delivery(Bytes content);
[[nodiscard]] Result<VoidConfirmation, WireError> parse_void_confirmation(Bytes content);
[[nodiscard]] Result<NoteDelivery, WireError> parse_note_delivery(Bytes content);
[[nodiscard]] Result<Ping, WireError> parse_ping(Bytes content);
[[nodiscard]] Result<WitnessRequest, WireError> parse_witness_request(Bytes content);
[[nodiscard]] Result<WitnessAnswer, WireError> parse_witness_answer(Bytes content);
[[nodiscard]] Result<MirrorRequest, WireError> parse_mirror_request(Bytes content);
[[nodiscard]] Result<MirrorAnswer, WireError> parse_mirror_answer(Bytes content);
[[nodiscard]] Result<std::vector<std::uint64_t>, WireError> parse_receipts_taken(Bytes content);
[[nodiscard]] Result<std::vector<Buffer>, WireError> parse_epoch_keys(Bytes content);

}  // namespace hub::schemas
