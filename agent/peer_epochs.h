// The other authorities' epoch keys: which key to seal to now. Safe to use from several threads.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/storage/connection.h"
#include "schemas/epoch_key.h"

namespace hub::agent {

class PeerEpochs {
 public:
  // Those kept in the store, at start.
  void load(storage::Connection& store, Time now);
  // Keeps a verified statement; call add() after the commit.
  static void keep(storage::Connection& store, const schemas::EpochKey& key, Bytes statement,
                   Time now);
  // An older generation of a day never replaces a newer one. A key of low order is passed over.
  void add(const schemas::EpochKey& key);

  // The key of the day `now` falls in, of the newest generation; nothing when the authority has
  // published none, as after a week away.
  [[nodiscard]] std::optional<schemas::EpochKey> current(std::string_view authority,
                                                         schemas::DeliveryClass delivery_class,
                                                         Time now) const;

 private:
  using Holder = std::pair<std::string, schemas::DeliveryClass>;
  mutable std::mutex mutex_;
  std::map<Holder, std::map<std::uint32_t, schemas::EpochKey>> keys_;  // by day
};

}  // namespace hub::agent
