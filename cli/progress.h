// A progress bar on standard error, for work that takes more than a moment. Silent when standard
// error is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace hub::cli {

class Progress {
 public:
  Progress(std::ostream& err, bool terminal, std::string what);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress();  // removes the bar

  void update(std::uint64_t done, std::uint64_t all);

 private:
  std::ostream& err_;
  bool terminal_;
  std::string what_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

}  // namespace hub::cli
