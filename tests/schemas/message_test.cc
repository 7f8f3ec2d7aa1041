#include "schemas/message.h"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <set>

#include "tests/base/flipped.h"

namespace hub::schemas {
namespace {

template <std::size_t N>
std::array<std::uint8_t, N> counted(std::uint8_t from) {
  std::array<std::uint8_t, N> out{};
  std::iota(out.begin(), out.end(), from);
  return out;
}

NoteState state(std::uint64_t number) {
  return {number, counted<32>(static_cast<std::uint8_t>(number))};
}
Uuid stream() { return {counted<16>(1)}; }
Hello hello() {
  return {"test.hub.example", "E09000007", kProtocolVersion, state(3), state(9), 32};
}
Welcome welcome() {
  return {"test.hub.example",
          kProtocolVersion,
          from_ms(1'795'262'400'000),
          counted<64>(5),
          from_ms(1'795'262'400'123),
          state(3),
          state(9),
          64};
}

// Parses and writes again; nothing when the content is refused.
using Again = std::function<std::optional<Buffer>(Bytes)>;

template <class Parse>
Again parsed_by(Parse parse) {
  return [parse](Bytes content) -> std::optional<Buffer> {
    const auto read = parse(content);
    return read ? std::optional(encode(*read)) : std::nullopt;
  };
}

struct Sample {
  MessageKind kind;
  Buffer content;
  Again again;
};

// One of each kind. The slices, receipts and void notices that four kinds carry as they are have
// tests of their own.
std::vector<Sample> samples() {
  const Buffer signed_bytes{9, 8, 7, 6, 5, 4, 3, 2, 1};
  const Again as_it_is = [](Bytes content) { return std::optional(to_buffer(content)); };
  const Again numbers = [](Bytes content) -> std::optional<Buffer> {
    const auto read = parse_receipts_taken(content);
    return read ? std::optional(encode_receipts_taken(*read)) : std::nullopt;
  };
  const Again statements = [](Bytes content) -> std::optional<Buffer> {
    const auto read = parse_epoch_keys(content);
    return read ? std::optional(encode_epoch_keys(*read)) : std::nullopt;
  };
  return {
      {MessageKind::Hello, encode(hello()), parsed_by(parse_hello)},
      {MessageKind::Welcome, encode(welcome()), parsed_by(parse_welcome)},
      {MessageKind::Submit, signed_bytes, as_it_is},
      {MessageKind::Submitted, encode(Submitted{stream(), 41, Answer::PositionGap}),
       parsed_by(parse_submitted)},
      {MessageKind::Deliver, signed_bytes, as_it_is},
      {MessageKind::Settle, signed_bytes, as_it_is},
      {MessageKind::Gap, encode(Gap{"E09000012", stream(), 17}), parsed_by(parse_gap)},
      {MessageKind::ReceiptDelivery, encode(ReceiptDelivery{5, signed_bytes}),
       parsed_by(parse_receipt_delivery)},
      {MessageKind::ReceiptsTaken,
       encode_receipts_taken(std::vector<std::uint64_t>{1, 2, 1ULL << 63U}), numbers},
      {MessageKind::VoidRequest, signed_bytes, as_it_is},
      {MessageKind::VoidConfirm, encode(VoidConfirmation{signed_bytes, counted<64>(3)}),
       parsed_by(parse_void_confirmation)},
      {MessageKind::EpochKeys,
       encode_epoch_keys(std::vector<Buffer>{signed_bytes, Buffer(), Buffer(100, 7)}), statements},
      {MessageKind::FetchNote, encode(NoteDelivery{NoteKind::Bundle, 4, ""}),
       parsed_by(parse_note_delivery)},
      {MessageKind::NoteDelivery, encode(NoteDelivery{NoteKind::Register, 2, "a note\n"}),
       parsed_by(parse_note_delivery)},
      {MessageKind::Ping, encode(Ping{from_ms(1'795'262'400'000), 12}), parsed_by(parse_ping)},
      {MessageKind::Abandon, encode(Abandon{stream()}), parsed_by(parse_abandon)},
      {MessageKind::WitnessRequest, encode(WitnessRequest{"broker", "E09000012", "old 0\n\nnote"}),
       parsed_by(parse_witness_request)},
      {MessageKind::MirrorRequest, encode(MirrorRequest{"broker", "E09000012", signed_bytes}),
       parsed_by(parse_mirror_request)},
      {MessageKind::MirrorAnswer, encode(MirrorAnswer{"E09000012", "E09000007", signed_bytes}),
       parsed_by(parse_mirror_answer)},
      {MessageKind::WitnessAnswer, encode(WitnessAnswer{"E09000012", "E09000007", 409, "17\n"}),
       parsed_by(parse_witness_answer)},
  };
}

WireError error_of(Bytes message) {
  const auto read = read_message(message);
  EXPECT_FALSE(read);
  return read ? WireError::OtherHub : read.error();
}

TEST(Message, OfEachKindRoundTrips) {
  std::set<MessageKind> kinds;
  for (const auto& sample : samples()) {
    const auto message = read_message(write_message(sample.kind, sample.content));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->kind, sample.kind);
    EXPECT_EQ(*message->content, sample.content);
    EXPECT_EQ(sample.again(*message->content), sample.content) << static_cast<int>(sample.kind);
    kinds.insert(sample.kind);
  }
  EXPECT_EQ(kinds.size(), 20U);
}

TEST(Message, GivesBackEveryField) {
  const auto greeted = parse_hello(encode(hello()));
  ASSERT_TRUE(greeted);
  EXPECT_EQ(greeted->hub, "test.hub.example");
  EXPECT_EQ(greeted->party, "E09000007");
  EXPECT_EQ(greeted->protocol, kProtocolVersion);
  EXPECT_EQ(greeted->register_state, state(3));
  EXPECT_EQ(greeted->bundle_state, state(9));
  EXPECT_EQ(greeted->window, 32U);
  const auto welcomed = parse_welcome(encode(welcome()));
  ASSERT_TRUE(welcomed);
  EXPECT_EQ(welcomed->incarnation, from_ms(1'795'262'400'000));
  EXPECT_EQ(welcomed->signature, counted<64>(5));
  EXPECT_EQ(welcomed->time, from_ms(1'795'262'400'123));
  EXPECT_EQ(welcomed->window, 64U);
  const auto submitted = parse_submitted(encode(Submitted{stream(), 41, Answer::PositionGap}));
  ASSERT_TRUE(submitted);
  EXPECT_EQ(submitted->stream, stream());
  EXPECT_EQ(submitted->first_position, 41U);
  EXPECT_EQ(submitted->answer, Answer::PositionGap);
  const auto gap = parse_gap(encode(Gap{"E09000012", stream(), 17}));
  ASSERT_TRUE(gap);
  EXPECT_EQ(gap->sender, "E09000012");
  EXPECT_EQ(gap->expected_position, 17U);
  const auto delivery = parse_note_delivery(encode(NoteDelivery{NoteKind::Bundle, 2, "text\n"}));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery->kind, NoteKind::Bundle);
  EXPECT_EQ(delivery->number, 2U);
  EXPECT_EQ(delivery->note, "text\n");
}

