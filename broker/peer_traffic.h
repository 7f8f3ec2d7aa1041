// How much the broker has under way between the owner of a log and a witness of it, or a holder of
// its leaves. Whoever asks more than is answered, or answers what nobody asked, is not carried: it
// could fill the queue of the other, whose session then ends.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "core/base/clock.h"

namespace hub::broker {

class PeerTraffic {
 public:
  static constexpr unsigned kMostUnanswered = 8;
  // After such a silence what was not answered is taken as lost.
  static constexpr std::chrono::seconds kLostAfter{30};

  // Whether the question may go on its way.
  [[nodiscard]] bool ask(const std::string& log, const std::string& other, SteadyTime now) {
    auto& between = between_[{log, other}];
    if (between.unanswered == kMostUnanswered) {
      if (now - between.asked < kLostAfter) return false;
      between.unanswered = 0;
    }
    ++between.unanswered;
    between.asked = now;
    return true;
  }
  // Whether the answer was asked for.
  [[nodiscard]] bool answer(const std::string& log, const std::string& other) {
    const auto between = between_.find({log, other});
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
