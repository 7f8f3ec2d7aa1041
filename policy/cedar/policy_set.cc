#include "policy/cedar/policy_set.h"

#include <algorithm>

#include "policy/cedar/policy_parser.h"

namespace hub::policy {
namespace {

ParseError taken(const Policy& policy) {
  return {policy.file, policy.line, 0, "the policy id `" + policy.id + "` is taken",
          "give every policy an @id of its own"};
}

}  // namespace

std::string_view describe(LinkError error) {
  switch (error) {
    case LinkError::NoSuchTemplate: return "there is no template of that id";
    case LinkError::IdTaken: return "the id of the new policy is taken";
    case LinkError::MissingSlot: return "a slot of the template was given no entity";
    case LinkError::UnknownSlot: return "an entity was given for a slot the template does not have";
  }
  return "unknown link error";
}

Result<PolicySet, std::vector<ParseError>> PolicySet::parse(std::string_view text,
                                                            std::string_view file, PolicyIds ids) {
  auto parsed = parse_policies(text, file, ids);
  if (!parsed) return fail(std::move(parsed.error()));
  PolicySet out;
  std::vector<ParseError> mistakes;
  for (auto& policy : *parsed) {
    if (out.by_id_.contains(policy.id)) {
      mistakes.push_back(taken(policy));
    } else {
      out.append(std::make_shared<const Policy>(std::move(policy)));
    }
  }
  if (!mistakes.empty()) return fail(std::move(mistakes));
  return out;
}

std::vector<ParseError> PolicySet::add(PolicySet more) {
  std::vector<ParseError> mistakes;
  for (const auto& [id, policy] : more.by_id_) {
    if (by_id_.contains(id)) mistakes.push_back(taken(*policy));
  }
  if (!mistakes.empty()) return mistakes;
  for (auto& policy : more.policies_) append(std::move(policy));
  for (auto& policy : more.templates_) append(std::move(policy));
  for (auto& link : more.links_) links_.push_back(std::move(link));
  return mistakes;
}

bool PolicySet::add(Policy policy) {
  if (by_id_.contains(policy.id)) return false;
  append(std::make_shared<const Policy>(std::move(policy)));
  return true;
}

std::optional<LinkError> PolicySet::link(std::string_view template_id, std::string new_id,
                                         const std::optional<EntityUid>& principal,
                                         const std::optional<EntityUid>& resource,
                                         std::vector<Annotation> annotations) {
  const auto* linked = find(template_id);
  if (linked == nullptr || !linked->is_template()) return LinkError::NoSuchTemplate;
  if (by_id_.contains(new_id)) return LinkError::IdTaken;
  auto made = *linked;
  made.id = std::move(new_id);
  for (auto& annotation : annotations) {
    const auto same = std::ranges::find(made.annotations, annotation.name, &Annotation::name);
    if (same == made.annotations.end()) {
      made.annotations.push_back(std::move(annotation));
    } else {
      same->value = std::move(annotation.value);
    }
  }
  for (const auto& [scope, entity] :
       {std::pair{&made.principal, &principal}, std::pair{&made.resource, &resource}}) {
    if (scope->slot && !*entity) return LinkError::MissingSlot;
    if (!scope->slot && *entity) return LinkError::UnknownSlot;
    if (scope->slot) scope->entity = Value(**entity);
    scope->slot = false;
  }
  links_.push_back({std::string(template_id), made.id, principal, resource});
  append(std::make_shared<const Policy>(std::move(made)));
  return std::nullopt;
}

std::span<const std::shared_ptr<const Policy>> PolicySet::policies() const { return policies_; }

std::span<const std::shared_ptr<const Policy>> PolicySet::templates() const { return templates_; }

const Policy* PolicySet::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second.get();
}

void PolicySet::append(std::shared_ptr<const Policy> policy) {
  by_id_.emplace(policy->id, policy);
  if (policy->is_template()) {
    templates_.push_back(std::move(policy));
    return;
  }
  policies_.push_back(std::move(policy));
  index_.grow(policies_);
}

}  // namespace hub::policy
