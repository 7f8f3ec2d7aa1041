// The links file of a bundle (links/NAME.json): policies that officers make of reviewed templates
// by filling in a form, without writing Cedar.
//
//   {"links": [{
//     "id": "notice-view", "template": "team-view",
//     "title": "...", "agreement": "all", "lawful_basis": "...", "owner": "...",
//     "review_by": "2027-06-30",
//     "roles": ["housing-officer", "notice-lead"],
//     "field_groups": ["ta.placement_notice/notice", "ta.placement_notice/needs"]}]}
//
// `role`, `roles`, `guest` or `parties_to` (an agreement's id) fill the slot ?principal;
// `record_type`, `field_group` or `field_groups` fill ?resource. A list makes a policy of each of
// its members, whose ids have the member behind a full stop: notice-view.notice-lead.needs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/policy_set.h"

namespace hub::policy {

// More in one file is refused.
inline constexpr std::size_t kMaxTemplateLinks = 10'000;

struct LinkedPolicy {
  TemplateLink link;
  std::vector<Annotation> annotations;  // id, title, agreement, lawful_basis, owner, review_by
  std::size_t line = 0;                 // where the link stands in its file
};

// Every mistake is reported. Whether templates and names exist is not looked at.
[[nodiscard]] Result<std::vector<LinkedPolicy>, std::vector<ParseError>> parse_template_links(
    std::string_view json, std::string_view file);

}  // namespace hub::policy
