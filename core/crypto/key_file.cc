#include "core/crypto/key_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/result.h"
#include "core/crypto/hpke.h"

namespace hub::crypto {
namespace {

constexpr std::string_view kMagic = "hub-key-v1 ";
constexpr std::string_view kPublicLine = "hub-public-v1 recovery\n";
constexpr std::size_t kMaxFile = 256;

void check_permissions(const FileDescriptor& fd, const std::filesystem::path& file) {
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) throw_errno("inspect the key file", file);
  if (!S_ISREG(info.st_mode)) {
    throw EnvError("key file " + file.string() + " is not a regular file");
  }
  if ((info.st_mode & 077U) != 0) {
    throw EnvError("key file " + file.string() + " can be read by others; run: chmod 600 " +
                   file.string());
  }
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    throw EnvError("key file " + file.string() +
                   " belongs to another user; make the service's user its owner");
  }
}

}  // namespace

template <>
std::string_view kind_name<Identity>() {
  return "identity";
}
template <>
std::string_view kind_name<Envelope>() {
  return "envelope";
}
template <>
std::string_view kind_name<LogKind>() {
  return "log";
}
template <>
std::string_view kind_name<WitnessKind>() {
  return "witness";
}
template <>
std::string_view kind_name<Governance>() {
  return "governance";
}
template <>
std::string_view kind_name<TransportKind>() {
  return "transport";
}
template <>
std::string_view kind_name<StoreKeyKind>() {
  return "store";
}
template <>
std::string_view kind_name<EpochKind>() {
  return "epoch";
}
template <>
std::string_view kind_name<RecoveryKind>() {
  return "recovery";
}

template <class Kind>
Secret<Kind> read_key_file(const std::filesystem::path& file) {
  const auto fd = open_file(file, O_RDONLY | O_NOFOLLOW);
  check_permissions(fd, file);
  auto content = read_at(fd, 0, kMaxFile);
  const auto text = as_text(content);
  const auto first = std::string(kMagic) + std::string(kind_name<Kind>()) + "\n";
  std::optional<Secret<Kind>> secret;
  if (text.starts_with(first) && text.ends_with('\n') && text.size() > first.size()) {
    auto raw = from_base64(text.substr(first.size(), text.size() - first.size() - 1));
    if (raw) {
      secret = Secret<Kind>::from(*raw);
      wipe(*raw);
    }
  }
  wipe(content);
  if (!secret) {
    throw EnvError("key file " + file.string() + " does not hold a key of kind " +
                   std::string(kind_name<Kind>()));
  }
  return std::move(*secret);
}

template <class Kind>
void write_key_file(const std::filesystem::path& file, const Secret<Kind>& secret) {
  auto encoded = to_base64(secret.expose());
  auto text = std::string(kMagic) + std::string(kind_name<Kind>()) + "\n" + encoded + "\n";
  const auto fd = open_file(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  write_at(fd, 0, as_bytes(text));
  sodium_memzero(encoded.data(), encoded.size());
  sodium_memzero(text.data(), text.size());
  if (::fsync(fd.get()) != 0) throw_errno("sync the key file", file);
  sync_folder(file.has_parent_path() ? file.parent_path() : ".");
}

std::optional<RecoveryPublic> read_recovery_public(const std::filesystem::path& file) {
  const auto content = read_file_if_there(file, kMaxFile);
  if (!content) return std::nullopt;
  const auto text = as_text(*content);
  RecoveryPublic out{};
  if (text.starts_with(kPublicLine) && text.ends_with('\n') && text.size() > kPublicLine.size()) {
    const auto raw =
        from_base64(text.substr(kPublicLine.size(), text.size() - kPublicLine.size() - 1));
    if (raw && raw->size() == out.size()) {
      std::ranges::copy(*raw, out.begin());
      if (HpkeSender::setup(out, {}, EpochSecret::random())) return out;
    }
  }
  throw EnvError(file.string() +
                 " does not hold the public half of a recovery key; make it anew "
                 "with `hubctl keys add-recovery`");
}

void write_recovery_public(const std::filesystem::path& file, const RecoveryPublic& key) {
  replace_file(file, as_bytes(std::string(kPublicLine) + to_base64(key) + "\n"), 0644);
}

void destroy_key_file(const std::filesystem::path& file) {
  {
    const auto fd = open_file(file, O_WRONLY | O_NOFOLLOW);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) throw_errno("inspect the key file", file);
    Buffer noise(static_cast<std::size_t>(info.st_size));
    fill_random(noise);
    write_at(fd, 0, noise);
    if (::fsync(fd.get()) != 0) throw_errno("sync the key file", file);
  }
  if (::unlink(file.c_str()) != 0) throw_errno("remove the key file", file);
  sync_folder(file.has_parent_path() ? file.parent_path() : ".");
}

template Secret<Identity> read_key_file(const std::filesystem::path&);
template Secret<Envelope> read_key_file(const std::filesystem::path&);
template Secret<LogKind> read_key_file(const std::filesystem::path&);
template Secret<WitnessKind> read_key_file(const std::filesystem::path&);
template Secret<Governance> read_key_file(const std::filesystem::path&);
template Secret<TransportKind> read_key_file(const std::filesystem::path&);
template Secret<StoreKeyKind> read_key_file(const std::filesystem::path&);
template Secret<EpochKind> read_key_file(const std::filesystem::path&);
template Secret<RecoveryKind> read_key_file(const std::filesystem::path&);
template void write_key_file(const std::filesystem::path&, const Secret<Identity>&);
template void write_key_file(const std::filesystem::path&, const Secret<Envelope>&);
template void write_key_file(const std::filesystem::path&, const Secret<LogKind>&);
template void write_key_file(const std::filesystem::path&, const Secret<WitnessKind>&);
template void write_key_file(const std::filesystem::path&, const Secret<Governance>&);
template void write_key_file(const std::filesystem::path&, const Secret<TransportKind>&);
template void write_key_file(const std::filesystem::path&, const Secret<StoreKeyKind>&);
template void write_key_file(const std::filesystem::path&, const Secret<EpochKind>&);
template void write_key_file(const std::filesystem::path&, const Secret<RecoveryKind>&);

}  // namespace hub::crypto
