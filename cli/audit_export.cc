// hubctl audit export: a log as files that anybody can verify (C2SP tlog-tiles), and what was
// exported before held against what the log is now.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/proof/checkpoint.h"
#include "audit/proof/entry_stream.h"
#include "audit/proof/tile_folder.h"
#include "audit/proof/tree_files.h"
#include "audit/witness/quorum.h"
#include "audit/witness/tlog_policy.h"
#include "cli/door.h"
#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/note.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargestExported = 32U << 20U;  // 256 entries of the largest size fit

struct ExportOptions {
  DoorOptions door;
  fs::path folder;
  std::string log_vkey;
};

// What the folder or the daemon has to say against the log.
class ExportRefused : public EnvError {
 public:
  using EnvError::EnvError;
};

// The folder of an export: files are added and never changed, except the checkpoint.
class ExportFolder {
 public:
  explicit ExportFolder(fs::path folder) : folder_(std::move(folder)) {
    make_private_folder(folder_);
    if (const auto note = read("checkpoint")) {
      const auto text = crypto::unverified_text(*note);
      const auto before = text ? audit::parse_checkpoint(*text) : audit::parse_checkpoint("");
      if (!before)
        throw ExportRefused(path("checkpoint") + " is no checkpoint; name another folder");
      before_ = *before;
      note_before_ = *note;
    } else {
      refuse_strangers();
    }
  }

  void write(const std::string& name, Bytes content) {
    if (const auto there = read(name)) {
      if (same_bytes(as_bytes(*there), content)) return;
      throw ExportRefused(path(name) +
                          " was exported with other content: the log was rewritten, "
                          "or the file was changed; keep both and tell the auditor");
    }
    const auto file = folder_ / name;
    make_private_folder(file.parent_path());
    replace_file(file, content, kReadable);
    ++written_;
  }

  // The tree at each size goes by here, so that the one exported before is met.
  void pass(const audit::TreeFiles& tree) const {
    if (!before_ || tree.size() != before_->size || tree.root() == before_->root) return;
    throw ExportRefused("the first " + std::to_string(before_->size) +
                        " entries are not those that " + path("checkpoint") +
                        " names: the log was rewritten; keep both and tell the auditor");
  }

  // After all tiles: now the checkpoint may name them.
  void finish(const audit::Checkpoint& checkpoint, const std::string& note,
              const crypto::NoteVerifier& key) {
    if (before_) {
      if (!audit::open_checkpoint(note_before_, key)) {
        throw ExportRefused(path("checkpoint") + " is not signed with the log's key, " +
                            key.vkey() + ": this is another log, or its key was changed");
      }
      if (checkpoint.size < before_->size) {
        throw ExportRefused("the log now ends before entry " + std::to_string(before_->size) +
                            ", up to which it was exported: it was put back to an earlier state; "
                            "keep both and tell the auditor");
      }
    }
    replace_file(folder_ / "checkpoint", as_bytes(note), kReadable);
  }

  // Files beside the tiles that may change: `policy`, `cosigned`, `seen/...`.
  void put(const std::string& name, std::string_view content) const {
    const auto file = folder_ / name;
    make_private_folder(file.parent_path());
    replace_file(file, as_bytes(content), kReadable);
  }
  [[nodiscard]] const fs::path& folder() const { return folder_; }

  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  static constexpr mode_t kReadable = 0644;

  // Of an export that broke off there are tiles already.
  void refuse_strangers() const {
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(folder_, unreadable)) {
      const auto name = entry.path().filename();
      if (name == "tile" || name == "policy" || name == "cosigned" || name == "seen") continue;
      throw ExportRefused(folder_.string() +
                          " holds other files than an export; name a new folder");
    }
    if (unreadable) throw EnvError("cannot read " + folder_.string() + ": " + unreadable.message());
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  [[nodiscard]] std::optional<std::string> read(const std::string& name) const {
    const auto content = read_file_if_there(folder_ / name, kLargestExported);
    return content ? std::optional(to_text(*content)) : std::nullopt;
  }

