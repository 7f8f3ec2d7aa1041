// The agent's configuration file (docs/operator.md has one with every setting explained).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agent/detail_periods.h"
#include "audit/alerts/settings.h"
#include "audit/siem/siem_settings.h"
#include "core/crypto/hash.h"

namespace hub::agent {

// How records of one type are shared where a row does not say so itself. Empty: the one agreement
// in force that covers the type and this authority.
struct SendDefaults {
  std::string agreement;
  std::string purpose;
  std::string legal_basis;
  std::string handling;
  std::string priority;
};

struct Config {
  std::string authority;                     // GSS code
  std::string broker;                        // tcp://HOST:PORT
  std::filesystem::path state;               // folder: store, log checkpoint, notes
  std::filesystem::path keys;                // folder of key files; epoch keys in `epochs` below it
  std::filesystem::path spool;               // folder that case systems write to
  std::filesystem::path door;                // the local door's socket
  crypto::Digest genesis{};                  // SHA-256 of the first register's text
  std::uint32_t window = 0;                  // slices taken from the broker before they are settled
  std::map<std::string, SendDefaults> send;  // by record type
  audit::SiemSettings siem;                  // where a copy of the log goes
  std::chrono::seconds witness_every{60};    // how often the log is cosigned
  std::vector<std::string> outside_logs;     // vkeys of logs outside the hub that are cosigned too
  DetailPeriods detail_periods = usual_detail_periods();  // of the audit log
  std::map<std::string, std::vector<std::string>> roles;  // local user name -> roles
  std::map<std::string, std::string> guests;              // local user name -> guest organisation
  std::filesystem::path staff;                            // CSV file; empty: none
  std::map<std::string, std::vector<alerts::Shift>> shifts;  // by role, for alerts
};

// Throws SettingsError listing every mistake.
[[nodiscard]] Config read_config(const std::filesystem::path& file);

}  // namespace hub::agent
