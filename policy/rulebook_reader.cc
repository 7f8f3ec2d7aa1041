#include "policy/rulebook_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "policy/cedar/validator.h"
#include "policy/codes.h"
#include "policy/named_entities.h"
#include "policy/world_schema.h"

namespace hub::policy {
namespace {

constexpr std::string_view kPolicyFolder = "policy/";
constexpr std::string_view kAgreementFolder = "agreements/";

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
    for (const auto& policy : out_.policies.templates()) {
      note(*policy, "the policy is a template", "write the entity instead of the slot");
    }
    for (const auto& finding : validate(out_.policies, world_schema())) {
      if (finding.severity() != Severity::Error) continue;
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

  void misplaced(const std::string& path, std::string_view expected) {
    mistakes_.push_back({path, 0, 0, "the file does not belong into this folder",
                         "expected " + std::string(expected)});
  }

  void note(const Policy& policy, std::string what, std::string hint) {
    mistakes_.push_back({policy.file, policy.line, 0, std::move(what), std::move(hint)});
  }

  void check(const Agreement& agreement, const std::vector<RecordTypeFacts>& record_types) {
    for (const auto& group : agreement.field_groups) {
      const auto slash = group.find('/');
      const auto type =
          std::ranges::find(record_types, group.substr(0, slash), &RecordTypeFacts::name);
      if (type != record_types.end() &&
          std::ranges::find(type->field_groups, group.substr(slash + 1)) !=
              type->field_groups.end()) {
        continue;
      }
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
  reader.check(record_types);
  return std::move(reader).finish();
}

}  // namespace hub::policy
