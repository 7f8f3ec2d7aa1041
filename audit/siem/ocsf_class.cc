#include "audit/siem/ocsf_class.h"

#include <algorithm>
#include <array>
#include <optional>

namespace hub::audit {
namespace {

struct Rule {
  std::string_view act;
  std::string_view outcome;  // empty: any
  OcsfClass of;
  OcsfActivity activity;
};

// The first that fits counts.
constexpr auto kApi = OcsfClass::ApiActivity;
constexpr auto kData = OcsfClass::DatastoreActivity;
constexpr auto kEntity = OcsfClass::EntityManagement;
constexpr std::array kRules{
    Rule{"disclosure", "", kApi, {1, "Create"}},
    Rule{"relay", "", kApi, {1, "Create"}},
    Rule{"receipt", "", kApi, {3, "Update"}},
    Rule{"refusal", "", kApi, {99, "Other"}},
    Rule{"collection", "", kData, {6, "Create"}},
    Rule{"alteration", "", kData, {2, "Update"}},
    Rule{"combination", "", kData, {4, "Query"}},
    Rule{"erasure", "", kData, {7, "Delete"}},
    Rule{"consultation", "listed", kData, {8, "List"}},
    Rule{"consultation", "", kData, {1, "Read"}},
    Rule{"review", "", kData, {2, "Update"}},
    Rule{"admin", "started", kEntity, {10, "Activate"}},
    Rule{"admin", "register-in-force", kEntity, {3, "Update"}},
    Rule{"admin", "bundle-in-force", kEntity, {3, "Update"}},
    Rule{"admin", "epoch-key-destroyed", kEntity, {4, "Delete"}},
    Rule{"admin", "stream-reopened", kEntity, {1, "Create"}},
    Rule{"admin", "stream-abandoned", kEntity, {4, "Delete"}},
    Rule{"admin", "void-confirmed", kEntity, {3, "Update"}},
    Rule{"admin", "log-opened-anew", kEntity, {1, "Create"}},
    Rule{"admin", "log-restored", kEntity, {3, "Update"}},
    Rule{"admin", "", kEntity, {99, "Other"}},
};

// What looks like more than policy at work: a broken or a lying peer, or lost entries.
constexpr std::array<std::string_view, 15> kSuspicious{
    "receipt-refused", "slice-refused", "session-refused", "header-disagrees",
    "body-invalid",    "cannot-open",   "identity-reused", "not-original-sender",
    "position-reused", "broken-chain",  "malformed",       "wrong-sender",
    "bad-signature",   "other-hub",     "position-gap"};
constexpr std::array<std::string_view, 4> kAlarming{"log-forked", "log-not-continued",
                                                    "log-opened-anew", "log-restored"};
constexpr std::array<std::string_view, 3> kGoodReceipts{"held", "already-held", "passed-on"};

template <std::size_t Size>
bool is_in(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool has_failed(const Entry& entry) {
  if (entry.act == "refusal" || entry.outcome.starts_with("refused")) return true;
  if (entry.outcome == "log-forked" || entry.outcome == "log-not-continued") return true;
  return entry.act == "receipt" && !is_in(kGoodReceipts, entry.outcome);
}

OcsfSeverity severity_of(const Entry& entry, bool failed) {
  if (is_in(kAlarming, entry.outcome)) return OcsfSeverity::High;
  if (!failed) return OcsfSeverity::Informational;
  return is_in(kSuspicious, entry.outcome) ? OcsfSeverity::Medium : OcsfSeverity::Low;
}

}  // namespace

OcsfKind ocsf_kind(const Entry& entry) {
  const auto* const rule = std::ranges::find_if(kRules, [&](const Rule& each) {
    return each.act == entry.act && (each.outcome.empty() || each.outcome == entry.outcome);
  });
  const bool failed = has_failed(entry);
  OcsfKind out;
  if (rule != kRules.end()) {
    out.of = rule->of;
    out.activity = rule->activity;
    out.status = OcsfStatus::Success;
  }
  if (failed) out.status = OcsfStatus::Failure;
  out.severity = severity_of(entry, failed);
  return out;
}

std::string_view caption(OcsfClass of) {
  switch (of) {
    case OcsfClass::EntityManagement: return "Entity Management";
    case OcsfClass::ApiActivity: return "API Activity";
    case OcsfClass::DatastoreActivity: return "Datastore Activity";
    case OcsfClass::ApplicationError: return "Application Error";
  }
  return "API Activity";
}

std::string_view caption(OcsfSeverity severity) {
  switch (severity) {
    case OcsfSeverity::Informational: return "Informational";
    case OcsfSeverity::Low: return "Low";
    case OcsfSeverity::Medium: return "Medium";
    case OcsfSeverity::High: return "High";
  }
  return "Informational";
}

std::string_view caption(OcsfStatus status) {
  switch (status) {
    case OcsfStatus::Unknown: return "Unknown";
    case OcsfStatus::Success: return "Success";
    case OcsfStatus::Failure: return "Failure";
  }
  return "Unknown";
}

int category(OcsfClass of) { return of == OcsfClass::EntityManagement ? 3 : 6; }

std::string_view category_caption(OcsfClass of) {
  return of == OcsfClass::EntityManagement ? "Identity & Access Management"
                                           : "Application Activity";
}

}  // namespace hub::audit
