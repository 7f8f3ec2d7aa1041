#include "core/storage/maintenance.h"

#include <sqlcipher/sqlite3.h>

#include <iterator>
#include <utility>

#include "core/base/log.h"
#include "core/base/result.h"

namespace hub::storage {
namespace {

constexpr auto kLook = std::chrono::milliseconds(100);

}  // namespace

Maintenance::Maintenance(Writer& writer, Connection& copier, Connection& pin, const Clock& clock,
                         const StoreOptions& options)
    : writer_(writer),
      copier_(copier),
      pin_(pin),
      clock_(clock),
      options_(options),
      emptied_at_(clock.steady()) {
  thread_ = std::thread([this] { run(); });
}

Maintenance::~Maintenance() { close(); }

void Maintenance::every(std::chrono::milliseconds period, std::function<void()> task) {
  const std::scoped_lock lock(mutex_);
  new_tasks_.push_back({period, std::move(task), clock_.steady() + period});
}

void Maintenance::request_checkpoint() {
  const std::scoped_lock lock(mutex_);
  asked_ = true;
  wake_.notify_one();
}

void Maintenance::close() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Maintenance::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLook, [this] { return closing_ || asked_; });
      if (closing_) return;
      tasks_.insert(tasks_.end(), std::make_move_iterator(new_tasks_.begin()),
                    std::make_move_iterator(new_tasks_.end()));
      new_tasks_.clear();
    }
    if (const auto ending = checkpoint_due()) checkpoint(*ending);
    run_due_tasks();
  }
}

std::optional<LogEnding> Maintenance::checkpoint_due() {
  const auto log = writer_.log_state();
  const auto now = clock_.steady();
  if (log.is_empty || log.times_emptied != times_emptied_) {
    times_emptied_ = log.times_emptied;
    emptied_at_ = now;
    wanted_ = false;
  }
  {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(asked_, false)) wanted_ = true;
  }
  if (log.is_empty) return std::nullopt;
  const bool idle = now - log.last_commit >= options_.idle_before_checkpoint;
  const bool long_ago = now - emptied_at_ >= options_.longest_log;
  if (wanted_ || idle || long_ago) return LogEnding::Truncate;
  if (log.frames >= options_.checkpoint_frames) return LogEnding::Restart;
  return std::nullopt;
}

void Maintenance::checkpoint(LogEnding ending) {
  try {
    const bool pinned = writer_.while_head_covers_log([this] {
      pin_.run("BEGIN");
      (void)pin_.prepare("SELECT count(*) FROM sqlite_schema").step();
    });
    if (!pinned) return;
    // Busy, or done in part because of readers: the next look finds the rest.
    const int outcome = sqlite3_wal_checkpoint_v2(copier_.handle(), nullptr,
                                                  SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    pin_.run("ROLLBACK");
    if (outcome != SQLITE_OK && (outcome & 0xff) != SQLITE_BUSY) copier_.fail(outcome);
    writer_.end_log(ending);
    failing_ = false;
  } catch (const EnvError& error) {
    if (!std::exchange(failing_, true)) {
      log_warning("store: checkpoint failed", {{"reason", error.what()}});
    }
    if (pin_.in_transaction()) pin_.run("ROLLBACK");
  }
}

void Maintenance::run_due_tasks() {
  for (auto& task : tasks_) {
    const auto now = clock_.steady();
    if (now < task.due) continue;
    run_task(task);
    task.due = now + task.period;
  }
}

void Maintenance::run_task(Task& task) {
  const bool was_failing = task.failing;
  task.failing = true;
  try {
    task.act();
    task.failing = false;
  } catch (const EnvError& error) {
    if (!was_failing) log_error("store: a task failed", {{"reason", error.what()}});
  } catch (const std::exception&) {
    if (!was_failing) log_error("store: a task failed", {{"reason", "an unexpected exception"}});
  }
}

}  // namespace hub::storage
