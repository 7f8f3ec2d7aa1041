#include "audit/log/log_export.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/log/log.h"
#include "audit/log/witness_round.h"
#include "audit/proof/checkpoint.h"
#include "audit/proof/entry_stream.h"
#include "audit/proof/tile_path.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/crypto/note.h"

namespace hub::audit {
namespace {

std::optional<NewestCheckpoint> checkpoint_of(std::string note) {
  const auto text = crypto::unverified_text(note);
  if (!text) return std::nullopt;
  const auto checkpoint = parse_checkpoint(*text);
  if (!checkpoint) return std::nullopt;
  return NewestCheckpoint{std::move(note), checkpoint->origin, checkpoint->size};
}

// What was cosigned under the origin before, if the log was opened anew, is another log's.
bool is_beginning_of(const NewestCheckpoint& newest, const NewestCheckpoint& other) {
  return other.origin == newest.origin && other.size <= newest.size;
}

// The notes that witnesses hold of this log.
nlohmann::json seen_of(const NewestCheckpoint& newest, const std::filesystem::path& file) {
  auto out = nlohmann::json::array();
  const auto content = read_file_if_there(WitnessRound::seen_beside(file), 1U << 20U);
  if (!content) return out;
  const auto notes = parse_json(as_text(*content), {.max_bytes = 1U << 20U, .max_depth = 2});
  if (!notes || !notes->is_array()) return out;
  for (const auto& note : *notes) {
    if (!note.is_string()) continue;
    const auto seen = checkpoint_of(note.get<std::string>());
    if (seen && is_beginning_of(newest, *seen)) out.push_back(seen->note);
  }
  return out;
}

}  // namespace

std::optional<NewestCheckpoint> newest_checkpoint(const std::filesystem::path& file) {
  const auto content = read_file_if_there(file, 1U << 20U);
  if (!content) return std::nullopt;
  return checkpoint_of(to_text(*content));
}

std::string export_facts(const NewestCheckpoint& newest, const std::filesystem::path& file,
                         const std::string& log_vkey,
                         const std::map<std::string, crypto::CosignatureVerifier>& witnesses) {
  nlohmann::json out{
      {"checkpoint", newest.note}, {"log", log_vkey}, {"witnesses", nlohmann::json::array()}};
  for (const auto& [party, key] : witnesses) out["witnesses"].push_back(key.vkey());
  const auto cosigned = newest_checkpoint(WitnessRound::cosigned_beside(file));
  if (cosigned && is_beginning_of(newest, *cosigned)) out["cosigned"] = cosigned->note;
  out["seen"] = seen_of(newest, file);
  return out.dump();
}

bool export_entries(storage::Store& store, std::uint64_t size,
                    const std::function<bool(Bytes)>& block) {
  for (std::uint64_t from = 0; from < size;) {
    const auto count = std::min<std::uint64_t>(kTileWidth, size - from);
    const auto page = store.read([&](storage::Connection& connection) {
      return Log::entries(connection, from, static_cast<std::size_t>(count));
    });
    if (page.empty()) return false;
    Buffer row;
    for (const auto& entry : page) append_entry(row, as_bytes(entry.leaf));
    if (!block(row)) return false;
    from += page.size();
  }
  return true;
}

}  // namespace hub::audit