// The last bytes of a table may be padding that nobody reads.
TEST(Message, IsRefusedAtEveryTruncationOrMeansTheSame) {
  constexpr std::size_t padding = 8;
  for (const auto& sample : samples()) {
    const bool is_table = sample.again({}) == std::nullopt;
    for (std::size_t size = 0; is_table && size < sample.content.size(); ++size) {
      const auto read = sample.again(Bytes(sample.content).first(size));
      if (size + padding < sample.content.size()) {
        ASSERT_FALSE(read) << static_cast<int>(sample.kind) << " at " << size;
      } else {
        ASSERT_TRUE(!read || *read == sample.content) << static_cast<int>(sample.kind);
      }
    }
  }
}

TEST(Message, WithOneByteTooManyMeansTheSame) {
  for (const auto& sample : samples()) {
    auto longer = sample.content;
    longer.push_back(0xff);
    const auto read = sample.again(longer);
    EXPECT_TRUE(!read || *read == sample.content || *read == longer)
        << static_cast<int>(sample.kind);
  }
}

// What is accepted is a message that can be written and read again.
TEST(Message, IsRefusedOrStillAMessageWithAnyBitFlipped) {
  for (const auto& sample : samples()) {
    for (std::size_t bit = 0; bit < 8 * sample.content.size(); ++bit) {
      const auto changed = flipped(sample.content, bit);
      const auto read = sample.again(changed);
      ASSERT_TRUE(!read || sample.again(*read) == read)
          << static_cast<int>(sample.kind) << ", " << bit;
    }
  }
}

