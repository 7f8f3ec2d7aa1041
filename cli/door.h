// Asking a daemon through its local door, for the verbs that do.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/verb.h"
#include "core/transport/local_client.h"

namespace hub::cli {

struct DoorOptions {
  std::filesystem::path socket;
  bool as_json = false;
  std::filesystem::path file;
  std::string name;
  bool wait = false;
  std::string type;
  std::string sender;
  std::string id;
  std::string role;
  std::string because;  // kept by the log
  std::string purpose;  // of a use of the log
  std::string kind;
  std::vector<std::string> find;
  std::vector<std::string> where;
  int limit = 50;
};

// A daemon's answer: its blocks joined, and what it ended with.
struct DoorAnswer {
  Exit exit = Exit::Ok;
  std::string content;
  std::string end;
};

// The role chosen, the reason and the purpose are added to the request. Blocks go to `on_block`
// where there is one, and are then not in the answer.
[[nodiscard]] DoorAnswer ask(const DoorOptions& options, std::string_view verb,
                             nlohmann::json request,
                             const transport::LocalClient::NextInput& upload = {},
                             const transport::LocalClient::OnBlock& on_block = {});

// Says what the daemon ended with, and gives back its exit.
[[nodiscard]] Exit complain(const DoorAnswer& answer, Streams streams);

// A member as text; empty when there is none.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* name);

// --socket, --json, --role and --because.
void add_door_options(CLI::App& verb, DoorOptions& options);
// --purpose, for a verb that reads an audit log.
void add_log_purpose(CLI::App& verb, DoorOptions& options);

// A verb that asks a daemon: every one has a socket and may print JSON.
CLI::App* add_door_verb(CLI::App& parent, const char* name, const char* about,
                        const std::shared_ptr<DoorOptions>& options, Command& command,
                        Exit (*act)(const DoorOptions&, Streams));

}  // namespace hub::cli
