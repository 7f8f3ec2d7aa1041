// hubctl audit verify: recomputes a party's whole log offline and checks the store it is kept in.
// The daemon must not be running. Or verifies an evidence pack, which needs nothing else.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/log/checkpointer.h"
#include "audit/log/verify_log.h"
#include "cli/pack_report.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/result.h"
#include "core/crypto/key_file.h"
#include "core/storage/verify_store.h"

namespace hub::cli {
namespace {

struct VerifyOptions {
  std::filesystem::path pack;
  std::filesystem::path store;
  std::filesystem::path keys;
  std::string log_vkey;
  std::filesystem::path policy;
  std::filesystem::path authorities;
  bool as_json = false;
};

crypto::NoteVerifier log_key(const VerifyOptions& options) {
  auto text = options.log_vkey;
  if (text.empty()) {
    const auto file = options.keys / "public.json";
    const auto about = nlohmann::json::parse(as_text(read_file(file, 1U << 20U)), nullptr, false);
    const auto vkey = about.is_object() ? about.value("log", nlohmann::json()) : nlohmann::json();
    if (vkey.is_string()) text = vkey;
  }
  const auto key = crypto::NoteVerifier::parse(text);
  if (!key) throw EnvError("no log key: give --log-key, or --keys with a public.json in it");
  return *key;
}

Exit verify(const VerifyOptions& options, Streams streams) {
  const auto key = crypto::read_key_file<crypto::StoreKeyKind>(options.keys / "store.key");
  const auto verifier = log_key(options);
  const auto checkpoint_file = audit::Checkpointer::beside(options.store);
  const auto note = read_file_if_there(checkpoint_file, 1U << 20U);
  audit::LogReport log;
  log.findings.emplace_back("the log could not be read");  // until it has been
  storage::StoreReport store;
  {
    Progress progress(streams.err, streams.terminal, "verifying");
    store = storage::verify_store(
        options.store, key, [&](storage::Connection& connection, const storage::TreeHead& tree) {
          const audit::LogExpectation expected{tree, verifier,
                                               note ? std::optional(to_text(*note)) : std::nullopt};
          log = audit::verify_log(connection, expected, [&](std::uint64_t done, std::uint64_t all) {
            progress.update(done, all);
          });
        });
  }
  std::vector<std::string> findings = store.findings;
  findings.insert(findings.end(), log.findings.begin(), log.findings.end());
  const bool was_read = log.tree.size > 0;
  const auto& checkpoint = log.checkpoint;
  if (options.as_json) {
    streams.out << nlohmann::json{{"store", options.store.string()},
                                  {"sound", findings.empty()},
                                  {"findings", findings},
                                  {"notes", store.notes},
                                  {"entries", log.tree.size},
                                  {"details_missing", log.restored},
                                  {"root", was_read ? to_base64(log.tree.root) : ""},
                                  {"pages", store.pages},
                                  {"signed", checkpoint ? nlohmann::json(checkpoint->size)
                                                        : nlohmann::json()}}
                       .dump()
                << '\n';
    return findings.empty() ? Exit::Ok : Exit::Refused;
  }
  for (const auto& finding : findings) streams.err << "FOUND  " << finding << '\n';
  for (const auto& remark : store.notes) streams.err << "note   " << remark << '\n';
  if (!findings.empty()) {
    streams.err << options.store.string() << ": " << findings.size()
                << " findings; keep these files as they are and tell the auditor\n";
    return Exit::Refused;
  }
  streams.out << options.store.string() << ": sound. " << log.tree.size << " entries lead to root "
              << to_base64(log.tree.root) << "; " << store.pages << " pages verified; "
              << (checkpoint ? "signed up to entry " + std::to_string(checkpoint->size)
                             : std::string("no checkpoint signed yet"))
              << (log.restored > 0 ? "; the details of " + std::to_string(log.restored) +
                                         " entries are missing since the log was restored"
                                   : std::string())
              << '\n';
  return Exit::Ok;
}

// One or the other: a store with its keys, or a pack.
Exit verify_either(const VerifyOptions& options, Streams streams) {
  if (!options.pack.empty() && options.store.empty() && options.keys.empty()) {
    return verify_pack_file(
        {{options.pack, options.as_json}, options.log_vkey, options.policy, options.authorities},
        streams);
  }
  const bool store_alone = options.pack.empty() && !options.store.empty() &&
                           !options.keys.empty() && options.policy.empty() &&
                           options.authorities.empty();
  if (store_alone) return verify(options, streams);
  streams.err << "hubctl: give a pack, or a store with --store and --keys\n";
  return Exit::Usage;
}

}  // namespace

void add_audit_verbs(CLI::App& app, Command& command) {
  auto* audit = app.get_subcommand("audit");
  add_audit_alerts(*audit, command);
  add_audit_export(*audit, command);
  add_audit_pack(*audit, command);
  add_audit_proof(*audit, command);
  add_audit_reconcile(*audit, command);
  add_audit_search(*audit, command);
  auto options = std::make_shared<VerifyOptions>();
  auto* verb = audit->add_subcommand(
      "verify", "Recompute a log and check its store, or verify an evidence pack; offline");
  verb->add_option("PACK", options->pack, "An evidence pack, instead of a store");
  verb->add_option("--store", options->store, "The store: STATE/agent.db or STATE/broker.db");
  verb->add_option("--keys", options->keys, "The party's key folder");
  verb->add_option("--log-key", options->log_vkey, "The log's vkey, instead of KEYS/public.json");
  verb->add_flag("--json", options->as_json, "One JSON object");
  verb->add_option("--policy", options->policy,
                   "Of a pack: keys of log and witnesses, as a policy file of your own");
  verb->add_option("--tsa-ca", options->authorities,
                   "Of a pack: certificates (PEM) of the time-stamping authority");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return verify_either(*options, streams); };
  });
}

}  // namespace hub::cli
