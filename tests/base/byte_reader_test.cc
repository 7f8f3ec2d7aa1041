#include "core/base/byte_reader.h"

#include <gtest/gtest.h>

#include "core/base/byte_writer.h"
#include "tests/base/flipped.h"

namespace hub {
namespace {

Buffer all_kinds() {
  return ByteWriter()
      .u8(0x01)
      .u16(0x0203)
      .u32(0x04050607)
      .u64(0x08090a0b0c0d0e0f)
      .raw(Buffer{0x10, 0x11})
      .prefixed("name")
      .take();
}

struct Fields {
  std::uint8_t u8 = 0;
  std::uint16_t u16 = 0;
  std::uint32_t u32 = 0;
  std::uint64_t u64 = 0;
  std::array<std::uint8_t, 2> array{};
  std::string text;

  bool operator==(const Fields&) const = default;
};

// In the order of all_kinds().
Fields read_all(ByteReader& in) {
  Fields out;
  out.u8 = in.u8();
  out.u16 = in.u16();
  out.u32 = in.u32();
  out.u64 = in.u64();
  out.array = in.array<2>();
  out.text = to_text(in.prefixed());
  return out;
}

TEST(ByteWriter, PutsTheHighestByteFirstAndALengthBeforeWhatIsPrefixed) {
  const Buffer expected{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
                        0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x00,
                        0x00, 0x00, 0x04, 'n',  'a',  'm',  'e'};
  EXPECT_EQ(all_kinds(), expected);
}

TEST(ByteWriter, IsEmptyOnceItsBytesAreTaken) {
  ByteWriter out(16);
  out.u16(7);
  EXPECT_EQ(out.view().size(), 2U);
  EXPECT_EQ(out.take(), (Buffer{0, 7}));
  EXPECT_TRUE(out.view().empty());
  EXPECT_TRUE(out.take().empty());
}

TEST(ByteWriter, GivesDifferentBytesForFieldsThatOnlyJoinedAreTheSame) {
  EXPECT_NE(ByteWriter().prefixed("ab").prefixed("c").take(),
            ByteWriter().prefixed("a").prefixed("bc").take());
  EXPECT_NE(ByteWriter().prefixed("ab").take(), ByteWriter().prefixed("ab").prefixed("").take());
}

TEST(ByteReader, GivesBackWhatWasWritten) {
  const auto bytes = all_kinds();
  ByteReader in(bytes);
  const Fields expected{0x01, 0x0203, 0x04050607, 0x08090a0b0c0d0e0f, {0x10, 0x11}, "name"};
  EXPECT_EQ(read_all(in), expected);
  EXPECT_TRUE(in.finished());
  EXPECT_FALSE(in.failed());
}

TEST(ByteReader, IsNotFinishedAtAnyTruncation) {
  const auto bytes = all_kinds();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader in(Bytes(bytes).first(size));
    (void)read_all(in);
    EXPECT_FALSE(in.finished()) << size;
    EXPECT_TRUE(in.failed()) << size;
  }
}

TEST(ByteReader, IsNotFinishedWithOneByteTooMany) {
  auto bytes = all_kinds();
  bytes.push_back(0);
  ByteReader in(bytes);
  (void)read_all(in);
  EXPECT_FALSE(in.failed());
  EXPECT_EQ(in.remaining(), 1U);
  EXPECT_FALSE(in.finished());
}

TEST(ByteReader, FailsOrReadsSomethingElseWithAnyBitFlipped) {
  const auto bytes = all_kinds();
  ByteReader sound(bytes);
  const auto expected = read_all(sound);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto changed = flipped(bytes, bit);
    ByteReader in(changed);
    const auto read = read_all(in);
    EXPECT_FALSE(in.finished() && read == expected) << "bit " << bit;
  }
}

TEST(ByteReader, ReadsOnlyZerosOnceAReadHasFailed) {
  const Buffer bytes{0xff, 0xff, 0xff};
  ByteReader in(bytes);
  EXPECT_EQ(in.u32(), 0U);
  EXPECT_EQ(in.u8(), 0U) << "a byte was there, but the read before it failed";
  EXPECT_EQ(in.u64(), 0U);
  EXPECT_TRUE(in.take(1).empty());
  EXPECT_TRUE(in.prefixed().empty());
  EXPECT_EQ(in.array<3>(), (std::array<std::uint8_t, 3>{}));
  EXPECT_TRUE(in.failed());
}

TEST(ByteReader, RefusesALengthLargerThanWhatIsLeft) {
  const Buffer bytes{0xff, 0xff, 0xff, 0xff, 0x01};
  ByteReader in(bytes);
  EXPECT_TRUE(in.prefixed().empty());
  EXPECT_TRUE(in.failed());
}

TEST(ByteReader, OfNothingIsFinishedAtOnce) {
  ByteReader in({});
  EXPECT_TRUE(in.finished());
  EXPECT_TRUE(in.take(0).empty());
  EXPECT_TRUE(in.finished());
  EXPECT_EQ(in.u8(), 0U);
  EXPECT_TRUE(in.failed());
}

TEST(Bytes, AreTheSameOnlyInLengthAndContent) {
  const Buffer bytes{1, 2, 3};
  EXPECT_TRUE(same_bytes(bytes, Buffer{1, 2, 3}));
  EXPECT_FALSE(same_bytes(bytes, Buffer{1, 2}));
  EXPECT_FALSE(same_bytes(bytes, Buffer{1, 2, 4}));
  EXPECT_TRUE(same_bytes({}, {}));
}

}  // namespace
}  // namespace hub
