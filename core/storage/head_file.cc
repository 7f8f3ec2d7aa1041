#include "core/storage/head_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

constexpr std::uint64_t kMagic = 0x4855425f48454144;  // HUB_HEAD
constexpr std::size_t kMacSize = 32;
constexpr std::size_t kSealedSize = kHeadSlotSize - kMacSize;

constexpr std::string_view kKeepAndRestore =
    "; stop, keep the files as they are, and restore store and head file together from the last "
    "backup";

}  // namespace

HeadSlot seal_head(const Head& head, const HeadKey& key) {
  ByteWriter out(kSealedSize);
  out.u64(kMagic).u64(head.counter).u64(head.tree.size).raw(head.tree.root);
  out.raw(head.ledger.bytes()).u64(head.pages).raw(head.log_salts).u64(head.log_frames);
  HeadSlot slot{};
  std::ranges::copy(out.view(), slot.begin());
  const auto mac = crypto::hmac_sha256(key.expose(), {Bytes(slot).first(kSealedSize)});
  std::ranges::copy(mac, slot.begin() + kSealedSize);
  return slot;
}

std::optional<Head> open_head(Bytes slot, const HeadKey& key) {
  if (slot.size() != kHeadSlotSize) return std::nullopt;
  const auto mac = crypto::hmac_sha256(key.expose(), {slot.first(kSealedSize)});
  if (!crypto::equal_in_constant_time(mac, slot.last(kMacSize))) return std::nullopt;
  ByteReader in(slot);
  if (in.u64() != kMagic) return std::nullopt;
  Head head;
  head.counter = in.u64();
  head.tree.size = in.u64();
  head.tree.root = in.array<32>();
  head.ledger = LedgerSum(in.array<32>());
  head.pages = in.u64();
  head.log_salts = in.array<8>();
  head.log_frames = in.u64();
  return head;
}

std::filesystem::path HeadFile::beside(const std::filesystem::path& store) {
  auto out = store;
  out += ".head";
  return out;
}

void HeadFile::create(const std::filesystem::path& file, const Head& first, const HeadKey& key) {
  auto before = first;
  before.counter = 0;
  auto now = first;
  now.counter = 1;
  Buffer both = to_buffer(seal_head(before, key));
  append(both, seal_head(now, key));
  replace_file(file, both);
}

HeadFile::HeadFile(std::filesystem::path file) : path_(std::move(file)) {
  if (!std::filesystem::exists(path_)) {
    throw StoreError(StoreFault::Damaged,
                     path_.string() + " is missing" + std::string(kKeepAndRestore));
  }
  file_ = open_file(path_, O_RDWR | O_DSYNC);
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_errno("lock", path_);
    throw StoreError(StoreFault::Unavailable,
                     path_.string() + ": another process has this store open; stop it first");
  }
}

Head HeadFile::read(const HeadKey& key) const {
  const auto bytes = read_at(file_, 0, 2 * kHeadSlotSize + 1);
  if (bytes.size() != 2 * kHeadSlotSize) {
    throw StoreError(StoreFault::Damaged,
                     path_.string() + " is not 1,024 bytes long" + std::string(kKeepAndRestore));
  }
  const auto even = open_head(Bytes(bytes).first(kHeadSlotSize), key);
  const auto odd = open_head(Bytes(bytes).last(kHeadSlotSize), key);
  if (!even && !odd) {
    throw StoreError(StoreFault::WrongKeyOrDamaged,
                     path_.string() +
                         " is not sealed with this key: check that this is the "
                         "store's own key" +
                         std::string(kKeepAndRestore));
  }
  const bool neighbours = even && odd && even->counter % 2 == 0 &&
                          (even->counter + 1 == odd->counter || odd->counter + 1 == even->counter);
  if (!neighbours) {
    throw StoreError(StoreFault::Damaged, path_.string() + " was changed by somebody else" +
                                              std::string(kKeepAndRestore));
  }
  return even->counter > odd->counter ? *even : *odd;
}

void HeadFile::write(const Head& head, const HeadKey& key) const {
  write_at(file_, head.counter % 2 * kHeadSlotSize, seal_head(head, key));
}

}  // namespace hub::storage
