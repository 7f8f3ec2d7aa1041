#include "audit/log/witnessed_logs.h"

#include <algorithm>

#include "core/storage/store_error.h"

namespace hub::audit {

const char* const kWitnessTables =
    "CREATE TABLE witnessed_log (origin TEXT PRIMARY KEY, size INTEGER NOT NULL,"
    " root BLOB NOT NULL, note TEXT NOT NULL) WITHOUT ROWID, STRICT;";

std::optional<Witnessed> witnessed_log(storage::Connection& store, std::string_view origin) {
  auto row = store.prepare("SELECT size, root, note FROM witnessed_log WHERE origin = ?");
  row.bind(1, origin);
  if (!row.step()) return std::nullopt;
  Witnessed out{static_cast<std::uint64_t>(row.int64(0)), {}, std::string(row.text(2))};
  const auto root = row.bytes(1);
  if (root.size() != out.root.size()) {
    throw storage::StoreError(storage::StoreFault::Damaged,
                              store.file().string() +
                                  ": what was cosigned of another log cannot be read; stop, keep "
                                  "the files as they are and run the verification");
  }
  std::ranges::copy(root, out.root.begin());
  return out;
}

void keep_witnessed_log(storage::Connection& store, std::string_view origin,
                        const Witnessed& last) {
  store.run("INSERT OR REPLACE INTO witnessed_log (origin, size, root, note) VALUES (?, ?, ?, ?)",
            origin, last.size, last.root, last.note);
}

}  // namespace hub::audit
