// A log as the files of C2SP tlog-tiles, made while its entries go by: each tile and each bundle of
// entries as soon as it is full, and what is not full at the end. Whoever has these files and a
// checkpoint can verify the log with public tools.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "audit/proof/frontier.h"
#include "core/base/bytes.h"
#include "core/crypto/hash.h"

namespace hub::audit {

class TreeFiles {
 public:
  // Paths are those of tile_path.h. What it throws is passed on.
  using Write = std::function<void(const std::string& path, Bytes content)>;

  explicit TreeFiles(Write write) : write_(std::move(write)) {}

  // The next entry, of at most 65,535 bytes, else a bug of ours.
  void append(Bytes entry);
  // Writes what is not full. Nothing may be appended afterwards.
  void finish();

  [[nodiscard]] std::uint64_t size() const { return frontier_.size(); }
  [[nodiscard]] crypto::Digest root() const { return frontier_.root(); }

 private:
  struct Level {
    std::uint64_t full = 0;              // tiles
    std::vector<crypto::Digest> hashes;  // of the tile that is not full
  };

  void add(std::size_t level, const crypto::Digest& hash);

  Write write_;
  Frontier frontier_;
  std::vector<Level> levels_;
  Buffer bundle_;
};

}  // namespace hub::audit
