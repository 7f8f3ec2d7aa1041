#include "audit/siem/syslog_target.h"

#include <chrono>

#include "audit/siem/syslog_message.h"

namespace hub::audit {
namespace {

using namespace std::chrono_literals;

constexpr auto kToConnect = 10s;
// A server that reads nothing for so long is left.
constexpr auto kToRead = 30s;

TargetFault fault_text(transport::TlsFault fault) {
  return fault == transport::TlsFault::Stopped ? kTargetStopped : describe(fault);
}

}  // namespace

SyslogTarget::SyslogTarget(LogSource source, std::string host, const transport::TlsServer& server,
                           const Wakeup& stop)
    : source_(std::move(source)), host_(std::move(host)), client_(server, stop) {
  if (client_.files_usable()) return;
  throw EnvError("siem: the certificates cannot be used; siem.ca (" + server.authorities.string() +
                 ") must be a readable PEM file, and siem.certificate and siem.key a pair without "
                 "a passphrase");
}

Result<SiemTarget::Ready, TargetFault> SyslogTarget::make_ready() {
  if (client_.is_connected()) {
    // Not called again at once: whoever hangs up gets time.
    if (client_.has_ended()) return fail(describe(transport::TlsFault::Ended));
    return Ready::AsBefore;
  }
  if (const auto fault = client_.connect(kToConnect)) return fail(fault_text(*fault));
  return Ready::Anew;
}

std::optional<TargetFault> SyslogTarget::take(std::span<const SiemEvent> events) {
  std::string frames;
  for (const auto& event : events) frames += octet_counted(syslog_message(source_, host_, event));
  const auto fault = client_.write(as_bytes(frames), kToRead);
  if (!fault) return std::nullopt;
  return fault_text(*fault);
}

}  // namespace hub::audit
