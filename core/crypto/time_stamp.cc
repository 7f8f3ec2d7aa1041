#include "core/crypto/time_stamp.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <optional>

namespace hub::crypto {
namespace {

template <auto free_it>
struct Freed {
  template <class Of>
  void operator()(Of* of) const {
    free_it(of);
  }
};
using Response = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using Roots = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using StampCheck = std::unique_ptr<TS_VERIFY_CTX, Freed<TS_VERIFY_CTX_free>>;
using Text = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Signers =
    std::unique_ptr<STACK_OF(X509), Freed<[](STACK_OF(X509) * all) { sk_X509_free(all); }>>;

constexpr long kGranted = 0;
constexpr long kGrantedWithMods = 1;

// SEQUENCE { version 1, messageImprint { SHA-256, ...
constexpr std::array<std::uint8_t, 24> kQueryHead{0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30,
                                                  0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
                                                  0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
// ... the digest }, certReq TRUE }
constexpr std::array<std::uint8_t, 3> kQueryTail{0x01, 0x01, 0xff};

Response parse(Bytes response) {
  if (response.size() > kLargestTimeStamp) return nullptr;
  const auto* at = response.data();
  Response out(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (out && at != std::to_address(response.end())) out.reset();
  return out;
}

std::string text_of(const X509_NAME* name) {
  const Text out(BIO_new(BIO_s_mem()));
  if (!out || name == nullptr) return {};
  if (X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &bytes);
  std::string text(bytes, static_cast<std::size_t>(std::max(size, 0L)));
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

// Of a response whose token was read: it is signed data. The signer by its certificate, where the
// token brings it; else by what the token says.
std::string authority_of(TS_RESP* response, TS_TST_INFO* info) {
  auto* const token = TS_RESP_get_token(response);
  if (token != nullptr && PKCS7_type_is_signed(token)) {
    const Signers signers(PKCS7_get0_signers(token, nullptr, 0));
    if (signers && sk_X509_num(signers.get()) > 0) {
      return text_of(X509_get_subject_name(sk_X509_value(signers.get(), 0)));
    }
  }
  const auto* const named = TS_TST_INFO_get_tsa(info);
  if (named == nullptr) return {};
  int kind = GEN_OTHERNAME;
  const auto* const value = GENERAL_NAME_get0_value(named, &kind);
  return kind == GEN_DIRNAME ? text_of(static_cast<const X509_NAME*>(value)) : std::string();
}

std::optional<Digest> digest_of(TS_TST_INFO* info) {
  auto* const imprint = TS_TST_INFO_get_msg_imprint(info);
  if (imprint == nullptr) return std::nullopt;
  const auto* const algorithm = TS_MSG_IMPRINT_get_algo(imprint);
  const auto* const message = TS_MSG_IMPRINT_get_msg(imprint);
  if (algorithm == nullptr || message == nullptr) return std::nullopt;
  const ASN1_OBJECT* kind = nullptr;
  X509_ALGOR_get0(&kind, nullptr, nullptr, algorithm);
  Digest out{};
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(message));
  if (OBJ_obj2nid(kind) != NID_sha256 || size != out.size()) return std::nullopt;
  std::ranges::copy(Bytes(ASN1_STRING_get0_data(message), size), out.begin());
  return out;
}

std::optional<Time> time_of(TS_TST_INFO* info) {
  const auto* const written = TS_TST_INFO_get_time(info);
  std::tm parts{};
  if (written == nullptr || ASN1_TIME_to_tm(written, &parts) != 1) return std::nullopt;
  return from_ms(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

Result<TimeStamp, TimeStampError> told_by(TS_RESP* response) {
  const auto* const state = TS_RESP_get_status_info(response);
  const auto* const number = state != nullptr ? TS_STATUS_INFO_get0_status(state) : nullptr;
  if (number == nullptr) return fail(TimeStampError::Malformed);
  const auto status = ASN1_INTEGER_get(number);
  if (status != kGranted && status != kGrantedWithMods) return fail(TimeStampError::NotGranted);
  auto* const info = TS_RESP_get_tst_info(response);
  if (info == nullptr) return fail(TimeStampError::Malformed);
  const auto digest = digest_of(info);
  const auto time = time_of(info);
  if (!digest || !time) return fail(TimeStampError::Malformed);
  return TimeStamp{*digest, *time, authority_of(response, info)};
}

// Certificates are looked at as of `when`: an authority's key is retired long before a court asks.
Roots read_roots(std::string_view pem, Time when) {
  const Text in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Roots out(X509_STORE_new());
  if (!in || !out) return nullptr;
  bool any = false;
  while (const Certificate root{PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(out.get(), root.get()) != 1) return nullptr;
    any = true;
  }
  if (!any) return nullptr;
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(out.get()),
                             static_cast<std::time_t>(to_ms(when) / 1000));
  return out;
}

// The context owns the roots from here on.
void give(TS_VERIFY_CTX* context, Roots roots) {
#if OPENSSL_VERSION_NUMBER >= 0x30400000L
  TS_VERIFY_CTX_set0_store(context, roots.release());
#else
  TS_VERIFY_CTX_set_store(context, roots.release());
#endif
}

bool is_signed_under(TS_RESP* response, Roots roots) {
  const StampCheck context(TS_VERIFY_CTX_new());
  if (!context) return false;
  give(context.get(), std::move(roots));
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION);
  return TS_RESP_verify_response(context.get(), response) == 1;
}

// What failed here is told by the answer, not by a later caller's.
struct CleanErrors {
  CleanErrors() = default;
  CleanErrors(const CleanErrors&) = delete;
  CleanErrors& operator=(const CleanErrors&) = delete;
  CleanErrors(CleanErrors&&) = delete;
  CleanErrors& operator=(CleanErrors&&) = delete;
  ~CleanErrors() { ERR_clear_error(); }
};

}  // namespace

std::string_view describe(TimeStampError error) {
  switch (error) {
    case TimeStampError::Malformed: return "this is no time stamp over a SHA-256 digest";
    case TimeStampError::NotGranted: return "the authority has refused to give a time stamp";
    case TimeStampError::OtherDigest: return "the time stamp is of something else";
    case TimeStampError::NoRoots: return "there is no certificate to trust: give one in PEM";
    case TimeStampError::NotTrusted:
      return "the time stamp is not signed by an authority that the certificates given vouch for";
  }
  return "this is no time stamp over a SHA-256 digest";
}

Buffer time_stamp_query(const Digest& digest) {
  auto out = to_buffer(kQueryHead);
  append(out, digest);
  append(out, kQueryTail);
  return out;
}

Result<TimeStamp, TimeStampError> read_time_stamp(Bytes response) {
  const CleanErrors clean;
  const auto parsed = parse(response);
  if (!parsed) return fail(TimeStampError::Malformed);
  return told_by(parsed.get());
}

Result<TimeStamp, TimeStampError> verify_time_stamp(Bytes response, const Digest& digest,
                                                    std::string_view roots) {
  const CleanErrors clean;
  const auto parsed = parse(response);
  if (!parsed) return fail(TimeStampError::Malformed);
  auto told = told_by(parsed.get());
  if (!told) return told;
  if (told->digest != digest) return fail(TimeStampError::OtherDigest);
  auto trusted = read_roots(roots, told->time);
  if (!trusted) return fail(TimeStampError::NoRoots);
  if (!is_signed_under(parsed.get(), std::move(trusted))) return fail(TimeStampError::NotTrusted);
  return told;
}

}  // namespace hub::crypto
