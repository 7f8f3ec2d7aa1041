#include "core/storage/page_ledger.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

LedgerKey ledger_key() {
  const std::array<std::uint8_t, 32> bytes{1, 2, 3};
  return std::move(*LedgerKey::from(bytes));
}

PageTag tag(std::uint8_t fill) {
  PageTag out{};
  out.fill(fill);
  return out;
}

crypto::Digest digest(std::uint8_t fill) {
  crypto::Digest out{};
  out.fill(fill);
  return out;
}

TEST(LedgerSum, CarriesAndBorrowsThroughAllLimbs) {
  crypto::Digest one{};
  one.back() = 1;
  LedgerSum sum(digest(0xff));
  sum += LedgerSum(one);
  EXPECT_EQ(sum, LedgerSum());
  sum -= LedgerSum(one);
  EXPECT_EQ(sum.bytes(), digest(0xff));
}

TEST(LedgerSum, TakesBackWhatItAddedForRandomNumbers) {
  std::mt19937_64 random(1);
  LedgerSum sum;
  std::vector<LedgerSum> terms;
  for (int i = 0; i < 500; ++i) {
    crypto::Digest bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    EXPECT_EQ(LedgerSum(bytes).bytes(), bytes);
    terms.emplace_back(bytes);
    sum += terms.back();
  }
  std::shuffle(terms.begin(), terms.end(), random);
  for (const auto& term : terms) sum -= term;
  EXPECT_EQ(sum, LedgerSum());
}

TEST(PageLedger, DependsOnEachPagesPlaceAndTag) {
  const auto sum_of = [](const std::vector<WalFrame>& frames) {
    PageLedger ledger(ledger_key());
    ledger.apply(frames);
    return ledger.sum();
  };
  const auto sum = sum_of({{1, 0, tag(1)}, {2, 2, tag(2)}});
  EXPECT_EQ(sum, sum_of({{2, 2, tag(9)}, {1, 2, tag(1)}, {2, 2, tag(2)}}));
  EXPECT_NE(sum, sum_of({{1, 0, tag(2)}, {2, 2, tag(1)}}));
  EXPECT_NE(sum, sum_of({{1, 0, tag(1)}, {2, 2, tag(3)}}));
  EXPECT_NE(sum, sum_of({{1, 1, tag(1)}}));
}

TEST(PageLedger, ForgetsPagesThatATransactionCutOff) {
  PageLedger shrunk(ledger_key());
  shrunk.apply(std::vector<WalFrame>{{1, 0, tag(1)}, {2, 0, tag(2)}, {3, 3, tag(3)}});
  shrunk.apply(std::vector<WalFrame>{{1, 1, tag(4)}});
  PageLedger small(ledger_key());
  small.apply(std::vector<WalFrame>{{1, 1, tag(4)}});
  EXPECT_EQ(shrunk.sum(), small.sum());
  EXPECT_EQ(shrunk.pages(), 1U);
}

TEST(PageLedger, ReadsTheSameFromAFileAsFromTheLog) {
  const Folder folder;
  const auto file = folder.path() / "pages";
  Buffer pages(3 * kPageSize + 100);
  for (std::size_t page = 0; page < 3; ++page) {
    for (std::size_t i = 0; i < kTagSize; ++i) {
      pages[page * kPageSize + kTagOffset + i] = static_cast<std::uint8_t>(page);
    }
  }
  TemporaryStore::put(file, pages);
  PageLedger from_file(ledger_key());
  from_file.load(open_file(file, O_RDONLY), pages.size());
  PageLedger from_log(ledger_key());
  from_log.apply(std::vector<WalFrame>{{3, 0, tag(2)}, {2, 3, tag(1)}});  // page 1 is all zero
  EXPECT_EQ(from_file.sum(), from_log.sum());
  EXPECT_EQ(from_file.pages(), 3U);
}

TEST(PageLedger, ReadsALargeFileWholly) {
  const Folder folder;
  const auto file = folder.path() / "pages";
  constexpr std::uint32_t kPages = 30'001;
  TemporaryStore::put(file, Buffer());
  std::filesystem::resize_file(file,
                               kPages * kPageSize);  // a sparse file: page after page of zeros
  std::vector<WalFrame> frames;
  {
    const auto written = open_file(file, O_RDWR);
    for (std::uint32_t page = 1; page <= kPages; page += 100) {
      const auto its_tag = tag(static_cast<std::uint8_t>(page % 251 + 1));
      write_at(written, (page - 1) * kPageSize + kTagOffset, its_tag);
      frames.push_back({page, page + 100 > kPages ? kPages : 0, its_tag});
    }
  }
  PageLedger from_file(ledger_key());
  from_file.load(open_file(file, O_RDONLY), kPages * kPageSize);
  PageLedger from_log(ledger_key());
  from_log.apply(frames);
  EXPECT_EQ(from_file.sum(), from_log.sum());
  EXPECT_EQ(from_file.pages(), kPages);
}

}  // namespace
}  // namespace hub::storage
