// An exported log's tree, read from the files of C2SP tlog-tiles.
#pragma once

#include <filesystem>
#include <functional>
#include <utility>

#include "audit/proof/tree_proof.h"
#include "core/base/bytes.h"

namespace hub::audit {

// Throws EnvError naming the file that is missing or has another size than it must.
class TileFolder final : public HashSource {
 public:
  TileFolder(std::filesystem::path folder, std::uint64_t size)
      : folder_(std::move(folder)), size_(size) {}

  [[nodiscard]] crypto::Digest hash(unsigned level, std::uint64_t index) override;
  // The bytes of an entry; index < size, else a bug of ours.
  [[nodiscard]] Buffer entry(std::uint64_t index) const;

  using TakeEntry = std::function<void(std::uint64_t index, Bytes entry)>;
  // All of them, the first first; each file is read once. What `take` throws is passed on.
  void each_entry(const TakeEntry& take) const;

 private:
  std::filesystem::path folder_;
  std::uint64_t size_;
};

}  // namespace hub::audit
