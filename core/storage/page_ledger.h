// The page ledger: one 256-bit number that stands for every page of the store as last committed.
//
// SQLCipher proves that each page is genuine, not that it is the latest: an old copy of a page, put
// back in its place, opens without complaint. The ledger is the sum modulo 2^256 of
//
//   F(page number, tag) = HMAC-SHA-256(ledger key, page number:u32 || tag)
//
// over all pages, where the tag is the HMAC that SQLCipher keeps in the page (page_format.h). A
// commit changes it by the terms of the pages it wrote, a checkpoint not at all; the head file
// keeps it. Without the key nobody can find another set of pages with the same sum.
//
// A page that was never written (all zero, or beyond the end of the file) counts zero. All terms
// are held in memory: 2 MiB for each GiB of store.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/file.h"
#include "core/crypto/hash.h"
#include "core/crypto/secret.h"
#include "core/storage/wal_reader.h"

namespace hub::storage {

using LedgerKey = crypto::Secret<struct LedgerKeyKind>;

class LedgerSum {
 public:
  LedgerSum() = default;
  explicit LedgerSum(const crypto::Digest& big_endian);
  LedgerSum& operator+=(const LedgerSum& other);
  LedgerSum& operator-=(const LedgerSum& other);
  bool operator==(const LedgerSum&) const = default;
  [[nodiscard]] crypto::Digest bytes() const;

 private:
  std::array<std::uint64_t, 4> limbs_{};  // least significant first
};

class PageLedger {
 public:
  explicit PageLedger(LedgerKey key) : key_(std::move(key)) {}

  // All pages of a store file; a last piece shorter than a page counts as none.
  void load(const FileDescriptor& store, std::uint64_t file_size);
  // Frames of whole transactions, in order.
  void apply(std::span<const WalFrame> frames);

  [[nodiscard]] const LedgerSum& sum() const { return sum_; }
  [[nodiscard]] std::uint64_t pages() const { return terms_.size(); }

 private:
  [[nodiscard]] LedgerSum term(std::uint32_t page, const PageTag& tag) const;
  // Reads the terms of the pages in [first, end); their sum.
  LedgerSum load_terms(const FileDescriptor& store, std::size_t first, std::size_t end);
  void resize(std::uint64_t pages);
  void set(std::uint32_t page, const PageTag& tag);

  LedgerKey key_;
  std::vector<LedgerSum> terms_;
  LedgerSum sum_;
};

}  // namespace hub::storage
