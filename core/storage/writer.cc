#include "core/storage/writer.h"

#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/base/result.h"

namespace hub::storage {
namespace {

constexpr auto kHeadRetry = std::chrono::seconds(1);
// A store that fails now and then must not fill the journal.
constexpr auto kBetweenLines = std::chrono::minutes(1);
// How long a wait may sleep before it asks the clock again.
constexpr auto kWriterLook = std::chrono::milliseconds(100);

}  // namespace

Writer::Writer(Connection& connection, HeadKeeper& keeper, CommitParticipant* participant,
               const Clock& clock, const StoreOptions& options)
    : connection_(connection),
      keeper_(keeper),
      participant_(participant),
      clock_(clock),
      options_(options),
      last_commit_(clock.steady()) {
  sqlite3_wal_hook(
      connection_.handle(),
      [](void* self, sqlite3*, const char*, int frames) {
        static_cast<Writer*>(self)->frames_of_commit_ = static_cast<std::uint64_t>(frames);
        return SQLITE_OK;
      },
      this);
  publish();
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  close();
  sqlite3_wal_hook(connection_.handle(), nullptr, nullptr);
}

void Writer::submit(Job job) {
  require(static_cast<bool>(job.act), "a job has something to do");
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return closing_ || waiting_.size() < options_.queue_jobs; });
  if (closing_) {
    lock.unlock();
    if (job.done) job.done(false);
    return;
  }
  if (!job.may_wait) ++urgent_;
  if (waiting_.empty()) first_deferred_ = clock_.steady();
  waiting_.push_back(std::move(job));
  wake_.notify_one();
}

bool Writer::try_submit(Job& job) {
  require(static_cast<bool>(job.act), "a job has something to do");
  const std::scoped_lock lock(mutex_);
  if (closing_ || waiting_.size() >= options_.queue_jobs) return false;
  if (!job.may_wait) ++urgent_;
  if (waiting_.empty()) first_deferred_ = clock_.steady();
  waiting_.push_back(std::move(job));
  wake_.notify_one();
  return true;
}

void Writer::end_log(LogEnding ending) {
  const std::scoped_lock lock(mutex_);
  if (ending_ != LogEnding::Truncate) ending_ = ending;
  wake_.notify_one();
}

void Writer::close() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
    wake_.notify_one();
    room_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool Writer::while_head_covers_log(const std::function<void()>& begin) {
  const std::scoped_lock gate(gate_);
  {
    const std::scoped_lock lock(mutex_);
    if (head_behind_) return false;
  }
  begin();
  return true;
}

StoreStatus Writer::status() const {
  const std::scoped_lock lock(mutex_);
  auto out = status_;
  out.waiting_jobs = waiting_.size();
  return out;
}

LogState Writer::log_state() const {
  const std::scoped_lock lock(mutex_);
  return {status_.log_frames, log_is_empty_, times_emptied_, last_commit_};
}

bool Writer::wait_until_emptied(std::uint64_t times, std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, most, [&] { return times_emptied_ > times; });
}

bool Writer::due(std::unique_lock<std::mutex>& lock) {
  if (closing_ || ending_ || urgent_ > 0 || waiting_.size() >= options_.deferred_jobs) return true;
  if (waiting_.empty() && !head_behind_) {
    wake_.wait(lock);
    return false;
  }
  const auto now = clock_.steady();
  if (!waiting_.empty() && now >= first_deferred_ + options_.deferred_for) return true;
  if (head_behind_ && now >= retry_at_) return true;
  wake_.wait_for(lock, kWriterLook);
  return false;
}

Writer::Work Writer::next() {
  std::unique_lock lock(mutex_);
  while (!due(lock)) {
  }
  Work out;
  out.jobs = std::exchange(waiting_, {});
  out.ending = std::exchange(ending_, std::nullopt);
  out.closing = closing_ && out.jobs.empty();
  urgent_ = 0;
  room_.notify_all();
  return out;
}

void Writer::run() {
  while (true) {
    auto work = next();
    if (keeper_.behind()) {
      write_head();
      acknowledge();
    }
    if (keeper_.behind()) {
      answer(work.jobs, false);
    } else {
      if (!work.jobs.empty() && !commit(work.jobs)) answer(work.jobs, false);
      if (work.closing) work.ending = LogEnding::Truncate;
      if (work.ending) finish_log(*work.ending);
    }
    publish();
    if (work.closing) break;
  }
  answer(committed_, false);
}

