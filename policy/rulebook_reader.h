// Reads a bundle's policies and agreements and checks them against each other and the catalogue.
// Inside the folder: Rulebook::make is what others call.
//
// Every policy carries @id, @title, @agreement (an agreement's id, or "all"), @lawful_basis,
// @owner and @review_by, and a forbid also @advice: what to do after the refusal. So does every
// template and every link of one (template_links.h). All must be strictly valid under the schema of
// world_schema.h, so that they cannot err on what the hub asks, and views must be such that a store
// can be asked for what they let somebody see (held_rows.h).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy_set.h"
#include "policy/enforcement.h"
#include "policy/world.h"

namespace hub::policy {

struct RulebookText {
  PolicySet policies;
  Agreements agreements;
};

[[nodiscard]] Result<RulebookText, std::vector<ParseError>> read_rulebook(
    const std::map<std::string, std::string>& files,
    const std::vector<RecordTypeFacts>& record_types);

}  // namespace hub::policy
