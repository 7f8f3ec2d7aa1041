// Reads SQLite's write-ahead log the way SQLite's own recovery does: frame after frame, each
// bound to all before it by a running checksum, up to the last frame that ends a transaction.
//
// The checksum is no secret: it finds accidents. Tampering is found by the page ledger.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/storage/page_format.h"

namespace hub::storage {

struct WalFrame {
  std::uint32_t page = 0;         // 1 and up
  std::uint32_t pages_after = 0;  // pages of the store after this transaction; 0 within one
  PageTag tag{};

  [[nodiscard]] bool commits() const { return pages_after != 0; }
};

struct WalContents {
  LogSalts salts{};
  std::vector<WalFrame> frames;     // whole transactions only
  std::uint64_t ignored_bytes = 0;  // after them
};

// The running state of the checks, fed with one frame at a time.
class WalChain {
 public:
  // Nothing unless these are the 32 bytes of a sound header with our page size.
  [[nodiscard]] static std::optional<WalChain> begin(Bytes header);
  // Header and page of the next frame in one piece; nothing when it does not continue the chain.
  [[nodiscard]] std::optional<WalFrame> next(Bytes frame);
  [[nodiscard]] const LogSalts& salts() const { return salts_; }

 private:
  using Checksum = std::array<std::uint32_t, 2>;
  WalChain() = default;
  [[nodiscard]] Checksum extend(Checksum sum, Bytes bytes) const;

  bool big_endian_ = false;
  LogSalts salts_{};
  Checksum sum_{};
};

// The whole log through `read(offset, size)`, which gives fewer bytes only at the end. A log
// whose header is unsound is one without frames, as it is to SQLite.
[[nodiscard]] WalContents read_wal(
    const std::function<Buffer(std::uint64_t offset, std::size_t size)>& read);
[[nodiscard]] WalContents read_wal(const FileDescriptor& file);

// Frames [first, last) of a log that this process has just written, unchecked.
[[nodiscard]] std::vector<WalFrame> read_new_frames(const FileDescriptor& file, std::uint64_t first,
                                                    std::uint64_t last);
[[nodiscard]] LogSalts read_salts(const FileDescriptor& file);

}  // namespace hub::storage
