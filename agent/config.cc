#include "agent/config.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/settings.h"
#include "core/crypto/note.h"
#include "schemas/codes.h"

namespace hub::agent {
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

std::optional<std::string> authority_fault(const std::string& text) {
  const bool gss = text.size() == 9 && text.starts_with("E09") &&
                   text.find_first_not_of("0123456789", 1) == std::string::npos;
  if (gss) return std::nullopt;
  return "is not the code of a London authority";
}

std::optional<std::string> priority_fault(const std::string& text) {
  if (schemas::priority_of(text)) return std::nullopt;
  return "is not a priority";
}

void read_send_defaults(Settings& settings, std::map<std::string, SendDefaults>& out) {
  for (const auto& table : settings.tables("send")) {
    const auto key = "send." + table + ".";
    const auto type = settings.text(key + "record_type", "a record type of the catalogue");
    SendDefaults defaults;
    defaults.agreement = settings.text_or(key + "agreement", "", "an agreement's id");
    defaults.purpose = settings.text_or(key + "purpose", "", "a purpose of that agreement");
    defaults.legal_basis = settings.text_or(key + "legal_basis", "", "a basis of that agreement");
    defaults.handling = settings.text_or(key + "handling", "", "a handling code");
    defaults.priority =
        settings.text_or(key + "priority", "", R"("urgent" or "bulk")", priority_fault);
    if (!type.empty() && !out.emplace(type, std::move(defaults)).second) {
      settings.mistake(key + "record_type", "is there twice");
    }
  }
}

void read_guests(Settings& settings, std::map<std::string, std::string>& out) {
  for (const auto& [organisation, users] :
       settings.lists("door.guests", R"(ORGANISATION = ["USER", ...])")) {
    for (const auto& user : users) {
      if (!out.emplace(user, organisation).second) {
        settings.mistake("door.guests." + organisation, "has a user of another organisation");
      }
    }
  }
}

void read_outside_logs(Settings& settings, std::vector<std::string>& out) {
  for (const auto& [name, vkeys] : settings.lists("audit.outside_logs", R"(NAME = ["VKEY"])")) {
    for (const auto& vkey : vkeys) {
      if (!crypto::NoteVerifier::parse(vkey)) {
        settings.mistake("audit.outside_logs." + name, "is not a log's public key, as NAME+ID+KEY");
      }
      out.push_back(vkey);
    }
  }
}

void read_shifts(Settings& settings, std::map<std::string, std::vector<alerts::Shift>>& out) {
  for (const auto& [role, shifts] :
       settings.lists("audit.hours", R"(ROLE = ["Mon-Fri 07:00-19:00", ...])")) {
    for (const auto& text : shifts) {
      const auto shift = alerts::parse_shift(text);
      if (shift) {
        out[role].push_back(*shift);
      } else {
        settings.mistake("audit.hours." + role, "is not a list such as [\"Mon-Fri 07:00-19:00\"]");
      }
    }
  }
}

void read_detail_periods(Settings& settings, DetailPeriods& periods) {
  for (auto& [act, days] : periods) {
    days = std::chrono::days(settings.number_or("retention." + act + "_days", days.count(),
                                                kLeastDetailPeriod.count(),
                                                kMostDetailPeriod.count()));
  }
}

}  // namespace

Config read_config(const std::filesystem::path& file) {
  auto settings = Settings::read(file);
  Config out;
  out.authority =
      settings.text("agent.authority", "the authority's GSS code, as E09000007", authority_fault);
  out.broker = settings.text("agent.broker", "tcp://ADDRESS:PORT", endpoint_fault);
  out.state = settings.path("agent.state", "a folder for store and log");
  out.keys = settings.path("agent.keys", "the folder made by `hubctl keys new`");
  out.spool = settings.path("agent.spool", "the folder that case systems write to");
  out.door = settings.path("door.socket", "a path for the local door's socket");
  const auto genesis = from_hex(
      settings.text("agent.genesis", "the 64 hexadecimal digits printed by `hubctl register show`",
                    digest_fault));
  if (genesis && genesis->size() == out.genesis.size()) {
    std::copy(genesis->begin(), genesis->end(), out.genesis.begin());
  }
  out.window = static_cast<std::uint32_t>(settings.number_or("limits.window", 32, 1, 256));
  read_send_defaults(settings, out.send);
  out.witness_every =
      std::chrono::seconds(settings.number_or("audit.witness_every_seconds", 60, 1, 3600));
  read_outside_logs(settings, out.outside_logs);
  out.siem = audit::read_siem_settings(settings);
  read_detail_periods(settings, out.detail_periods);
  out.roles = settings.lists("door.roles", R"(USER = ["operator", "auditor", ...])");
  read_guests(settings, out.guests);
  const auto staff = settings.text_or("audit.staff", "", "a CSV file");
  if (!staff.empty()) out.staff = file.parent_path() / staff;
  read_shifts(settings, out.shifts);
  settings.finish();
  return out;
}

}  // namespace hub::agent
