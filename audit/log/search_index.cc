#include "audit/log/search_index.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/crypto/hash.h"

namespace hub::audit {
namespace {

// Among the indexes of one store (storage::KeyRuns).
constexpr std::int64_t kIndexNumber = 100;
constexpr std::string_view kAgent = "agent";

bool is_looked_for(ItemKind kind, std::string_view value) {
  return kind == ItemKind::Record || (kind == ItemKind::Actor && value != kAgent);
}

}  // namespace

SearchKey search_key_of(const crypto::StoreKey& key) {
  auto root = crypto::hkdf_extract(as_bytes("hub/store/v1"), key.expose());
  auto bytes = crypto::hkdf_expand(root, as_bytes("audit search"), SearchKey::kSize);
  auto out = SearchKey::from(bytes);
  crypto::wipe(root);
  crypto::wipe(bytes);
  if (!out) throw std::logic_error("HKDF gives as many bytes as asked for");
  return std::move(*out);
}

SearchIndex::SearchIndex(SearchKey key) : key_(std::move(key)), runs_(kIndexNumber) {}

storage::RunKey SearchIndex::key_of(ItemKind kind, std::string_view value) const {
  const auto number = static_cast<std::uint8_t>(kind);
  const auto digest = crypto::hmac_sha256(key_.expose(), {Bytes(&number, 1), as_bytes(value)});
  storage::RunKey out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

void SearchIndex::add(const Item& item, std::uint64_t entry) {
  const auto* const open = item.open();
  if (open == nullptr || !is_looked_for(item.kind, open->value)) return;
  added_.push_back({key_of(item.kind, open->value), static_cast<std::int64_t>(entry)});
}

void SearchIndex::write(storage::Connection& connection) {
  if (added_.empty()) return;
  runs_.append(connection, added_);
  added_.clear();
}

void SearchIndex::forget() noexcept { added_.clear(); }

void SearchIndex::erase(storage::Connection& connection, const Item& item, std::uint64_t entry) {
  const auto* const open = item.open();
  if (open == nullptr || !is_looked_for(item.kind, open->value)) return;
  write(connection);
  runs_.erase(connection, {key_of(item.kind, open->value), static_cast<std::int64_t>(entry)});
}

std::vector<std::uint64_t> SearchIndex::find(storage::Connection& connection, ItemKind kind,
                                             std::string_view value) const {
  std::vector<std::uint64_t> out;
  for (const auto row : runs_.find(connection, key_of(kind, value))) {
    out.push_back(static_cast<std::uint64_t>(row));
  }
  return out;
}

}  // namespace hub::audit
