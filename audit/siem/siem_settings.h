// Where a daemon sends a copy of its log: the table [siem] of its configuration (docs/operator.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/base/settings.h"
#include "core/transport/tls_client.h"

namespace hub::audit {

struct SiemSettings {
  std::optional<std::filesystem::path> file;
  std::optional<transport::TlsServer> syslog;
  std::uint64_t max_behind = 100'000;  // entries
};

// The table [siem], which may be missing. Mistakes are noted in the settings.
[[nodiscard]] SiemSettings read_siem_settings(Settings& settings);

}  // namespace hub::audit