bool Writer::commit(std::deque<Job>& jobs) {
  if (broken_) return false;
  try {
    connection_.run("BEGIN IMMEDIATE");
    for (auto& job : jobs) job.act(connection_);
    const auto tree =
        participant_ != nullptr ? participant_->before_commit(connection_) : keeper_.head().tree;
    const std::scoped_lock gate(gate_);
    frames_of_commit_ = 0;
    connection_.run("COMMIT");
    committed_ = std::exchange(jobs, {});
    if (frames_of_commit_ != 0) keeper_.committed(frames_of_commit_, tree);
    write_head();
  } catch (const std::exception& error) {
    roll_back(&error);
    return false;
  } catch (...) {
    roll_back(nullptr);
    return false;
  }
  acknowledge();
  return true;
}

void Writer::write_head() noexcept {
  bool written = false;
  try {
    keeper_.write();
    written = true;
  } catch (const EnvError& error) {
    outage(error.what());
  } catch (const std::exception&) {
    outage("the head file could not be written");
  }
  const std::scoped_lock lock(mutex_);
  head_behind_ = !written;
  retry_at_ = clock_.steady() + kHeadRetry;
}

void Writer::acknowledge() {
  if (keeper_.behind() || committed_.empty()) return;
  if (participant_ != nullptr) participant_->committed();
  in_outage_ = false;
  if (std::exchange(said_, false)) log_info("store: commits again");
  {
    const std::scoped_lock lock(mutex_);
    ++status_.commits;
    last_commit_ = clock_.steady();
    log_is_empty_ = false;
  }
  publish();
  auto jobs = std::exchange(committed_, {});
  answer(jobs, true);
}

void Writer::roll_back(const std::exception* reason) {
  const int code = sqlite3_extended_errcode(connection_.handle());
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    // The kernel may have dropped the pages and report the next fsync as done.
    broken_ = true;
    log_error("store: stopped", {{"reason",
                                  "the disk did not take what was written; check the "
                                  "disk, then restart: start-up finds what is there"}});
  }
  if (connection_.in_transaction()) {
    try {
      connection_.run("ROLLBACK");
    } catch (const std::exception&) {
      broken_ = true;
      log_error("store: stopped", {{"reason", "a transaction could not be rolled back; restart"}});
    }
  }
  if (participant_ != nullptr) participant_->rolled_back();
  const auto* const known = dynamic_cast<const EnvError*>(reason);
  outage(known != nullptr ? known->what() : "an act of the transaction failed");
  const std::scoped_lock lock(mutex_);
  ++status_.rollbacks;
}

void Writer::outage(std::string_view reason) {
  if (std::exchange(in_outage_, true)) return;
  const auto now = clock_.steady();
  if (now < next_outage_line_) return;
  next_outage_line_ = now + kBetweenLines;
  said_ = true;
  log_error("store: nothing is acknowledged until a commit succeeds", {{"reason", reason}});
}

void Writer::finish_log(LogEnding ending) {
  if (keeper_.behind() || broken_) return;
  const int mode =
      ending == LogEnding::Truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART;
  // Busy means that a reader still looks into the log: the maintenance thread asks again.
  const int outcome =
      sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, nullptr, nullptr);
  if (outcome != SQLITE_OK) return;
  keeper_.log_emptied();
  const std::scoped_lock lock(mutex_);
  log_is_empty_ = ending == LogEnding::Truncate;
  if (log_is_empty_) ++times_emptied_;
  emptied_.notify_all();
}

void Writer::publish() {
  const std::scoped_lock lock(mutex_);
  status_.pages = keeper_.head().pages;
  status_.log_frames = keeper_.log_frames();
  status_.tree = keeper_.head().tree;
  status_.in_outage = in_outage_;
}

void Writer::answer(std::deque<Job>& jobs, bool committed) {
  for (auto& job : jobs) {
    if (job.done) job.done(committed);
  }
  jobs.clear();
}

}  // namespace hub::storage
