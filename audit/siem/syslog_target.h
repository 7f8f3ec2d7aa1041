// Events to a syslog server over TLS (RFC 5424, RFC 5425).
//
// Syslog has no receipts: what was written may be lost with the connection. So a new connection is
// never "as before", and the forwarder sends again what may not have arrived.
#pragma once

#include <string>

#include "audit/siem/target.h"
#include "core/transport/tls_client.h"

namespace hub::audit {

class SyslogTarget final : public SiemTarget {
 public:
  // `host` is this machine's name in the messages. Throws EnvError when the files of certificates
  // cannot be used.
  SyslogTarget(LogSource source, std::string host, const transport::TlsServer& server,
               const Wakeup& stop);

  [[nodiscard]] std::string_view name() const override { return "syslog"; }
  [[nodiscard]] Result<Ready, TargetFault> make_ready() override;
  [[nodiscard]] std::optional<TargetFault> take(std::span<const SiemEvent> events) override;
  [[nodiscard]] bool keeps_what_it_takes() const override { return false; }

 private:
  const LogSource source_;
  const std::string host_;
  transport::TlsClient client_;
};

}  // namespace hub::audit
