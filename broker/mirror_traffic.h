// How much may be under way between the owner of a log and a holder of its leaves. The messages are
// large, so whoever asks more than is answered, or answers what nobody asked, is not carried.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "core/base/clock.h"

namespace hub::broker {

class MirrorTraffic {
 public:
  static constexpr unsigned kMostUnanswered = 8;
  // After such a silence what was not answered is taken as lost.
  static constexpr std::chrono::seconds kLostAfter{30};

  // Whether the question may go on its way.
  [[nodiscard]] bool ask(const std::string& log, const std::string& holder, SteadyTime now) {
    auto& between = between_[{log, holder}];
    if (between.unanswered == kMostUnanswered) {
      if (now - between.asked < kLostAfter) return false;
      between.unanswered = 0;
    }
    ++between.unanswered;
    between.asked = now;
    return true;
  }
  // Whether the answer was asked for.
  [[nodiscard]] bool answer(const std::string& log, const std::string& holder) {
    const auto between = between_.find({log, holder});
    if (between == between_.end() || between->second.unanswered == 0) return false;
    --between->second.unanswered;
    return true;
  }

 private:
  struct Between {
    unsigned unanswered = 0;
    SteadyTime asked;  // last
  };
  std::map<std::pair<std::string, std::string>, Between> between_;  // parties of the register
};

}  // namespace hub::broker
