#include "audit/alerts/activity.h"

namespace hub::alerts {
namespace {

// A search may be longer than any rule looks at.
constexpr std::size_t kLongestAsked = 200;

}  // namespace

Activity activity_of(const audit::Leaf& leaf, const std::optional<audit::Detail>& detail) {
  const auto& entry = leaf.entry;
  Activity out;
  out.index = leaf.index;
  out.time = leaf.time;
  out.roles = entry.roles;
  out.act = entry.act;
  out.outcome = entry.outcome;
  out.record_type = entry.record_type;
  out.sender = entry.sender;
  out.recipient = entry.recipient;
  out.agreement = entry.agreement;
  out.purpose = entry.purpose;
  out.view = entry.view;
  out.count = entry.count;
  out.commitment = leaf.detail;
  out.envelopes = entry.envelopes;
  // A restore, too, may have put other entries under the numbers that were read before.
  out.erases = !entry.erased.empty() || !entry.erased_items.empty() || !entry.restored.empty();
  if (!detail) return out;
  out.actor = detail->actor;
  out.records = detail->record_ids;
  out.note = detail->note;
  out.asked = detail->asked.substr(0, kLongestAsked);
  out.relations = detail->relations;
  out.device = detail->device;
  out.justification = detail->justification;
  return out;
}

bool is_persons(const Activity& activity) {
  return !activity.actor.empty() && activity.actor != "agent";
}

bool is_shown(const Activity& activity) {
  return activity.act == "consultation" && activity.outcome == "shown" && is_persons(activity);
}

bool is_listed(const Activity& activity) {
  return activity.act == "consultation" && activity.outcome == "listed" && activity.count > 0 &&
         is_persons(activity);
}

bool is_refused(const Activity& activity) {
  return activity.act == "consultation" && activity.outcome == "refused" && is_persons(activity);
}

}  // namespace hub::alerts
