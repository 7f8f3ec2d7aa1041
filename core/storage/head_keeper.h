// What happens between a commit and its acknowledgement: the ledger follows the frames just
// written, then the head file is written. Until that has succeeded the head is `behind`, and
// neither a further commit nor a checkpoint may begin.
//
// Writer thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/base/file.h"
#include "core/storage/head_file.h"
#include "core/storage/start_check.h"

namespace hub::storage {

class HeadKeeper {
 public:
  HeadKeeper(const std::filesystem::path& store, HeadFile file, HeadKey key, Head head,
             CheckedStore checked);

  // A transaction has been committed; the log now has that many frames.
  void committed(std::uint64_t log_frames, const TreeHead& tree);
  // Start-up found the store one commit ahead.
  void adopt(const TreeHead& tree);
  // Writes what committed() left to write. Throws if it cannot; then it may be called again.
  void write();
  // The log starts from its beginning at the next commit.
  void log_emptied() { log_frames_ = 0; }

  [[nodiscard]] bool behind() const { return pending_.has_value(); }
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] std::uint64_t log_frames() const { return log_frames_; }

 private:
  struct Pending {
    std::uint64_t log_frames;
    TreeHead tree;
  };
  void follow(std::uint64_t log_frames);

  std::filesystem::path log_path_;
  HeadFile file_;
  HeadKey key_;
  Head head_;
  PageLedger ledger_;
  LogSalts log_salts_;
  std::uint64_t log_frames_;  // that the ledger has seen
  FileDescriptor log_;
  std::optional<Pending> pending_;
};

}  // namespace hub::storage
