// Finds the entries whose details name an actor or a record, by keyed hash: the store holds no name
// twice, and a copy of the index says nothing to who has not the store's key.
//
// add(), write(), forget() and erase() belong to the writer thread, inside a job; what was added is
// written once for each commit. find() is safe from several threads, each with its own connection.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "audit/log/detail.h"
#include "core/crypto/secret.h"
#include "core/storage/key_runs.h"

namespace hub::audit {

using SearchKey = crypto::Secret<struct SearchKeyKind>;
[[nodiscard]] SearchKey search_key_of(const crypto::StoreKey& key);

class SearchIndex {
 public:
  explicit SearchIndex(SearchKey key);

  // Of the item kinds only actors and records are looked for; others, and the agent itself as an
  // actor, are passed over.
  void add(const Item& item, std::uint64_t entry);
  void write(storage::Connection& connection);
  void forget() noexcept;
  void erase(storage::Connection& connection, const Item& item, std::uint64_t entry);

  // Numbers of entries, rising. `value` as Item has it.
  [[nodiscard]] std::vector<std::uint64_t> find(storage::Connection& connection, ItemKind kind,
                                                std::string_view value) const;

  // For the maintenance thread, see storage::KeyRuns.
  bool tend(storage::Store& store, int most) { return runs_.tend(store, most); }

 private:
  [[nodiscard]] storage::RunKey key_of(ItemKind kind, std::string_view value) const;

  SearchKey key_;
  storage::KeyRuns runs_;
  std::vector<storage::RunEntry> added_;
};

}  // namespace hub::audit
