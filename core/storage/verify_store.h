// Verification of a store that nobody has open (`hubctl audit verify`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/crypto/secret.h"
#include "core/storage/connection.h"
#include "core/storage/store.h"

namespace hub::storage {

struct StoreReport {
  std::vector<std::string> findings;  // a line each; none means that the store is sound
  std::vector<std::string> notes;     // harmless and worth knowing
  std::uint64_t pages = 0;
  std::uint64_t log_frames = 0;
  TreeHead tree;  // of the head file; compare with the audit log and its checkpoint

  [[nodiscard]] bool sound() const { return findings.empty(); }
};

// Start-up's checks, each page's HMAC, SQLite's own check of tables and indexes, foreign keys.
//
// Changes none of the store's files: without a write-ahead log the store file is opened frozen;
// with one, a private folder beside the store gets a hard link to the store file and a copy of the
// log, is opened read-only, and is removed at the end. Throws StoreError only when the store is
// missing, in use or cannot be read; what is wrong inside is a finding.
//
// `look` (may be empty) gets the connection and the tree of the head file after the checks of the
// store itself, so that others verify what they keep in it; it is not called when the store does
// not open.
[[nodiscard]] StoreReport verify_store(
    const std::filesystem::path& file, const crypto::StoreKey& key,
    const std::function<void(Connection&, const TreeHead&)>& look = {});

}  // namespace hub::storage
