// hub-agent: one authority's agent, run as a service.

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "agent/agent.h"
#include "agent/door.h"
#include "core/base/log.h"

namespace {

void run(const std::filesystem::path& config_file, bool new_store) {
  hub::crypto::protect_process();
  ::umask(077);  // Whatever is written here may be about people.
  const auto config = hub::agent::read_config(config_file);
  auto keys = hub::agent::read_keys(config.keys);
  if (new_store) {
    hub::agent::Agent::create_store(config, keys);
    return;
  }
  const hub::SystemClock clock;
  hub::transport::Loop loop(clock);
  loop.stop_on({SIGTERM, SIGINT});
  hub::agent::Agent agent(config, std::move(keys), loop, clock);
  hub::agent::Door door(agent, loop);  // NOLINT(misc-const-correctness)
  agent.start();
  hub::log_info("started", {{"authority", config.authority}});
  loop.run();
  hub::log_info("stopping");
}

int start(int argc, char** argv) {
  CLI::App app("The agent of one authority on the hub");
  std::filesystem::path config;
  bool new_store = false;
  app.add_option("--config", config, "Configuration file (TOML)")->required();
  app.add_flag("--new-store", new_store, "Make the store of a new agent, then end");
  CLI11_PARSE(app, argc, argv);
  hub::start_log("hub-agent", hub::LogLevel::Info);
  run(config, new_store);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return start(argc, argv);
  } catch (const std::exception& error) {
    static_cast<void>(std::fputs("hub-agent: ", stderr));
    static_cast<void>(std::fputs(error.what(), stderr));
    static_cast<void>(std::fputc('\n', stderr));
    return 3;
  }
}
