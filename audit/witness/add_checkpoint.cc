#include "audit/witness/add_checkpoint.h"

#include "audit/proof/note_lines.h"
#include "core/base/encoding.h"
#include "core/base/result.h"
#include "core/crypto/note.h"

namespace hub::audit {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::size_t kLargestBody = 256U << 10U;

}  // namespace

std::string write_add_checkpoint(const AddCheckpoint& request) {
  require(request.proof.size() <= kLongestProof, "a consistency proof has at most 63 hashes");
  auto out = std::string(kOld).append(std::to_string(request.old_size)).append("\n");
  for (const auto& hash : request.proof) out.append(to_base64(hash)).append("\n");
  return out.append("\n").append(request.note);
}

std::optional<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kLargestBody) return std::nullopt;
  const auto first = take_line(body);
  const auto digits = first ? behind(kOld, *first) : std::nullopt;
  const auto old_size = digits ? parse_number(*digits) : std::nullopt;
  AddCheckpoint out;
  if (!old_size || !take_hashes(body, out.proof) || !crypto::unverified_text(body)) {
    return std::nullopt;
  }
  out.old_size = *old_size;
  out.note = body;
  return out;
}

}  // namespace hub::audit
