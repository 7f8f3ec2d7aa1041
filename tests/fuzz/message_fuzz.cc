// Any bytes as a message between agent and broker, of whatever kind it says it is.
#include <cstdint>

#include "core/base/result.h"
#include "schemas/message.h"

namespace {

using hub::require;
using namespace hub::schemas;  // every parser of one header

// What was read is written again and then reads and writes the same.
template <class Parse>
void round_trip(hub::Bytes content, const Parse& parse) {
  const auto first = parse(content);
  if (!first) return;
  const auto written = encode(*first);
  const auto second = parse(written);
  require(second.has_value() && encode(*second) == written, "a message survives a round trip");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = read_message(hub::Bytes(data, size));
  if (!message) return 0;
  const hub::Bytes content(*message->content);
  switch (message->kind) {
    case MessageKind::Hello: round_trip(content, parse_hello); break;
    case MessageKind::Welcome: round_trip(content, parse_welcome); break;
    case MessageKind::Submitted: round_trip(content, parse_submitted); break;
    case MessageKind::Gap: round_trip(content, parse_gap); break;
    case MessageKind::ReceiptDelivery: round_trip(content, parse_receipt_delivery); break;
    case MessageKind::VoidConfirm: round_trip(content, parse_void_confirmation); break;
    case MessageKind::NoteDelivery:
    case MessageKind::FetchNote: round_trip(content, parse_note_delivery); break;
    case MessageKind::Ping: round_trip(content, parse_ping); break;
    case MessageKind::Abandon: round_trip(content, parse_abandon); break;
    case MessageKind::WitnessRequest: round_trip(content, parse_witness_request); break;
    case MessageKind::WitnessAnswer: round_trip(content, parse_witness_answer); break;
    case MessageKind::MirrorRequest: round_trip(content, parse_mirror_request); break;
    case MessageKind::MirrorAnswer: round_trip(content, parse_mirror_answer); break;
    case MessageKind::ReceiptsTaken: static_cast<void>(parse_receipts_taken(content)); break;
    case MessageKind::EpochKeys: static_cast<void>(parse_epoch_keys(content)); break;
    // Slices, receipts and notices have targets of their own.
    case MessageKind::Submit:
    case MessageKind::Deliver:
    case MessageKind::Settle:
    case MessageKind::VoidRequest: break;
  }
  require(write_message(message->kind, content) == hub::Buffer(data, data + size),
          "a message is its kind and its content");
  return 0;
}
