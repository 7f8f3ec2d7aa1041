// C2SP tlog-policy: whose signatures count for one log. Of what the format allows, the part that a
// hub's logs need, in one spelling:
//
//   "log " vkey
//   "witness w1 " vkey        for each of n witnesses, w1 to wn
//   "group witnesses " quorum " w1 ... wn"
//   "quorum witnesses"        where there are witnesses; else "quorum none"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/cosignature.h"
#include "core/crypto/note.h"

namespace hub::audit {

struct TlogPolicy {
  crypto::NoteVerifier log;
  std::vector<crypto::CosignatureVerifier> witnesses;
  std::size_t quorum = 0;  // 0 without witnesses
};

// With the quorum of quorum.h.
[[nodiscard]] TlogPolicy policy_of(crypto::NoteVerifier log,
                                   std::vector<crypto::CosignatureVerifier> witnesses);
[[nodiscard]] std::string write_tlog_policy(const TlogPolicy& policy);
// Nothing when it is no such policy, or over 1 MiB.
[[nodiscard]] std::optional<TlogPolicy> parse_tlog_policy(std::string_view text);

}  // namespace hub::audit