  fs::path folder_;
  std::optional<audit::Checkpoint> before_;
  std::string note_before_;
  std::size_t written_ = 0;
};

struct SignedLog {
  std::string note;
  std::string vkey;
  std::vector<crypto::CosignatureVerifier> witnesses;
  std::string cosigned;           // a note of a checkpoint that a quorum has cosigned; may be empty
  std::vector<std::string> seen;  // notes that single witnesses hold
};

// What was exported, and how much of it witnesses vouch for.
struct Exported {
  audit::Checkpoint checkpoint;
  std::optional<audit::Witnessing> witnessed;
  std::size_t witnesses = 0;
};

SignedLog signed_log(const std::string& end, const ExportOptions& options) {
  const auto told = parse_json(end, {.max_bytes = 1U << 20U, .max_depth = 4});
  const auto word = [&](const char* name) {
    const auto value = told && told->is_object() ? told->value(name, json()) : json();
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  SignedLog out{word("checkpoint"),
                options.log_vkey.empty() ? word("log") : options.log_vkey,
                {},
                word("cosigned"),
                {}};
  const auto list = [&](const char* name) {
    const auto value = told && told->is_object() ? told->value(name, json()) : json();
    return value.is_array() ? value : json::array();
  };
  for (const auto& note : list("seen")) {
    if (note.is_string()) out.seen.push_back(note.get<std::string>());
  }
  for (const auto& vkey : list("witnesses")) {
    auto key = vkey.is_string() ? crypto::CosignatureVerifier::parse(vkey.get<std::string>())
                                : std::nullopt;
    if (!key) throw ExportRefused("the daemon names a witness by what is no vkey");
    out.witnesses.push_back(std::move(*key));
  }
  return out;
}

std::string witnessed_text(const Exported& exported) {
  const auto needed = std::to_string(audit::quorum_of(exported.witnesses));
  if (exported.witnesses == 0) return "Nobody witnesses this log.";
  if (!exported.witnessed || !exported.witnessed->quorum_time) {
    return "Not witnessed yet: " + needed + " of " + std::to_string(exported.witnesses) +
           " witnesses have to cosign.";
  }
  const auto as_of = from_ms(static_cast<std::int64_t>(*exported.witnessed->quorum_time) * 1000);
  return "Witnessed up to entry " + std::to_string(exported.witnessed->checkpoint.size) + " by " +
         std::to_string(exported.witnessed->cosignatures.size()) + " of " +
         std::to_string(exported.witnesses) + " (" + needed + " needed), at " + to_iso(as_of) + ".";
}

void print(const ExportOptions& options, const Exported& exported, const ExportFolder& folder,
           std::ostream& out) {
  const auto& checkpoint = exported.checkpoint;
  if (options.door.as_json) {
    out << json{{"folder", options.folder.string()},
                {"origin", checkpoint.origin},
                {"entries", checkpoint.size},
                {"root", to_base64(checkpoint.root)},
                {"witnesses", exported.witnesses},
                {"witnessed_entries", exported.witnessed && exported.witnessed->has_quorum()
                                          ? exported.witnessed->checkpoint.size
                                          : 0},
                {"new_files", folder.written()}}
               .dump()
        << '\n';
    return;
  }
  out << options.folder.string() << ": " << checkpoint.size << " entries of " << checkpoint.origin
      << ", root " << to_base64(checkpoint.root) << "; " << folder.written() << " new files\n"
      << witnessed_text(exported) << '\n';
  if (options.log_vkey.empty()) {
    out << "The keys are what the daemon says; compare " << (options.folder / "policy").string()
        << " with the register, or give --log-key.\n";
  }
}

// Of a witness's name HUB/witness/PARTY the party, as a name for a file.
std::string party_of(const std::string& witness) {
  auto party = witness.substr(witness.rfind('/') + 1);
  const bool plain = !party.empty() && std::ranges::all_of(party, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!plain) throw ExportRefused("a witness's name does not end in the code of a party");
  return party;
}

// Entries as they come, into files.
class Exporter {
 public:
  explicit Exporter(const fs::path& folder)
      : folder_(folder),
        tree_([this](const std::string& name, Bytes content) { folder_.write(name, content); }) {}

  void take(Bytes block) {
    entries_.feed(block, [this](Bytes entry) {
      tree_.append(entry);
      folder_.pass(tree_);
    });
  }

  Exported finish(const SignedLog& log) {
    const auto key = crypto::NoteVerifier::parse(log.vkey);
    if (!key) throw ExportRefused("the log's key is no vkey: NAME+ID+KEY, as the register has it");
    auto checkpoint = audit::open_checkpoint(log.note, *key);
    if (!checkpoint) {
      throw ExportRefused("the checkpoint is not this log's: " +
                          std::string(audit::describe(checkpoint.error())));
    }
    if (!entries_.is_whole() || tree_.size() != checkpoint->size ||
        tree_.root() != checkpoint->root) {
      throw ExportRefused(
          "the entries are not those that the signed checkpoint names; verify the log");
    }
    tree_.finish();
    folder_.put("policy", audit::write_tlog_policy(audit::policy_of(*key, log.witnesses)));
    folder_.finish(*checkpoint, log.note, *key);
    Exported out{*checkpoint, std::nullopt, log.witnesses.size()};
    if (!log.cosigned.empty()) {
      out.witnessed = witnessed(log, log.cosigned, audit::quorum_of(log.witnesses.size()), *key);
      folder_.put("cosigned", log.cosigned);
    }
    for (const auto& note : log.seen) {
      const auto seen = witnessed(log, note, 1, *key);
      if (seen.cosignatures.empty()) continue;  // of who is no witness of this log any more
      folder_.put("seen/" + party_of(seen.cosignatures.front().witness) + ".checkpoint", note);
    }
    return out;
  }

  [[nodiscard]] const ExportFolder& folder() const { return folder_; }

 private:
  // The tree that witnesses cosigned must be the beginning of what was exported.
  [[nodiscard]] audit::Witnessing witnessed(const SignedLog& log, const std::string& note,
                                            std::size_t needed,
                                            const crypto::NoteVerifier& key) const {
    auto checked = audit::check_quorum(note, key, log.witnesses, needed);
    if (!checked) {
      throw ExportRefused("what witnesses have cosigned cannot be believed: " +
                          std::string(audit::describe(checked.error())));
    }
    audit::TileFolder tiles(folder_.folder(), tree_.size());
    const auto& cosigned = checked->checkpoint;
    if (cosigned.size > tree_.size() || cosigned.size == 0 ||
        audit::tree_root(tiles, cosigned.size) != cosigned.root) {
      throw ExportRefused(
          "witnesses have cosigned another tree than the entries make: the log was rewritten; "
          "keep the folder and tell the auditor");
    }
    return std::move(*checked);
  }

  ExportFolder folder_;
  audit::TreeFiles tree_;
  audit::EntryStream entries_;
};

Exit export_log(const ExportOptions& options, Streams streams) {
  try {
    Exporter exporter(options.folder);
    const auto answer = ask(options.door, "audit.export", json::object(), {},
                            [&](Bytes block) { exporter.take(block); });
    if (answer.exit != Exit::Ok) return complain(answer, streams);
    const auto exported = exporter.finish(signed_log(answer.end, options));
    print(options, exported, exporter.folder(), streams.out);
    return Exit::Ok;
  } catch (const ExportRefused& refused) {
    streams.err << "hubctl: " << refused.what() << '\n';
    return Exit::Refused;
  }
}

}  // namespace

void add_audit_export(CLI::App& audit, Command& command) {
  auto options = std::make_shared<ExportOptions>();
  auto* verb = audit.add_subcommand("export", "Write a log as files that anybody can verify");
  verb->add_option("DIR", options->folder, "A new folder, or that of an earlier export")
      ->required();
  add_door_options(*verb, options->door);
  add_log_purpose(*verb, options->door);
  verb->add_option("--log-key", options->log_vkey, "The log's vkey, as the register has it");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return export_log(*options, streams); };
  });
}

}  // namespace hub::cli
