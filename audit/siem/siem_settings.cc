#include "audit/siem/siem_settings.h"

#include <string>

namespace hub::audit {
namespace {

constexpr std::int64_t kFewestBehind = 100;
constexpr std::int64_t kMostBehind = 100'000'000;

std::optional<std::string> address_fault(const std::string& text) {
  if (transport::parse_tls_address(text)) return std::nullopt;
  return "is not an address";
}

}  // namespace

SiemSettings read_siem_settings(Settings& settings) {
  SiemSettings out;
  out.file = settings.path_if_there("siem.file");
  const auto address = settings.text_or("siem.syslog", "", "tls://HOST:PORT", address_fault);
  const auto ca = settings.path_if_there("siem.ca");
  const auto certificate = settings.path_if_there("siem.certificate");
  const auto key = settings.path_if_there("siem.key");
  out.max_behind = static_cast<std::uint64_t>(
      settings.number_or("siem.max_behind", 100'000, kFewestBehind, kMostBehind));
  if (certificate.has_value() != key.has_value()) {
    settings.mistake(certificate ? "siem.certificate" : "siem.key",
                     "needs the other of siem.certificate and siem.key beside it");
  }
  if (address.empty()) {
    if (ca) settings.mistake("siem.ca", "is for siem.syslog, which is not set");
    if (certificate) settings.mistake("siem.certificate", "is for siem.syslog, which is not set");
    return out;
  }
  if (!ca) settings.mistake("siem.syslog", "needs siem.ca: the authorities that it believes, PEM");
  const auto parsed = transport::parse_tls_address(address);
  if (parsed && ca) {
    out.syslog = transport::TlsServer{parsed->host, parsed->port, *ca, certificate, key};
  }
  return out;
}

}  // namespace hub::audit
