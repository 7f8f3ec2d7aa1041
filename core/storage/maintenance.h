// The maintenance thread of a store: checkpoints, and the tasks that others register.
//
// A checkpoint has two halves. The long one copies the log into the store file on this thread,
// while commits go on (PASSIVE). It must not copy a commit that the head file does not cover yet,
// else a crash at that moment could not be told from tampering: so another connection pins the
// snapshot at which the head covered the log, beyond which SQLite does not copy. The short half,
// the few frames since, is the writer's: it lets the log start anew.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/storage/connection.h"
#include "core/storage/store.h"
#include "core/storage/writer.h"

namespace hub::storage {

class Maintenance {
 public:
  // `copier` and `pin` are connections of its own.
  Maintenance(Writer& writer, Connection& copier, Connection& pin, const Clock& clock,
              const StoreOptions& options);
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;
  Maintenance(Maintenance&&) = delete;
  Maintenance& operator=(Maintenance&&) = delete;
  ~Maintenance();

  void every(std::chrono::milliseconds period, std::function<void()> task);
  void request_checkpoint();
  // Waits for the task under way, then joins the thread.
  void close();

 private:
  struct Task {
    std::chrono::milliseconds period;
    std::function<void()> act;
    SteadyTime due;
    bool failing = false;
  };

  void run();
  [[nodiscard]] std::optional<LogEnding> checkpoint_due();
  void checkpoint(LogEnding ending);
  void run_due_tasks();
  static void run_task(Task& task);

  Writer& writer_;
  Connection& copier_;
  Connection& pin_;
  const Clock& clock_;
  const StoreOptions& options_;
  // Of this thread.
  SteadyTime emptied_at_;
  std::uint64_t times_emptied_ = 0;
  bool wanted_ = false;  // an emptied log, until there has been one
  bool failing_ = false;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Task> new_tasks_;
  std::vector<Task> tasks_;  // of this thread
  bool asked_ = false;
  bool closing_ = false;

  std::thread thread_;
};

}  // namespace hub::storage
