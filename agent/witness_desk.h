// The agent as a witness of the other parties' logs, and of logs outside the hub that its
// configuration names: cosigns a checkpoint only if it continues what it has cosigned before, as
// C2SP tlog-witness has it (docs/protocol.md 7).
//
// The store remembers the last checkpoint cosigned of each log. An answer may leave only after the
// transaction that it was made in has been committed.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/log/log.h"
#include "audit/witness/fork_proof.h"
#include "audit/witness/witness.h"
#include "core/base/clock.h"
#include "core/crypto/signing.h"
#include "schemas/message.h"
#include "schemas/register.h"

namespace hub::agent {

class WitnessDesk {
 public:
  // Log and key must outlive the desk. `forks` is a folder for proofs of forked logs,
  // `outside_logs` are vkeys.
  WitnessDesk(std::string authority, const crypto::WitnessKey& key, audit::Log& log,
              std::filesystem::path forks, const std::vector<std::string>& outside_logs = {});

  // What a party's log was found to be.
  enum class Suspicion : std::uint8_t {
    None,
    NotContinued,  // it does not show that it continues what was cosigned of it
    Forked         // it has signed two trees of one size: proved
  };
  struct Decision {
    schemas::WitnessAnswer answer;
    Suspicion suspicion = Suspicion::None;
  };

  // Writer thread, inside a job. A suspicion is an entry of the log, of each kind and party once an
  // hour, so that nobody fills the log with it; a proved fork is kept in a file, too, that convicts
  // its signer.
  [[nodiscard]] Decision answer(storage::Connection& store, const schemas::Register& parties,
                                const schemas::WitnessRequest& request, Time now);

  // The same for the body of an add-checkpoint request from outside the hub; the answer's `log` is
  // the origin. Whose log it is, its first line says.
  [[nodiscard]] Decision answer_outside(storage::Connection& store, const std::string& hub,
                                        std::string_view body, Time now);

  // The vkey that the register has for that party's log, whoever it is.
  [[nodiscard]] static std::optional<crypto::NoteVerifier> log_key(const schemas::Register& parties,
                                                                   const std::string& party);

 private:
  [[nodiscard]] Decision decide(storage::Connection& store, const std::string& log,
                                const std::optional<crypto::NoteVerifier>& key,
                                std::string_view body, const std::string& hub, Time now);
  [[nodiscard]] bool is_news(const std::string& party, Suspicion suspicion, Time now);
  void record(storage::Connection& store, const std::string& party, Suspicion suspicion);
  void keep(const std::string& origin, const audit::ForkProof& proof) const;

  const std::string authority_;
  const crypto::WitnessKey& key_;
  audit::Log& log_;
  const std::filesystem::path forks_;
  std::vector<crypto::NoteVerifier> outside_;
  std::map<std::pair<std::string, Suspicion>, Time> told_;
};

}  // namespace hub::agent
