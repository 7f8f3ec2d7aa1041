#include "audit/alerts/log_watch.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

#include "core/base/byte_reader.h"

namespace hub::alerts {
namespace {

constexpr std::size_t kMostEnvelopes = 250'000;

struct Trouble {
  std::string_view outcome;
  std::string_view says;
};

constexpr std::array<Trouble, 4> kTroubles{{
    {"log-opened-anew", "entries of this log were lost, and it began anew under another name"},
    {"log-restored", "this store was put back, and entries came back from mirrors without details"},
    {"log-forked", "this agent was shown two histories of another party's log"},
    {"log-not-continued", "another party's log did not show that it continues"},
}};

class LogTrouble final : public Watch {
 public:
  explicit LogTrouble(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    for (const auto& trouble : kTroubles) {
      if (activity.act != "admin" || activity.outcome != trouble.outcome) continue;
      auto text = std::string(trouble.says);
      if (!activity.sender.empty()) text += ": that of " + activity.sender;
      write(seen, trouble.outcome, text, settings_.log_trouble, ledger);
    }
    if (last_) between(*last_, seen, ledger);
    last_ = At{activity.index, activity.time};
  }

 private:
  struct At {
    std::uint64_t index = 0;
    Time time;
  };

  void between(const At& last, const Seen& seen, Ledger& ledger) const {
    const auto& activity = seen.activity;
    if (activity.index != last.index + 1) {
      write(seen, "gap",
            "after entry " + std::to_string(last.index) + " the next one there is " +
                std::to_string(activity.index),
            settings_.log_trouble, ledger);
    }
    if (activity.time + settings_.clock_slack < last.time) {
      write(seen, "clock",
            "this machine's clock went back from " + to_iso(last.time) + " to " +
                to_iso(activity.time),
            settings_.clock_back, ledger);
    }
    if (activity.time - last.time > settings_.silence) {
      write(seen, "silence",
            "the log is silent from " + to_iso(last.time) + " to " + to_iso(activity.time),
            settings_.log_silent, ledger);
    }
  }

  // Nobody's doing, so that no name is in it.
  static void write(const Seen& seen, std::string_view kind, std::string_view text, unsigned score,
                    Ledger& ledger) {
    auto mark = mark_of(seen.activity);
    mark.actor.clear();
    auto& finding = ledger.add(Rule::LogTrouble,
                               std::string(kind) + '\n' + std::to_string(seen.local.day), mark);
    finding.score = score;
    finding.why = std::string(text);
    if (finding.count > 1) finding.why += "; " + counted(finding.count, "time") + " that day";
  }

  const AlertSettings& settings_;
  std::optional<At> last_;
};

class NeverAcknowledged final : public Watch {
 public:
  explicit NeverAcknowledged(const AlertSettings& settings) : settings_(settings) {}

  void take(const Seen& seen, Ledger& ledger) override {
    const auto& activity = seen.activity;
    if (activity.act == "disclosure") sealed(activity);
    if (activity.act == "receipt" || activity.act == "refusal") answered(activity);
    if (activity.outcome == "stream-reopened") sealed_again(activity.recipient);
    while (!sent_.empty() &&
           sent_.front().mark.time + settings_.acknowledged_within < activity.time) {
      overdue(sent_.front(), activity.time, ledger);
      sent_.pop_front();
    }
  }

 private:
  // The first 8 bytes of a leaf hash: enough to tell those that are open apart.
  using Short = std::uint64_t;
  struct Sent {
    Mark mark;
    std::string recipient;
    std::vector<Short> envelopes;
  };
  struct Open {
    std::string recipient;
    bool late = false;
  };
  struct Late {
    std::string key;
    std::uint64_t envelopes = 0;
  };

  static Short short_of(const crypto::Digest& envelope) { return ByteReader(envelope).u64(); }

  void sealed(const Activity& activity) {
    // Of more than memory is set aside for, the newest are not followed.
    if (open_.size() + activity.envelopes.size() > kMostEnvelopes) return;
    Sent sent{mark_of(activity), activity.recipient, {}};
    sent.mark.actor.clear();
    for (const auto& envelope : activity.envelopes) {
      if (!open_.try_emplace(short_of(envelope), activity.recipient, false).second) continue;
      sent.envelopes.push_back(short_of(envelope));
    }
    if (!sent.envelopes.empty()) sent_.push_back(std::move(sent));
  }

  void answered(const Activity& activity) {
    for (const auto& envelope : activity.envelopes) {
      const auto open = open_.find(short_of(envelope));
      if (open == open_.end()) continue;
      if (open->second.late) caught_up(open->second.recipient);
      open_.erase(open);
    }
  }

  // The finding of a recipient is over when nothing of it is late any more.
  void caught_up(const std::string& recipient) {
    const auto late = late_.find(recipient);
    if (late != late_.end() && --late->second.envelopes == 0) late_.erase(late);
  }

  // What had no receipt is sealed again, as other envelopes.
  void sealed_again(const std::string& recipient) {
    std::erase_if(open_, [&](const auto& item) { return item.second.recipient == recipient; });
    late_.erase(recipient);
  }

  void overdue(const Sent& sent, Time now, Ledger& ledger) {
    std::uint64_t open = 0;
    for (const auto envelope : sent.envelopes) {
      const auto at = open_.find(envelope);
      if (at == open_.end()) continue;
      at->second.late = true;
      ++open;
    }
    if (open == 0) return;
    auto& late = late_[sent.recipient];
    if (late.key.empty()) late.key = sent.recipient + '\n' + std::to_string(sent.mark.index);
    late.envelopes += open;
    auto& finding = ledger.add(Rule::NeverAcknowledged, late.key, sent.mark);
    finding.amount += open;
    finding.last = std::max(finding.last, now);
    finding.score = settings_.never_acknowledged;
    finding.why =
        sent.recipient + " has not acknowledged " + counted(finding.amount, "record") + " within " +
        counted(static_cast<std::uint64_t>(
                    std::chrono::floor<std::chrono::days>(settings_.acknowledged_within).count()),
                "day") +
        "; the first was sealed at " + to_iso(finding.first);
  }

  const AlertSettings& settings_;
  std::unordered_map<Short, Open> open_;
  std::deque<Sent> sent_;             // oldest first
  std::map<std::string, Late> late_;  // by recipient
};

}  // namespace

std::unique_ptr<Watch> log_trouble(const AlertSettings& settings) {
  return std::make_unique<LogTrouble>(settings);
}
std::unique_ptr<Watch> never_acknowledged(const AlertSettings& settings) {
  return std::make_unique<NeverAcknowledged>(settings);
}

}  // namespace hub::alerts
