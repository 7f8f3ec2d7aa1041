#include "core/storage/store.h"

#include <fcntl.h>
#include <sqlcipher/sqlite3.h>

#include <array>
#include <future>
#include <string>
#include <system_error>

#include "core/base/log.h"
#include "core/base/result.h"
#include "core/storage/head_keeper.h"
#include "core/storage/maintenance.h"
#include "core/storage/page_integrity.h"
#include "core/storage/reader_pool.h"
#include "core/storage/schema.h"
#include "core/storage/writer.h"

namespace hub::storage {
namespace {

constexpr std::size_t kSmallCacheKib = 256;

std::array<std::filesystem::path, 5> files_of(const std::filesystem::path& store) {
  std::array<std::filesystem::path, 5> out{store, store, store, store, HeadFile::beside(store)};
  out[1] += "-wal";
  out[2] += "-shm";
  out[3] += "-journal";
  return out;
}

// The first content of a store, all of it in the store file.
void fill(const StoreOptions& options, const crypto::StoreKey& key) {
  Connection connection(options.file, key, Access::Create, options.cache_kib);
  connection.exec(BuiltSql("PRAGMA application_id = " + std::to_string(options.application_id)));
  migrate(connection, options.migrations, [] {});
  const int outcome = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr,
                                                SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (outcome != SQLITE_OK) connection.fail(outcome);
}

Head first_head(const std::filesystem::path& store, LedgerKey key) {
  PageLedger ledger(std::move(key));
  ledger.load(open_file(store, O_RDONLY), std::filesystem::file_size(store));
  Head head;
  head.tree = empty_tree();
  head.ledger = ledger.sum();
  head.pages = ledger.pages();
  return head;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

struct Store::Parts {
  Parts(StoreOptions given, const crypto::StoreKey& key, CommitParticipant* participant,
        const Clock& clock);

  StoreOptions options;
  std::unique_ptr<HeadKeeper> keeper;  // first, for its lock
  std::unique_ptr<Connection> write_connection;
  std::unique_ptr<Connection> copier;
  std::unique_ptr<Connection> pin;
  mutable ReaderPool readers;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<Maintenance> maintenance;
};

namespace {

std::unique_ptr<HeadKeeper> checked_files(const StoreOptions& options, const crypto::StoreKey& key,
                                          bool& one_ahead, std::vector<std::uint32_t>& logged) {
  const auto& file = options.file;
  if (!std::filesystem::exists(file) && !std::filesystem::exists(HeadFile::beside(file))) {
    throw StoreError(StoreFault::Missing,
                     file.string() +
                         " is missing: check the path, or make the store of a new party with "
                         "--new-store");
  }
  auto keys = derive_keys(key);
  HeadFile head_file(HeadFile::beside(file));
  const auto head = head_file.read(keys.head);
  auto checked = check_store(file, head, std::move(keys.ledger));
  one_ahead = checked.one_ahead;
  logged = checked.logged_pages;
  return std::make_unique<HeadKeeper>(file, std::move(head_file), std::move(keys.head), head,
                                      std::move(checked));
}

void check_tree(const StoreOptions& options, const TreeHead& stored, const TreeHead& expected,
                bool one_ahead) {
  const bool fits = one_ahead ? stored.size >= expected.size : stored == expected;
  if (fits) return;
  throw StoreError(StoreFault::Damaged,
                   options.file.string() +
                       ": its audit log is not the one the head file names; stop, keep the files "
                       "as they are, and restore store and head file together from the last "
                       "backup");
}

void check_every_page(Connection& connection, const std::vector<std::uint32_t>& logged) {
  const auto bad = unsound_pages(connection, logged);
  if (bad.empty()) return;
  throw StoreError(StoreFault::Damaged,
                   connection.file().string() + ": page " + std::to_string(bad.front()) +
                       " is damaged; stop, keep the files as they are, and restore store and "
                       "head file together from the last backup");
}

}  // namespace

Store::Parts::Parts(StoreOptions given, const crypto::StoreKey& key, CommitParticipant* participant,
                    const Clock& clock)
    : options(std::move(given)) {
  bool one_ahead = false;
  std::vector<std::uint32_t> logged;
  keeper = checked_files(options, key, one_ahead, logged);
  const auto open = [&](Access access, std::size_t cache) {
    return std::make_unique<Connection>(options.file, key, access, cache);
  };
  write_connection = open(Access::Write, options.writer_cache_kib);
  check_identity(*write_connection, options);
  if (options.read_every_page) check_every_page(*write_connection, logged);

  auto tree = keeper->head().tree;
  if (participant != nullptr) {
    const auto stored = participant->load(*write_connection);
    check_tree(options, stored, tree, one_ahead);
    tree = stored;
  }
  if (one_ahead) {
    log_info("store: the last commit before the stop was not acknowledged; it is kept");
    keeper->adopt(tree);
    keeper->write();
  }
  std::uint64_t frames = 0;
  sqlite3_wal_hook(
      write_connection->handle(),
      [](void* out, sqlite3*, const char*, int count) {
        *static_cast<std::uint64_t*>(out) = static_cast<std::uint64_t>(count);
        return SQLITE_OK;
      },
      &frames);
  migrate(*write_connection, options.migrations, [&] {
    keeper->committed(frames, tree);
    keeper->write();
  });

  copier = open(Access::Write, kSmallCacheKib);
  pin = open(Access::Read, kSmallCacheKib);
  for (int i = 0; i < options.readers; ++i) readers.add(open(Access::Read, options.cache_kib));
  writer = std::make_unique<Writer>(*write_connection, *keeper, participant, clock, options);
  maintenance = std::make_unique<Maintenance>(*writer, *copier, *pin, clock, options);
}

void Store::create(const StoreOptions& options, const crypto::StoreKey& key) {
  for (const auto& file : files_of(options.file)) {
    if (!std::filesystem::exists(file)) continue;
    throw StoreError(StoreFault::AlreadyThere,
                     file.string() +
                         " is already there: nothing was changed; to begin anew, move "
                         "the store and all files beside it away");
  }
  // Made here for its mode, which SQLite then gives to the files beside it.
  (void)open_file(options.file, O_RDWR | O_CREAT | O_EXCL);
  try {
    fill(options, key);
    auto keys = derive_keys(key);
    HeadFile::create(HeadFile::beside(options.file),
                     first_head(options.file, std::move(keys.ledger)), keys.head);
    sync_folder(folder_of(options.file));
  } catch (...) {
    std::error_code ignored;
    for (const auto& file : files_of(options.file)) std::filesystem::remove(file, ignored);
    throw;
  }
}

Store::Store(const StoreOptions& options, const crypto::StoreKey& key,
             CommitParticipant* participant, const Clock& clock)
    : parts_(std::make_unique<Parts>(options, key, participant, clock)) {}

Store::~Store() { close(); }

void Store::submit(Job job) { parts_->writer->submit(std::move(job)); }

bool Store::try_submit(Job& job) { return parts_->writer->try_submit(job); }

bool Store::commit(std::function<void(Connection&)> act) {
  // Shared: the answer may still be under way in set_value() when the wait returns.
  const auto answer = std::make_shared<std::promise<bool>>();
  submit({.act = std::move(act), .done = [answer](bool ok) { answer->set_value(ok); }});
  return answer->get_future().get();
}

void Store::every(std::chrono::milliseconds period, std::function<void()> task) {
  parts_->maintenance->every(period, std::move(task));
}

void Store::request_checkpoint() { parts_->maintenance->request_checkpoint(); }

bool Store::empty_log(std::chrono::milliseconds most) {
  const auto log = parts_->writer->log_state();
  if (log.is_empty) return true;
  request_checkpoint();
  return parts_->writer->wait_until_emptied(log.times_emptied, most);
}

StoreStatus Store::status() const { return parts_->writer->status(); }

void Store::close() {
  parts_->maintenance->close();
  parts_->writer->close();
}

Store::Lease::Lease(const Store& store) : store_(store), connection_(store.parts_->readers.take()) {
  try {
    connection_->run("BEGIN");
  } catch (...) {
    store_.parts_->readers.give_back(std::move(connection_));
    throw;
  }
}

Store::Lease::~Lease() {
  try {
    connection_->run("ROLLBACK");
  } catch (const std::exception&) {
    log_error("store: a read transaction could not be ended");
  }
  store_.parts_->readers.give_back(std::move(connection_));
}

}  // namespace hub::storage
