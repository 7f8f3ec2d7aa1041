#include "audit/witness/tlog_policy.h"

#include <utility>

#include "audit/proof/note_lines.h"
#include "audit/witness/quorum.h"

namespace hub::audit {
namespace {

constexpr std::size_t kLargestPolicy = 1U << 20U;
constexpr std::string_view kGroup = "group witnesses ";

std::string nick(std::size_t number) { return "w" + std::to_string(number); }

}  // namespace

TlogPolicy policy_of(crypto::NoteVerifier log, std::vector<crypto::CosignatureVerifier> witnesses) {
  const auto quorum = quorum_of(witnesses.size());
  return {std::move(log), std::move(witnesses), quorum};
}

std::string write_tlog_policy(const TlogPolicy& policy) {
  auto out = "log " + policy.log.vkey() + "\n";
  if (policy.witnesses.empty()) return out + "quorum none\n";
  std::string members;
  for (std::size_t i = 0; i < policy.witnesses.size(); ++i) {
    out += "witness " + nick(i + 1) + " " + policy.witnesses[i].vkey() + "\n";
    members += " " + nick(i + 1);
  }
  return out.append(kGroup) + std::to_string(policy.quorum) + members + "\nquorum witnesses\n";
}

std::optional<TlogPolicy> parse_tlog_policy(std::string_view text) {
  if (text.size() > kLargestPolicy) return std::nullopt;
  auto rest = text;
  const auto first = take_line(rest);
  const auto vkey = first ? behind("log ", *first) : std::nullopt;
  auto log = vkey ? crypto::NoteVerifier::parse(*vkey) : std::nullopt;
  if (!log) return std::nullopt;
  TlogPolicy out{std::move(*log), {}, 0};
  while (const auto line = take_line(rest)) {
    if (const auto group = behind(kGroup, *line)) {
      const auto quorum = parse_number(group->substr(0, group->find(' ')));
      if (!quorum || *quorum == 0 || *quorum > out.witnesses.size()) return std::nullopt;
      out.quorum = static_cast<std::size_t>(*quorum);
    } else if (const auto key = behind("witness " + nick(out.witnesses.size() + 1) + " ", *line)) {
      auto witness = crypto::CosignatureVerifier::parse(*key);
      if (!witness) return std::nullopt;
      out.witnesses.push_back(std::move(*witness));
    }
  }
  // One spelling: lines passed over here, or in another order, are not those written again.
  if (write_tlog_policy(out) != text) return std::nullopt;
  return out;
}

}  // namespace hub::audit