TEST(Message, OfNoKindIsRefused) {
  for (int code = 0; code < 256; ++code) {
    const Buffer message{static_cast<std::uint8_t>(code), 0, 0, 0};
    if (code >= 1 && code <= 20) {
      EXPECT_TRUE(read_message(message)) << code;
    } else {
      EXPECT_EQ(error_of(message), WireError::UnknownCode) << code;
    }
  }
  EXPECT_EQ(error_of({}), WireError::Malformed);
  EXPECT_EQ(error_of(Buffer{1}), WireError::Malformed);
}

TEST(Message, IsRefusedWhenLargerThanItsKindMayBe) {
  constexpr std::size_t small = 4096;
  const std::map<MessageKind, std::size_t> most{
      {MessageKind::Hello, small},
      {MessageKind::Welcome, small},
      {MessageKind::Submit, kMaxSliceBytes},
      {MessageKind::Submitted, small},
      {MessageKind::Deliver, kMaxSliceBytes},
      {MessageKind::Settle, kMaxSliceBytes},
      {MessageKind::Gap, small},
      {MessageKind::ReceiptDelivery, kMaxSliceBytes + 1024},
      {MessageKind::ReceiptsTaken, 64U << 10U},
      {MessageKind::VoidRequest, kMaxSliceBytes},
      {MessageKind::VoidConfirm, kMaxSliceBytes + 1024},
      {MessageKind::EpochKeys, kMaxNoteBytes + 512},
      {MessageKind::FetchNote, small},
      {MessageKind::NoteDelivery, kMaxNoteBytes + 512},
      {MessageKind::Ping, small},
      {MessageKind::Abandon, small},
      {MessageKind::WitnessRequest, 32U << 10U},
      {MessageKind::WitnessAnswer, 32U << 10U},
      {MessageKind::MirrorRequest, 384U << 10U},
      {MessageKind::MirrorAnswer, 384U << 10U}};
  ASSERT_EQ(most.size(), 20U);
  for (const auto& [kind, size] : most) {
    auto message = write_message(kind, Buffer(size));
    EXPECT_TRUE(read_message(message)) << static_cast<int>(kind);
    EXPECT_LE(message.size(), kMaxMessageBytes);
    message.push_back(0);
    EXPECT_EQ(error_of(message), WireError::TooLarge) << static_cast<int>(kind);
  }
}

TEST(Message, HoldsTheLargestNoteThereMayBe) {
  const NoteDelivery largest{NoteKind::Bundle, 1, std::string(kMaxNoteBytes, 'x')};
  const auto message = read_message(write_message(MessageKind::NoteDelivery, encode(largest)));
  ASSERT_TRUE(message);
  const auto read = parse_note_delivery(*message->content);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->note.size(), kMaxNoteBytes);
}

TEST(Message, WithANameThatIsNoneIsRefused) {
  for (const auto& name :
       {std::string(), std::string("a b"), std::string("a\n"), std::string("\xC3\xA9"),
        std::string("a\0b", 3), std::string(kMaxNameLength + 1, 'a')}) {
    auto party = hello();
    party.party = name;
    EXPECT_EQ(parse_hello(encode(party)).error(), WireError::BadText);
    auto hub = hello();
    hub.hub = name;
    EXPECT_EQ(parse_hello(encode(hub)).error(), WireError::BadText);
    auto back = welcome();
    back.hub = name;
    EXPECT_EQ(parse_welcome(encode(back)).error(), WireError::BadText);
    EXPECT_EQ(parse_gap(encode(Gap{name, stream(), 1})).error(), WireError::BadText);
    EXPECT_EQ(parse_witness_request(encode(WitnessRequest{name, "b", ""})).error(),
              WireError::BadText);
    EXPECT_EQ(parse_witness_request(encode(WitnessRequest{"a", name, ""})).error(),
              WireError::BadText);
    EXPECT_EQ(parse_witness_answer(encode(WitnessAnswer{name, "b", 200, ""})).error(),
              WireError::BadText);
    EXPECT_EQ(parse_witness_answer(encode(WitnessAnswer{"a", name, 200, ""})).error(),
              WireError::BadText);
    EXPECT_EQ(parse_mirror_request(encode(MirrorRequest{name, "b", {}})).error(),
              WireError::BadText);
    EXPECT_EQ(parse_mirror_request(encode(MirrorRequest{"a", name, {}})).error(),
              WireError::BadText);
    EXPECT_EQ(parse_mirror_answer(encode(MirrorAnswer{name, "b", {}})).error(), WireError::BadText);
    EXPECT_EQ(parse_mirror_answer(encode(MirrorAnswer{"a", name, {}})).error(), WireError::BadText);
  }
}

