// Kills this process at one of the system calls with which it changes files: just before it or just
// after it. The executable that links this has its own write, pwrite, fsync, fdatasync, rename,
// ftruncate and unlink, which count and pass on.
//
// SIGKILL leaves the kernel's memory of files as it is: what this shows is the order of steps, not
// what a power cut does.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace hub::kill_points {

struct Call {
  std::string_view name;  // of the system call
  std::string path;
  Bytes bytes;  // that it writes
};

struct Plan {
  std::filesystem::path folder;  // only calls on files below it count
  std::uint64_t call = 0;        // the one to die at, from 1 on; 0: none
  bool after = false;            // not before, but after it
  // Sees each of them before it is counted; may make such calls itself.
  std::function<void(const Call&)> watch;
};

// From now on, for all threads of this process.
void arm(Plan plan);
void disarm();

// What became of a child that was to die.
enum class Fate : std::uint8_t { Killed, Finished, Failed };
struct Death {
  Fate fate = Fate::Failed;
  Buffer told;  // all that it has written to its pipe
};
// Forks a child that runs `live` with the writing end of a pipe, and waits for its end. It has
// finished when `live` returns, and failed when that throws.
[[nodiscard]] Death run_child(const std::function<void(int pipe)>& live);

// A piece of news for the parent, and all of them again.
void tell(int pipe, char kind, Bytes content);
void each_told(Bytes told, const std::function<void(char kind, Bytes content)>& take);

}  // namespace hub::kill_points
