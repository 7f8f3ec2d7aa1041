// hubctl policy bundle: check, test, pack and sign in one, and nothing written on any finding.

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/notes.h"
#include "cli/policy_verbs.h"

namespace hub::cli {
namespace {

struct PackOptions {
  std::vector<std::filesystem::path> from;
  std::filesystem::path key;
  std::string authority;
  std::string today;
  BundleOrder order;
};

Exit run_tests_beside(const PackOptions& options, const BundleFiles& files, Streams streams) {
  const auto tests = test_files(options.from);
  if (tests.empty()) {
    streams.out << "no tests beside the policies\n";
    return Exit::Ok;
  }
  const auto world = make_bundle_world(files, parties_of({}));
  if (!world) return refuse(world.error(), streams);
  return run_policy_tests(*world, tests, streams);
}

Exit pack(const PackOptions& options, Streams streams) {
  const auto today = day_named(options.today);
  if (!today) return complain("--today must be a date, as in 2026-11-22", streams);
  if (options.key.empty() != options.authority.empty()) {
    return complain("--key and --authority go together", streams);
  }
  const auto files = read_bundle_folders(options.from);
  if (!files) return complain(files.error(), streams);
  auto exit = check_files(*files, *today, false, streams);
  if (exit == Exit::Ok) exit = run_tests_beside(options, *files, streams);
  if (exit != Exit::Ok) {
    streams.err << "hubctl: nothing was written\n";
    return exit;
  }
  exit = write_bundle(options.order, *files, streams);
  if (exit != Exit::Ok || options.key.empty()) return exit;
  return add_signature(options.order.out, options.key, options.authority, streams);
}

}  // namespace

void add_policy_bundle(CLI::App& policy, Command& command) {
  auto options = std::make_shared<PackOptions>();
  auto* verb = policy.add_subcommand(
      "bundle",
      "Check a bundle, run its tests, write its text and, with a key, sign it. Writes "
      "nothing, and ends with 1, when there is any finding");
  verb->add_option(
          "DIR", options->from,
          "Folders that hold catalogue/, policy/ or agreements/, as bundle make takes them")
      ->required()
      ->check(CLI::ExistingDirectory);
  verb->add_option("--hub", options->order.hub, "Name of the hub")->required();
  verb->add_option("--register", options->order.register_number, "Number of the register in force")
      ->required();
  verb->add_option("--previous", options->order.previous, "The bundle note that this one follows");
  verb->add_option("--out", options->order.out, "File to write")->required();
  verb->add_option("--key", options->key, "Governance key file, to sign with");
  verb->add_option("--authority", options->authority, "GSS code of the authority that signs");
  verb->add_option("--today", options->today,
                   "The day that reviews and ends are held against, 2026-11-22; today without it");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return pack(*options, streams); };
  });
}

}  // namespace hub::cli
