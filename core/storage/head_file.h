// The head file: what the last commit left behind, kept beside the store so that the store cannot
// go back in time on its own.
//
// 1,024 bytes, allocated once: two slots of 512, written in turn (a commit's counter picks its
// slot) with O_DSYNC, so that the slot before survives whatever happens to this one. A disk writes
// 512 aligned bytes whole or not at all.
//
//   magic:8 counter:u64 tree_size:u64 tree_root:32 ledger:32 pages:u64 log_salts:8 log_frames:u64
//   zeros:368 hmac:32            (HMAC-SHA-256 under the head key over all that stands before it)
//
// Both slots must always be sound, and their counters neighbours: every byte counts. The file is
// also the lock that keeps a second process away from the store.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/crypto/secret.h"
#include "core/storage/commit_participant.h"
#include "core/storage/page_format.h"
#include "core/storage/page_ledger.h"

namespace hub::storage {

using HeadKey = crypto::Secret<struct HeadKeyKind>;

inline constexpr std::size_t kHeadSlotSize = 512;
using HeadSlot = std::array<std::uint8_t, kHeadSlotSize>;

struct Head {
  std::uint64_t counter = 0;  // of commits since the store was made
  TreeHead tree;
  LedgerSum ledger;
  std::uint64_t pages = 0;
  LogSalts log_salts{};          // of the write-ahead log at that commit; zero before the first
  std::uint64_t log_frames = 0;  // in it

  bool operator==(const Head&) const = default;
};

[[nodiscard]] HeadSlot seal_head(const Head& head, const HeadKey& key);
// Nothing unless these are exactly the bytes that seal_head() gives under that key.
[[nodiscard]] std::optional<Head> open_head(Bytes slot, const HeadKey& key);

class HeadFile {
 public:
  [[nodiscard]] static std::filesystem::path beside(const std::filesystem::path& store);

  // Makes the file with the first head (counter 1) and, in the other slot, counter 0.
  static void create(const std::filesystem::path& file, const Head& first, const HeadKey& key);

  // Takes the lock. Throws StoreError{Unavailable} if another process has it, Damaged if there is
  // no such file.
  explicit HeadFile(std::filesystem::path file);

  // The newer head. Throws StoreError: WrongKeyOrDamaged when neither slot is sound, Damaged when
  // one is not, or when they are no neighbours.
  [[nodiscard]] Head read(const HeadKey& key) const;
  void write(const Head& head, const HeadKey& key) const;

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace hub::storage
