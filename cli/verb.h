// What every hubctl verb has: streams to write to, an exit code to give back. Verbs never touch
// std::cout, so a test calls them like any function.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace hub::cli {

// Documented in docs/operator.md.
enum class Exit : std::uint8_t {
  Ok = 0,
  Refused = 1,      // the answer is no: a verification failed, policy refused, a note was not taken
  Usage = 2,        // the command line or its files make no sense
  Environment = 3,  // this machine failed: a file, a socket, a daemon that does not answer
};

struct Streams {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;  // out is a terminal: tables and progress; otherwise plain lines
};

// What the parsed command line asks for; runs after parsing.
struct Command {
  std::function<Exit(Streams)> run;
};

// Each adds its verbs to the command line; the one that was given sets `command`.
void add_keys_verbs(CLI::App& app, Command& command);
void add_note_verbs(CLI::App& app, Command& command);
void add_door_verbs(CLI::App& app, Command& command);
void add_erase_verbs(CLI::App& app, Command& command);
void add_policy_verbs(CLI::App& app, Command& command);
void add_witness_verbs(CLI::App& app, Command& command);
void add_log_verbs(CLI::App& app, Command& command);
void add_audit_verbs(CLI::App& app, Command& command);
void add_audit_alerts(CLI::App& audit, Command& command);
void add_audit_export(CLI::App& audit, Command& command);
void add_audit_search(CLI::App& audit, Command& command);
void add_audit_proof(CLI::App& audit, Command& command);
void add_audit_pack(CLI::App& audit, Command& command);
void add_audit_reconcile(CLI::App& audit, Command& command);

// The whole of hubctl but main(): parses and runs.
[[nodiscard]] Exit run(const std::vector<std::string>& arguments, Streams streams);

}  // namespace hub::cli
