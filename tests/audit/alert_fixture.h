// Feeds the alert rules a log that a test writes down act by act.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "audit/alerts/engine.h"
#include "core/base/byte_writer.h"

namespace hub::alerts {

class SmallLog {
 public:
  explicit SmallLog(AlertSettings settings = {}) : engine_(std::move(settings)) {}

  // Wednesday 13 January 2027, in winter: London's clocks show UTC.
  static Time at(int hour, int minute = 0, int second = 0, int day = 0) {
    using namespace std::chrono;
    return Time(sys_days(year(2027) / January / 13) + days(day)) + hours(hour) + minutes(minute) +
           seconds(second);
  }

  static Uuid record(std::uint8_t number) {
    Uuid out;
    out.bytes.back() = number;
    return out;
  }

  static Activity by(const std::string& actor, Time time, const std::string& outcome) {
    Activity out;
    out.time = time;
    out.actor = actor;
    out.roles = {"housing-officer"};
    out.act = "consultation";
    out.outcome = outcome;
    return out;
  }
  static Activity shown(const std::string& actor, Time time, std::uint8_t number = 1,
                        std::vector<std::string> relations = {}) {
    auto out = by(actor, time, "shown");
    out.count = 1;
    out.records = {record(number)};
    out.note = "show";
    out.relations = std::move(relations);
    return out;
  }
  static Activity listed(const std::string& actor, Time time, std::uint64_t rows,
                         const std::string& asked = {}) {
    auto out = by(actor, time, "listed");
    out.count = rows;
    out.note = "list";
    out.asked = asked;
    return out;
  }
  static Activity of_agent(Time time, const std::string& act, const std::string& outcome) {
    auto out = by({}, time, outcome);
    out.roles.clear();
    out.act = act;
    return out;
  }

  SmallLog& add(Activity activity) {
    activity.index = next_++;
    activity.commitment = crypto::sha256(ByteWriter().u64(activity.index).view());
    engine_.take(activity);
    return *this;
  }
  void skip(std::uint64_t entries) { next_ += entries; }

  [[nodiscard]] std::vector<Alert> alerts() const { return engine_.alerts(); }
  [[nodiscard]] std::vector<Alert> of(Rule rule) const {
    auto out = engine_.alerts();
    std::erase_if(out, [&](const Alert& alert) { return alert.finding.rule != rule; });
    return out;
  }

 private:
  Engine engine_;
  std::uint64_t next_ = 0;
};

inline Time at(int hour, int minute = 0, int second = 0, int day = 0) {
  return SmallLog::at(hour, minute, second, day);
}

// Records of nobody's relation, so that what is common can be told.
inline void usual_looks(SmallLog& log, int count) {
  for (int i = 0; i < count; ++i) {
    log.add(SmallLog::shown("zoe" + std::to_string(i % 200), at(9, 0, i / 100),
                            static_cast<std::uint8_t>(i % 200)));
  }
}

}  // namespace hub::alerts
