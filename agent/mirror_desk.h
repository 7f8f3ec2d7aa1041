// The agent as a holder of other parties' mirrored leaves: keeps sealed blocks of those logs that
// the register assigns to it, and gives them back to whoever asks, since nobody but the owner of
// the recovery key can open them.
//
// It takes only what the log's owner has signed, what a checkpoint of that log covers, and what
// goes on from what it has. An answer that something is kept may leave only after the transaction
// that it was made in has been committed.
#pragma once

#include <optional>
#include <string>

#include "audit/mirror/mirror_store.h"
#include "core/crypto/signing.h"
#include "schemas/message.h"
#include "schemas/register.h"

namespace hub::agent {

class MirrorDesk {
 public:
  // The key must outlive the desk.
  MirrorDesk(std::string authority, const crypto::IdentityKey& key)
      : authority_(std::move(authority)), key_(key) {}

  // A question that may be answered here. Any thread; checks signatures, so better not the
  // writer's.
  struct Admitted {
    std::string log;  // party
    audit::MirrorQuestion question;
    std::optional<audit::MirrorRefusal> refusal;
  };
  // Nothing for what is no question.
  [[nodiscard]] std::optional<Admitted> admit(const schemas::Register& parties,
                                              const schemas::MirrorRequest& request) const;
  // Inside a job.
  [[nodiscard]] schemas::MirrorAnswer answer(storage::Connection& store, const std::string& hub,
                                             const Admitted& admitted,
                                             std::uint64_t most = audit::kMostMirrored) const;

 private:
  [[nodiscard]] static bool is_believed(const schemas::PartyKeys& owner, const std::string& hub,
                                        const audit::MirrorBlock& block);

  const std::string authority_;
  const crypto::IdentityKey& key_;
};

}  // namespace hub::agent
