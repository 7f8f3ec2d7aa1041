#include "tests/audit/kill_points.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <exception>
#include <iostream>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/file.h"
#include "core/base/result.h"

namespace hub::kill_points {
namespace {

constexpr int kFailed = 3;

// Of this process, whose system calls are one for all threads, too.
struct State {
  Plan plan;
  std::atomic<bool> armed = false;
  std::atomic<std::uint64_t> calls = 0;
};
State& state() {
  static State of_this_process;
  return of_this_process;
}

template <class Result, class... Arguments>
Result call_kernel(long number, Arguments... arguments) {
  return static_cast<Result>(::syscall(number, arguments...));  // NOLINT(*-vararg)
}

// Whoever is only killed need not wait for the disk.
int sync(long number, int fd) { return state().armed ? 0 : call_kernel<int>(number, fd); }

[[noreturn]] void die() {
  (void)call_kernel<int>(SYS_kill, ::getpid(), SIGKILL);
  while (true) ::pause();
}

std::string path_of(int fd) {
  std::array<char, PATH_MAX> out{};
  const auto link = "/proc/self/fd/" + std::to_string(fd);
  const auto size = ::readlink(link.c_str(), out.data(), out.size());
  return size > 0 ? std::string(out.data(), static_cast<std::size_t>(size)) : std::string();
}

template <class Path, class Act>
auto at_call(std::string_view name, const Path& path, Bytes bytes, const Act& act) {
  auto& now = state();
  if (!now.armed) return act();
  const Call call{name, path(), bytes};
  if (!call.path.starts_with(now.plan.folder.string())) return act();
  if (now.plan.watch) now.plan.watch(call);
  const auto number = ++now.calls;
  if (number == now.plan.call && !now.plan.after) die();
  const auto out = act();
  if (number == now.plan.call) die();
  return out;
}

template <class Act>
auto at_fd_call(std::string_view name, int fd, Bytes bytes, const Act& act) {
  return at_call(name, [fd] { return path_of(fd); }, bytes, act);
}

Bytes bytes_at(const void* start, std::size_t size) {
  return {static_cast<const std::uint8_t*>(start), size};
}

}  // namespace

void arm(Plan plan) {
  disarm();
  state().plan = std::move(plan);
  state().calls = 0;
  state().armed = true;
}

void disarm() { state().armed = false; }

Death run_child(const std::function<void(int)>& live) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw_errno("make", "a pipe");
  const pid_t child = ::fork();
  if (child < 0) throw_errno("fork", "a test");
  if (child == 0) {
    ::close(ends[0]);
    try {
      live(ends[1]);
      ::_exit(0);
    } catch (const std::exception& error) {
      std::cerr << "the child failed: " << error.what() << std::endl;  // NOLINT(*-avoid-endl)
      ::_exit(kFailed);
    }
  }
  ::close(ends[1]);
  Death out;
  std::array<std::uint8_t, 4096> block{};
  for (ssize_t got = 0; (got = ::read(ends[0], block.data(), block.size())) > 0;) {
    append(out.told, Bytes(block).first(static_cast<std::size_t>(got)));
  }
  ::close(ends[0]);
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw_errno("wait for", "a child");
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) out.fate = Fate::Killed;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) out.fate = Fate::Finished;
  return out;
}

void tell(int pipe, char kind, Bytes content) {
  ByteWriter out(5 + content.size());
  out.u8(static_cast<std::uint8_t>(kind)).u32(static_cast<std::uint32_t>(content.size()));
  out.raw(content);
  // At most PIPE_BUF bytes: whole or not at all.
  const auto bytes = out.view();
  const auto put = call_kernel<ssize_t>(SYS_write, pipe, bytes.data(), bytes.size());
  if (put != static_cast<ssize_t>(bytes.size())) {
    throw_errno("write to", "a pipe");
  }
}

void each_told(Bytes told, const std::function<void(char, Bytes)>& take) {
  ByteReader in(told);
  while (!in.finished()) {
    const auto kind = static_cast<char>(in.u8());
    const auto size = in.u32();
    const auto content = in.take(size);
    if (in.failed()) throw EnvError("the child's news breaks off");
    take(kind, content);
  }
}

}  // namespace hub::kill_points

// What libc has under these names, which SQLite's and our own calls would reach otherwise.
using hub::kill_points::at_call;
using hub::kill_points::at_fd_call;
using hub::kill_points::bytes_at;
using hub::kill_points::call_kernel;
using hub::kill_points::sync;

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

ssize_t write(int fd, const void* start, std::size_t size) {
  return at_fd_call("write", fd, bytes_at(start, size),
                    [&] { return call_kernel<ssize_t>(SYS_write, fd, start, size); });
}
ssize_t pwrite(int fd, const void* start, std::size_t size, off_t offset) {
  return at_fd_call("pwrite", fd, bytes_at(start, size),
                    [&] { return call_kernel<ssize_t>(SYS_pwrite64, fd, start, size, offset); });
}
ssize_t pwrite64(int fd, const void* start, std::size_t size, off64_t offset) {
  return ::pwrite(fd, start, size, offset);
}
int fsync(int fd) {
  return at_fd_call("fsync", fd, {}, [&] { return sync(SYS_fsync, fd); });
}
int fdatasync(int fd) {
  return at_fd_call("fdatasync", fd, {}, [&] { return sync(SYS_fdatasync, fd); });
}
int ftruncate(int fd, off_t size) noexcept {
  return at_fd_call("ftruncate", fd, {}, [&] { return call_kernel<int>(SYS_ftruncate, fd, size); });
}
int ftruncate64(int fd, off64_t size) noexcept { return ::ftruncate(fd, size); }
int rename(const char* from, const char* to) noexcept {
  return at_call(
      "rename", [to] { return std::string(to); }, {},
      [&] { return call_kernel<int>(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to); });
}
int unlink(const char* path) noexcept {
  return at_call(
      "unlink", [path] { return std::string(path); }, {},
      [&] { return call_kernel<int>(SYS_unlinkat, AT_FDCWD, path, 0); });
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
