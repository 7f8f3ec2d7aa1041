// Runs a query over a party's log. Actors and records are found through the log's index; what else
// is asked is looked for entry by entry, newest first, in short read transactions. Safe to use from
// several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/log/log.h"
#include "audit/search/query.h"
#include "core/storage/store.h"

namespace hub::audit {

struct FoundEntry {
  StoredEntry stored;
  Leaf leaf;
};

class Searcher {
 public:
  // Both must outlive it.
  Searcher(const storage::Store& store, Log& log) : store_(store), log_(log) {}

  // Newest first, every entry below number `before` that matches, until `each` says false. Entries
  // that were appended after the call began are not looked at.
  void run(const Query& query, std::uint64_t before,
           const std::function<bool(const FoundEntry&)>& each) const;

 private:
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> candidates(const Query& query) const;
  [[nodiscard]] std::uint64_t end_of(const Query& query, std::uint64_t before) const;
  [[nodiscard]] std::uint64_t first_not_before(Time when) const;
  void scan(const Query& query, std::uint64_t before,
            const std::function<bool(const FoundEntry&)>& each) const;

  const storage::Store& store_;
  Log& log_;
};

}  // namespace hub::audit
