// Where a log's events go: what a forwarder needs to know of a file or a server.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "audit/siem/ocsf.h"
#include "core/base/result.h"

namespace hub::audit {

// Why a target takes nothing now: a fixed text, without anybody's bytes.
using TargetFault = std::string_view;
// This one is nobody's fault.
inline constexpr TargetFault kTargetStopped = "stopped";

// One thread at a time. No call waits for longer than its own deadlines, nor once the forwarder's
// stop has been signalled.
class SiemTarget {
 public:
  enum class Ready : std::uint8_t {
    AsBefore,
    Anew,  // what went before may not have arrived
  };

  SiemTarget() = default;
  SiemTarget(const SiemTarget&) = delete;
  SiemTarget& operator=(const SiemTarget&) = delete;
  SiemTarget(SiemTarget&&) = delete;
  SiemTarget& operator=(SiemTarget&&) = delete;
  virtual ~SiemTarget() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  // Opens or connects where that is needed.
  [[nodiscard]] virtual Result<Ready, TargetFault> make_ready() = 0;
  // All of these, or a fault; then any of them may have gone.
  [[nodiscard]] virtual std::optional<TargetFault> take(std::span<const SiemEvent> events) = 0;
  // Whether what was taken is there for good.
  [[nodiscard]] virtual bool keeps_what_it_takes() const = 0;
};

}  // namespace hub::audit
