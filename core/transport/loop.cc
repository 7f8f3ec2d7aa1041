#include "core/transport/loop.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "core/base/result.h"

namespace hub::transport {
namespace {

constexpr std::uint32_t kReadable = EPOLLIN | EPOLLRDHUP;
constexpr std::uint32_t kWritable = EPOLLOUT;
constexpr std::uint32_t kEnded = EPOLLHUP | EPOLLERR;
constexpr std::chrono::milliseconds kLongestWait{60000};
constexpr std::size_t kEventsPerTurn = 64;

// The generation tells an event of a forgotten descriptor from one of its successor.
std::uint64_t tag_of(int fd, std::uint32_t generation) {
  return (std::uint64_t{generation} << 32U) | static_cast<std::uint32_t>(fd);
}

}  // namespace

Loop::Loop(const Clock& clock) : clock_(clock), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_.is_open()) throw_errno("create", "an epoll descriptor");
  watch(wakeup_.fd(), [this] { wakeup_.clear(); });
}

Loop::~Loop() = default;

void Loop::arm(int fd, const Watch& watch, int operation) {
  epoll_event event{};
  event.events = (watch.readable ? kReadable : 0U) | (watch.writable ? kWritable : 0U);
  event.data.u64 = tag_of(fd, watch.generation);
  if (::epoll_ctl(epoll_.get(), operation, fd, &event) != 0) throw_errno("watch", "a descriptor");
}

Loop::Watch& Loop::watch_of(int fd, int& operation) {
  const auto [found, is_new] = watches_.try_emplace(fd);
  if (is_new) found->second.generation = ++last_generation_;
  operation = is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  return found->second;
}

void Loop::watch(int fd, Callback readable) {
  int operation = 0;
  auto& watch = watch_of(fd, operation);
  watch.readable = std::move(readable);
  arm(fd, watch, operation);
}

void Loop::watch_writable(int fd, Callback writable) {
  int operation = 0;
  auto& watch = watch_of(fd, operation);
  watch.writable = std::move(writable);
  arm(fd, watch, operation);
}

void Loop::forget_writable(int fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end() || !found->second.writable) return;
  found->second.writable = nullptr;
  arm(fd, found->second, EPOLL_CTL_MOD);
}

void Loop::forget(int fd) {
  if (watches_.erase(fd) == 0) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

Loop::Timer Loop::after(std::chrono::milliseconds delay, Callback callback) {
  return schedule(delay, std::chrono::milliseconds(0), std::move(callback));
}

Loop::Timer Loop::every(std::chrono::milliseconds interval, Callback callback) {
  require(interval.count() > 0, "a repeated timer has an interval");
  return schedule(interval, interval, std::move(callback));
}

Loop::Timer Loop::schedule(std::chrono::milliseconds delay, std::chrono::milliseconds interval,
                           Callback callback) {
  const Timer timer = next_number();
  const auto when = clock_.steady() + delay;
  timers_.emplace(timer, Due{when, interval, std::move(callback)});
  order_.emplace(when, timer);
  return timer;
}

void Loop::cancel(Timer timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) return;
  order_.erase({found->second.when, timer});
  timers_.erase(found);
}

void Loop::post(Callback callback) {
  const std::scoped_lock lock(posted_mutex_);
  posted_.push_back(std::move(callback));
  wakeup_.signal();
}

void Loop::stop() {
  stop_requested_.store(true);
  wakeup_.signal();
}

void Loop::stop_on(std::initializer_list<int> signals) {
  sigset_t set{};
  ::sigemptyset(&set);
  for (const int signal : signals) ::sigaddset(&set, signal);
  if (::pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) throw EnvError("cannot block signals");
  signals_ = FileDescriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!signals_.is_open()) throw_errno("create", "a signalfd");
  // The signal is left unread: it also ends a run() that follows.
  watch(signals_.get(), [this] { stop(); });
}

int Loop::wait_ms() const {
  if (order_.empty()) return static_cast<int>(kLongestWait.count());
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(order_.begin()->first - clock_.steady());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), kLongestWait).count());
}

void Loop::run() {
  turn();
  while (!stop_requested_.exchange(false)) turn();
  run_posted();
}

void Loop::turn() {
  run_posted();
  run_due();
  std::array<epoll_event, kEventsPerTurn> events{};
  const int count =
      ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), wait_ms());
  if (count < 0 && errno != EINTR) throw_errno("wait on", "an epoll descriptor");
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    dispatch(static_cast<int>(event.data.u64 & 0xffffffffU),
             static_cast<std::uint32_t>(event.data.u64 >> 32U), event.events);
  }
}

void Loop::dispatch(int fd, std::uint32_t generation, std::uint32_t events) {
  // The callback is copied: it may forget its own descriptor. Looked up anew for the second one.
  const auto call = [&](Callback Watch::* which) {
    const auto found = watches_.find(fd);
    if (found == watches_.end() || found->second.generation != generation) return;
    if (const auto callback = found->second.*which) callback();
  };
  if ((events & (kReadable | kEnded)) != 0) call(&Watch::readable);
  if ((events & (kWritable | kEnded)) != 0) call(&Watch::writable);
}

void Loop::run_posted() {
  // One turn's worth: what these post in turn waits until the sockets have been looked at.
  std::vector<Callback> batch;
  {
    const std::scoped_lock lock(posted_mutex_);
    batch.swap(posted_);
  }
  for (std::size_t done = 0; done < batch.size(); ++done) {
    try {
      batch[done]();
    } catch (...) {
      // The rest keeps its place for the next run().
      const std::scoped_lock lock(posted_mutex_);
      posted_.insert(posted_.begin(),
                     std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(done) + 1),
                     std::make_move_iterator(batch.end()));
      wakeup_.signal();
      throw;
    }
  }
}

void Loop::run_due() {
  const auto now = clock_.steady();
  // A timer started meanwhile is due later than now, or in the next turn.
  const Timer newest = last_number_;
  while (!order_.empty() && order_.begin()->first <= now && order_.begin()->second <= newest) {
    const Timer timer = order_.begin()->second;
    order_.erase(order_.begin());
    const auto found = timers_.find(timer);
    if (found->second.interval.count() == 0) {
      const auto callback = std::move(found->second.callback);
      timers_.erase(found);
      callback();
      continue;
    }
    auto& due = found->second;
    due.when = std::max(due.when + due.interval, now + std::chrono::milliseconds(1));
    order_.emplace(due.when, timer);
    const auto callback = due.callback;
    callback();
  }
}

}  // namespace hub::transport
