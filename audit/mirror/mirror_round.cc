#include "audit/mirror/mirror_round.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "audit/log/log.h"
#include "audit/log/log_export.h"
#include "core/base/log.h"
#include "core/crypto/note.h"

namespace hub::audit {
namespace {

constexpr std::size_t kLength = 2;  // before each leaf of a row
// More than a short row has, however short its leaves: then nothing has to be counted.
constexpr std::uint64_t kMostOfShortRow = 4096;

// The leaves `from` up to and without `end`, as far as they fit a row. Not the details: they never
// leave the store.
std::vector<std::string> row_of_leaves(storage::Connection& store, std::uint64_t from,
                                       std::uint64_t end) {
  std::vector<std::string> out;
  std::size_t bytes = 0;
  auto rows = store.prepare("SELECT leaf FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx");
  rows.bind(1, from).bind(2, end);
  while (rows.step()) {
    bytes += kLength + rows.bytes(0).size();
    if (bytes > kLargestRow) break;
    out.push_back(to_text(rows.bytes(0)));
  }
  return out;
}

std::uint64_t bytes_between(storage::Connection& store, std::uint64_t from, std::uint64_t end) {
  auto row = store.prepare(
      "SELECT coalesce(sum(length(leaf) + 2), 0) FROM log_entry WHERE idx >= ? AND idx < ?");
  row.bind(1, from).bind(2, end);
  return row.step() ? static_cast<std::uint64_t>(row.int64(0)) : 0;
}

// Whether the log's first entries are those that were cosigned.
bool is_tree_of(storage::Connection& store, const Checkpoint& cosigned) {
  auto last = store.prepare("SELECT 1 FROM log_entry WHERE idx = ?");
  last.bind(1, cosigned.size - 1);
  return last.step() && Log::frontier(store, cosigned.size).root() == cosigned.root;
}

}  // namespace

MirrorRound::MirrorRound(Parts parts) : parts_(std::move(parts)) {}

void MirrorRound::begin(const std::map<std::string, crypto::VerifyKey<crypto::Identity>>& holders) {
  if (!parts_.key) return;
  std::map<std::string, Holder> now;
  for (const auto& [name, key] : holders) {
    const auto known = holders_.find(name);
    const bool same = known != holders_.end() && known->second.key == key;
    now.emplace(name, Holder{key, same ? known->second.entries : std::nullopt, 0});
  }
  holders_ = std::move(now);
  const auto newest = newest_checkpoint(parts_.cosigned);
  if (!newest) return;
  auto cosigned = parse_checkpoint(crypto::unverified_text(newest->note).value_or(""));
  // What was cosigned under the origin before, if the log was opened anew, is another log's.
  if (!cosigned || cosigned->origin != parts_.origin) return;
  note_ = newest->note;
  cosigned_ = std::move(*cosigned);
  const auto question = write_question(MirrorAsk{{parts_.origin, *parts_.key}});
  for (const auto& [name, holder] : holders_) parts_.ask(name, question);
}

std::optional<std::string_view> MirrorRound::answered(const std::string& name,
                                                      const MirrorReply& reply) {
  const auto found = holders_.find(name);
  if (!parts_.key || found == holders_.end()) return std::nullopt;
  if (const auto* refusal = std::get_if<MirrorRefusal>(&reply)) return describe(*refusal);
  const auto* has = std::get_if<MirrorHas>(&reply);
  if (has == nullptr) return std::nullopt;
  auto& holder = found->second;
  const bool ours = has->name == MirrorName{parts_.origin, *parts_.key};
  if (!ours || !is_signed_by(*has, parts_.hub, name, holder.key)) {
    return "a holder's answer about mirrored entries cannot be used";
  }
  holder.entries = has->standing.entries;
  if (has->standing.entries < cosigned_.size && has->standing.last <= has->standing.entries) {
    send_next(name, holder, has->standing);
  }
  return std::nullopt;
}

void MirrorRound::send_next(const std::string& name, Holder& holder, MirrorStanding standing) {
  if (holder.blocks == kMostBlocks) return;
  ++holder.blocks;
  if (!parts_.key) return;
  parts_.aside([this, name, standing, key = *parts_.key, cosigned = cosigned_, note = note_] {
    try {
      auto body = next_block(parts_, key, standing, cosigned, note);
      if (!body) return;
      parts_.back(
          [this, name, body = std::move(*body)]() mutable { parts_.ask(name, std::move(body)); });
    } catch (const std::exception& error) {
      log_error("leaves were not mirrored; the next round tries again", {{"reason", error.what()}});
    }
  });
}

std::optional<Buffer> MirrorRound::next_block(const Parts& parts, const crypto::RecoveryPublic& key,
                                              MirrorStanding standing, const Checkpoint& cosigned,
                                              std::string note) {
  MirrorBlock block;
  block.origin = parts.origin;
  block.key = key;
  block.checkpoint = std::move(note);
  const auto leaves = parts.store.read([&](storage::Connection& store) {
    if (!is_tree_of(store, cosigned)) return std::vector<std::string>();
    const bool is_short = standing.entries - standing.last < kMostOfShortRow &&
                          bytes_between(store, standing.last, standing.entries) < kShortRow;
    block.from = is_short ? standing.last : standing.entries;
    return row_of_leaves(store, block.from, cosigned.size);
  });
  if (leaves.empty()) return std::nullopt;
  seal_leaves(block, leaves, parts.hub, parts.identity);
  return write_question(block);
}

nlohmann::json MirrorRound::status() const {
  auto holders = nlohmann::json::array();
  for (const auto& [name, holder] : holders_) {
    nlohmann::json each{{"holder", name}};
    if (holder.entries) each["entries"] = *holder.entries;
    holders.push_back(std::move(each));
  }
  return {{"recovery_key", parts_.key.has_value()},
          {"cosigned", cosigned_.size},
          {"holders", std::move(holders)}};
}

}  // namespace hub::audit
