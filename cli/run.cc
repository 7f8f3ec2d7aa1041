#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/verb.h"
#include "core/base/result.h"

namespace hub::cli {

Exit run(const std::vector<std::string>& arguments, Streams streams) {
  CLI::App app("hubctl: the hub at a terminal");
  app.require_subcommand(1);
  Command command;
  add_keys_verbs(app, command);
  add_note_verbs(app, command);
  add_door_verbs(app, command);
  add_erase_verbs(app, command);
  add_policy_verbs(app, command);
  add_audit_verbs(app, command);
  add_witness_verbs(app, command);
  add_log_verbs(app, command);
  try {
    auto reversed = std::vector<std::string>(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    const bool help = app.exit(error, streams.out, streams.err) == 0;
    return help ? Exit::Ok : Exit::Usage;
  }
  try {
    return command.run(streams);
  } catch (const EnvError& error) {
    streams.err << "hubctl: " << error.what() << '\n';
    return Exit::Environment;
  }
}

}  // namespace hub::cli
