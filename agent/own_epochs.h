// This authority's own epoch keys: made ahead, published, destroyed in time (docs/protocol.md 3).
//
// Each private half is a file of its own in the epochs folder, outside the store and outside any
// backup: CLASS-DAY-gGENERATION.key, with the signed public statement beside it (.statement).
// Safe to use from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/crypto/hpke.h"
#include "core/crypto/secret.h"
#include "core/crypto/signing.h"
#include "schemas/epoch_key.h"

namespace hub::agent {

class OwnEpochs {
 public:
  // Reads the keys in the folder. Throws EnvError when one cannot be read.
  OwnEpochs(std::filesystem::path folder, std::string authority,
            const crypto::IdentityKey& identity);

  // Makes today's keys and those of the coming days where they are missing.
  // True when any was made: they are then to be published.
  [[nodiscard]] bool make_ahead(std::string_view hub, Time now);
  // A statement of ours that others know and whose private half we do not have was lost: its day
  // gets a key of a later generation. True when one was made.
  [[nodiscard]] bool replace_lost(std::string_view hub, const schemas::EpochKey& published,
                                  Time now);
  // The signed statements of keys that are still to be sealed to.
  [[nodiscard]] std::vector<Buffer> statements(Time now) const;

  // The HPKE context of mail sealed to one of our keys; nothing when the key is gone.
  [[nodiscard]] std::optional<crypto::HpkeRecipient> open(const schemas::EpochId& epoch,
                                                          const crypto::Encapsulated& encapsulated,
                                                          Bytes info) const;

  // Destroys what is due: 24 hours after the day's end once `drained` (the broker held nothing for
  // us since then), and in any case after the class's longest delivery. Returns what was destroyed.
  std::vector<schemas::EpochId> destroy_due(Time now, bool drained);
  // How many keys were destroyed since the start: whoever keeps what was derived from one looks
  // here.
  [[nodiscard]] std::uint64_t destroyed() const { return destroyed_; }

 private:
  struct Held {
    crypto::EpochSecret secret;
    schemas::EpochKey key;
    Buffer statement;
  };

  void make(std::string_view hub, const schemas::EpochId& epoch);
  [[nodiscard]] std::filesystem::path file_of(const schemas::EpochId& epoch,
                                              std::string_view suffix) const;

  const std::filesystem::path folder_;
  const std::string authority_;
  const crypto::IdentityKey& identity_;
  mutable std::mutex mutex_;
  std::map<schemas::EpochId, Held> held_;
  std::atomic<std::uint64_t> destroyed_ = 0;
};

}  // namespace hub::agent
