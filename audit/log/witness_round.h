// Has a party's log cosigned: round after round, it takes the newest signed checkpoint, asks every
// witness, and keeps the checkpoint with a quorum of cosignatures in FILE.cosigned beside it: once
// there is a quorum, and again with the freshest once all have answered or the next round begins.
// FILE.seen has what each witness holds of this log, whether they are enough for a quorum or not.
//
// After a start the log signs nothing until a quorum of its witnesses has told that they are not
// ahead of it: a store that was put back would fork its own log. It stops again when more of them
// say so than may lie. A log that has signed nothing yet begins at once.
//
// Belongs to one thread, the loop's. A missing quorum is told, and holds up nothing else.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "audit/log/log.h"
#include "audit/witness/cosigning.h"
#include "core/base/clock.h"
#include "core/crypto/note.h"
#include "core/storage/store.h"

namespace hub::audit {

class WitnessRound {
 public:
  struct Parts {
    storage::Store& store;             // that holds the log
    const Log& log;                    // to be witnessed
    crypto::NoteVerifier key;          // the log's own
    std::filesystem::path checkpoint;  // its file (checkpointer.h)
    const Clock& clock;
    // Carries an add-checkpoint request to a witness; it may get lost.
    std::function<void(const std::string& witness, std::string body)> ask;
    // Runs what may block on another thread.
    std::function<void(std::function<void()>)> aside;
    // Whether the log may sign its newest tree (Checkpointer::may_sign).
    std::function<void(bool)> may_sign;
  };
  explicit WitnessRound(Parts parts);
  // Before the first round: whether the log may sign already, which it may if it has signed nothing
  // yet or has no witnesses.
  void start(bool may_sign);

  // The checkpoint file's with a quorum of cosignatures.
  [[nodiscard]] static std::filesystem::path cosigned_beside(const std::filesystem::path& file);
  // A JSON array of notes: of each witness the newest checkpoint that it has cosigned.
  [[nodiscard]] static std::filesystem::path seen_beside(const std::filesystem::path& file);

  // Asks these witnesses, by party; `missed` is how long without a quorum is worth an alarm.
  void begin(std::map<std::string, crypto::CosignatureVerifier> witnesses,
             std::chrono::milliseconds missed);
  // A witness's answer. What it makes of the log, where that is worth an alarm.
  std::optional<std::string_view> answered(const std::string& witness, std::uint16_t status,
                                           std::string_view body);

  struct Standing {
    std::size_t witnesses = 0;
    std::size_t needed = 0;
    std::size_t tolerated = 0;  // liars among the witnesses that cannot make a fork pass
    std::size_t ahead = 0;      // witnesses that have cosigned more than the log holds
    std::uint64_t size = 0;     // entries under the quorum's cosignatures; 0: none yet
    std::optional<Time> as_of;  // the oldest of these
    bool heard = false;         // a quorum of them has told what it has cosigned
    std::uint64_t longer = 0;   // entries that an honest witness has cosigned, where put back
    bool put_back = false;      // more are ahead than may lie: the store is an older one
    bool overdue = false;
    bool signing = false;  // false: too few witnesses have told where they stand, or are ahead
  };
  [[nodiscard]] Standing standing() const;

 private:
  void ask(const Cosigning::Ask& ask);
  void quorum_reached();
  void keep();
  void decide_on_signing();
  void look_at_the_clock(std::chrono::milliseconds missed);

  Parts parts_;
  Cosigning cosigning_;
  std::map<std::uint64_t, std::vector<crypto::Digest>> proofs_;  // of this round, by old size
  std::optional<SteadyTime> last_quorum_;
  bool kept_ = false;     // a quorum of this round
  bool fresher_ = false;  // cosignatures have come since the files were written
  bool overdue_ = false;
  bool signing_ = false;
  bool told_ahead_ = false;
};

// For a daemon's status.
[[nodiscard]] nlohmann::json to_json(const WitnessRound::Standing& standing);

}  // namespace hub::audit
