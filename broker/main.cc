// hub-broker: where agents meet, run as a service.

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "broker/broker.h"
#include "broker/door.h"
#include "core/base/log.h"

namespace {

void run(const std::filesystem::path& config_file, bool new_store) {
  hub::crypto::protect_process();
  ::umask(077);  // Whatever is written here may be about people.
  const auto config = hub::broker::read_config(config_file);
  auto keys = hub::broker::read_keys(config.keys);
  if (new_store) {
    hub::broker::Broker::create_store(config, keys);
    return;
  }
  const hub::SystemClock clock;
  hub::transport::Loop loop(clock);
  loop.stop_on({SIGTERM, SIGINT});
  hub::broker::Broker broker(config, std::move(keys), loop, clock);
  hub::broker::Door door(broker, config, loop);  // NOLINT(misc-const-correctness)
  hub::log_info("started", {{"endpoint", broker.endpoints().front()}});
  loop.run();
  hub::log_info("stopping");
}

int start(int argc, char** argv) {
  CLI::App app("The broker of the hub");
  std::filesystem::path config;
  bool new_store = false;
  app.add_option("--config", config, "Configuration file (TOML)")->required();
  app.add_flag("--new-store", new_store, "Make the store of a new broker, then end");
  CLI11_PARSE(app, argc, argv);
  hub::start_log("hub-broker", hub::LogLevel::Info);
  run(config, new_store);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return start(argc, argv);
  } catch (const std::exception& error) {
    static_cast<void>(std::fputs("hub-broker: ", stderr));
    static_cast<void>(std::fputs(error.what(), stderr));
    static_cast<void>(std::fputc('\n', stderr));
    return 3;
  }
}
