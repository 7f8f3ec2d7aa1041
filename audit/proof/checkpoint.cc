#include "audit/proof/checkpoint.h"

#include <algorithm>
#include <optional>
#include <span>

#include "audit/proof/note_lines.h"
#include "core/base/encoding.h"

namespace hub::audit {
namespace {

constexpr std::string_view kCosignature = "cosignature/v1";

}  // namespace

std::string_view describe(CheckpointError error) {
  switch (error) {
    case CheckpointError::Malformed: return "this is no checkpoint";
    case CheckpointError::WrongRootOfNothing: return "an empty log has another root";
    case CheckpointError::OtherOrigin: return "the checkpoint is another log's";
    case CheckpointError::NotSigned: return "the log's own key did not sign the checkpoint";
  }
  return "this is no checkpoint";
}

bool is_origin(std::string_view text) {
  return crypto::is_note_key_name(text) && text != kCosignature;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  require(is_origin(checkpoint.origin), "a log's origin is a key name");
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         to_base64(checkpoint.root) + "\n";
}

std::string one_line(const Checkpoint& checkpoint) {
  auto out = checkpoint_text(checkpoint);
  out.pop_back();
  std::ranges::replace(out, '\n', ' ');
  return out;
}

Result<Checkpoint, CheckpointError> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text);
  const auto size_line = origin ? take_line(text) : std::nullopt;
  const auto root_line = size_line ? take_line(text) : std::nullopt;
  if (!root_line || !text.empty() || !is_origin(*origin)) return fail(CheckpointError::Malformed);
  const auto size = parse_number(*size_line);
  const auto root = parse_hash(*root_line);
  if (!size || !root) return fail(CheckpointError::Malformed);
  Checkpoint out{std::string(*origin), *size, *root};
  if (out.size == 0 && out.root != crypto::sha256({})) {
    return fail(CheckpointError::WrongRootOfNothing);
  }
  return out;
}

Result<Checkpoint, CheckpointError> open_checkpoint(std::string_view note,
                                                    const crypto::NoteVerifier& log) {
  const auto opened = crypto::open_note(note, std::span(&log, 1), kLargestCheckpoint);
  if (!opened) return fail(CheckpointError::NotSigned);
  auto checkpoint = parse_checkpoint(opened->text);
  if (checkpoint && checkpoint->origin != log.name()) return fail(CheckpointError::OtherOrigin);
  return checkpoint;
}

}  // namespace hub::audit
