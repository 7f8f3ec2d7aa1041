// The broker's configuration file (docs/operator.md has one with every setting explained).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "audit/siem/siem_settings.h"
#include "core/crypto/hash.h"

namespace hub::broker {

struct Config {
  std::string listen;              // tcp://HOST:PORT
  std::filesystem::path state;     // folder: store, log checkpoint, notes
  std::filesystem::path keys;      // folder of key files
  std::filesystem::path door;      // the local door's socket
  crypto::Digest genesis{};        // SHA-256 of the first register's text
  std::uint32_t window = 0;        // slices taken from one agent before they are answered
  std::uint64_t most_waiting = 0;  // slices kept for one recipient; more are answered "try later"
  audit::SiemSettings siem;        // where a copy of the log goes
  std::chrono::seconds witness_every{60};                 // how often the log is cosigned
  std::map<std::string, std::vector<std::string>> roles;  // local user name -> roles
};

// Throws SettingsError listing every mistake.
[[nodiscard]] Config read_config(const std::filesystem::path& file);

}  // namespace hub::broker
