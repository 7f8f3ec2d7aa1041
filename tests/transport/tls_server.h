// A TLS server of the test's own on the loopback interface, with certificates made when the test
// runs. It takes octet-counted syslog messages (RFC 5425), one connection at a time.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.h"
#include "core/base/wakeup.h"

namespace hub::transport {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { ::X509_free(certificate); }
};

// An authority, and certificates by it, as PEM files in a folder.
class TestAuthority {
 public:
  explicit TestAuthority(std::filesystem::path folder, const std::string& name = "authority");

  struct Pair {
    std::filesystem::path certificate;
    std::filesystem::path key;
  };
  // For a server of these names ("DNS:host", "IP:127.0.0.1") or, with none, a client. Not valid any
  // more if `expired`.
  [[nodiscard]] Pair issue(const std::string& name, const std::string& names,
                           bool expired = false) const;
  [[nodiscard]] std::filesystem::path file() const { return folder_ / (name_ + ".pem"); }

 private:
  const std::filesystem::path folder_;
  const std::string name_;
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  std::unique_ptr<X509, FreeCertificate> certificate_;
};

class TestTlsServer {
 public:
  struct Options {
    std::uint16_t port = 0;          // any that is free
    bool reads = true;               // else it takes connections and never reads
    std::size_t hangs_up_after = 0;  // messages of a connection; 0: never
    // Callers must have a certificate by an authority of this file.
    std::optional<std::filesystem::path> callers;
  };
  TestTlsServer(const TestAuthority::Pair& own, const Options& options);
  explicit TestTlsServer(const TestAuthority::Pair& own) : TestTlsServer(own, Options()) {}
  TestTlsServer(const TestTlsServer&) = delete;
  TestTlsServer& operator=(const TestTlsServer&) = delete;
  TestTlsServer(TestTlsServer&&) = delete;
  TestTlsServer& operator=(TestTlsServer&&) = delete;
  // Drops what it has; what was not read is lost.
  ~TestTlsServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // All messages so far, once there are so many; fewer when none came for half a minute.
  [[nodiscard]] std::vector<std::string> messages(std::size_t at_least);
  [[nodiscard]] std::size_t connections();
  // Of the last connection; empty before.
  [[nodiscard]] std::string protocol();

 private:
  void run();
  void serve(SSL* ssl);
  [[nodiscard]] bool take_messages(std::string& bytes, std::size_t& taken);
  [[nodiscard]] bool wait(int fd, short events) const;

  const Options options_;
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context_;
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  Wakeup stop_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> messages_;
  std::size_t connections_ = 0;
  std::string protocol_;
  std::thread thread_;
};

}  // namespace hub::transport
