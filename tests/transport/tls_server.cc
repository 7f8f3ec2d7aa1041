#include "tests/transport/tls_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "core/base/result.h"

namespace hub::transport {
namespace {

constexpr long kHour = 3600;

std::unique_ptr<EVP_PKEY, FreeKey> new_key() {
  return std::unique_ptr<EVP_PKEY, FreeKey>(::EVP_EC_gen("P-256"));
}

void add_extension(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context{};
  ::X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  require(extension != nullptr, "the extension of a test's certificate is well formed");
  ::X509_add_ext(certificate, extension, -1);
  ::X509_EXTENSION_free(extension);
}

std::unique_ptr<X509, FreeCertificate> new_certificate(EVP_PKEY* key, const std::string& name) {
  static long serial = 1;
  std::unique_ptr<X509, FreeCertificate> out(::X509_new());
  ::X509_set_version(out.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(out.get()), serial++);
  ::X509_gmtime_adj(::X509_getm_notBefore(out.get()), -2 * kHour);
  ::X509_gmtime_adj(::X509_getm_notAfter(out.get()), kHour);
  ::X509_set_pubkey(out.get(), key);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(name.c_str());
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8, bytes, -1,
                               -1, 0);
  return out;
}

template <class Write>
std::filesystem::path write_pem(const std::filesystem::path& file, Write write) {
  std::FILE* const out = std::fopen(file.c_str(), "we");
  require(out != nullptr, "a test's folder can be written");
  write(out);
  static_cast<void>(std::fclose(out));
  return file;
}

std::filesystem::path write_certificate(const std::filesystem::path& file, X509* certificate) {
  return write_pem(file, [&](std::FILE* out) { ::PEM_write_X509(out, certificate); });
}

}  // namespace

TestAuthority::TestAuthority(std::filesystem::path folder, const std::string& name)
    : folder_(std::move(folder)), name_(name), key_(new_key()) {
  certificate_ = new_certificate(key_.get(), name);
  ::X509_set_issuer_name(certificate_.get(), ::X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  ::X509_sign(certificate_.get(), key_.get(), ::EVP_sha256());
  write_certificate(file(), certificate_.get());
}

TestAuthority::Pair TestAuthority::issue(const std::string& name, const std::string& names,
                                         bool expired) const {
  const auto key = new_key();
  const auto certificate = new_certificate(key.get(), name);
  if (expired) ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), -kHour);
  ::X509_set_issuer_name(certificate.get(), ::X509_get_subject_name(certificate_.get()));
  if (!names.empty()) {
    add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  }
  ::X509_sign(certificate.get(), key_.get(), ::EVP_sha256());
  const auto key_file = write_pem(folder_ / (name + ".key"), [&](std::FILE* out) {
    ::PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return {write_certificate(folder_ / (name + ".pem"), certificate.get()), key_file};
}

TestTlsServer::TestTlsServer(const TestAuthority::Pair& own, const Options& options)
    : options_(options),
      context_(::SSL_CTX_new(::TLS_server_method()), &::SSL_CTX_free),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  bool ok = ::SSL_CTX_use_certificate_file(context_.get(), own.certificate.c_str(),
                                           SSL_FILETYPE_PEM) == 1 &&
            ::SSL_CTX_use_PrivateKey_file(context_.get(), own.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (options_.callers) {
    ok = ok &&
         ::SSL_CTX_load_verify_locations(context_.get(), options_.callers->c_str(), nullptr) == 1;
    ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                         nullptr);
  }
  const int yes = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  ok = ok && ::bind(listener_.get(), where, size) == 0 && ::listen(listener_.get(), 8) == 0 &&
       ::getsockname(listener_.get(), where, &size) == 0;
  require(ok, "a test's server has its port and its certificate");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

TestTlsServer::~TestTlsServer() {
  stop_.signal();
  thread_.join();
}

bool TestTlsServer::wait(int fd, short events) const {
  std::array<pollfd, 2> both{{{fd, events, 0}, {stop_.fd(), POLLIN, 0}}};
  while (::poll(both.data(), both.size(), -1) < 0) {
  }
  return both[1].revents == 0;
}

void TestTlsServer::run() {
  while (wait(listener_.get(), POLLIN)) {
    const FileDescriptor socket(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.is_open()) continue;
    const std::unique_ptr<SSL, decltype(&::SSL_free)> ssl(::SSL_new(context_.get()), &::SSL_free);
    ::SSL_set_fd(ssl.get(), socket.get());
    serve(ssl.get());
    ::ERR_clear_error();
  }
}

void TestTlsServer::serve(SSL* ssl) {
  const auto go_on = [&](int result) {
    const int error = ::SSL_get_error(ssl, result);
    if (error == SSL_ERROR_WANT_READ) return wait(::SSL_get_fd(ssl), POLLIN);
    if (error == SSL_ERROR_WANT_WRITE) return wait(::SSL_get_fd(ssl), POLLOUT);
    return false;
  };
  for (int result = 0; (result = ::SSL_accept(ssl)) != 1;) {
    if (!go_on(result)) return;
  }
  {
    const std::scoped_lock lock(mutex_);
    ++connections_;
    protocol_ = ::SSL_get_version(ssl);
  }
  changed_.notify_all();
  if (!options_.reads) {
    static_cast<void>(wait(stop_.fd(), 0));
    return;
  }
  std::string bytes;
  std::size_t taken = 0;
  std::array<char, 16384> block{};
  while (true) {
    const int got = ::SSL_read(ssl, block.data(), static_cast<int>(block.size()));
    if (got > 0) {
      bytes.append(block.data(), static_cast<std::size_t>(got));
      if (!take_messages(bytes, taken)) return;
    } else if (!go_on(got)) {
      return;
    }
  }
}

// False when it is to hang up.
bool TestTlsServer::take_messages(std::string& bytes, std::size_t& taken) {
  while (true) {
    const auto space = bytes.find(' ');
    if (space == std::string::npos) return true;
    const auto size = std::stoul(bytes.substr(0, space));
    if (bytes.size() - space - 1 < size) return true;
    {
      const std::scoped_lock lock(mutex_);
      messages_.push_back(bytes.substr(space + 1, size));
    }
    bytes.erase(0, space + 1 + size);
    changed_.notify_all();
    if (++taken == options_.hangs_up_after) return false;
  }
}

std::vector<std::string> TestTlsServer::messages(std::size_t at_least) {
  std::unique_lock lock(mutex_);
  for (auto before = messages_.size(); messages_.size() < at_least; before = messages_.size()) {
    if (!changed_.wait_for(lock, std::chrono::seconds(30),
                           [&] { return messages_.size() > before; })) {
      break;
    }
  }
  return messages_;
}

std::size_t TestTlsServer::connections() {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

std::string TestTlsServer::protocol() {
  const std::scoped_lock lock(mutex_);
  return protocol_;
}

}  // namespace hub::transport
