#include "core/crypto/hash.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>

#include "core/base/result.h"

namespace hub::crypto {
namespace {

constexpr std::size_t kBlock = 64;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

void check(int outcome) {
  if (outcome != 1) throw EnvError("OpenSSL could not compute SHA-256");
}

// Fetched once: EVP_sha256() itself looks the algorithm up again at every use.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  if (fetched == nullptr) throw EnvError("OpenSSL offers no SHA-256");
  return fetched;
}

EVP_MD_CTX* fresh(Context& context) {
  if (!context) context.reset(EVP_MD_CTX_new());
  check(EVP_DigestInit_ex2(context.get(), algorithm(), nullptr));
  return context.get();
}

EVP_MD_CTX* fresh_for_this_thread() {
  thread_local Context context;
  return fresh(context);
}

void add_to(EVP_MD_CTX* context, Bytes bytes) {
  check(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
}

Digest finish_of(EVP_MD_CTX* context) {
  Digest out{};
  check(EVP_DigestFinal_ex(context, out.data(), nullptr));
  return out;
}

std::array<std::uint8_t, kBlock> key_block(Bytes key) {
  std::array<std::uint8_t, kBlock> block{};
  if (key.size() > kBlock) {
    const auto short_key = sha256(key);
    std::ranges::copy(short_key, block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  return block;
}

}  // namespace

Digest sha256(Bytes message) { return sha256_of({message}); }

Digest sha256_of(std::initializer_list<Bytes> parts) {
  auto* context = fresh_for_this_thread();
  for (const auto part : parts) add_to(context, part);
  return finish_of(context);
}

struct Sha256::State {
  Context context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { fresh(state_->context); }
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(Bytes more) { add_to(state_->context.get(), more); }

Digest Sha256::finish() {
  const auto out = finish_of(state_->context.get());
  fresh(state_->context);
  return out;
}

Digest hmac_sha256(Bytes key, std::initializer_list<Bytes> parts) {
  auto inner = key_block(key);
  auto outer = inner;
  for (auto& byte : inner) byte ^= 0x36U;
  for (auto& byte : outer) byte ^= 0x5cU;

  auto* context = fresh_for_this_thread();
  add_to(context, inner);
  for (const auto part : parts) add_to(context, part);
  const auto digest = finish_of(context);
  const auto out = sha256_of({outer, digest});
  sodium_memzero(inner.data(), inner.size());
  sodium_memzero(outer.data(), outer.size());
  return out;
}

bool equal_in_constant_time(Bytes left, Bytes right) {
  return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

Digest hkdf_extract(Bytes salt, Bytes input_key) { return hmac_sha256(salt, {input_key}); }

Buffer hkdf_expand(Bytes pseudorandom_key, Bytes info, std::size_t size) {
  require(size <= 255 * sizeof(Digest), "HKDF gives at most 8,160 bytes");
  Buffer out;
  Digest block{};
  for (std::uint8_t i = 1; out.size() < size; ++i) {
    const Bytes previous = i == 1 ? Bytes() : Bytes(block);
    block = hmac_sha256(pseudorandom_key, {previous, info, Bytes(&i, 1)});
    append(out, Bytes(block).first(std::min(block.size(), size - out.size())));
  }
  sodium_memzero(block.data(), block.size());
  return out;
}

}  // namespace hub::crypto
