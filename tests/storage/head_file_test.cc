#include "core/storage/head_file.h"

#include <gtest/gtest.h>

#include "core/storage/store_error.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

HeadKey head_key(std::uint8_t fill = 3) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(fill);
  return std::move(*HeadKey::from(bytes));
}

Head some_head() {
  Head head;
  head.counter = 1;
  head.tree = {77, crypto::sha256(as_bytes("root"))};
  head.ledger = LedgerSum(crypto::sha256(as_bytes("ledger")));
  head.pages = 12;
  head.log_salts = {1, 2, 3, 4, 5, 6, 7, 8};
  head.log_frames = 9;
  return head;
}

std::optional<StoreFault> fault_of_reading(const std::filesystem::path& file, const HeadKey& key) {
  try {
    (void)HeadFile(file).read(key);
    return std::nullopt;
  } catch (const StoreError& error) {
    return error.fault();
  }
}

TEST(HeadSlot, OpensToWhatWasSealed) {
  const auto slot = seal_head(some_head(), head_key());
  EXPECT_EQ(open_head(slot, head_key()), some_head());
  EXPECT_FALSE(open_head(slot, head_key(4)));
}

TEST(HeadSlot, NoticesAnyFlippedBitAndAnyOtherLength) {
  const auto slot = seal_head(some_head(), head_key());
  for (std::size_t bit = 0; bit < 8 * slot.size(); ++bit) {
    auto changed = slot;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(open_head(changed, head_key())) << "bit " << bit;
  }
  for (std::size_t size = 0; size < slot.size(); ++size) {
    EXPECT_FALSE(open_head(Bytes(slot).first(size), head_key()));
  }
  Buffer longer(slot.size() + 1);
  std::copy(slot.begin(), slot.end(), longer.begin());
  EXPECT_FALSE(open_head(longer, head_key()));
}

TEST(HeadFile, GivesTheHeadWrittenLast) {
  const Folder folder;
  const auto file = folder.path() / "a.head";
  HeadFile::create(file, some_head(), head_key());
  auto head = some_head();
  EXPECT_EQ(HeadFile(file).read(head_key()), head);
  for (std::uint64_t counter = 2; counter < 9; ++counter) {
    head.counter = counter;
    head.tree.size += 5;
    HeadFile(file).write(head, head_key());
    EXPECT_EQ(HeadFile(file).read(head_key()), head);
  }
  EXPECT_EQ(std::filesystem::file_size(file), 1024U);
}

TEST(HeadFile, RefusesAnyFlippedBitInEitherSlot) {
  const Folder folder;
  const auto file = folder.path() / "a.head";
  HeadFile::create(file, some_head(), head_key());
  const auto sound = read_file(file, 2000);
  for (std::size_t bit = 0; bit < 8 * sound.size(); bit += 61) {
    auto changed = sound;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    TemporaryStore::put(file, changed);
    EXPECT_EQ(fault_of_reading(file, head_key()), StoreFault::Damaged) << "bit " << bit;
  }
  TemporaryStore::put(file, sound);
  EXPECT_EQ(fault_of_reading(file, head_key(9)), StoreFault::WrongKeyOrDamaged);
  EXPECT_EQ(fault_of_reading(file, head_key()), std::nullopt);
}

TEST(HeadFile, RefusesSlotsThatAreNoNeighbours) {
  const Folder folder;
  const auto file = folder.path() / "a.head";
  HeadFile::create(file, some_head(), head_key());
  auto old = read_file(file, 2000);
  auto head = some_head();
  for (head.counter = 2; head.counter < 5; ++head.counter) HeadFile(file).write(head, head_key());
  auto now = read_file(file, 2000);
  // Slot 1 of long ago beside slot 0 of today.
  std::copy(old.begin() + kHeadSlotSize, old.end(), now.begin() + kHeadSlotSize);
  TemporaryStore::put(file, now);
  EXPECT_EQ(fault_of_reading(file, head_key()), StoreFault::Damaged);
  // The same slot twice, the two the wrong way round, a byte too few, a byte too many.
  auto twice = old;
  std::copy(old.begin(), old.begin() + kHeadSlotSize, twice.begin() + kHeadSlotSize);
  auto turned = old;
  std::rotate(turned.begin(), turned.begin() + kHeadSlotSize, turned.end());
  auto shorter = old;
  shorter.resize(2 * kHeadSlotSize - 1);
  auto longer = old;
  longer.resize(2 * kHeadSlotSize + 1);
  for (const auto& wrong : {twice, turned, shorter, longer}) {
    TemporaryStore::put(file, wrong);
    EXPECT_EQ(fault_of_reading(file, head_key()), StoreFault::Damaged);
  }
}

TEST(HeadFile, IsALock) {
  const Folder folder;
  const auto file = folder.path() / "a.head";
  HeadFile::create(file, some_head(), head_key());
  const HeadFile held(file);
  EXPECT_EQ(fault_of_reading(file, head_key()), StoreFault::Unavailable);
}

}  // namespace
}  // namespace hub::storage
