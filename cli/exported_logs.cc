#include "cli/exported_logs.h"

#include <optional>

#include "audit/proof/frontier.h"
#include "audit/proof/tile_folder.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;
using crypto::NoteVerifier;

constexpr std::size_t kLargestSignedNote = 256U << 10U;
constexpr std::string_view kLogLine = "log ";

NoteVerifier key_of_policy(const fs::path& folder) {
  const auto file = folder / "policy";
  const auto content = to_text(read_file(file, kLargestSignedNote));
  auto key = content.starts_with(kLogLine)
                 ? NoteVerifier::parse(std::string_view(content).substr(
                       kLogLine.size(), content.find('\n') - kLogLine.size()))
                 : std::nullopt;
  if (!key) {
    throw LogsRefused(Exit::Refused, file.string() +
                                         " does not begin with \"log VKEY\"; give the log's key "
                                         "with --log-key");
  }
  return std::move(*key);
}

std::string claimed_origin(const fs::path& folder, const std::string& note) {
  const auto text = crypto::unverified_text(note);
  const auto checkpoint = audit::parse_checkpoint(text ? *text : "");
  if (!checkpoint) {
    throw LogsRefused(Exit::Refused, (folder / "checkpoint").string() +
                                         " is no checkpoint; name the folder of an export");
  }
  return checkpoint->origin;
}

}  // namespace

std::vector<NoteVerifier> log_keys(const std::vector<std::string>& vkeys) {
  std::vector<NoteVerifier> out;
  for (const auto& vkey : vkeys) {
    const auto key = NoteVerifier::parse(vkey);
    if (!key) {
      throw LogsRefused(Exit::Usage,
                        "--log-key " + vkey + " is no vkey: NAME+ID+KEY, as the register has it");
    }
    out.push_back(*key);
  }
  return out;
}

ExportedLog open_exported_log(const fs::path& folder, const std::vector<NoteVerifier>& keys,
                              bool trust_policy_file) {
  const auto content = read_file_if_there(folder / "checkpoint", kLargestSignedNote);
  if (!content) {
    throw LogsRefused(Exit::Refused, folder.string() +
                                         " holds no checkpoint: it is no export, or one that "
                                         "broke off; export the log again");
  }
  const auto note = to_text(*content);
  const auto origin = claimed_origin(folder, note);
  std::optional<NoteVerifier> key;
  for (const auto& known : keys) {
    if (known.name() == origin) key = known;
  }
  if (!key && trust_policy_file) key = key_of_policy(folder);
  if (!key) {
    throw LogsRefused(Exit::Usage, "no --log-key is that of " + origin + " (" + folder.string() +
                                       "); take it from the register, or believe the export "
                                       "itself with --trust-policy-files");
  }
  auto checkpoint = audit::open_checkpoint(note, *key);
  if (!checkpoint) {
    throw LogsRefused(Exit::Refused, (folder / "checkpoint").string() + ": " +
                                         std::string(audit::describe(checkpoint.error())) +
                                         "; compare the key with the register");
  }
  return {folder, std::move(*checkpoint)};
}

void read_exported_log(const ExportedLog& log, const TakeEntry& take) {
  audit::Frontier tree;
  audit::TileFolder(log.folder, log.checkpoint.size)
      .each_entry([&](std::uint64_t index, Bytes entry) {
        tree.append(crypto::leaf_hash(entry));
        take(index, entry);
      });
  if (tree.root() == log.checkpoint.root) return;
  throw LogsRefused(Exit::Refused, log.folder.string() +
                                       ": its entries do not lead to the root that its checkpoint "
                                       "signs; keep it, export the log again and compare");
}

}  // namespace hub::cli
