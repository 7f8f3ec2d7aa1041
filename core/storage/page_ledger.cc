#include "core/storage/page_ledger.h"

#include <algorithm>
#include <future>
#include <ranges>
#include <thread>

#include "core/base/byte_reader.h"

namespace hub::storage {
namespace {

constexpr std::size_t kLeastShare = 4096;  // pages for which a thread pays
constexpr unsigned kMostThreads = 8;

}  // namespace

LedgerSum::LedgerSum(const crypto::Digest& big_endian) {
  ByteReader in(big_endian);
  for (auto& limb : std::views::reverse(limbs_)) limb = in.u64();
}

LedgerSum& LedgerSum::operator+=(const LedgerSum& other) {
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    const auto partial = limbs_[i] + other.limbs_[i];
    const auto total = partial + carry;
    carry = static_cast<std::uint64_t>(partial < limbs_[i]) +
            static_cast<std::uint64_t>(total < partial);
    limbs_[i] = total;
  }
  return *this;
}

LedgerSum& LedgerSum::operator-=(const LedgerSum& other) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < limbs_.size(); ++i) {
    const auto partial = limbs_[i] - other.limbs_[i];
    const auto total = partial - borrow;
    borrow = static_cast<std::uint64_t>(partial > limbs_[i]) +
             static_cast<std::uint64_t>(total > partial);
    limbs_[i] = total;
  }
  return *this;
}

crypto::Digest LedgerSum::bytes() const {
  crypto::Digest out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto from_end = out.size() - 1 - i;
    out[i] = static_cast<std::uint8_t>(limbs_[from_end / 8] >> (8 * (from_end % 8)));
  }
  return out;
}

LedgerSum PageLedger::term(std::uint32_t page, const PageTag& tag) const {
  if (tag == PageTag{}) return {};
  const std::array<std::uint8_t, 4> number{
      static_cast<std::uint8_t>(page >> 24U), static_cast<std::uint8_t>(page >> 16U),
      static_cast<std::uint8_t>(page >> 8U), static_cast<std::uint8_t>(page)};
  return LedgerSum(crypto::hmac_sha256(key_.expose(), {number, tag}));
}

void PageLedger::resize(std::uint64_t pages) {
  for (auto gone = pages; gone < terms_.size(); ++gone) sum_ -= terms_[gone];
  terms_.resize(pages);
}

void PageLedger::set(std::uint32_t page, const PageTag& tag) {
  if (page > terms_.size()) resize(page);
  auto& current = terms_[page - 1];
  sum_ -= current;
  current = term(page, tag);
  sum_ += current;
}

// A start waits for this, so all processors share the pages of a large store.
void PageLedger::load(const FileDescriptor& store, std::uint64_t file_size) {
  resize(0);
  resize(file_size / kPageSize);
  const auto shares =
      std::clamp<std::size_t>(terms_.size() / kLeastShare, 1,
                              std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads));
  const auto share = terms_.size() / shares + 1;
  const auto policy = shares == 1 ? std::launch::deferred : std::launch::async;
  std::vector<std::future<LedgerSum>> sums;
  for (std::size_t first = 0; first < terms_.size(); first += share) {
    const auto end = std::min(first + share, terms_.size());
    sums.push_back(
        std::async(policy, [this, &store, first, end] { return load_terms(store, first, end); }));
  }
  for (auto& sum : sums) sum_ += sum.get();
}

LedgerSum PageLedger::load_terms(const FileDescriptor& store, std::size_t first, std::size_t end) {
  LedgerSum sum;
  for (auto index = first; index < end; ++index) {
    const auto bytes = read_at(store, index * kPageSize + kTagOffset, kTagSize);
    PageTag tag{};
    std::ranges::copy(bytes, tag.begin());
    terms_[index] = term(static_cast<std::uint32_t>(index + 1), tag);
    sum += terms_[index];
  }
  return sum;
}

void PageLedger::apply(std::span<const WalFrame> frames) {
  for (const auto& frame : frames) {
    set(frame.page, frame.tag);
    if (frame.commits()) resize(frame.pages_after);
  }
}

}  // namespace hub::storage
