// hubctl policy test: runs the tests that are kept beside the policies.

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/policy_verbs.h"
#include "core/base/file.h"
#include "policy/policy_tests.h"

namespace hub::cli {
namespace {

struct TestOptions {
  std::vector<std::filesystem::path> from;
  std::vector<std::filesystem::path> tests;
  std::filesystem::path register_note;
};

// Line breaks and the like have no place in a line.
std::string on_one_line(std::string text) {
  for (auto& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  return text;
}

Exit test(const TestOptions& options, Streams streams) {
  auto files = read_bundle(options.from);
  if (!files) return complain(files.error(), streams);
  auto tests = options.tests.empty() ? test_files(options.from) : options.tests;
  if (tests.empty()) {
    return complain("none of the folders holds tests/*.json; name the files with --tests", streams);
  }
  const auto world = make_bundle_world(std::move(*files), parties_of(options.register_note));
  if (!world) return refuse(world.error(), streams);
  return run_policy_tests(*world, tests, streams);
}

}  // namespace

Exit run_policy_tests(const BundleWorld& world, const std::vector<std::filesystem::path>& tests,
                      Streams streams) {
  const auto bundle = policy::OpenedBundle::make(world.files, world.parties, world.record_types);
  if (!bundle) return refuse(bundle.error(), streams);
  std::size_t count = 0;
  std::size_t failed = 0;
  for (const auto& file : tests) {
    const auto text = read_file(file, policy::kMaxTestBytes);
    const auto run = policy::run_policy_tests(as_text(text), file.string(), *bundle);
    if (!run) return complain(to_text(run.error()), streams);
    count += run->results.size();
    failed += run->failed();
    for (const auto& result : run->results) {
      if (result.wrong.empty()) continue;
      streams.out << file.filename().string() << ": " << on_one_line(result.name) << ": "
                  << on_one_line(result.wrong) << '\n';
    }
  }
  streams.out << count << " tests, " << failed << " failed\n";
  return failed == 0 ? Exit::Ok : Exit::Refused;
}

void add_policy_test(CLI::App& policy, Command& command) {
  auto options = std::make_shared<TestOptions>();
  auto* verb = policy.add_subcommand(
      "test",
      "Run the tests beside the policies, tests/*.json of the folders, in the form of "
      "Cedar's run-tests. Ends with 0 when all pass, 1 when one fails, 2 when a file is no "
      "list of tests");
  verb->add_option("DIR", options->from, std::string(kFromHelp))
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("--tests", options->tests, "Take the tests of this file; repeat")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  verb->add_option("--register", options->register_note,
                   "A register's note: its authorities instead of London's 33");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return test(*options, streams); };
  });
}

}  // namespace hub::cli
