// A party's store: one SQLCipher database, one writer, a few readers, one maintenance thread.
//
// Promises
// - What is acknowledged survives a power cut: one transaction and one fsync for all that waited,
//   then the head file (head_file.h), and only then the jobs' done().
// - Nothing is acknowledged that could not be recorded; when the disk is full or away the jobs
//   fail, and work goes on without repair once it is back.
// - A store that is not exactly what was last committed does not open (start_check.h).
// - One process at a time: the head file is locked while a Store is open. In that process nobody
//   else may open and close the store's file (POSIX locks would be lost).
//
// Files beside FILE: FILE-wal, FILE-shm (SQLite's), FILE.head.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "core/base/clock.h"
#include "core/crypto/secret.h"
#include "core/storage/commit_participant.h"
#include "core/storage/connection.h"
#include "core/storage/store_error.h"

namespace hub::storage {

// Numbers rise by one from 1. Once released, a migration is never changed. The text is a constant.
struct Migration {
  int number;
  const char* sql;
};

struct StoreOptions {
  std::filesystem::path file;
  std::uint32_t application_id = 0;  // whose store this is; below 2^31
  std::span<const Migration> migrations;
  int readers = 2;
  std::size_t cache_kib = 8192;  // of each reader
  // The writer's: what was just written is often deleted, or read to be passed on, soon after.
  std::size_t writer_cache_kib = 24576;
  std::size_t queue_jobs = 4096;   // that may wait for the writer
  std::size_t deferred_jobs = 64;  // so many jobs that may wait cause a commit after all
  std::chrono::milliseconds deferred_for{1000};
  std::uint32_t checkpoint_frames = 2048;  // of 16 KiB: 32 MiB
  std::chrono::milliseconds idle_before_checkpoint{2000};
  // Stale copies of erased rows leave the write-ahead log at the latest after this time.
  std::chrono::milliseconds longest_log{std::chrono::minutes(10)};
  // Also verify each page's HMAC before opening: 1 s for each GB, so for the console of a ceremony.
  bool read_every_page = false;
};

struct Job {
  // On the writer thread, inside the one transaction that all waiting jobs share. If one throws,
  // all of them are rolled back.
  std::function<void(Connection&)> act;
  // On the writer thread, exactly once, must not throw. True: committed and in the head file.
  // False: do not acknowledge (after a lost disk it may be there all the same).
  std::function<void(bool committed)> done = nullptr;
  // Rides along with the next commit and causes one by itself only after `deferred_for`.
  bool may_wait = false;
};

struct StoreStatus {
  std::uint64_t commits = 0;
  std::uint64_t rollbacks = 0;
  std::uint64_t pages = 0;       // of 16 KiB
  std::uint64_t log_frames = 0;  // in the write-ahead log
  std::uint64_t waiting_jobs = 0;
  bool in_outage = false;  // the last commit failed
  TreeHead tree;
};

class Store {
 public:
  // Makes the store and its head file and brings it to the newest migration. Throws AlreadyThere
  // if any of its files exists.
  static void create(const StoreOptions& options, const crypto::StoreKey& key);

  // Opens an existing store after the checks of start_check.h, applies missing migrations, starts
  // the threads. Participant (may be null) and clock must outlive the store; the key need not.
  Store(const StoreOptions& options, const crypto::StoreKey& key, CommitParticipant* participant,
        const Clock& clock);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  Store(Store&&) = delete;
  Store& operator=(Store&&) = delete;
  ~Store();

  // Waits for room. On a closed store calls done(false) at once.
  void submit(Job job);
  // False, and the job untouched, when there is no room or the store is closed.
  [[nodiscard]] bool try_submit(Job& job);
  // Submits and waits for the answer; never from the writer thread.
  [[nodiscard]] bool commit(std::function<void(Connection&)> act);

  // Runs `act(Connection&)` on this thread in one read transaction that ends with the call; what it
  // returns must own its bytes. Waits for a free connection.
  template <class Act>
  auto read(Act&& act) const {
    const Lease lease(*this);
    return std::forward<Act>(act)(lease.connection());
  }

  // On the maintenance thread, first after one period. A task that throws is logged and tried
  // again after the next period.
  void every(std::chrono::milliseconds period, std::function<void()> task);

  // Soon: everything into the store file, and the write-ahead log emptied.
  void request_checkpoint();
  // The same, and waits for it: true once no file holds what jobs that were committed before the
  // call have erased. False when it took longer than `most`, as while a reader looks at an old
  // state; then it is tried again in the background. Never from one of the store's own threads.
  [[nodiscard]] bool empty_log(std::chrono::milliseconds most);

  [[nodiscard]] StoreStatus status() const;

  // Takes no more jobs, finishes those it has, stops the threads. Idempotent.
  void close();

 private:
  struct Parts;

  // A reader on loan, inside a transaction.
  class Lease {
   public:
    explicit Lease(const Store& store);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease(Lease&&) = delete;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    [[nodiscard]] Connection& connection() const { return *connection_; }

   private:
    const Store& store_;
    std::unique_ptr<Connection> connection_;
  };

  std::unique_ptr<Parts> parts_;
};

}  // namespace hub::storage
