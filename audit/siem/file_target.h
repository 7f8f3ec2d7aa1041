// Events into a file, a line each, for a collector that follows it.
//
// The file is only ever appended to, and synced after every lot of events. Whoever rotates it
// renames it or cuts it: before each lot, the file that then has the name is opened. A line that a
// crash tore is ended, and its event written again.
#pragma once

#include <filesystem>

#include "audit/siem/target.h"
#include "core/base/file.h"

namespace hub::audit {

class FileTarget final : public SiemTarget {
 public:
  explicit FileTarget(std::filesystem::path file) : path_(std::move(file)) {}

  [[nodiscard]] std::string_view name() const override { return "file"; }
  [[nodiscard]] Result<Ready, TargetFault> make_ready() override;
  [[nodiscard]] std::optional<TargetFault> take(std::span<const SiemEvent> events) override;
  [[nodiscard]] bool keeps_what_it_takes() const override { return true; }

 private:
  [[nodiscard]] bool is_still_there() const;

  const std::filesystem::path path_;
  FileDescriptor file_;
};

}  // namespace hub::audit
