// The staff list of the configuration, read at start and again whenever the file has changed.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>

#include "agent/staff.h"

namespace hub::agent {

class StaffFile {
 public:
  // No path: nobody. Throws EnvError when the file cannot be read or is wrong.
  explicit StaffFile(std::filesystem::path file);

  // As the file is now. One that has become unreadable or wrong is said in the log, once for each
  // change, and the last good list stays. Thread-safe.
  [[nodiscard]] std::shared_ptr<const Staff> current();

 private:
  // What tells one state of the file from another.
  using Stamp = std::tuple<std::filesystem::file_time_type, std::uintmax_t>;

  [[nodiscard]] std::optional<Stamp> stamp() const;
  [[nodiscard]] std::shared_ptr<const Staff> read() const;

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::optional<Stamp> stamp_;
  std::shared_ptr<const Staff> staff_ = std::make_shared<const Staff>();
};

}  // namespace hub::agent
