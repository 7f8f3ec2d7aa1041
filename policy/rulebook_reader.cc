#include "policy/rulebook_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/validator.h"
#include "policy/codes.h"
#include "policy/held_rows.h"
#include "policy/named_entities.h"
#include "policy/template_links.h"
#include "policy/world_schema.h"

namespace hub::policy {
namespace {

constexpr std::string_view kPolicyFolder = "policy/";
constexpr std::string_view kAgreementFolder = "agreements/";
constexpr std::string_view kLinkFolder = "links/";

bool has_type(const std::vector<RecordTypeFacts>& record_types, std::string_view name) {
  return std::ranges::find(record_types, name, &RecordTypeFacts::name) != record_types.end();
}

// "ta.placement_notice/notice"
bool has_group(const std::vector<RecordTypeFacts>& record_types, std::string_view path) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos) return false;
  const auto type = std::ranges::find(record_types, path.substr(0, slash), &RecordTypeFacts::name);
  return type != record_types.end() &&
         std::ranges::find(type->field_groups, path.substr(slash + 1)) != type->field_groups.end();
}

class RulebookReader {
 public:
  void read_policies(const std::string& path, std::string_view text) {
    if (!path.ends_with(".cedar")) {
      misplaced(path, "policy/NAME.cedar");
      return;
    }
    auto parsed = PolicySet::parse(text, path);
    take(parsed ? out_.policies.add(std::move(*parsed)) : std::move(parsed.error()));
  }

  // After all policies and agreements.
  void read_links(const std::string& path, std::string_view text,
                  const std::vector<RecordTypeFacts>& record_types) {
    if (!path.ends_with(".json")) {
      misplaced(path, "links/NAME.json");
      return;
    }
    auto parsed = parse_template_links(text, path);
    if (!parsed) {
      take(std::move(parsed.error()));
      return;
    }
    for (auto& linked : *parsed) link(path, linked, record_types);
  }

  void read_agreement(const std::string& path, std::string_view text) {
    if (!path.ends_with(".json")) {
      misplaced(path, "agreements/ID.json");
      return;
    }
    auto parsed = parse_agreement(text, path);
    if (!parsed) {
      take(std::move(parsed.error()));
      return;
    }
    if (path != std::string(kAgreementFolder) + parsed->id + ".json") {
      mistakes_.push_back({path, 0, 0, "the file is not named after the agreement's id",
                           "name it agreements/" + parsed->id + ".json"});
    }
    paths_[parsed->id] = path;
    if (!out_.agreements.try_emplace(parsed->id, *parsed).second) {
      mistakes_.push_back({path, 0, 0, "the agreement's id is taken", "give it another id"});
    }
  }

  void check(const std::vector<RecordTypeFacts>& record_types) {
    for (const auto& [id, agreement] : out_.agreements) check(agreement, record_types);
    for (const auto& policy : out_.policies.policies()) check(*policy);
    for (const auto& policy : out_.policies.templates()) check(*policy);
    auto findings = validate(out_.policies, world_schema());
    std::erase_if(findings, [](const Finding& one) { return one.severity() != Severity::Error; });
    if (findings.empty()) findings = unaskable_views(out_.policies);
    for (const auto& finding : findings) {
      mistakes_.push_back({finding.file, finding.line, finding.column, finding.what, finding.hint});
    }
    take(mistakes_in_names(out_.policies, out_.agreements, record_types));
  }

  Result<RulebookText, std::vector<ParseError>> finish() && {
    if (!mistakes_.empty()) return fail(std::move(mistakes_));
    return std::move(out_);
  }

 private:
  void take(std::vector<ParseError> more) {
    std::ranges::move(more, std::back_inserter(mistakes_));
  }

