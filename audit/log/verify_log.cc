#include "audit/log/verify_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "audit/log/detail.h"
#include "audit/log/tile_source.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

constexpr std::size_t kMostFindings = 1000;
constexpr std::uint64_t kProgressEvery = 4096;

class Verification {
 public:
  Verification(Connection& connection, const LogExpectation& expected)
      : connection_(connection), expected_(expected) {}

  void open_checkpoint_note() {
    if (!expected_.note) {
      if (expected_.tree.size != 0) find("there is no checkpoint of this log");
      return;
    }
    auto checkpoint = open_checkpoint(*expected_.note, expected_.key);
    if (!checkpoint) {
      find("checkpoint: " + std::string(describe(checkpoint.error())));
      return;
    }
    report_.checkpoint = std::move(*checkpoint);
    compare_checkpoint();
  }

  void walk(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    auto rows = connection_.prepare("SELECT idx, leaf, detail FROM log_entry ORDER BY idx");
    while (rows.step()) {
      const auto index = static_cast<std::uint64_t>(rows.int64(0));
      if (index != frontier_.size()) {
        find("entry " + std::to_string(frontier_.size()) + " is missing");
        return;
      }
      check_entry(index, rows);
      add_hash(crypto::leaf_hash(rows.bytes(1)));
      compare_checkpoint();
      if (progress && frontier_.size() % kProgressEvery == 0) {
        progress(frontier_.size(), expected_.tree.size);
      }
    }
    if (progress) progress(frontier_.size(), expected_.tree.size);
  }

  LogReport finish() && {
    report_.tree = {frontier_.size(), frontier_.root()};
    if (report_.tree != expected_.tree) {
      find("the entries are not those that the head file names: " +
           std::to_string(report_.tree.size) + " are there, " +
           std::to_string(expected_.tree.size) + " were committed");
    }
    if (report_.checkpoint && report_.checkpoint->size > frontier_.size()) {
      find("the checkpoint names more entries than there are");
    }
    check_edge();
    check_no_more_tiles();
    check_erasures();
    return std::move(report_);
  }

 private:
  void find(std::string line) {
    if (report_.findings.size() < kMostFindings) report_.findings.push_back(std::move(line));
  }

  void check_entry(std::uint64_t index, const storage::Statement& row) {
    const auto leaf = parse_leaf(as_text(row.bytes(1)));
    const auto name = "entry " + std::to_string(index);
    if (!leaf) {
      find(name + ": " + std::string(describe(leaf.error())));
      return;
    }
    if (leaf->index != index) find(name + " carries another number");
    note_erasures(index, leaf->entry);
    if (const auto& committed = leaf->detail; !committed) {
      if (!row.is_null(2)) find(name + " has a detail that it does not commit to");
    } else if (row.is_null(2)) {
      missing_.push_back(index);
    } else {
      check_detail(index, *committed, row.bytes(2));
    }
  }

  void note_erasures(std::uint64_t index, const Entry& entry) {
    bool early = false;
    for (const auto& range : entry.erased) {
      early = early || range.second >= index;
      erased_.push_back(range);
    }
    for (const auto& place : entry.erased_items) {
      early = early || place.index >= index;
      erased_items_.push_back(place);
    }
    if (early) find("entry " + std::to_string(index) + " says that later entries were erased");
    note_restored(index, entry);
  }

  // They came back without details; what the entry names must stand before it.
  void note_restored(std::uint64_t index, const Entry& entry) {
    for (const auto& range : entry.restored) {
      if (range.second >= index) {
        find("entry " + std::to_string(index) + " says that later entries were restored");
      }
      restored_.push_back(range);
    }
  }

  void check_detail(std::uint64_t index, const crypto::Digest& commitment, Bytes stored) {
    const auto items = parse_items(stored);
    if (!items || commitment_to(*items) != commitment) {
      find("entry " + std::to_string(index) + ": its detail was changed");
      return;
    }
    ++report_.details;
    present_.push_back(index);
    for (std::uint64_t position = 0; position < items->size(); ++position) {
      if ((*items)[position].open() == nullptr) missing_items_.push_back({index, position});
    }
  }

  void add_hash(const crypto::Digest& leaf) {
    frontier_.append(leaf);
    auto hash = leaf;
    auto count = frontier_.size();
    for (std::size_t level = 0;; ++level, count /= kTileWidth) {
      if (level == open_.size()) open_.emplace_back();
      open_[level].push_back(hash);
      if (open_[level].size() < kTileWidth) return;
      check_tile(level, count / kTileWidth - 1, open_[level]);
      hash = crypto::merkle_root(open_[level]);
      open_[level].clear();
    }
  }

