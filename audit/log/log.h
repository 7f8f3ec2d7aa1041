// A party's audit log: entries, their tree and its tiles, in the party's own store, so that an act
// and its entry are committed together or not at all.
//
// append() and erase_details() belong to the writer thread, inside a job. The tree moves with the
// transaction: it is taken back when that is rolled back, and head() shows it once the head file
// has it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/log/entry.h"
#include "audit/proof/frontier.h"
#include "core/base/clock.h"
#include "core/storage/commit_participant.h"
#include "core/storage/connection.h"

namespace hub::audit {

// For the migrations of the store that keeps the log.
extern const char* const kLogTables;

using storage::Connection;
using storage::TreeHead;

// An entry may not be larger than a leaf can be; nothing was appended.
class EntryTooLarge : public EnvError {
 public:
  using EnvError::EnvError;
};

struct StoredEntry {
  std::uint64_t index = 0;
  std::string leaf;              // the exact bytes that the tree hashes
  std::optional<Detail> detail;  // nothing where there was none or it was erased
};

class Log : public storage::CommitParticipant {
 public:
  // `origin` names the log in its checkpoints, `party` in its entries. The clock must outlive it.
  Log(std::string origin, std::string party, const Clock& clock);

  TreeHead load(Connection& connection) override;
  TreeHead before_commit(Connection& connection) override;
  void committed() noexcept override;
  void rolled_back() noexcept override;

  // The entry's number. Throws EntryTooLarge.
  std::uint64_t append(Connection& connection, const Entry& entry, const Detail& detail);
  // Erases the details of these entries and appends what says so, in as many entries as it takes;
  // gives the number of the first.
  std::uint64_t erase_details(Connection& connection, std::vector<std::uint64_t> indices,
                              const Entry& entry, const Detail& detail);

  // The tree that was last committed. Thread-safe.
  [[nodiscard]] TreeHead head() const;
  [[nodiscard]] const std::string& origin() const { return origin_; }

  // Up to `limit` entries from number `from` on.
  [[nodiscard]] static std::vector<StoredEntry> entries(Connection& connection, std::uint64_t from,
                                                        std::size_t limit);
  // Proofs for a tree of `size` entries, all of which the connection's snapshot holds.
  [[nodiscard]] static std::vector<crypto::Digest> inclusion(Connection& connection,
                                                             std::uint64_t index,
                                                             std::uint64_t size);
  [[nodiscard]] static std::vector<crypto::Digest> consistency(Connection& connection,
                                                               std::uint64_t old_size,
                                                               std::uint64_t size);

 private:
  struct Edge {
    Frontier frontier;
    // For each level of tiles the hashes of the tile that is not full yet.
    std::vector<std::vector<crypto::Digest>> open_tiles;
  };

  void load_edge(Connection& connection);
  void extend(Connection& connection, const crypto::Digest& leaf);

  const std::string origin_;
  const std::string party_;
  const Clock& clock_;

  // Of the writer thread.
  Edge committed_;
  Edge edge_;
  bool changed_ = false;

  mutable std::mutex mutex_;
  TreeHead head_;
};

}  // namespace hub::audit
