// The authority's SIEM gets a copy of the log: what a daemon starts, stops and shows of it.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "audit/log/log.h"
#include "audit/siem/ocsf.h"
#include "audit/siem/siem_settings.h"
#include "core/base/clock.h"
#include "core/storage/store.h"

namespace hub::audit {

class Siem {
 public:
  struct Parts {
    const storage::Store& store;
    const Log& log;  // in that store
    const Clock& clock;
    LogSource source;
    std::filesystem::path beside;  // the store's file; cursors are kept in FILE.siem-TARGET
  };
  // Without targets it does nothing. Everything in the parts must outlive it. Throws EnvError when
  // a file of certificates or a cursor cannot be used.
  Siem(const SiemSettings& settings, const Parts& parts);
  Siem(const Siem&) = delete;
  Siem& operator=(const Siem&) = delete;
  Siem(Siem&&) = delete;
  Siem& operator=(Siem&&) = delete;
  ~Siem();

  // A thread for each target. Once.
  void start();
  // Within moments, whatever the targets do; what they lack goes after the next start. Idempotent;
  // before the store is closed.
  void stop();

  // For a daemon's status: a list with an object for each target. Thread-safe.
  // Sends the entries from this number on again: other ones stand there now. Any thread.
  void read_again_from(std::uint64_t entry);
  [[nodiscard]] nlohmann::json status() const;

 private:
  class Feed;
  std::vector<std::unique_ptr<Feed>> feeds_;
};

}  // namespace hub::audit
