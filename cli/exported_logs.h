// Several exported logs, each held against the checkpoint that its log has signed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "audit/proof/checkpoint.h"
#include "cli/verb.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/note.h"

namespace hub::cli {

// What the folders or the command line have to say against it, and the exit that follows.
class LogsRefused : public EnvError {
 public:
  LogsRefused(Exit exit, const std::string& why) : EnvError(why), exit_(exit) {}
  [[nodiscard]] Exit exit() const { return exit_; }

 private:
  Exit exit_;
};

struct ExportedLog {
  std::filesystem::path folder;
  audit::Checkpoint checkpoint;  // signed by the log
};

// Each vkey is the key of the log that it names.
[[nodiscard]] std::vector<crypto::NoteVerifier> log_keys(const std::vector<std::string>& vkeys);

// `keys` has this log's key, or the folder's file "policy" is believed.
[[nodiscard]] ExportedLog open_exported_log(const std::filesystem::path& folder,
                                            const std::vector<crypto::NoteVerifier>& keys,
                                            bool trust_policy_file);

using TakeEntry = std::function<void(std::uint64_t index, Bytes entry)>;
// Hands over every entry. What was taken counts for nothing if this throws: only after the last
// entry it is known that all of them lead to the signed root.
void read_exported_log(const ExportedLog& log, const TakeEntry& take);

}  // namespace hub::cli
