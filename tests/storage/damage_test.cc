// A store that somebody without the key has changed, at several hundred random places: either it
// does not open, or verification says what is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/storage/page_format.h"
#include "core/storage/verify_store.h"
#include "core/storage/wal_reader.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

using Image = TemporaryStore::Image;
enum Piece : std::size_t { kStore, kLog, kHead };

// Images of one store at several moments of its life.
struct History {
  Image early;    // closed: nothing in the log
  Image settled;  // later, closed
  Image logged;   // later still, as after a crash: several commits in the log
  Image before;   // one commit before `logged`
  Image sooner;   // two commits before `logged`
};

void commit_items(Store& store, std::int64_t first, std::int64_t last) {
  ASSERT_TRUE(store.commit([&](Connection& c) {
    for (auto i = first; i <= last; ++i) put_item(c, i, 6000);
  }));
}

const History& history() {
  static const History images = [] {
    History out;
    const TemporaryStore temporary;
    temporary.create();
    commit_items(*temporary.open(), 1, 60);
    out.early = temporary.image();
    {
      const auto store = temporary.open();
      for (std::int64_t i = 1; i < 60; i += 6) {
        EXPECT_TRUE(store->commit([i](Connection& c) {
          c.run("UPDATE item SET body = zeroblob(6000) WHERE number = ?", i);
        }));
      }
    }
    out.settled = temporary.image();
    const auto store = temporary.open();
    commit_items(*store, 61, 63);
    commit_items(*store, 64, 64);
    out.sooner = temporary.image();
    commit_items(*store, 5, 6);
    out.before = temporary.image();
    commit_items(*store, 65, 66);
    out.logged = temporary.image();
    return out;
  }();
  return images;
}

std::size_t pages_of(const Image& image) { return image[kStore].size() / kPageSize; }

void copy_page(const Image& from, std::size_t source, Image& to, std::size_t target) {
  std::copy_n(from[kStore].begin() + static_cast<long>(source * kPageSize), kPageSize,
              to[kStore].begin() + static_cast<long>(target * kPageSize));
}

bool same_page(const Image& left, std::size_t a, const Image& right, std::size_t b) {
  return same_bytes(Bytes(left[kStore]).subspan(a * kPageSize, kPageSize),
                    Bytes(right[kStore]).subspan(b * kPageSize, kPageSize));
}