  void check_tile(std::size_t level, std::uint64_t number,
                  const std::vector<crypto::Digest>& hashes) {
    ++tiles_;
    auto row = connection_.prepare("SELECT hashes FROM log_tile WHERE level = ? AND tile = ?");
    row.bind(1, level).bind(2, number);
    Buffer expected;
    for (const auto& hash : hashes) append(expected, hash);
    if (row.step() && same_bytes(row.bytes(0), expected)) return;
    find("tile " + std::to_string(number) + " of level " + std::to_string(level) +
         " is not that of the entries");
  }

  // Asked at every size, so that the tree is compared when it has the checkpoint's size.
  void compare_checkpoint() {
    if (!report_.checkpoint || report_.checkpoint->size != frontier_.size()) return;
    if (report_.checkpoint->root == frontier_.root()) return;
    find("the checkpoint names another tree than the first " + std::to_string(frontier_.size()) +
         " entries make");
  }

  void check_edge() {
    auto row = connection_.prepare("SELECT state FROM log_frontier");
    const bool there = row.step();
    const auto stored = there ? Frontier::parse(row.bytes(0)) : std::optional(Frontier());
    if (!stored || *stored != frontier_) find("the stored edge is not that of the entries");
  }

  void check_no_more_tiles() {
    auto row = connection_.prepare("SELECT count(*) FROM log_tile");
    if (!row.step() || static_cast<std::uint64_t>(row.int64(0)) != tiles_) {
      find("there are more or fewer tiles than the entries make");
    }
  }

  void check_erasures() {
    merge(erased_);
    merge(restored_);
    for (const auto index : missing_) {
      if (is_in(erased_, index)) {
        ++report_.erased;
      } else if (is_in(restored_, index)) {
        ++report_.restored;
      } else {
        find("entry " + std::to_string(index) + ": its detail is missing and no entry erased it");
      }
    }
    for (const auto index : present_) {
      if (is_in(erased_, index)) {
        find("entry " + std::to_string(index) + ": its detail was erased and is there");
      }
    }
    check_erased_items();
  }

  // What is gone must have been erased by an entry, and what an entry erased must be gone.
  void check_erased_items() {
    std::ranges::sort(erased_items_);
    for (const auto& place : missing_items_) {
      if (std::ranges::binary_search(erased_items_, place)) {
        ++report_.erased_items;
      } else {
        find(name_of_item(place) + " is missing and no entry erased it");
      }
    }
    for (const auto& place : erased_items_) {
      const bool entry_there = std::ranges::binary_search(present_, place.index);
      if (entry_there && !std::ranges::binary_search(missing_items_, place)) {
        find(name_of_item(place) + " was erased and is there");
      }
    }
  }

  static std::string name_of_item(const ItemPlace& place) {
    return "entry " + std::to_string(place.index) + ": item " + std::to_string(place.position) +
           " of its detail";
  }

  // Sorted, and no two of them overlap.
  static void merge(std::vector<EntryRange>& ranges) {
    std::ranges::sort(ranges);
    std::vector<EntryRange> out;
    for (const auto& range : ranges) {
      if (!out.empty() && range.first <= out.back().second) {
        out.back().second = std::max(out.back().second, range.second);
      } else {
        out.push_back(range);
      }
    }
    ranges = std::move(out);
  }

  static bool is_in(const std::vector<EntryRange>& ranges, std::uint64_t index) {
    const auto after = std::ranges::upper_bound(ranges, index, {}, &EntryRange::first);
    return after != ranges.begin() && std::prev(after)->second >= index;
  }

  Connection& connection_;
  const LogExpectation& expected_;
  LogReport report_;
  Frontier frontier_;
  std::vector<std::vector<crypto::Digest>> open_;
  std::uint64_t tiles_ = 0;
  std::vector<EntryRange> erased_;
  std::vector<EntryRange> restored_;
  std::vector<ItemPlace> erased_items_;
  std::vector<ItemPlace> missing_items_;
  std::vector<std::uint64_t> missing_;
  std::vector<std::uint64_t> present_;
};

}  // namespace

LogReport verify_log(Connection& connection, const LogExpectation& expected,
                     const std::function<void(std::uint64_t done, std::uint64_t all)>& progress) {
  Verification verification(connection, expected);
  verification.open_checkpoint_note();
  verification.walk(progress);
  return std::move(verification).finish();
}

}  // namespace hub::audit
