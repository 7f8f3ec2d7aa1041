// Signs the log's committed tree, at most once a second, into the checkpoint file beside the store.
//
// A log must never sign two trees of which one is no beginning of the other. So what stands in the
// file is compared with the log first: a smaller or another log (a restored backup, say) is not
// signed for. Where the log was opened anew under its next origin (origin.h), the file of the one
// before is put aside as FILE.checkpoint.retired.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "audit/log/log.h"
#include "audit/proof/checkpoint.h"
#include "core/base/clock.h"
#include "core/crypto/signing.h"

namespace hub::audit {

class Checkpointer {
 public:
  // Beside a store: FILE.checkpoint.
  [[nodiscard]] static std::filesystem::path beside(const std::filesystem::path& store);

  // All references must outlive it. Throws StoreError{Stale} if the file holds a checkpoint that
  // the log does not continue, {Damaged} if it holds none of this log's.
  Checkpointer(const Log& log, const crypto::LogKey& key, std::filesystem::path file,
               const Clock& clock, Connection& connection);

  // While it may not sign, run(), sign() and sign_last() do nothing. Thread-safe.
  void may_sign(bool may) { may_sign_ = may; }
  // What the log had signed under its origin before this one, when that was put aside just now.
  [[nodiscard]] const std::optional<Checkpoint>& retired() const { return retired_; }

  // Signs and writes what is due; true when it did. For the maintenance thread.
  bool run();
  // The same without waiting for a second to pass.
  bool sign();
  // The same when the store has been closed; a disk that does not take it is logged.
  void sign_last() noexcept;

  // For as long as it lives nothing is signed, whatever may_sign() says: the log is being restored.
  class Pause {
   public:
    explicit Pause(Checkpointer& owner);
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    Pause(Pause&&) = delete;
    Pause& operator=(Pause&&) = delete;
    ~Pause();

    [[nodiscard]] std::optional<TreeHead> last_signed() const { return owner_.signed_; }
    // The log continues again what it had signed before its store was put back: that is kept as
    // what it signed last.
    void continue_from(const Checkpoint& checkpoint, std::string_view note) const;

   private:
    Checkpointer& owner_;
  };

 private:
  const Log& log_;
  const crypto::LogKey& key_;
  const std::filesystem::path file_;
  const Clock& clock_;
  std::atomic<bool> may_sign_ = true;
  std::mutex mutex_;  // of what follows
  bool paused_ = false;
  std::optional<Checkpoint> retired_;
  std::optional<TreeHead> signed_;
  std::optional<SteadyTime> signed_at_;
};

}  // namespace hub::audit
