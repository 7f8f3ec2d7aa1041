#include "core/transport/tls_client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <utility>

#include "core/transport/tcp_dial.h"

namespace hub::transport {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { ::SSL_free(ssl); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;
using TlsHandle = std::unique_ptr<SSL, FreeSsl>;

bool is_address(const std::string& host) {
  std::array<std::uint8_t, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool load_own(SSL_CTX* context, const TlsServer& server) {
  if (!server.certificate || !server.key) return !server.certificate && !server.key;
  return ::SSL_CTX_use_certificate_chain_file(context, server.certificate->c_str()) == 1 &&
         ::SSL_CTX_use_PrivateKey_file(context, server.key->c_str(), SSL_FILETYPE_PEM) == 1 &&
         ::SSL_CTX_check_private_key(context) == 1;
}

// Nothing when a file cannot be used.
TlsContext make_context(const TlsServer& server) {
  ::ERR_clear_error();
  TlsContext out(::SSL_CTX_new(::TLS_client_method()));
  if (!out) return out;
  // A key with a passphrase is none that a daemon can use: nobody is asked at a terminal.
  ::SSL_CTX_set_default_passwd_cb(out.get(), [](char*, int, int, void*) { return 0; });
  const bool made =
      ::SSL_CTX_set_min_proto_version(out.get(), TLS1_2_VERSION) == 1 &&
      ::SSL_CTX_load_verify_locations(out.get(), server.authorities.c_str(), nullptr) == 1 &&
      load_own(out.get(), server);
  ::SSL_CTX_set_verify(out.get(), SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_options(out.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  if (!made) out.reset();
  ::ERR_clear_error();
  return out;
}

bool expect_name(SSL* ssl, const std::string& host) {
  auto* const parameters = ::SSL_get0_param(ssl);
  if (is_address(host)) return ::X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  ::X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return ::SSL_set1_host(ssl, host.c_str()) == 1 &&
         ::SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;  // NOLINT(*-cstyle-cast)
}

TlsFault fault_of(Ready ready) {
  return ready == Ready::Stopped ? TlsFault::Stopped : TlsFault::TimedOut;
}

TlsFault fault_of(DialFault fault) {
  switch (fault) {
    case DialFault::NameNotFound: return TlsFault::NameNotFound;
    case DialFault::Unreachable: return TlsFault::Unreachable;
    case DialFault::TimedOut: return TlsFault::TimedOut;
    case DialFault::Stopped: return TlsFault::Stopped;
  }
  return TlsFault::Unreachable;
}

TlsFault handshake_fault(SSL* ssl) {
  switch (::SSL_get_verify_result(ssl)) {
    case X509_V_OK: return TlsFault::NoHandshake;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return TlsFault::WrongName;
    default: return TlsFault::NotTrusted;
  }
}

void block_sigpipe() {
  sigset_t pipe{};
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

class TlsClient::Session {
 public:
  Session(FileDescriptor socket, TlsContext context, const Wakeup& stop)
      : socket_(std::move(socket)), context_(std::move(context)), stop_(stop) {
    ssl_.reset(::SSL_new(context_.get()));
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;
  ~Session() = default;

  std::optional<TlsFault> greet(const std::string& host, Deadline until) {
    const bool set =
        ssl_ && expect_name(ssl_.get(), host) && ::SSL_set_fd(ssl_.get(), socket_.get()) == 1;
    if (!set) return TlsFault::FilesUnusable;
    while (true) {
      ::ERR_clear_error();
      const int result = ::SSL_connect(ssl_.get());
      if (result == 1) return std::nullopt;
      if (const auto fault = wait(result, until)) {
        return *fault == TlsFault::Ended ? handshake_fault(ssl_.get()) : *fault;
      }
    }
  }

  std::optional<TlsFault> write(Bytes bytes, std::chrono::milliseconds within) {
    auto until = std::chrono::steady_clock::now() + within;
    while (!bytes.empty()) {
      ::ERR_clear_error();
      std::size_t done = 0;
      const int result =
          ::SSL_write_ex(ssl_.get(), bytes.data(), std::min(bytes.size(), kPiece), &done);
      if (result == 1) {
        bytes = bytes.subspan(done);
        until = std::chrono::steady_clock::now() + within;
      } else if (const auto fault = wait(result, until)) {
        return fault;
      }
    }
    return std::nullopt;
  }

  // What came is thrown away, a bounded lot at a time.
  bool has_ended() {
    std::array<std::uint8_t, 4096> rubbish{};
    for (int i = 0; i < 4; ++i) {
      ::ERR_clear_error();
      std::size_t got = 0;
      const int result = ::SSL_read_ex(ssl_.get(), rubbish.data(), rubbish.size(), &got);
      if (result == 1) continue;
      const int error = ::SSL_get_error(ssl_.get(), result);
      return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
    }
    return false;
  }

  void say_goodbye() {
    ::ERR_clear_error();
    (void)::SSL_shutdown(ssl_.get());
    ::ERR_clear_error();
  }

 private:
  static constexpr std::size_t kPiece = 16'384;  // a TLS record

  // After a call that could not go on: until it can, or why it never will.
  std::optional<TlsFault> wait(int result, Deadline until) {
    const int error = ::SSL_get_error(ssl_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return TlsFault::Ended;
    const auto ready = wait_for(
        socket_.get(), error == SSL_ERROR_WANT_READ ? short{POLLIN} : short{POLLOUT}, stop_, until);
    if (ready == Ready::Yes) return std::nullopt;
    return fault_of(ready);
  }

  FileDescriptor socket_;
  TlsContext context_;
  const Wakeup& stop_;
  TlsHandle ssl_;
};

std::string_view describe(TlsFault fault) {
  switch (fault) {
    case TlsFault::FilesUnusable: return "the files of certificates cannot be used";
    case TlsFault::NameNotFound: return "the server's name is not known";
    case TlsFault::Unreachable: return "the server cannot be reached";
    case TlsFault::TimedOut: return "the server does not answer or does not read";
    case TlsFault::NotTrusted: return "the server's certificate is not trusted";
    case TlsFault::WrongName: return "the server's certificate is another server's";
    case TlsFault::NoHandshake: return "the server does not agree on TLS";
    case TlsFault::Ended: return "the connection has ended";
    case TlsFault::Stopped: return "stopped";
  }
  return "the server cannot be reached";
}

std::optional<TlsAddress> parse_tls_address(std::string_view text) {
  constexpr std::string_view scheme = "tls://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto allowed = bracketed
                           ? std::string_view("0123456789abcdefABCDEF:.")
                           : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_";
  if (host.empty() || host.size() > 253 ||
      host.find_first_not_of(allowed) != std::string_view::npos) {
    return std::nullopt;
  }
  TlsAddress out{std::string(host), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (out.port == 0) return std::nullopt;
  return out;
}

TlsClient::TlsClient(TlsServer server, const Wakeup& stop)
    : server_(std::move(server)), stop_(stop) {}

TlsClient::~TlsClient() { close(); }

bool TlsClient::files_usable() const { return make_context(server_) != nullptr; }

std::optional<TlsFault> TlsClient::connect(std::chrono::milliseconds within) {
  close();
  block_sigpipe();
  auto context = make_context(server_);
  if (!context) return TlsFault::FilesUnusable;
  auto socket = dial(server_.host, server_.port, stop_, within);
  if (!socket) return fault_of(socket.error());
  auto session = std::make_unique<Session>(std::move(*socket), std::move(context), stop_);
  const auto fault = session->greet(server_.host, std::chrono::steady_clock::now() + within);
  if (!fault) session_ = std::move(session);
  return fault;
}

bool TlsClient::is_connected() const { return session_ != nullptr; }

std::optional<TlsFault> TlsClient::write(Bytes bytes, std::chrono::milliseconds within) {
  if (!session_) return TlsFault::Ended;
  const auto fault = session_->write(bytes, within);
  if (fault) session_.reset();
  return fault;
}

bool TlsClient::has_ended() {
  if (!session_) return true;
  if (!session_->has_ended()) return false;
  session_.reset();
  return true;
}

void TlsClient::close() {
  if (!session_) return;
  session_->say_goodbye();
  session_.reset();
}

}  // namespace hub::transport
