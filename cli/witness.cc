// hubctl witness add-checkpoint: has a log outside the hub cosigned by this agent, from the file
// that its operator sent (C2SP tlog-witness v1.0.0, add-checkpoint).

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/door.h"
#include "cli/verb.h"
#include "core/base/file.h"

namespace hub::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestRequest = 256U << 10U;

std::string_view meaning_of(int status) {
  switch (status) {
    case 400: return "it is no add-checkpoint request";
    case 403: return "the checkpoint is not signed with the key that the configuration names";
    case 404: return "the configuration names no such log: see [audit.outside_logs]";
    case 409: return "another tree was cosigned last; make the request anew from its size";
    case 422: return "the log does not show that it continues what was cosigned of it";
    default: return "it was not cosigned";
  }
}

Exit add_checkpoint(const DoorOptions& options, Streams streams) {
  const auto body = to_text(read_file(options.file, kLargestRequest));
  const auto answer = ask(options, "witness.add-checkpoint", {{"body", body}});
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  const auto told = json::parse(answer.end);
  const auto status = told.value("status", 0);
  streams.out << text_of(told, "body");
  if (status == 200) return Exit::Ok;
  streams.err << "hubctl: " << status << ", " << meaning_of(status) << '\n';
  return Exit::Refused;
}

}  // namespace

void add_witness_verbs(CLI::App& app, Command& command) {
  auto* witness =
      app.add_subcommand("witness", "Cosigning logs outside the hub")->require_subcommand(1);
  auto options = std::make_shared<DoorOptions>();
  auto* add = add_door_verb(*witness, "add-checkpoint",
                            "Cosign an outside log's checkpoint; prints the cosignature", options,
                            command, add_checkpoint);
  add->add_option("FILE", options->file, "The request, as C2SP tlog-witness has it")->required();
}

}  // namespace hub::cli
