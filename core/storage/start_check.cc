#include "core/storage/start_check.h"

#include <fcntl.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "core/base/result.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

constexpr std::string_view kRestore =
    "; stop, keep the files as they are, and restore store and head file together from the last "
    "backup";

[[noreturn]] void refuse(StoreFault fault, const std::filesystem::path& file,
                         std::string_view what) {
  throw StoreError(fault, file.string() + " " + std::string(what) + std::string(kRestore));
}

template <class Key>
Key derive(const crypto::Digest& root, std::string_view purpose) {
  auto bytes = crypto::hkdf_expand(root, as_bytes(purpose), Key::kSize);
  auto out = Key::from(bytes);
  crypto::wipe(bytes);
  if (!out) throw std::logic_error("HKDF gives as many bytes as asked for");
  return std::move(*out);
}

WalContents read_log(const std::filesystem::path& store) {
  const auto file = log_beside(store);
  if (!std::filesystem::exists(file)) return {};
  return read_wal(open_file(file, O_RDONLY));
}

// Where the last transaction begins.
std::size_t last_transaction(const std::vector<WalFrame>& frames) {
  auto at = frames.size();
  while (at > 0 && (at == frames.size() || !frames[at - 1].commits())) --at;
  return at;
}

// The log's checksums are no secret: numbers in it must not make us allocate without end.
void check_numbers(const std::filesystem::path& store, const WalContents& log,
                   std::uint64_t file_size) {
  const auto most = file_size / kPageSize + log.frames.size() + 2;
  for (const auto& frame : log.frames) {
    if (frame.page > most || frame.pages_after > most) {
      refuse(StoreFault::Damaged, log_beside(store), "names pages that cannot be there");
    }
  }
}

// A crash in a checkpoint may leave the file's last page unfinished, but then the log has it.
void check_size(const std::filesystem::path& store, std::uint64_t file_size,
                const std::vector<std::uint32_t>& logged_pages) {
  if (file_size % kPageSize == 0) return;
  const auto unfinished = file_size / kPageSize + 1;
  if (!std::ranges::binary_search(logged_pages, unfinished)) {
    refuse(StoreFault::Damaged, store, "does not end with a whole page");
  }
}

[[noreturn]] void refuse_state(const std::filesystem::path& store, const Head& head,
                               const WalContents& log) {
  if (head.log_frames > 0 && log.salts == head.log_salts && log.frames.size() < head.log_frames) {
    refuse(StoreFault::Damaged, log_beside(store),
           "is damaged or cut at frame " + std::to_string(log.frames.size() + 1) + " of " +
               std::to_string(head.log_frames));
  }
  if (head.log_frames > 0 && log.salts != head.log_salts) {
    refuse(StoreFault::Stale, log_beside(store),
           log.frames.empty() ? "is missing, emptied or damaged from its beginning"
                              : "is not the one of the last commit");
  }
  refuse(StoreFault::Stale, store,
         "or its write-ahead log or head file is not as last committed: pages were put back, "
         "moved or cut off");
}

}  // namespace

DerivedKeys derive_keys(const crypto::StoreKey& key) {
  auto root = crypto::hkdf_extract(as_bytes("hub/store/v1"), key.expose());
  DerivedKeys out{derive<HeadKey>(root, "head"), derive<LedgerKey>(root, "page ledger")};
  crypto::wipe(root);
  return out;
}

std::filesystem::path log_beside(const std::filesystem::path& store) {
  auto out = store;
  out += "-wal";
  return out;
}

CheckedStore check_store(const std::filesystem::path& store, const Head& head, LedgerKey key) {
  if (!std::filesystem::exists(store)) {
    throw StoreError(StoreFault::Missing, store.string() + " is missing" + std::string(kRestore));
  }
  auto journal = store;
  journal += "-journal";
  if (std::filesystem::exists(journal)) {
    // A store in write-ahead mode has none. SQLite would play it back, old pages over new.
    refuse(StoreFault::Damaged, journal, "does not belong here");
  }
  const auto log = read_log(store);
  const auto file = open_file(store, O_RDONLY);
  const auto file_size = std::filesystem::file_size(store);
  check_numbers(store, log, file_size);

  CheckedStore out{PageLedger(std::move(key))};
  out.log_salts = log.salts;
  out.log_frames = log.frames.size();
  out.ignored_bytes = log.ignored_bytes;
  for (const auto& frame : log.frames) out.logged_pages.push_back(frame.page);
  std::ranges::sort(out.logged_pages);
  check_size(store, file_size, out.logged_pages);

  const auto last = last_transaction(log.frames);
  out.ledger.load(file, file_size);
  out.ledger.apply(std::span(log.frames).first(last));
  const bool before = out.ledger.sum() == head.ledger && out.ledger.pages() == head.pages;
  out.ledger.apply(std::span(log.frames).subspan(last));
  if (out.ledger.sum() == head.ledger && out.ledger.pages() == head.pages) return out;
  if (!before || log.frames.empty()) refuse_state(store, head, log);
  out.one_ahead = true;
  return out;
}

}  // namespace hub::storage