  void link(const std::string& path, LinkedPolicy& linked,
            const std::vector<RecordTypeFacts>& record_types) {
    const auto& [base, id, principal, resource] = linked.link;
    const auto wrong = [&](std::string what, std::string hint) {
      mistakes_.push_back({path, linked.line, 0, std::move(what), std::move(hint)});
    };
    for (const auto& entity : {principal, resource}) {
      if (entity && !knows(*entity, record_types)) {
        wrong("the link of " + in_backquotes(id) + " names " + in_backquotes(entity->id) +
                  ", which is not in the bundle",
              "name what the catalogue and the agreements have");
      }
    }
    // Where it stands, for explanations.
    linked.annotations.push_back({"link", path + ":" + std::to_string(linked.line)});
    if (const auto refused =
            out_.policies.link(base, id, principal, resource, std::move(linked.annotations))) {
      wrong("the link of " + in_backquotes(id) +
                " cannot be made: " + std::string(describe(*refused)),
            "compare the template's head: `role`, `roles`, `guest` and `parties_to` fill "
            "?principal, `record_type`, `field_group` and `field_groups` fill ?resource");
    }
  }

  // Roles are each authority's own.
  [[nodiscard]] bool knows(const EntityUid& uid,
                           const std::vector<RecordTypeFacts>& record_types) const {
    if (uid.type == "Agreement") return out_.agreements.contains(uid.id);
    if (uid.type == "RecordType") return has_type(record_types, uid.id);
    if (uid.type == "FieldGroup") return has_group(record_types, uid.id);
    if (uid.type != "Guest") return true;
    return std::ranges::any_of(out_.agreements, [&](const auto& held) {
      return std::ranges::find(held.second.guests, uid.id, &AgreementGuest::organisation) !=
             held.second.guests.end();
    });
  }

  void misplaced(const std::string& path, std::string_view expected) {
    mistakes_.push_back({path, 0, 0, "the file does not belong into this folder",
                         "expected " + std::string(expected)});
  }

  void note(const Policy& policy, std::string what, std::string hint) {
    mistakes_.push_back({policy.file, policy.line, 0, std::move(what), std::move(hint)});
  }

  void check(const Agreement& agreement, const std::vector<RecordTypeFacts>& record_types) {
    for (const auto& group : agreement.field_groups) {
      if (has_group(record_types, group)) continue;
      mistakes_.push_back({paths_[agreement.id], 0, 0,
                           "the catalogue has no field group `" + group + "`",
                           "take it out of `record_types`, or add it to the catalogue"});
    }
  }

  void check(const Policy& policy) {
    const auto* id = policy.annotation("id");
    if (id == nullptr || !is_code(*id)) {
      note(policy, "the policy has no @id, or one that is no code",
           "as in @id(\"ta-notice-share\")");
    }
    for (const std::string_view name : {"title", "lawful_basis", "owner"}) need(policy, name);
    if (policy.effect == Effect::Forbid) need(policy, "advice");
    const auto* review = policy.annotation("review_by");
    if (review == nullptr || !parse_iso_date(*review)) {
      note(policy, "the policy has no @review_by date", "as in @review_by(\"2027-06-30\")");
    }
    const auto* agreement = policy.annotation("agreement");
    if (agreement == nullptr || (*agreement != "all" && !out_.agreements.contains(*agreement))) {
      note(policy, "@agreement names no agreement of this bundle",
           "give the id of one, or \"all\"");
    }
  }

  void need(const Policy& policy, std::string_view name) {
    const auto* value = policy.annotation(name);
    if (value == nullptr || value->empty()) {
      note(policy, "the policy has no @" + std::string(name), "say it in a few words");
    }
  }

  RulebookText out_;
  std::map<std::string, std::string> paths_;
  std::vector<ParseError> mistakes_;
};

}  // namespace

Result<RulebookText, std::vector<ParseError>> read_rulebook(
    const std::map<std::string, std::string>& files,
    const std::vector<RecordTypeFacts>& record_types) {
  RulebookReader reader;
  for (const auto& [path, text] : files) {
    if (path.starts_with(kPolicyFolder)) reader.read_policies(path, text);
    if (path.starts_with(kAgreementFolder)) reader.read_agreement(path, text);
  }
  for (const auto& [path, text] : files) {
    if (path.starts_with(kLinkFolder)) reader.read_links(path, text, record_types);
  }
  reader.check(record_types);
  return std::move(reader).finish();
}

}  // namespace hub::policy
