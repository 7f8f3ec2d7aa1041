#include "broker/config.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/settings.h"

namespace hub::broker {
namespace {

std::optional<std::string> endpoint_fault(const std::string& text) {
  if (text.starts_with("tcp://") && text.rfind(':') > 5) return std::nullopt;
  return "is not an address";
}

std::optional<std::string> digest_fault(const std::string& text) {
  const auto raw = from_hex(text);
  if (raw && raw->size() == 32) return std::nullopt;
  return "is not a SHA-256 in hexadecimal";
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
  auto settings = Settings::read(file);
  Config out;
  out.listen = settings.text("broker.listen", "tcp://ADDRESS:PORT", endpoint_fault);
  out.state = settings.path("broker.state", "a folder for store and log");
  out.keys = settings.path("broker.keys", "the folder made by `hubctl keys new`");
  out.door = settings.path("door.socket", "a path for the local door's socket");
  const auto genesis = from_hex(
      settings.text("broker.genesis", "the 64 hexadecimal digits printed by `hubctl register show`",
                    digest_fault));
  if (genesis && genesis->size() == out.genesis.size()) {
    std::copy(genesis->begin(), genesis->end(), out.genesis.begin());
  }
  out.window = static_cast<std::uint32_t>(settings.number_or("limits.window", 32, 1, 256));
  out.most_waiting = static_cast<std::uint64_t>(
      settings.number_or("limits.most_waiting", 1'000'000, 1, 100'000'000));
  out.witness_every =
      std::chrono::seconds(settings.number_or("audit.witness_every_seconds", 60, 1, 3600));
  out.siem = audit::read_siem_settings(settings);
  out.roles = settings.lists("door.roles", "USER = [\"operator\", \"auditor\", ...]");
  settings.finish();
  return out;
}

}  // namespace hub::broker
