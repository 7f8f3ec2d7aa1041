#include "tests/storage/plain_pages.h"

#include <fcntl.h>
#include <openssl/evp.h>

#include <memory>

#include "core/base/file.h"
#include "core/base/result.h"
#include "core/storage/page_format.h"

namespace hub::storage {
namespace {

constexpr std::size_t kIvSize = 16;
constexpr std::size_t kIvOffset = kTagOffset - kIvSize;
constexpr std::size_t kSaltSize = 16;  // in clear, at the beginning of page 1

Buffer all_of(const std::filesystem::path& file) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  if (missing || size == 0) return {};
  return read_at(open_file(file, O_RDONLY), 0, static_cast<std::size_t>(size));
}

// SQLCipher 4 with a raw key: AES-256-CBC, the IV behind the page's text, no padding.
void add_plain(Bytes page, bool is_first, const crypto::StoreKey& key, Buffer& out) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const auto text = page.first(kIvOffset).subspan(is_first ? kSaltSize : 0);
  Buffer plain(text.size() + kIvSize);
  int length = 0;
  const bool done = context != nullptr &&
                    EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr,
                                       key.expose().data(), page.subspan(kIvOffset).data()) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
                    EVP_DecryptUpdate(context.get(), plain.data(), &length, text.data(),
                                      static_cast<int>(text.size())) == 1;
  if (!done) throw EnvError("a page could not be decrypted");
  append(out, Bytes(plain).first(static_cast<std::size_t>(length)));
}

}  // namespace

Buffer plain_pages(const std::filesystem::path& file, const crypto::StoreKey& key) {
  Buffer out;
  const auto store = all_of(file);
  for (std::size_t at = 0; at + kPageSize <= store.size(); at += kPageSize) {
    add_plain(Bytes(store).subspan(at, kPageSize), at == 0, key, out);
  }
  auto log_file = file;
  log_file += "-wal";
  const auto log = all_of(log_file);
  for (std::size_t at = kLogHeaderSize; at + kFrameSize <= log.size(); at += kFrameSize) {
    const auto frame = Bytes(log).subspan(at, kFrameSize);
    const bool is_first = frame[0] == 0 && frame[1] == 0 && frame[2] == 0 && frame[3] == 1;
    add_plain(frame.subspan(kFrameHeaderSize), is_first, key, out);
  }
  return out;
}

}  // namespace hub::storage
