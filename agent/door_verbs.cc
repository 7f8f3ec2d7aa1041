#include "agent/door_verbs.h"

namespace hub::agent {

std::span<const DoorVerb> door_verbs() {
  static const std::vector<DoorVerb> all{
      {"status", {"operator", "auditor"}, nullptr, true},
      {"send", {"operator", "sender"}, nullptr, true},
      {"records.list", {}, list_records},
      {"records.show", {}, show_record},
      {"policy.explain", {"operator", "auditor"}, explain_decision},
      {"witness.add-checkpoint", {"operator", "witness"}, add_outside_checkpoint, true},
      {"log.restore", {"operator"}, restore_own_log, true},
      {"audit.entries", {"auditor"}, list_entries},
      {"audit.export", {"auditor"}, export_log, true},
      {"audit.search", {"auditor"}, search_log},
      {"audit.alerts", {"auditor"}, list_alerts},
      {"audit.dispose", {"auditor"}, dispose_alert},
      {"audit.confirm", {"auditor"}, confirm_alert},
      {"audit.pack", {"auditor"}, pack_evidence},
      {"erase.propose", {"privacy-officer"}, propose_erasure},
      {"erase.list", {"privacy-officer"}, list_proposals},
      {"erase.approve", {"privacy-officer"}, approve_erasure},
      {"erase.withdraw", {"privacy-officer"}, withdraw_erasure},
      {"hold.place", {"privacy-officer"}, place_hold},
      {"hold.list", {"privacy-officer"}, list_holds},
      {"hold.lift", {"privacy-officer"}, lift_hold},
  };
  return all;
}

}  // namespace hub::agent
