// hubctl log restore: gives an agent whose store was put back the recovery key's secret half, so
// that it gets its log's later entries back from those who keep them sealed.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/door.h"
#include "cli/verb.h"
#include "core/crypto/key_file.h"

namespace hub::cli {
namespace {

Exit restore_log(const DoorOptions& options, Streams streams) {
  const auto secret = crypto::read_key_file<crypto::RecoveryKind>(options.file);
  bool sent = false;
  const auto answer =
      ask(options, "log.restore", nlohmann::json::object(), [&]() -> std::optional<Buffer> {
        if (std::exchange(sent, true)) return std::nullopt;
        return to_buffer(secret.expose());
      });
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.end << '\n';
    return Exit::Ok;
  }
  const auto told = nlohmann::json::parse(answer.end);
  streams.out << text_of(told, "restored") << " entries came back, from " << text_of(told, "first")
              << " on, without their details; " << text_of(told, "erasures")
              << " erasures were done again; " << text_of(told, "own")
              << " entries that were added since stand behind them\n"
              << "the log is signed again, and records are shown, once the witnesses have agreed\n";
  return Exit::Ok;
}

}  // namespace

void add_log_verbs(CLI::App& app, Command& command) {
  auto* log = app.add_subcommand("log", "This agent's audit log")->require_subcommand(1);
  auto options = std::make_shared<DoorOptions>();
  auto* restore = add_door_verb(*log, "restore",
                                "Get the log's lost entries back after an older store was put back",
                                options, command, restore_log);
  restore->add_option("--recovery-key", options->file, "The secret half, from its safe place")
      ->required();
}

}  // namespace hub::cli
