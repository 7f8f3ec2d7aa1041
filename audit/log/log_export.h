// A log for export: its newest checkpoint, and all entries that it covers (`hubctl audit export`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/crypto/cosignature.h"
#include "core/storage/store.h"

namespace hub::audit {

struct NewestCheckpoint {
  std::string note;  // as it was signed
  std::string origin;
  std::uint64_t size = 0;
};

// Of a checkpoint file; nothing when there is none yet, or none that can be read.
[[nodiscard]] std::optional<NewestCheckpoint> newest_checkpoint(const std::filesystem::path& file);

// What a daemon ends an export with: a JSON object of `checkpoint`, `log` (its vkey), `witnesses`
// (their vkeys), `seen` (of each witness the newest checkpoint that it has cosigned) and, once
// there is one, `cosigned`: the newest checkpoint that a quorum cosigned.
[[nodiscard]] std::string export_facts(
    const NewestCheckpoint& newest, const std::filesystem::path& file, const std::string& log_vkey,
    const std::map<std::string, crypto::CosignatureVerifier>& witnesses);

// Hands over the first `size` entries as entry_stream.h has them, in blocks; stops and gives false
// when `block` does. Each block is read in a snapshot of its own: entries never change.
bool export_entries(storage::Store& store, std::uint64_t size,
                    const std::function<bool(Bytes)>& block);

}  // namespace hub::audit
