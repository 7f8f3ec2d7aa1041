// Evidence packs at a terminal: reading one, and saying what its verification found.
#pragma once

#include <filesystem>
#include <string>

#include "audit/pack/verify_pack.h"
#include "cli/verb.h"

namespace hub::cli {

// Throws EnvError when the file cannot be read or is no archive that a pack could be.
[[nodiscard]] audit::ZipContent read_pack(const std::filesystem::path& file);

// From --log-key (a vkey), --policy (a tlog-policy file) and --tsa-ca (certificates in PEM), each
// empty where it was not given. Throws EnvError for one that makes no sense.
[[nodiscard]] audit::PackTrust pack_trust(const std::string& log_vkey,
                                          const std::filesystem::path& policy,
                                          const std::filesystem::path& authorities);

struct PackShown {
  std::filesystem::path file;
  bool as_json = false;
};
// The report in words or as one JSON object.
void print_pack_report(const PackShown& shown, const audit::PackReport& report, Streams streams);

struct VerifyPackOptions {
  PackShown shown;
  std::string log_vkey;
  std::filesystem::path policy;
  std::filesystem::path authorities;
};
[[nodiscard]] Exit verify_pack_file(const VerifyPackOptions& options, Streams streams);

}  // namespace hub::cli
