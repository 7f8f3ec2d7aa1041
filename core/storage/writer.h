// The writer thread of a store: takes all that waits when its last commit returns, and commits it
// in one transaction.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "core/base/clock.h"
#include "core/storage/connection.h"
#include "core/storage/head_keeper.h"
#include "core/storage/store.h"

namespace hub::storage {

// How the writer ends a checkpoint that the maintenance thread has mostly done.
enum class LogEnding : std::uint8_t {
  Restart,   // the next commit begins the log anew, over what it holds
  Truncate,  // the log is emptied, so that no erased row stays in it
};

struct LogState {
  std::uint64_t frames = 0;
  bool is_empty = false;  // holds not even frames that no longer count
  std::uint64_t times_emptied = 0;
  SteadyTime last_commit;
};

class Writer {
 public:
  Writer(Connection& connection, HeadKeeper& keeper, CommitParticipant* participant,
         const Clock& clock, const StoreOptions& options);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&&) = delete;
  Writer& operator=(Writer&&) = delete;
  ~Writer();

  void submit(Job job);
  [[nodiscard]] bool try_submit(Job& job);
  void end_log(LogEnding ending);
  // Takes no more jobs, finishes those it has, empties the log, joins the thread.
  void close();

  // Runs `begin` at a moment at which the head file covers all of the log; false, and `begin` not
  // run, while it does not.
  [[nodiscard]] bool while_head_covers_log(const std::function<void()>& begin);

  // Waits until the log was emptied more often than `times`; false when it was not in `most`.
  [[nodiscard]] bool wait_until_emptied(std::uint64_t times, std::chrono::milliseconds most);

  [[nodiscard]] StoreStatus status() const;
  [[nodiscard]] LogState log_state() const;

 private:
  struct Work {
    std::deque<Job> jobs;
    std::optional<LogEnding> ending;
    bool closing = false;
  };

  void run();
  [[nodiscard]] Work next();
  [[nodiscard]] bool due(std::unique_lock<std::mutex>& lock);
  // True when the transaction was committed, acknowledged or not.
  [[nodiscard]] bool commit(std::deque<Job>& jobs);
  void write_head() noexcept;
  void acknowledge();
  void roll_back(const std::exception* reason);
  void finish_log(LogEnding ending);
  void outage(std::string_view reason);
  void publish();
  static void answer(std::deque<Job>& jobs, bool committed);

  Connection& connection_;
  HeadKeeper& keeper_;
  CommitParticipant* const participant_;
  const Clock& clock_;
  const StoreOptions& options_;

  // Of the writer thread.
  std::deque<Job> committed_;           // but not acknowledged
  std::uint64_t frames_of_commit_ = 0;  // told by SQLite during COMMIT
  bool broken_ = false;                 // an fsync failed: what is on the disk is unknown
  bool in_outage_ = false;
  bool said_ = false;  // in the log, of this outage
  SteadyTime next_outage_line_;

  std::mutex gate_;  // held from COMMIT until the head is written or known to be behind

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable room_;
  std::condition_variable emptied_;
  std::deque<Job> waiting_;
  std::size_t urgent_ = 0;  // of those waiting
  SteadyTime first_deferred_;
  std::optional<LogEnding> ending_;
  bool head_behind_ = false;
  SteadyTime retry_at_;
  bool log_is_empty_ = false;
  std::uint64_t times_emptied_ = 0;
  bool closing_ = false;
  StoreStatus status_;
  SteadyTime last_commit_;

  std::thread thread_;
};

}  // namespace hub::storage
