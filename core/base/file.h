// Files: descriptors that close themselves, whole-file reads with a limit, replacement that a
// crash cannot tear. Every failure throws EnvError naming the file, the cause and what to do.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"

namespace hub {

// Owns one file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  void close();

 private:
  int fd_ = -1;
};

// open(2) with O_CLOEXEC.
[[nodiscard]] FileDescriptor open_file(const std::filesystem::path& path, int flags,
                                       mode_t mode = 0600);

// The whole file; throws if it is larger than `max_size` bytes.
[[nodiscard]] Buffer read_file(const std::filesystem::path& path, std::size_t max_size);
// Nothing if there is no such file; throws if that cannot be told.
[[nodiscard]] std::optional<Buffer> read_file_if_there(const std::filesystem::path& path,
                                                       std::size_t max_size);

// Exactly `size` bytes at `offset`, or as many as the file has. These two know no name to name.
[[nodiscard]] Buffer read_at(const FileDescriptor& file, std::uint64_t offset, std::size_t size);
void write_at(const FileDescriptor& file, std::uint64_t offset, Bytes bytes);

// Replaces the file in one step: temporary file beside it, fsync, rename, fsync of the folder.
void replace_file(const std::filesystem::path& path, Bytes content, mode_t mode = 0600);

// Makes a new entry, rename or removal in `folder` survive a power cut.
void sync_folder(const std::filesystem::path& folder);

// Creates the folder and its parents with mode 0700 where missing.
void make_private_folder(const std::filesystem::path& folder);

// An EnvError text: "cannot <doing> <path>: <reason of errno>".
[[noreturn]] void throw_errno(std::string_view doing, const std::filesystem::path& path);

}  // namespace hub