void flip(Image& image, std::size_t piece, std::uint64_t bit) {
  image[piece][bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
}

class Damage : public testing::Test {
 protected:
  // Verification first: opening a sound store goes on with its files.
  bool found_by_verification(const Image& image) {
    temporary_.put_back(image);
    const auto report = verify_store(temporary_.file(), temporary_.key);
    EXPECT_EQ(temporary_.image(), image) << "verification changed the store";
    return !report.sound();
  }
  std::optional<StoreFault> found_at_start(const Image& image) {
    temporary_.put_back(image);
    return fault_at_start(temporary_);
  }
  bool found(const Image& image) {
    const bool verified = found_by_verification(image);
    const auto fault = found_at_start(image);
    // Whatever start-up finds, verification finds too.
    EXPECT_TRUE(verified || !fault);
    return verified;
  }

  TemporaryStore temporary_;
  std::mt19937_64 random_{20261121};
};

TEST_F(Damage, IsNotSeenWhereThereIsNone) {
  for (const auto& image :
       {history().early, history().settled, history().logged, history().before, history().sooner}) {
    EXPECT_FALSE(found(image));
  }
}

TEST_F(Damage, InOneBitOfTheStoreIsFound) {
  auto image = history().settled;
  for (int round = 0; round < 150; ++round) {
    const auto bit = random_() % (8 * image[kStore].size());
    flip(image, kStore, bit);
    EXPECT_TRUE(found_by_verification(image)) << "bit " << bit;
    flip(image, kStore, bit);
  }
}

TEST_F(Damage, InOneBitIsFoundAtStartWhenEveryPageIsRead) {
  temporary_.options.read_every_page = true;
  auto image = history().settled;
  for (int round = 0; round < 30; ++round) {
    const auto bit = random_() % (8 * image[kStore].size());
    flip(image, kStore, bit);
    EXPECT_NE(found_at_start(image), std::nullopt) << "bit " << bit;
    flip(image, kStore, bit);
  }
  EXPECT_EQ(found_at_start(image), std::nullopt);
}

TEST_F(Damage, InOneBitOfTheLogIsFoundAtStart) {
  for (int round = 0; round < 80; ++round) {
    auto image = history().logged;
    const auto bit = random_() % (8 * image[kLog].size());
    flip(image, kLog, bit);
    EXPECT_TRUE(found_by_verification(image)) << "bit " << bit;
    EXPECT_NE(found_at_start(image), std::nullopt) << "bit " << bit;
  }
}

TEST_F(Damage, InOneBitOfTheHeadFileIsFoundAtStart) {
  for (int round = 0; round < 60; ++round) {
    auto image = history().logged;
    const auto bit = random_() % (8 * image[kHead].size());
    flip(image, kHead, bit);
    EXPECT_TRUE(found_by_verification(image)) << "bit " << bit;
    EXPECT_EQ(found_at_start(image), StoreFault::Damaged) << "bit " << bit;
  }
}

TEST_F(Damage, AnOldPagePutBackIsFoundAtStart) {
  const auto& early = history().early;
  const auto& settled = history().settled;
  int tried = 0;
  for (std::size_t page = 0; page < pages_of(early); ++page) {
    if (same_page(early, page, settled, page)) continue;
    ++tried;
    auto image = settled;
    copy_page(early, page, image, page);
    EXPECT_TRUE(found_by_verification(image)) << "page " << page;
    EXPECT_EQ(found_at_start(image), StoreFault::Stale) << "page " << page;
  }
  EXPECT_GE(tried, 10);
}

TEST_F(Damage, TwoPagesSwappedOrCopiedAreFound) {
  const auto& settled = history().settled;
  for (int round = 0; round < 40; ++round) {
    const auto a = random_() % pages_of(settled);
    const auto b = random_() % pages_of(settled);
    if (a == b) continue;
    auto swapped = settled;
    copy_page(settled, a, swapped, b);
    EXPECT_EQ(found_at_start(swapped), StoreFault::Stale);
    copy_page(settled, b, swapped, a);
    EXPECT_EQ(found_at_start(swapped), StoreFault::Stale);
    EXPECT_TRUE(found_by_verification(swapped));
  }
}

TEST_F(Damage, AStoreCutOrLengthenedIsFoundAtStart) {
  const auto size = history().settled[kStore].size();
  for (const auto other :
       {size - 1, size + 1, size - kPageSize, size + kPageSize, kPageSize, std::size_t{0}}) {
    auto image = history().settled;
    image[kStore].resize(other, 0xee);
    EXPECT_NE(found_at_start(image), std::nullopt) << other;
    EXPECT_TRUE(found_by_verification(image)) << other;
  }
}

TEST_F(Damage, AnOldLogIsFoundAtStart) {
  auto image = history().logged;
  image[kLog] = history().sooner[kLog];
  EXPECT_EQ(found_at_start(image), StoreFault::Damaged);
  image[kLog] = history().before[kLog];
  EXPECT_EQ(found_at_start(image), StoreFault::Damaged);
  image[kLog].clear();
  EXPECT_EQ(found_at_start(image), StoreFault::Stale);
  EXPECT_TRUE(found_by_verification(image));
}

TEST_F(Damage, ALogOfAnotherTimeIsFoundAtStart) {
  // The store goes on from `settled` a second time, so its log has other salts.
  Image other;
  {
    const TemporaryStore again;
    again.put_back(history().settled);
    const auto store = again.open();
    commit_items(*store, 61, 63);
    other = again.image();
  }
  auto image = history().logged;
  image[kLog] = other[kLog];
  EXPECT_EQ(found_at_start(image), StoreFault::Stale);
  image[kLog] = history().logged[kLog];
  image[kStore] = history().early[kStore];
  EXPECT_EQ(found_at_start(image), StoreFault::Stale);
}

TEST_F(Damage, AMissingLogHeadOrStoreIsFoundAtStart) {
  const std::array files{temporary_.file(), temporary_.log(), temporary_.head()};
  const std::array expected{StoreFault::Missing, StoreFault::Stale, StoreFault::Damaged};
  for (std::size_t i = 0; i < files.size(); ++i) {
    temporary_.put_back(history().logged);
    std::filesystem::remove(files.at(i));
    EXPECT_EQ(fault_at_start(temporary_), expected.at(i)) << files.at(i);
  }
}

TEST_F(Damage, ARollbackJournalBesideTheStoreIsRefused) {
  temporary_.put_back(history().settled);
  TemporaryStore::put(temporary_.file().string() + "-journal", {1});
  EXPECT_EQ(fault_at_start(temporary_), StoreFault::Damaged);
}

TEST_F(Damage, AHeadOneCommitBehindIsTakenForACrashAndTwoAreNot) {
  auto image = history().logged;
  image[kHead] = history().before[kHead];
  EXPECT_FALSE(found_by_verification(image));
  temporary_.put_back(image);
  {
    const auto store = temporary_.open();
    EXPECT_EQ(items(*store).back(), 66) << "the commit is kept";
  }
  EXPECT_EQ(fault_at_start(temporary_), std::nullopt);

  image[kHead] = history().sooner[kHead];
  EXPECT_TRUE(found_by_verification(image));
  EXPECT_EQ(found_at_start(image), StoreFault::Stale);
}

TEST_F(Damage, AHeadAheadOfTheStoreIsFoundAtStart) {
  auto image = history().before;
  image[kHead] = history().logged[kHead];
  EXPECT_EQ(found_at_start(image), StoreFault::Damaged);
}

TEST_F(Damage, ATornTailOfTheLogIsNoneWhenTheHeadAgrees) {
  auto image = history().logged;
  const auto whole = image[kLog].size();
  append(image[kLog], Bytes(history().logged[kLog]).subspan(kLogHeaderSize, kFrameSize / 2));
  EXPECT_FALSE(found(image));
  // The same tail where the head names more.
  image[kLog].resize(whole - kFrameSize / 2);
  EXPECT_EQ(found_at_start(image), StoreFault::Damaged);
}

TEST_F(Damage, ALogThatNamesAbsurdPagesCostsNoMemory) {
  // Sound checksums, which need no key, over a page number near 2^32.
  auto image = history().logged;
  auto& log = image[kLog];
  const auto checksum = [&](std::size_t from, std::size_t size, std::uint32_t& a,
                            std::uint32_t& b) {
    for (std::size_t at = from; at < from + size; at += 8) {
      const auto word = [&](std::size_t place) {
        return log[place] | (std::uint32_t{log[place + 1]} << 8U) |
               (std::uint32_t{log[place + 2]} << 16U) | (std::uint32_t{log[place + 3]} << 24U);
      };
      a += word(at) + b;
      b += word(at + 4) + a;
    }
  };
  const auto put = [&](std::size_t place, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
      log[place + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    }
  };
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  checksum(0, 24, a, b);
  put(kLogHeaderSize, 0xfffffff0);
  put(kLogHeaderSize + 4, 0xfffffff1);
  checksum(kLogHeaderSize, 8, a, b);
  checksum(kLogHeaderSize + kFrameHeaderSize, kPageSize, a, b);
  put(kLogHeaderSize + 16, a);
  put(kLogHeaderSize + 20, b);
  temporary_.put_back(image);
  ASSERT_EQ(read_wal(open_file(temporary_.log(), 0)).frames.size(), 1U);
  EXPECT_EQ(fault_at_start(temporary_), StoreFault::Damaged);
}

}  // namespace
}  // namespace hub::storage
