#include "agent/staff_file.h"

#include <fstream>
#include <system_error>
#include <utility>

#include "core/base/log.h"
#include "core/base/result.h"

namespace hub::agent {

StaffFile::StaffFile(std::filesystem::path file) : file_(std::move(file)) {
  if (file_.empty()) return;
  stamp_ = stamp();
  staff_ = read();
}

std::shared_ptr<const Staff> StaffFile::current() {
  const std::scoped_lock lock(mutex_);
  if (file_.empty()) return staff_;
  const auto now = stamp();
  if (now == stamp_) return staff_;
  stamp_ = now;
  try {
    staff_ = read();
    log_info("staff-list-read", {});
  } catch (const EnvError& error) {
    log_warning("staff-list-not-read", {{"reason", error.what()}});
  }
  return staff_;
}

std::optional<StaffFile::Stamp> StaffFile::stamp() const {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(file_, error);
  if (error) return std::nullopt;
  const auto size = std::filesystem::file_size(file_, error);
  if (error) return std::nullopt;
  return Stamp{time, size};
}

std::shared_ptr<const Staff> StaffFile::read() const {
  auto stream = std::make_unique<std::ifstream>(file_, std::ios::binary);
  if (!*stream) throw EnvError("cannot read the staff list " + file_.string());
  auto staff = Staff::read(std::move(stream));
  if (staff) return std::make_shared<const Staff>(std::move(*staff));
  const auto& problem = staff.error();
  throw EnvError("staff list " + file_.string() + ", line " + std::to_string(problem.line) + ": " +
                 problem.rule + "; " + problem.what_to_do);
}

}  // namespace hub::agent
