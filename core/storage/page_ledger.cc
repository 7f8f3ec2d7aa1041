#include "core/storage/page_ledger.h"

#include <algorithm>
#include <ranges>

#include "core/base/byte_reader.h"

namespace hub::storage {

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

void PageLedger::load(const FileDescriptor& store, std::uint64_t file_size) {
  resize(0);
  resize(file_size / kPageSize);
  for (std::uint64_t index = 0; index < terms_.size(); ++index) {
    const auto bytes = read_at(store, index * kPageSize + kTagOffset, kTagSize);
    PageTag tag{};
    std::ranges::copy(bytes, tag.begin());
    set(static_cast<std::uint32_t>(index + 1), tag);
  }
}

void PageLedger::apply(std::span<const WalFrame> frames) {
  for (const auto& frame : frames) {
    set(frame.page, frame.tag);
    if (frame.commits()) resize(frame.pages_after);
  }
}

}  // namespace hub::storage
