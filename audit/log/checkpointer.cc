#include "audit/log/checkpointer.h"

#include <chrono>
#include <utility>

#include "audit/proof/origin.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/crypto/note.h"
#include "core/storage/store_error.h"

namespace hub::audit {
namespace {

constexpr auto kLeastPeriod = std::chrono::seconds(1);
constexpr std::size_t kLargestFile = 256U << 10U;

[[noreturn]] void refuse(const std::filesystem::path& file, CheckpointError error) {
  throw storage::StoreError(storage::StoreFault::Damaged,
                            file.string() + ": " + std::string(describe(error)) +
                                "; fetch this log's last checkpoint from a witness and put it "
                                "there");
}

// What the log signed last, under the origin that it has or had.
Checkpoint signed_in(const std::filesystem::path& file, Bytes note, const Log& log,
                     const crypto::LogKey& key) {
  const auto text = crypto::unverified_text(as_text(note), kLargestFile);
  const auto claimed = text ? parse_checkpoint(*text) : parse_checkpoint("");
  if (!claimed) refuse(file, claimed.error());
  const bool ours = claimed->origin == log.origin() || is_before(claimed->origin, log.origin());
  if (!ours) refuse(file, CheckpointError::OtherOrigin);
  auto checkpoint =
      open_checkpoint(as_text(note), crypto::NoteVerifier(claimed->origin, key.verify_key().bytes));
  if (!checkpoint) refuse(file, checkpoint.error());
  return std::move(*checkpoint);
}

bool continues(Connection& connection, const Log& log, const TreeHead& before) {
  if (before.size > log.head().size) return false;
  return log.root(connection, before.size) == before.root;
}

}  // namespace

std::filesystem::path Checkpointer::beside(const std::filesystem::path& store) {
  auto out = store;
  out += ".checkpoint";
  return out;
}

Checkpointer::Checkpointer(const Log& log, const crypto::LogKey& key, std::filesystem::path file,
                           const Clock& clock, Connection& connection)
    : log_(log), key_(key), file_(std::move(file)), clock_(clock) {
  const auto note = read_file_if_there(file_, kLargestFile);
  if (!note) return;
  const auto before = signed_in(file_, *note, log_, key_);
  if (before.origin != log_.origin()) {
    auto aside = file_;
    aside += ".retired";
    std::filesystem::rename(file_, aside);
    retired_ = before;
    return;
  }
  signed_ = TreeHead{before.size, before.root};
  if (continues(connection, log_, *signed_)) return;
  throw storage::StoreError(storage::StoreFault::Stale,
                            file_.string() +
                                ": the log is older than what it has signed, or another one; "
                                "restore the newest backup, or open this log anew under its next "
                                "origin (`hubctl keys next-log`)");
}

bool Checkpointer::run() {
  {
    const std::scoped_lock lock(mutex_);
    if (signed_at_ && clock_.steady() - *signed_at_ < kLeastPeriod) return false;
  }
  return sign();
}

bool Checkpointer::sign() {
  const std::scoped_lock lock(mutex_);
  const auto head = log_.head();
  if (!may_sign_ || paused_ || signed_ == head) return false;
  const auto note = crypto::sign_note(
      checkpoint_text(Checkpoint{log_.origin(), head.size, head.root}), log_.origin(), key_);
  replace_file(file_, as_bytes(note));
  signed_ = head;
  signed_at_ = clock_.steady();
  return true;
}

Checkpointer::Pause::Pause(Checkpointer& owner) : owner_(owner) {
  const std::scoped_lock lock(owner_.mutex_);
  owner_.paused_ = true;
}

Checkpointer::Pause::~Pause() {
  const std::scoped_lock lock(owner_.mutex_);
  owner_.paused_ = false;
}

void Checkpointer::Pause::continue_from(const Checkpoint& checkpoint, std::string_view note) const {
  const std::scoped_lock lock(owner_.mutex_);
  replace_file(owner_.file_, as_bytes(note));
  owner_.signed_ = TreeHead{checkpoint.size, checkpoint.root};
}

void Checkpointer::sign_last() noexcept {
  try {
    (void)sign();
  } catch (const std::exception& error) {
    log_error("the last checkpoint was not written; the next start signs it",
              {{"reason", error.what()}});
  }
}

}  // namespace hub::audit
