// One TLS connection to a server that must prove its name: for streams that go out only, such as
// syslog. TLS 1.2 or newer, no renegotiation, only the authorities in one file are believed.
//
// Every call ends by its deadline, or as soon as `stop` is signalled: a server that never answers
// or never reads holds nobody up. What the server sends is thrown away. One thread at a time; its
// SIGPIPE is blocked by the first connect().
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/wakeup.h"

namespace hub::transport {

enum class TlsFault : std::uint8_t {
  FilesUnusable,  // a file of certificates or the key cannot be read, or they do not fit
  NameNotFound,
  Unreachable,
  TimedOut,
  NotTrusted,  // the certificate is not of an authority that is believed, or is out of date
  WrongName,   // the certificate is another server's
  NoHandshake,
  Ended,  // by the server, or on the way
  Stopped,
};
// A fixed text: nothing of the server's.
[[nodiscard]] std::string_view describe(TlsFault fault);

struct TlsServer {
  std::string host;  // a DNS name or an address; what the certificate must name
  std::uint16_t port = 0;
  std::filesystem::path authorities;                 // PEM: whose certificates are believed
  std::optional<std::filesystem::path> certificate;  // PEM chain: who calls, where that is asked
  std::optional<std::filesystem::path> key;          // PEM, of that certificate

  bool operator==(const TlsServer&) const = default;
};

// tls://HOST:PORT, an IPv6 address in brackets; nothing when it is not of that form.
struct TlsAddress {
  std::string host;
  std::uint16_t port = 0;

  bool operator==(const TlsAddress&) const = default;
};
[[nodiscard]] std::optional<TlsAddress> parse_tls_address(std::string_view text);

class TlsClient {
 public:
  // The files are read anew at each connect(), so that renewed ones are taken.
  TlsClient(TlsServer server, const Wakeup& stop);
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  TlsClient(TlsClient&&) = delete;
  TlsClient& operator=(TlsClient&&) = delete;
  ~TlsClient();

  // Whether the files of certificates can be used; for a start that fails early.
  [[nodiscard]] bool files_usable() const;

  // `within` bounds each of: finding the address, reaching it, the handshake.
  [[nodiscard]] std::optional<TlsFault> connect(std::chrono::milliseconds within);
  [[nodiscard]] bool is_connected() const;
  // All of the bytes, or a fault; then the connection is closed and nobody knows how many of them
  // arrived. `within` is how long not one byte may go.
  [[nodiscard]] std::optional<TlsFault> write(Bytes bytes, std::chrono::milliseconds within);
  // Whether the server has ended the connection; then it is closed here, too.
  [[nodiscard]] bool has_ended();
  // Tells the server, without waiting.
  void close();

 private:
  class Session;
  const TlsServer server_;
  const Wakeup& stop_;
  std::unique_ptr<Session> session_;
};

}  // namespace hub::transport
