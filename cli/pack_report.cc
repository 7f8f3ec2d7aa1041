#include "cli/pack_report.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/pack/pack_files.h"
#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/base/file.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;
using audit::PackReport;
using nlohmann::json;

constexpr std::size_t kLargestPem = 4U << 20U;
constexpr std::uint64_t kLatestShown = 253'402'300'799;  // the year 9999

std::string plural(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string time_text(std::uint64_t seconds) {
  if (seconds > kLatestShown) return "a time after the year 9999";
  return to_iso(from_ms(static_cast<std::int64_t>(seconds) * 1000));
}

std::string seen_text(const PackReport& report) {
  if (!report.cosigned) {
    return report.witnesses == 0
               ? "by nobody: this log has no witnesses"
               : "by nobody yet: " + std::to_string(report.quorum) + " of " +
                     std::to_string(report.witnesses) + " witnesses have to cosign";
  }
  const auto& cosigned = *report.cosigned;
  return std::to_string(report.witnessed_entries) + " of these entries, by " +
         std::to_string(cosigned.cosignatures.size()) + " of " + std::to_string(report.witnesses) +
         " witnesses (" + std::to_string(report.quorum) + " needed), at " +
         time_text(cosigned.quorum_time.value_or(0)) + ", with the first " +
         std::to_string(cosigned.checkpoint.size) + " entries of the log";
}

void print_numbers(const PackReport& report, std::ostream& out) {
  out << "entries    " << report.entries << '\n'
      << "items      " << report.opened << " opened, " << report.closed << " closed, "
      << report.erased << " erased";
  if (report.erased_details > 0) {
    out << "; of " << plural(report.erased_details, "entry", "entries") << " all";
  }
  out << '\n';
  if (report.request) {
    out << "packed     as entry " << *report.request << " of the log records\n";
  } else {
    out << "packed     the entry that records it is not in this pack\n";
  }
  if (report.not_signed_yet > 0) {
    out << "left out   " << plural(report.not_signed_yet, "entry", "entries")
        << " not signed at that time; pack again\n";
  }
}

void print_sound(const PackShown& shown, const PackReport& report, std::ostream& out) {
  if (!report.checkpoint) return;  // a pack without one is not sound
  const auto& checkpoint = *report.checkpoint;
  out << shown.file.string() << ": sound\nlog        " << checkpoint.origin << '\n';
  print_numbers(report, out);
  out << "signed     by the log, at " << checkpoint.size << " entries, root "
      << to_base64(checkpoint.root) << '\n'
      << "witnessed  " << seen_text(report) << '\n';
  if (report.since) {
    out << "continues  the checkpoint of " << report.since->size << " entries given with --since\n";
  }
  if (report.stamp) {
    const auto who =
        report.stamp->authority.empty() ? "an authority without a name" : report.stamp->authority;
    out << "stamped    " << to_iso(report.stamp->time) << " by " << who
        << (report.stamp_verified ? "" : ": NOT VERIFIED, give --tsa-ca") << '\n';
  }
}

void print_trust(const PackReport& report, std::ostream& err) {
  if (!report.log_key_given) {
    err << "NOTE   the log's key is what the pack says: anybody can make such a pack. Give "
           "--log-key, and take it from the hub's register.\n";
  }
  if (!report.witnesses_given && report.cosigned) {
    err << "note   the witnesses' keys are what the pack says; compare its policy with the "
           "register, or give --policy\n";
  }
}

json report_json(const PackShown& shown, const PackReport& report) {
  json out{{"pack", shown.file.string()},
           {"sound", report.sound()},
           {"findings", report.findings},
           {"entries", report.entries},
           {"witnessed_entries", report.witnessed_entries},
           {"opened", report.opened},
           {"closed", report.closed},
           {"erased", report.erased},
           {"erased_details", report.erased_details},
           {"not_signed_yet", report.not_signed_yet},
           {"witnesses", report.witnesses},
           {"quorum", report.quorum},
           {"log_key_given", report.log_key_given},
           {"witnesses_given", report.witnesses_given}};
  if (report.checkpoint) {
    out["log"] = report.checkpoint->origin;
    out["signed"] = report.checkpoint->size;
    out["root"] = to_base64(report.checkpoint->root);
  }
  if (report.cosigned) {
    out["cosigned"] = report.cosigned->checkpoint.size;
    out["cosignatures"] = report.cosigned->cosignatures.size();
    out["witnessed_at"] = time_text(report.cosigned->quorum_time.value_or(0));
  }
  if (report.since) out["since"] = report.since->size;
  if (report.request) out["request"] = *report.request;
  if (report.stamp) {
    out["stamped_at"] = to_iso(report.stamp->time);
    out["stamped_by"] = report.stamp->authority;
    out["stamp_verified"] = report.stamp_verified;
  }
  return out;
}

}  // namespace

audit::ZipContent read_pack(const fs::path& file) {
  const auto archive = read_file(file, audit::ZipLimits{}.archive);
  auto content = audit::read_zip(archive, audit::is_pack_member);
  if (!content) {
    throw EnvError(file.string() + ": " + std::string(audit::describe(content.error())));
  }
  return std::move(*content);
}

audit::PackTrust pack_trust(const std::string& log_vkey, const fs::path& policy,
                            const fs::path& authorities) {
  audit::PackTrust out;
  if (!log_vkey.empty()) {
    out.log = crypto::NoteVerifier::parse(log_vkey);
    if (!out.log) throw EnvError("--log-key is no vkey: NAME+ID+KEY, as the register has it");
  }
  if (!policy.empty()) {
    out.policy = audit::parse_tlog_policy(as_text(read_file(policy, 1U << 20U)));
    if (!out.policy)
      throw EnvError(policy.string() + " is no policy as an export or a pack has it");
  }
  if (!authorities.empty()) {
    out.authorities = to_text(read_file(authorities, kLargestPem));
    if (out.authorities.empty()) throw EnvError(authorities.string() + " is empty");
  }
  return out;
}

void print_pack_report(const PackShown& shown, const PackReport& report, Streams streams) {
  if (shown.as_json) {
    streams.out << report_json(shown, report).dump(-1, ' ', false, json::error_handler_t::replace)
                << '\n';
    return;
  }
  if (report.sound()) {
    print_sound(shown, report, streams.out);
    print_trust(report, streams.err);
    return;
  }
  for (const auto& finding : report.findings) streams.err << "FOUND  " << finding << '\n';
  streams.err << shown.file.string() << ": "
              << plural(report.findings.size(), "finding", "findings")
              << "; do not rely on this pack\n";
}

Exit verify_pack_file(const VerifyPackOptions& options, Streams streams) {
  const auto trust = pack_trust(options.log_vkey, options.policy, options.authorities);
  const auto report = audit::verify_pack(read_pack(options.shown.file), trust);
  print_pack_report(options.shown, report, streams);
  return report.sound() ? Exit::Ok : Exit::Refused;
}

}  // namespace hub::cli
