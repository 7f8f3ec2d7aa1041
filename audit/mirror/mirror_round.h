// Has a log's leaves mirrored: round after round it asks each holder what it has, and brings it
// what is missing of the newest cosigned tree, block after block, one under way at a time.
//
// It has time: at most kMostBlocks blocks a round for each holder, so that an old log's beginning
// does not crowd out the exchange. What gets lost on the way is asked for in the next round. An old
// store's log is shorter than its mirrors, and brings them nothing.
//
// Belongs to one thread, the loop's; leaves are read and sealed aside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "audit/mirror/mirror_talk.h"
#include "audit/proof/checkpoint.h"
#include "core/storage/store.h"

namespace hub::audit {

class MirrorRound {
 public:
  static constexpr unsigned kMostBlocks = 64;
  // A holder's last block is sent again, longer, while its leaves have fewer bytes than this: else
  // a quiet log would leave a block behind each minute.
  static constexpr std::size_t kShortRow = 64U << 10U;

  struct Parts {
    const storage::Store& store;  // that holds the log
    std::string hub;
    std::string origin;
    std::filesystem::path cosigned;             // the file that WitnessRound keeps
    std::optional<crypto::RecoveryPublic> key;  // nothing: nothing is mirrored
    const crypto::IdentityKey& identity;        // the owner's
    // Carries a question to a holder; it may get lost.
    std::function<void(const std::string& holder, Buffer body)> ask;
    // Runs what may block on another thread, and what comes of it on this one again.
    std::function<void(std::function<void()>)> aside;
    std::function<void(std::function<void()>)> back;
  };
  explicit MirrorRound(Parts parts);

  // Holders by party, with the keys that sign their standings.
  void begin(const std::map<std::string, crypto::VerifyKey<crypto::Identity>>& holders);
  // A holder's answer. What it makes of it, where that is worth an alarm.
  std::optional<std::string_view> answered(const std::string& name, const MirrorReply& reply);

  // For a daemon's status: {"recovery_key", "cosigned", "holders": [{"holder", "entries"}]}.
  [[nodiscard]] nlohmann::json status() const;

 private:
  struct Holder {
    crypto::VerifyKey<crypto::Identity> key;
    std::optional<std::uint64_t> entries;  // that it has said it keeps
    unsigned blocks = 0;                   // sent in this round
  };

  void send_next(const std::string& name, Holder& holder, MirrorStanding standing);
  // Nothing where the store's log is not the one that was cosigned: it was put back.
  [[nodiscard]] static std::optional<Buffer> next_block(const Parts& parts,
                                                        const crypto::RecoveryPublic& key,
                                                        MirrorStanding standing,
                                                        const Checkpoint& cosigned,
                                                        std::string note);

  Parts parts_;
  std::map<std::string, Holder> holders_;
  std::string note_;     // the cosigned checkpoint of this round
  Checkpoint cosigned_;  // what it says
};

}  // namespace hub::audit
