// The verbs below `hubctl policy` that need no daemon, each in a file of its own.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/bundle_world.h"
#include "cli/verb.h"
#include "policy/bundle_check.h"

namespace hub::cli {

void add_policy_check(CLI::App& policy, Command& command);
void add_policy_test(CLI::App& policy, Command& command);
void add_policy_diff(CLI::App& policy, Command& command);
void add_policy_render(CLI::App& policy, Command& command);
void add_policy_explain(CLI::App& policy, Command& command);
void add_policy_bundle(CLI::App& policy, Command& command);

// Where a bundle is taken from, in every one of them.
inline constexpr std::string_view kFromHelp =
    "Folders that hold catalogue/, policy/ or agreements/, as bundle make takes them, or one "
    "bundle (its text or note)";

// Lists what is wrong with the bundle and counts it. Ok when nothing is.
[[nodiscard]] Exit check_files(const BundleFiles& files, std::int32_t today, bool as_json,
                               Streams streams);
// Runs the tests of these files. Refused when one fails, or cannot be read.
[[nodiscard]] Exit run_policy_tests(const BundleWorld& world,
                                    const std::vector<std::filesystem::path>& tests,
                                    Streams streams);

// Says so, one mistake a line.
[[nodiscard]] Exit refuse(const std::vector<policy::ParseError>& mistakes, Streams streams);
[[nodiscard]] Exit complain(std::string_view what, Streams streams);  // Usage

}  // namespace hub::cli
