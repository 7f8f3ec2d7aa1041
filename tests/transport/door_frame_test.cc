#include "core/transport/door_frame.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/byte_writer.h"

namespace hub::transport {
namespace {

Buffer raw_frame(std::uint32_t length, std::uint8_t kind, std::uint32_t request, Bytes payload) {
  ByteWriter out;
  out.u32(length).u8(kind).u32(request).raw(payload);
  return std::move(out).take();
}

std::vector<Buffer> one_of_each() {
  return {
      encode_request(7, "records.list", as_bytes("payload")),
      encode_frame(FrameKind::Cancel, 7, {}),
      encode_frame(FrameKind::Input, 7, as_bytes("part")),
      encode_frame(FrameKind::InputEnd, 7, {}),
      encode_credit(7, 2),
      encode_frame(FrameKind::Block, 7, as_bytes("answer")),
      encode_end(7, -3, "why"),
  };
}

FrameError error_of(Bytes stream) {
  FrameDecoder decoder;
  decoder.add(stream);
  const auto frame = decoder.next();
  EXPECT_FALSE(frame);
  return frame ? FrameError::TooLong : frame.error();
}

TEST(FrameDecoder, GivesBackWhatWasEncoded) {
  FrameDecoder decoder;
  for (const auto& frame : one_of_each()) decoder.add(frame);
  std::vector<FrameKind> kinds;
  for (auto frame = decoder.next(); frame && *frame; frame = decoder.next()) {
    EXPECT_EQ((*frame)->request, 7U);
    kinds.push_back((*frame)->kind);
    if ((*frame)->kind == FrameKind::Request) {
      const auto request = parse_request((*frame)->payload);
      ASSERT_TRUE(request);
      EXPECT_EQ(request->verb, "records.list");
      EXPECT_EQ(as_text(request->payload), "payload");
    }
    if ((*frame)->kind == FrameKind::Input) {
      EXPECT_EQ(as_text((*frame)->payload), "part");
    }
    if ((*frame)->kind == FrameKind::Credit) {
      EXPECT_EQ(parse_credit((*frame)->payload), 2U);
    }
    if ((*frame)->kind == FrameKind::End) {
      const auto end = parse_end((*frame)->payload);
      ASSERT_TRUE(end);
      EXPECT_EQ(end->status, -3);
      EXPECT_EQ(end->payload, "why");
    }
  }
  EXPECT_EQ(kinds, (std::vector{FrameKind::Request, FrameKind::Cancel, FrameKind::Input,
                                FrameKind::InputEnd, FrameKind::Credit, FrameKind::Block,
                                FrameKind::End}));
  EXPECT_EQ(decoder.pending(), 0U);
}

TEST(FrameDecoder, WaitsForTheRestAtEveryTruncation) {
  for (const auto& frame : one_of_each()) {
    for (std::size_t size = 0; size < frame.size(); ++size) {
      FrameDecoder decoder;
      decoder.add(Bytes(frame).first(size));
      const auto early = decoder.next();
      ASSERT_TRUE(early) << size;
      EXPECT_FALSE(*early) << size;
      decoder.add(Bytes(frame).subspan(size));
      const auto whole = decoder.next();
      ASSERT_TRUE(whole) << size;
      EXPECT_TRUE(*whole) << size;
    }
  }
}

TEST(FrameDecoder, TakesAStreamByteByByte) {
  FrameDecoder decoder;
  std::size_t frames = 0;
  for (const auto& frame : one_of_each()) {
    for (const auto& byte : frame) {
      decoder.add(Bytes(&byte, 1));
      const auto next = decoder.next();
      ASSERT_TRUE(next);
      if (*next) ++frames;
    }
  }
  EXPECT_EQ(frames, 7U);
}

TEST(FrameDecoder, TakesEveryFlippedBitForAnotherFrameOrAnError) {
  for (const auto& frame : one_of_each()) {
    for (std::size_t bit = 0; bit < 8 * frame.size(); ++bit) {
      auto changed = frame;
      changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      FrameDecoder decoder;
      decoder.add(changed);
      const auto next = decoder.next();
      if (!next || !*next) continue;
      const auto again = encode_frame((*next)->kind, (*next)->request, (*next)->payload);
      EXPECT_TRUE(same_bytes(again, Bytes(changed).first(again.size()))) << "bit " << bit;
    }
  }
}

TEST(FrameDecoder, RefusesAFrameThatIsTooLongBeforeItsBytesAreThere) {
  EXPECT_EQ(error_of(raw_frame(kMaxDoorFrame + 1, 1, 7, {})), FrameError::TooLong);
  EXPECT_EQ(error_of(raw_frame(5 + kMaxDoorBlock + 1, 3, 7, {})), FrameError::TooLong);
  EXPECT_EQ(error_of(raw_frame(5 + kMaxDoorBlock + 1, 6, 7, {})), FrameError::TooLong);
  EXPECT_EQ(error_of(Buffer{0xff, 0xff, 0xff, 0xff}), FrameError::TooLong);
}

TEST(FrameDecoder, RefusesALengthThatHasNoRoomForItsHeader) {
  for (std::uint32_t length = 0; length < 5; ++length) {
    EXPECT_EQ(error_of(raw_frame(length, 1, 7, {})), FrameError::TooShort);
  }
}

TEST(FrameDecoder, RefusesKindsItDoesNotKnow) {
  for (const int kind : {0, 8, 9, 127, 255}) {
    EXPECT_EQ(error_of(raw_frame(5, static_cast<std::uint8_t>(kind), 7, {})),
              FrameError::UnknownKind);
  }
}

TEST(FrameDecoder, RefusesPayloadsOfAnotherForm) {
  const auto one = as_bytes("x");
  EXPECT_EQ(error_of(raw_frame(6, 2, 7, one)), FrameError::BadPayload);
  EXPECT_EQ(error_of(raw_frame(6, 4, 7, one)), FrameError::BadPayload);
  EXPECT_EQ(error_of(raw_frame(6, 5, 7, one)), FrameError::BadPayload);
  EXPECT_EQ(error_of(raw_frame(6, 1, 7, one)), FrameError::BadPayload);
  EXPECT_EQ(error_of(raw_frame(6, 7, 7, one)), FrameError::BadPayload);
}

TEST(FrameDecoder, StaysLostAfterAnError) {
  FrameDecoder decoder;
  decoder.add(raw_frame(5, 99, 7, {}));
  EXPECT_FALSE(decoder.next());
  decoder.add(encode_credit(7, 1));
  const auto next = decoder.next();
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error(), FrameError::UnknownKind);
  EXPECT_EQ(decoder.pending(), 0U);
}

TEST(FrameDecoder, HoldsBackNoMoreThanOneFrame) {
  FrameDecoder decoder;
  const auto frame = encode_frame(FrameKind::Block, 1, Buffer(kMaxDoorBlock));
  for (int i = 0; i < 100; ++i) {
    decoder.add(Bytes(frame).first(frame.size() - 1));
    EXPECT_FALSE(decoder.next().value());
    EXPECT_LT(decoder.pending(), frame.size());
    decoder.add(Bytes(frame).last(1));
    EXPECT_TRUE(decoder.next().value());
  }
}

TEST(DoorPayloads, RefuseEveryTruncationAndOneByteTooMany) {
  ByteWriter request;
  request.prefixed("verb");
  for (std::size_t size = 0; size < request.view().size(); ++size) {
    EXPECT_FALSE(parse_request(request.view().first(size)));
  }
  EXPECT_TRUE(parse_request(request.view()));
  const Buffer credit{0, 0, 0, 1};
  for (std::size_t size = 0; size < 4; ++size) {
    EXPECT_FALSE(parse_credit(Bytes(credit).first(size)));
    EXPECT_FALSE(parse_end(Bytes(credit).first(size)));
  }
  EXPECT_TRUE(parse_credit(credit));
  EXPECT_FALSE(parse_credit(Buffer{0, 0, 0, 1, 0}));
}

TEST(DoorPayloads, AllowCreditForWhatCanBeUnderWay) {
  EXPECT_FALSE(parse_credit(Buffer{0, 0, 0, 0}));
  EXPECT_EQ(parse_credit(Buffer{0, 0, 0, 4}), 4U);
  EXPECT_FALSE(parse_credit(Buffer{0, 0, 0, 5}));
}

TEST(DoorPayloads, AllowVerbsThatAreSafeInALogLine) {
  EXPECT_TRUE(is_verb("audit.verify"));
  EXPECT_TRUE(is_verb("a-1_b/c"));
  EXPECT_TRUE(is_verb(std::string(kMaxDoorVerb, 'a')));
  EXPECT_FALSE(is_verb(std::string(kMaxDoorVerb + 1, 'a')));
  EXPECT_FALSE(is_verb(""));
  for (const char* bad : {"A", "a b", "a\n", "\xc3\xa9", "a\"", "a\\"}) EXPECT_FALSE(is_verb(bad));
}

TEST(EncodeFrame, RefusesToMakeAFrameThatNobodyWouldTake) {
  EXPECT_THROW(static_cast<void>(encode_frame(FrameKind::Block, 1, Buffer(kMaxDoorBlock + 1))),
               std::length_error);
  EXPECT_THROW(static_cast<void>(encode_frame(FrameKind::End, 1, Buffer(kMaxDoorFrame))),
               std::length_error);
  EXPECT_EQ(encode_frame(FrameKind::Block, 1, Buffer(kMaxDoorBlock)).size(), kMaxDoorBlock + 9);
  FrameDecoder decoder;
  decoder.add(encode_frame(FrameKind::End, 1, Buffer(kMaxDoorFrame - 5)));
  EXPECT_TRUE(decoder.next().value());
}

}  // namespace
}  // namespace hub::transport
