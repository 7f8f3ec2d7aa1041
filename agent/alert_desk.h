// The alert rules over this agent's own log. What was read stays in memory, so that a question
// costs only what the log has grown by; after an erasure, or under another bundle, all is read
// anew.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "agent/snapshot.h"
#include "audit/alerts/engine.h"
#include "audit/log/log.h"
#include "core/storage/store.h"

namespace hub::agent {

class AlertDesk {
 public:
  // All must outlive the desk. Of the settings the ends of agreements are the bundle's.
  AlertDesk(storage::Store& store, const audit::Log& log, alerts::AlertSettings settings);

  struct Standing {
    std::vector<alerts::Alert> alerts;
    std::uint64_t entries = 0;   // of the log that they are drawn from
    std::uint64_t left_out = 0;  // findings dropped for want of memory
  };

  // Hands over the alerts as the log stands; what is committed meanwhile by others is not in them,
  // and others wait for their turn until `use` is done. False, and no call, while somebody else has
  // the turn. Waits for the store, so not on the loop.
  [[nodiscard]] bool with_alerts(const Snapshot& snapshot,
                                 const std::function<void(const Standing&)>& use);

 private:
  void begin_anew(const Snapshot& snapshot);
  // Reads up to this entry; false when one of those read erases what may have been read before.
  [[nodiscard]] bool read_on(std::uint64_t size);

  storage::Store& store_;
  const audit::Log& log_;
  const alerts::AlertSettings settings_;

  std::mutex mutex_;
  std::unique_ptr<alerts::Engine> engine_;
  std::uint64_t bundle_ = 0;
  std::uint64_t read_ = 0;  // entries
};

}  // namespace hub::agent
