// hubctl policy: its verbs, each in a file of its own, and the two that are short.

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/policy_corpus.h"
#include "cli/policy_verbs.h"
#include "cli/verb.h"
#include "policy/world_schema.h"

namespace hub::cli {

void add_policy_verbs(CLI::App& app, Command& command) {
  auto* policy = app.add_subcommand("policy", "Policies and decisions")->require_subcommand(1);
  add_policy_explain(*policy, command);
  add_policy_check(*policy, command);
  add_policy_test(*policy, command);
  add_policy_diff(*policy, command);
  add_policy_render(*policy, command);
  add_policy_bundle(*policy, command);
  auto* corpus = policy->add_subcommand("corpus", "Run tests of Cedar's official corpus format");
  auto folder = std::make_shared<std::filesystem::path>();
  corpus->add_option("DIR", *folder, "The folder with the tests")
      ->required()
      ->check(CLI::ExistingDirectory);
  corpus->callback([&command, folder] {
    command.run = [folder](Streams streams) { return run_corpus(*folder, streams); };
  });
  auto* schema = policy->add_subcommand("schema", "Print what policies can speak of, for editors");
  schema->callback([&command] {
    command.run = [](Streams streams) {
      streams.out << policy::world_schema_text();
      return Exit::Ok;
    };
  });
}

}  // namespace hub::cli
