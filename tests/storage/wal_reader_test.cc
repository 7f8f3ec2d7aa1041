#include "core/storage/wal_reader.h"

#include <gtest/gtest.h>

#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

WalContents parse(const Buffer& bytes) {
  return read_wal([&](std::uint64_t offset, std::size_t size) {
    if (offset >= bytes.size()) return Buffer();
    return to_buffer(
        Bytes(bytes).subspan(offset, std::min<std::size_t>(size, bytes.size() - offset)));
  });
}

// A log as SQLite writes it: three transactions.
const Buffer& real_log() {
  static const Buffer log = [] {
    const TemporaryStore temporary;
    temporary.create();
    const auto store = temporary.open();
    for (std::int64_t i = 1; i <= 3; ++i) {
      EXPECT_TRUE(store->commit([i](Connection& c) { put_item(c, i, 20000); }));
    }
    return read_file(temporary.log(), std::size_t{1} << 24U);
  }();
  return log;
}

TEST(WalReader, ReadsEveryFrameOfARealLog) {
  const auto log = parse(real_log());
  EXPECT_EQ(real_log().size(), frame_offset(log.frames.size()));
  EXPECT_EQ(std::count_if(log.frames.begin(), log.frames.end(),
                          [](const WalFrame& frame) { return frame.commits(); }),
            3);
  EXPECT_TRUE(log.frames.back().commits());
  EXPECT_EQ(log.ignored_bytes, 0U);
  EXPECT_NE(log.salts, LogSalts{});
  for (const auto& frame : log.frames) EXPECT_NE(frame.tag, PageTag{});
}

TEST(WalReader, EndsAtTheLastWholeTransactionWhereverTheLogIsCut) {
  const auto whole = parse(real_log()).frames;
  for (std::size_t size = 0; size < real_log().size(); size += 509) {
    const auto log = parse({real_log().begin(), real_log().begin() + static_cast<long>(size)});
    EXPECT_LT(log.frames.size(), whole.size());
    EXPECT_LE(frame_offset(log.frames.size()), std::max<std::size_t>(size, kLogHeaderSize));
    EXPECT_TRUE(log.frames.empty() || log.frames.back().commits());
  }
}

TEST(WalReader, StopsBeforeAnyFlippedBit) {
  const auto whole = parse(real_log()).frames;
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    auto changed = real_log();
    const auto bit = random() % (8 * changed.size());
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    const auto log = parse(changed);
    EXPECT_LT(log.frames.size(), whole.size());
    EXPECT_TRUE(log.frames.empty() || frame_offset(log.frames.size()) <= bit / 8);
  }
  for (std::size_t bit = 0; bit < 8 * kLogHeaderSize; ++bit) {
    auto changed = real_log();
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_TRUE(parse(changed).frames.empty()) << "bit " << bit;
  }
}

TEST(WalReader, IgnoresWhatFollowsTheLastTransaction) {
  auto longer = real_log();
  longer.insert(longer.end(), kFrameSize + 1, 0xaa);
  const auto log = parse(longer);
  EXPECT_EQ(log.frames.size(), parse(real_log()).frames.size());
  EXPECT_EQ(log.ignored_bytes, kFrameSize);
}

TEST(WalReader, ReadsNewFramesAsTheWholeLogShowsThem) {
  const Folder folder;
  TemporaryStore::put(folder.path() / "log", real_log());
  const auto file = open_file(folder.path() / "log", 0);
  const auto whole = read_wal(file);
  EXPECT_EQ(read_salts(file), whole.salts);
  const auto part = read_new_frames(file, 1, whole.frames.size());
  ASSERT_EQ(part.size(), whole.frames.size() - 1);
  for (std::size_t i = 0; i < part.size(); ++i) {
    EXPECT_EQ(part[i].page, whole.frames[i + 1].page);
    EXPECT_EQ(part[i].pages_after, whole.frames[i + 1].pages_after);
    EXPECT_EQ(part[i].tag, whole.frames[i + 1].tag);
  }
  EXPECT_THROW((void)read_new_frames(file, 1, whole.frames.size() + 1), EnvError);
}

}  // namespace
}  // namespace hub::storage
