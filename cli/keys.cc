// hubctl keys new: makes a party's keys, each in a file of its own, and the public half for the
// hub's register.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/proof/origin.h"
#include "cli/verb.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/result.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/key_file.h"
#include "core/crypto/note.h"
#include "schemas/envelope.h"
#include "schemas/register.h"

namespace hub::cli {
namespace {

using namespace crypto;

struct KeyOptions {
  std::string party;
  std::string name;
  std::string hub;
  std::filesystem::path folder;
  std::filesystem::path governance;
  std::filesystem::path recovery;
};

template <class Key, class Kind>
Key make_key(const std::filesystem::path& file) {
  auto key = Key::generate();
  write_key_file<Kind>(file, key.seed());
  return key;
}

std::filesystem::path recovery_file(const KeyOptions& options) {
  return options.recovery.empty() ? options.folder / "recovery.key" : options.recovery;
}

// A file that would be overwritten.
std::optional<std::filesystem::path> first_of_these(const KeyOptions& options) {
  for (const auto* name : {"identity.key", "envelope.key", "log.key", "witness.key",
                           "transport.key", "store.key", "recovery.public"}) {
    if (std::filesystem::exists(options.folder / name)) return options.folder / name;
  }
  if (std::filesystem::exists(recovery_file(options))) return recovery_file(options);
  const bool there = !options.governance.empty() && std::filesystem::exists(options.governance);
  return there ? std::optional(options.governance) : std::nullopt;
}

// The secret half has no business on this machine: it opens what was lost with it.
void make_recovery_key(const KeyOptions& options, Streams streams) {
  const auto secret = RecoverySecret::random();
  write_key_file(recovery_file(options), secret);
  write_recovery_public(options.folder / "recovery.public", public_of(secret));
  streams.out << "move " << recovery_file(options).string()
              << " to a safe place off this machine: only it opens this log's mirrored entries\n";
}

Exit make_keys(const KeyOptions& options, Streams streams) {
  const auto log_name = audit::first_origin(options.hub, options.party);
  if (!schemas::is_name(options.party) || !schemas::is_name(options.hub) ||
      !is_note_key_name(log_name)) {
    streams.err << "hubctl: --party and --hub must be printable, without spaces and plus signs\n";
    return Exit::Usage;
  }
  if (const auto there = first_of_these(options)) {
    streams.err << "hubctl: " << there->string() << " is there already; no key was made\n";
    return Exit::Environment;
  }
  make_private_folder(options.folder);
  const auto identity = make_key<IdentityKey, Identity>(options.folder / "identity.key");
  const auto envelope = make_key<EnvelopeKey, Envelope>(options.folder / "envelope.key");
  const auto log = make_key<LogKey, LogKind>(options.folder / "log.key");
  const auto transport = TransportSecret::random();
  write_key_file(options.folder / "transport.key", transport);
  write_key_file(options.folder / "store.key", StoreKey::random());
  nlohmann::json about{{"code", options.party},
                       {"name", options.name.empty() ? options.party : options.name},
                       {"identity", to_base64(identity.verify_key().bytes)},
                       {"envelope", to_base64(envelope.verify_key().bytes)},
                       {"transport", to_base64(public_of(transport))},
                       {"log", NoteVerifier(log_name, log.verify_key().bytes).vkey()}};
  // The broker cosigns nobody's log: it carries the requests.
  if (options.party != schemas::kBrokerParty) {
    const auto witness = make_key<WitnessKey, WitnessKind>(options.folder / "witness.key");
    about["witness"] =
        CosignatureVerifier(options.hub + "/witness/" + options.party, witness.verify_key().bytes)
            .vkey();
  }
  if (!options.governance.empty()) {
    const auto key = make_key<GovernanceKey, Governance>(options.governance);
    about["governance"] =
        NoteVerifier(options.party + "/governance", key.verify_key().bytes).vkey();
  }
  replace_file(options.folder / "public.json", as_bytes(about.dump(2) + "\n"), 0644);
  streams.out << "keys of " << options.party << " are in " << options.folder.string() << '\n'
              << "send " << (options.folder / "public.json").string()
              << " to the hub's operator; the other .key files never leave this machine\n";
  make_recovery_key(options, streams);
  return Exit::Ok;
}

// For a party whose keys were made before there were witnesses.
Exit add_witness_key(const KeyOptions& options, Streams streams) {
  const auto file = options.folder / "public.json";
  auto about = nlohmann::json::parse(as_text(read_file(file, 1U << 20U)), nullptr, false);
  const auto vkey = about.is_object() ? about.value("log", nlohmann::json()) : nlohmann::json();
  const auto log = vkey.is_string() ? NoteVerifier::parse(vkey.get<std::string>()) : std::nullopt;
  const auto parts = log ? audit::parts_of(log->name()) : std::nullopt;
  if (!parts) throw EnvError(file.string() + " names no log; was it made by `hubctl keys new`?");
  const auto key = make_key<WitnessKey, WitnessKind>(options.folder / "witness.key");
  const auto name = std::string(parts->hub).append("/witness/").append(parts->party);
  about["witness"] = CosignatureVerifier(name, key.verify_key().bytes).vkey();
  replace_file(file, as_bytes(about.dump(2) + "\n"), 0644);
  streams.out << "send " << file.string() << " to the hub's operator for the next register\n";
  return Exit::Ok;
}

// For a party whose keys were made before logs were mirrored.
Exit add_recovery_key(const KeyOptions& options, Streams streams) {
  if (std::filesystem::exists(options.folder / "recovery.public")) {
    throw EnvError((options.folder / "recovery.public").string() +
                   " is there already; no key was made");
  }
  make_recovery_key(options, streams);
  streams.out << "restart this party's daemon: from then on its log is mirrored\n";
  return Exit::Ok;
}

// The same key under the log's next origin: what it signs now is another log's.
Exit open_log_anew(const KeyOptions& options, Streams streams) {
  const auto file = options.folder / "public.json";
  auto about = nlohmann::json::parse(as_text(read_file(file, 1U << 20U)), nullptr, false);
  const auto vkey = about.is_object() ? about.value("log", nlohmann::json()) : nlohmann::json();
  const auto log = vkey.is_string() ? NoteVerifier::parse(vkey.get<std::string>()) : std::nullopt;
  if (!log || !audit::parts_of(log->name())) {
    throw EnvError(file.string() + " names no log; was it made by `hubctl keys new`?");
  }
  const NoteVerifier next(audit::next_origin(log->name()), log->key());
  about["log"] = next.vkey();
  replace_file(file, as_bytes(about.dump(2) + "\n"), 0644);
  streams.out << "the log goes on as " << next.name() << " once the register says so:\n"
              << "send " << file.string()
              << " to the hub's operator, and restart this party's daemon when the new register is "
                 "in force\n";
  return Exit::Ok;
}

}  // namespace

void add_keys_verbs(CLI::App& app, Command& command) {
  auto* keys = app.add_subcommand("keys", "Keys of a party")->require_subcommand(1);
  auto* make = keys->add_subcommand("new", "Make the keys of a new party");
  auto options = std::make_shared<KeyOptions>();
  make->add_option("--party", options->party, "GSS code of the authority, or \"broker\"")
      ->required();
  make->add_option("--hub", options->hub, "Name of the hub")->required();
  make->add_option("--name", options->name, "Name of the authority, for people");
  make->add_option("--out", options->folder, "Folder to make the key files in")->required();
  make->add_option("--governance", options->governance,
                   "Also make a governance key in this file, to be kept offline");
  make->add_option("--recovery", options->recovery,
                   "Make the secret half of the recovery key in this file, to be kept offline");
  make->callback([options, &command] {
    command.run = [options](Streams streams) { return make_keys(*options, streams); };
  });

  auto* anew = keys->add_subcommand("next-log", "Open a log anew that has lost entries");
  auto next = std::make_shared<KeyOptions>();
  anew->add_option("--keys", next->folder, "The party's folder of key files")->required();
  anew->callback([next, &command] {
    command.run = [next](Streams streams) { return open_log_anew(*next, streams); };
  });

  auto* add = keys->add_subcommand("add-witness", "Make the witness key of an older agent");
  auto older = std::make_shared<KeyOptions>();
  add->add_option("--keys", older->folder, "The party's folder of key files")->required();
  add->callback([older, &command] {
    command.run = [older](Streams streams) { return add_witness_key(*older, streams); };
  });

  auto* recover = keys->add_subcommand("add-recovery", "Make the recovery key of an older party");
  auto lost = std::make_shared<KeyOptions>();
  recover->add_option("--keys", lost->folder, "The party's folder of key files")->required();
  recover->add_option("--recovery", lost->recovery,
                      "File for the secret half, to be kept offline; recovery.key in the folder");
  recover->callback([lost, &command] {
    command.run = [lost](Streams streams) { return add_recovery_key(*lost, streams); };
  });
}

}  // namespace hub::cli
