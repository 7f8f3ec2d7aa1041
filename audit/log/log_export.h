// A log for export: its newest checkpoint, and all entries that it covers (`hubctl audit export`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/storage/store.h"

namespace hub::audit {

struct NewestCheckpoint {
  std::string note;  // as it was signed
  std::uint64_t size = 0;
};

// Of a checkpoint file; nothing when there is none yet, or none that can be read.
[[nodiscard]] std::optional<NewestCheckpoint> newest_checkpoint(const std::filesystem::path& file);

// Hands over the first `size` entries as entry_stream.h has them, in blocks; stops and gives false
// when `block` does. Each block is read in a snapshot of its own: entries never change.
bool export_entries(storage::Store& store, std::uint64_t size,
                    const std::function<bool(Bytes)>& block);

}  // namespace hub::audit
