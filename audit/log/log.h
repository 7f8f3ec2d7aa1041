// A party's audit log: entries, their tree and its tiles, in the party's own store, so that an act
// and its entry are committed together or not at all.
//
// append(), erase() and apply() belong to the writer thread, inside a job. The tree moves with the
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

#include "audit/log/detail.h"
#include "audit/log/entry.h"
#include "audit/log/search_index.h"
#include "audit/log/tile_cache.h"
#include "audit/log/tile_source.h"
#include "audit/proof/frontier.h"
#include "core/base/clock.h"
#include "core/storage/commit_participant.h"
#include "core/storage/connection.h"

namespace hub::audit {

// For the migrations of the store that keeps the log; it needs storage::kKeyRunsTables too.
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
  std::optional<Detail> detail;  // nothing where there was none or it was erased as a whole
};

struct Erasure {
  std::vector<std::uint64_t> details;  // entries whose details go as a whole
  std::vector<ItemPlace> items;        // single items
};

// An entry that the log gave back, as it stood there.
struct TakenBack {
  Leaf leaf;
  std::vector<Item> items;  // empty where there is no detail
};

class Log : public storage::CommitParticipant {
 public:
  // `origin` names the log in its checkpoints, `party` in its entries. The clock must outlive it.
  Log(std::string origin, std::string party, const Clock& clock, SearchKey key);

  TreeHead load(Connection& connection) override;
  TreeHead before_commit(Connection& connection) override;
  void committed() noexcept override;
  void rolled_back() noexcept override;

  // The entry's number. Throws EntryTooLarge.
  std::uint64_t append(Connection& connection, const Entry& entry, const Detail& detail);
  // Erases these, their index entries with them, and appends what says so, in as many entries as it
  // takes; gives the number of the first. The bytes are gone from the store's files with its next
  // checkpoint (Store::request_checkpoint).
  std::uint64_t erase(Connection& connection, Erasure erasure, const Entry& entry,
                      const Detail& detail);
  // Does again what an entry says was erased; what is gone already stays so.
  void apply(Connection& connection, const Entry& erasure);

  // For a log whose store was put back to an older state (log_restored.cc); all in one transaction.
  // Gives the entries from number `from` on back, and with them their numbers: none of them may
  // have been signed. `from` is at most the committed size.
  [[nodiscard]] std::vector<TakenBack> take_back(Connection& connection, std::uint64_t from);
  // Goes on with these leaves, byte for byte, without details.
  void insert(Connection& connection, std::span<const std::string> leaves);
  // Goes on with an entry that was taken back, with its time and its detail, under a new number.
  // Entries that it names itself, from number `from` on, have moved by `by`.
  std::uint64_t append_again(Connection& connection, TakenBack entry, std::uint64_t from,
                             std::uint64_t by);

  // The edge of the tree of the first `size` entries, which are there.
  [[nodiscard]] static Frontier frontier(Connection& connection, std::uint64_t size);

  // The tree that was last committed. Thread-safe.
  [[nodiscard]] TreeHead head() const;
  [[nodiscard]] const std::string& origin() const { return origin_; }

  // Up to `limit` entries from number `from` on.
  [[nodiscard]] static std::vector<StoredEntry> entries(Connection& connection, std::uint64_t from,
                                                        std::size_t limit);
  // Of these entries those whose leaf is wanted.
  [[nodiscard]] static std::vector<StoredEntry> entries(
      Connection& connection, std::uint64_t from, std::size_t limit,
      const std::function<bool(std::string_view leaf)>& wanted);
  // One entry's items, the erased ones too; empty where there is no detail.
  [[nodiscard]] static std::vector<Item> items(Connection& connection, std::uint64_t index);
  [[nodiscard]] SearchIndex& search() { return search_; }
  // The root of the first `size` entries, and proofs for their tree. `size` is at most head().size,
  // else a bug of ours, and the connection's snapshot holds them all. Thread-safe.
  [[nodiscard]] crypto::Digest root(Connection& connection, std::uint64_t size) const;
  [[nodiscard]] std::vector<crypto::Digest> inclusion(Connection& connection, std::uint64_t index,
                                                      std::uint64_t size) const;
  [[nodiscard]] std::vector<crypto::Digest> consistency(Connection& connection,
                                                        std::uint64_t old_size,
                                                        std::uint64_t size) const;

 private:
  struct Edge {
    Frontier frontier;
    // For each level of tiles the hashes of the tile that is not full yet.
    std::vector<std::vector<crypto::Digest>> open_tiles;
  };

  void load_edge(Connection& connection);
  // Of the first `size` entries, from the tables.
  [[nodiscard]] static Edge edge_of(Connection& connection, std::uint64_t size, TileCache& cache);
  void put(Connection& connection, std::uint64_t index, std::string_view leaf, Bytes detail);
  // Of what is committed only, so that what is rolled back is never kept in the cache.
  [[nodiscard]] TileSource committed_tree(Connection& connection, std::uint64_t size) const;
  void extend(Connection& connection, const crypto::Digest& leaf);
  void erase_detail(Connection& connection, std::uint64_t index);
  void erase_items(Connection& connection, std::span<const ItemPlace> places);

  const std::string origin_;
  const std::string party_;
  const Clock& clock_;
  SearchIndex search_;

  // Of the writer thread.
  Edge committed_;
  Edge edge_;
  bool changed_ = false;
  bool rewritten_ = false;  // entries were taken back
  std::uint64_t emptied_to_ =
      0;  // rows before this number that are empty until they are used again

  mutable std::mutex mutex_;
  TreeHead head_;
  mutable TileCache tiles_;
};

}  // namespace hub::audit