TEST(Message, WithACodeThatNamesNothingIsRefused) {
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0, 11, 255}) {
    const Submitted submitted{stream(), 1,
                              static_cast<Answer>(code)};  // NOLINT(*-EnumCastOutOfRange)
    EXPECT_EQ(parse_submitted(encode(submitted)).error(), WireError::UnknownCode);
  }
  for (const std::uint8_t code : std::initializer_list<std::uint8_t>{0, 3, 255}) {
    const NoteDelivery delivery{static_cast<NoteKind>(code), 1,
                                ""};  // NOLINT(*-EnumCastOutOfRange)
    EXPECT_EQ(parse_note_delivery(encode(delivery)).error(), WireError::UnknownCode);
  }
}

TEST(Message, HoldsAtMost4096EpochKeys) {
  std::vector<Buffer> statements(4096, Buffer{1});
  const auto read = parse_epoch_keys(encode_epoch_keys(statements));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, statements);
  statements.push_back(Buffer{1});
  EXPECT_EQ(parse_epoch_keys(encode_epoch_keys(statements)).error(), WireError::TooLarge);
  EXPECT_TRUE(parse_epoch_keys(encode_epoch_keys({})));
}

// Where a table has a field that must be there.
TEST(Message, WithATableOfAnotherKindIsRefused) {
  const auto ping = encode(Ping{from_ms(1), 2});
  EXPECT_FALSE(parse_hello(ping));
  EXPECT_FALSE(parse_welcome(ping));
  EXPECT_FALSE(parse_gap(ping));
  EXPECT_FALSE(parse_void_confirmation(ping));
  const auto delivery = encode(NoteDelivery{NoteKind::Register, 2, ""});
  EXPECT_FALSE(parse_submitted(delivery));
  EXPECT_FALSE(parse_receipts_taken(delivery));
  EXPECT_FALSE(parse_epoch_keys(delivery));
  EXPECT_FALSE(parse_hello(encode(welcome())));
}

TEST(Message, OfRubbishOrAtACrookedAddressIsRefused) {
  for (const std::uint8_t fill :
       std::initializer_list<std::uint8_t>{0x00, 0x01, 0x7f, 0x80, 0xff}) {
    const Buffer rubbish(4096, fill);
    for (const auto& sample : samples()) {
      if (sample.again({})) continue;
      const auto read = sample.again(rubbish);
      EXPECT_TRUE(!read || sample.again(*read) == read) << static_cast<int>(sample.kind);
    }
    EXPECT_FALSE(parse_hello(rubbish));
  }
  auto shifted = encode(Ping{from_ms(1), 2});
  shifted.insert(shifted.begin(), 0);
  EXPECT_FALSE(parse_ping(Bytes(shifted).subspan(1)));
}

TEST(Incarnation, IsSignedWithItsHubAndMoment) {
  const auto signed_bytes = incarnation_signing_input("test.hub.example", from_ms(1000));
  EXPECT_EQ(signed_bytes, incarnation_signing_input("test.hub.example", from_ms(1000)));
  EXPECT_NE(signed_bytes, incarnation_signing_input("other.hub.example", from_ms(1000)));
  EXPECT_NE(signed_bytes, incarnation_signing_input("test.hub.example", from_ms(1001)));
  EXPECT_EQ(as_text(signed_bytes).substr(4, 18), "hub/incarnation/v1");
}

TEST(WireErrors, EachHaveATextOfTheirOwn) {
  std::set<std::string_view> texts;
  for (int code = 0; code <= static_cast<int>(WireError::OtherHub); ++code) {
    texts.insert(describe(static_cast<WireError>(code)));
  }
  EXPECT_EQ(texts.size(), static_cast<std::size_t>(WireError::OtherHub) + 1);
  EXPECT_FALSE(texts.contains("unknown wire error"));
}

}  // namespace
}  // namespace hub::schemas
