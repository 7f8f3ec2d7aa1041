// What is checked before SQLite may open a store: that its files hold exactly what was last
// committed.
//
// The write-ahead log is walked and the page ledger computed from the tags of all pages, the log's
// lying over the file's. It must equal the head's; or the log must be exactly one transaction
// ahead (a crash between commit and head file), and without that transaction equal it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/storage/head_file.h"
#include "core/storage/page_ledger.h"

namespace hub::storage {

// Both derived from the store's key: HKDF-SHA-256, salt "hub/store/v1".
struct DerivedKeys {
  HeadKey head;
  LedgerKey ledger;
};
[[nodiscard]] DerivedKeys derive_keys(const crypto::StoreKey& key);

struct CheckedStore {
  explicit CheckedStore(PageLedger pages) : ledger(std::move(pages)) {}

  PageLedger ledger;  // of the files as they are
  LogSalts log_salts{};
  std::uint64_t log_frames = 0;
  bool one_ahead = false;                   // of the head
  std::vector<std::uint32_t> logged_pages;  // whose copy in the store file no longer counts, sorted
  std::uint64_t ignored_bytes = 0;          // at the end of the log, of an unfinished transaction
};

// The write-ahead log beside a store.
[[nodiscard]] std::filesystem::path log_beside(const std::filesystem::path& store);

// Throws StoreError{Missing, Damaged, Stale}. Nobody may have the store open.
[[nodiscard]] CheckedStore check_store(const std::filesystem::path& store, const Head& head,
                                       LedgerKey key);

}  // namespace hub::storage
