#include "core/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/base/result.h"

namespace hub {

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

FileDescriptor::~FileDescriptor() { close(); }

void FileDescriptor::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void throw_errno(std::string_view doing, const std::filesystem::path& path) {
  const auto reason = std::generic_category().message(errno);
  throw EnvError("cannot " + std::string(doing) + " " + path.string() + ": " + reason);
}

FileDescriptor open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));  // NOLINT(*-vararg)
  if (!file.is_open()) throw_errno("open", path);
  return file;
}

namespace {

// `path` is only for the text of an error.
Buffer read_some(const FileDescriptor& file, std::uint64_t offset, std::size_t size,
                 const std::filesystem::path& path) {
  Buffer out(size);
  std::size_t done = 0;
  while (done < size) {
    const auto got = ::pread(file.get(), out.data() + done, size - done,  // NOLINT(*-arithmetic)
                             static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return out;
}

void write_some(const FileDescriptor& file, std::uint64_t offset, Bytes bytes,
                const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto put = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno("write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
}

Buffer read_whole(const FileDescriptor& file, std::size_t max_size,
                  const std::filesystem::path& path) {
  // The memory that the file needs, not what it may need; one byte more shows whether it grew.
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) throw_errno("read", path);
  const auto expected = static_cast<std::size_t>(std::max<off_t>(facts.st_size, 0));
  auto out = read_some(file, 0, std::min(max_size, expected) + 1, path);
  if (out.size() > expected) out = read_some(file, 0, max_size + 1, path);
  if (out.size() > max_size) {
    throw EnvError("cannot read " + path.string() + ": it is larger than the " +
                   std::to_string(max_size) + " bytes allowed");
  }
  return out;
}

// Made once: a path is taken apart when it is made.
const std::filesystem::path& unnamed() {
  static const std::filesystem::path name("an open file");
  return name;
}

}  // namespace

Buffer read_at(const FileDescriptor& file, std::uint64_t offset, std::size_t size) {
  return read_some(file, offset, size, unnamed());
}

void write_at(const FileDescriptor& file, std::uint64_t offset, Bytes bytes) {
  write_some(file, offset, bytes, unnamed());
}

Buffer read_file(const std::filesystem::path& path, std::size_t max_size) {
  return read_whole(open_file(path, O_RDONLY), max_size, path);
}

std::optional<Buffer> read_file_if_there(const std::filesystem::path& path, std::size_t max_size) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));  // NOLINT(*-vararg)
  if (file.is_open()) return read_whole(file, max_size, path);
  // Any other reason leaves open whether there is one.
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno("open", path);
}

void replace_file(const std::filesystem::path& path, Bytes content, mode_t mode) {
  auto temporary = path;
  temporary += ".new";
  {
    const auto file = open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (::fchmod(file.get(), mode) != 0) throw_errno("set the mode of", temporary);
    write_some(file, 0, content, path);
    if (::fsync(file.get()) != 0) throw_errno("sync", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) throw_errno("replace", path);
  sync_folder(path.has_parent_path() ? path.parent_path() : ".");
}

void sync_folder(const std::filesystem::path& folder) {
  const auto fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw_errno("sync the folder", folder);
}

void make_private_folder(const std::filesystem::path& folder) {
  std::error_code unknown;
  if (folder.empty() || std::filesystem::is_directory(folder, unknown)) return;
  if (folder.has_parent_path()) make_private_folder(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) == 0) return;
  const auto reason = errno;
  // Somebody else may have made it since.
  if (reason == EEXIST && std::filesystem::is_directory(folder, unknown)) return;
  errno = reason;
  throw_errno("create the folder", folder);
}

}  // namespace hub
