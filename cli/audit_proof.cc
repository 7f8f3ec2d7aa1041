// hubctl audit proof and audit check: one entry of an exported log, for somebody who has the log's
// key and nothing else. hubctl audit fork: the proof that a log was forked.

#include <CLI/CLI.hpp>
#include <ostream>

#include "audit/proof/tile_folder.h"
#include "audit/proof/tlog_proof.h"
#include "audit/witness/fork_proof.h"
#include "cli/verb.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/result.h"
#include "core/crypto/note.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestNote = 256U << 10U;
constexpr std::size_t kLargestProofFile = 1U << 20U;

struct ProofOptions {
  fs::path folder;
  std::uint64_t index = 0;
  fs::path file;
  std::string log_vkey;
};

crypto::NoteVerifier log_key_of(const ProofOptions& options) {
  auto key = crypto::NoteVerifier::parse(options.log_vkey);
  if (!key) throw EnvError("--log-key is no vkey: NAME+ID+KEY, as the register has it");
  return std::move(*key);
}

Exit refuse(std::string_view why, Streams streams) {
  streams.err << "hubctl: " << why << '\n';
  return Exit::Refused;
}

Exit prove(const ProofOptions& options, Streams streams) {
  const auto key = log_key_of(options);
  audit::TlogProof proof;
  proof.index = options.index;
  proof.checkpoint = to_text(read_file(options.folder / "checkpoint", kLargestNote));
  const auto checkpoint = audit::open_checkpoint(proof.checkpoint, key);
  if (!checkpoint) return refuse(audit::describe(checkpoint.error()), streams);
  if (options.index >= checkpoint->size) {
    streams.err << "hubctl: the export holds entries 0 to " << checkpoint->size - 1 << '\n';
    return Exit::Usage;
  }
  audit::TileFolder tiles(options.folder, checkpoint->size);
  const auto entry = tiles.entry(options.index);
  proof.extra = entry;
  proof.path = audit::inclusion_proof(tiles, options.index, checkpoint->size);
  const auto verified = audit::verify_tlog_proof(proof, entry, key);
  if (!verified) return refuse(audit::describe(verified.error()), streams);
  const auto text = audit::write_tlog_proof(proof);
  if (options.file.empty()) {
    streams.out << text;
  } else {
    replace_file(options.file, as_bytes(text), 0644);
  }
  return Exit::Ok;
}

Exit check(const ProofOptions& options, Streams streams) {
  const auto key = log_key_of(options);
  const auto proof = audit::parse_tlog_proof(as_text(read_file(options.file, kLargestProofFile)));
  if (!proof) return refuse(audit::describe(proof.error()), streams);
  const auto& entry = proof->extra;
  if (!entry) return refuse("the proof does not bring the entry with it", streams);
  const auto checkpoint = audit::verify_tlog_proof(*proof, *entry, key);
  if (!checkpoint) return refuse(audit::describe(checkpoint.error()), streams);
  streams.err << "entry " << proof->index << " of " << checkpoint->origin << ", as signed at size "
              << checkpoint->size << ":\n";
  streams.out << as_text(*entry) << '\n';
  return Exit::Ok;
}

// Says of a file that a witness has kept whether it convicts the log's key.
Exit convict(const ProofOptions& options, Streams streams) {
  const auto key = log_key_of(options);
  const auto proof = audit::parse_fork_proof(as_text(read_file(options.file, kLargestProofFile)));
  if (!proof) return refuse(audit::describe(proof.error()), streams);
  const auto fork = audit::verify_fork_proof(*proof, key);
  if (!fork) return refuse(audit::describe(fork.error()), streams);
  streams.out << "The key of " << key.name() << " has signed two trees of " << fork->first.size
              << " entries:\n  root " << to_base64(fork->first.root) << "\n  root "
              << to_base64(fork->second.root) << "\nOne log cannot have both.\n";
  return Exit::Ok;
}

}  // namespace

void add_audit_proof(CLI::App& audit, Command& command) {
  const auto add = [&](const char* name, const char* about,
                       Exit (*act)(const ProofOptions&, Streams)) {
    auto options = std::make_shared<ProofOptions>();
    auto* verb = audit.add_subcommand(name, about);
    verb->add_option("--log-key", options->log_vkey, "The log's vkey, as the register has it")
        ->required();
    verb->callback([options, &command, act] {
      command.run = [options, act](Streams streams) { return act(*options, streams); };
    });
    return std::pair(verb, options);
  };
  const auto [proof, wanted] =
      add("proof", "Prove that an entry is in an exported log (C2SP tlog-proof)", prove);
  proof->add_option("DIR", wanted->folder, "The folder of an export")->required();
  proof->add_option("INDEX", wanted->index, "The entry's number")->required();
  proof->add_option("--out", wanted->file, "A file for the proof, instead of standard output");
  const auto [checked, given] =
      add("check", "Check such a proof and print its entry; needs no daemon and no store", check);
  checked->add_option("FILE", given->file, "The proof")->required();
  const auto [fork, kept] =
      add("fork", "Check a witness's proof that a log was forked; needs no daemon", convict);
  fork->add_option("FILE", kept->file, "The .fork-proof")->required();
}

}  // namespace hub::cli
