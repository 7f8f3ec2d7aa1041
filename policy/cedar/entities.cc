#include "policy/cedar/entities.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

namespace hub::policy {
namespace {

using Place = std::uint32_t;

struct HashOf {
  std::size_t operator()(const HashedUid& uid) const { return uid.hash; }
};

// A name that occurs in the snapshot: an entity, or only somebody's parent.
struct Named {
  std::optional<Entity> entity;
  std::vector<Place> parents;
  std::vector<Place> ancestors;  // sorted
};

}  // namespace

struct Entities::Snapshot {
  std::unordered_map<HashedUid, Place, HashOf> places;
  std::vector<Named> named;
  std::size_t entities = 0;

  Place place_of(const EntityUid& uid) {
    const auto [at, fresh] = places.try_emplace(HashedUid(uid), static_cast<Place>(named.size()));
    if (fresh) named.emplace_back();
    return at->second;
  }

  [[nodiscard]] const Named* find(const HashedUid& uid) const {
    const auto at = places.find(uid);
    return at == places.end() ? nullptr : &named[at->second];
  }

  // Parents before their children; nothing when there is a cycle.
  [[nodiscard]] std::optional<std::vector<Place>> parents_first() const {
    std::vector<std::vector<Place>> children(named.size());
    std::vector<std::size_t> waits_for(named.size());
    std::vector<Place> order;
    for (Place at = 0; at < named.size(); ++at) {
      waits_for[at] = named[at].parents.size();
      for (const auto parent : named[at].parents) children[parent].push_back(at);
      if (waits_for[at] == 0) order.push_back(at);
    }
    for (std::size_t next = 0; next < order.size(); ++next) {
      for (const auto child : children[order[next]]) {
        if (--waits_for[child] == 0) order.push_back(child);
      }
    }
    return order.size() == named.size() ? std::optional(std::move(order)) : std::nullopt;
  }

  // False when there would be too many.
  bool compute_ancestors(const std::vector<Place>& order) {
    std::size_t pairs = 0;
    for (const auto at : order) {
      auto& ancestors = named[at].ancestors;
      for (const auto parent : named[at].parents) {
        const auto& above = named[parent].ancestors;
        if (ancestors.size() + above.size() > kMaxAncestorPairs) return false;
        ancestors.push_back(parent);
        ancestors.insert(ancestors.end(), above.begin(), above.end());
      }
      std::ranges::sort(ancestors);
      const auto repeated = std::ranges::unique(ancestors);
      ancestors.erase(repeated.begin(), repeated.end());
      pairs += ancestors.size();
      if (pairs > kMaxAncestorPairs) return false;
    }
    return true;
  }
};

struct Entities::Front {
  HashedUid uid;
  Entity entity;
};

Entities::Entities() : Entities(std::make_shared<const Snapshot>()) {}

Entities::Entities(std::shared_ptr<const Snapshot> snapshot) : snapshot_(std::move(snapshot)) {}

Result<Entities, std::string> Entities::make(std::vector<Entity> entities) {
  if (entities.size() > kMaxEntities) return fail(std::string("there are too many entities"));
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->entities = entities.size();
  for (std::size_t i = 0; i < entities.size(); ++i) {
    auto& entity = entities[i];
    const auto at = snapshot->place_of(entity.uid);
    if (snapshot->named[at].entity) {
      return fail("entity " + std::to_string(i + 1) + " of the list occurs a second time");
    }
    std::vector<Place> parents;
    parents.reserve(entity.parents.size());
    for (const auto& parent : entity.parents) parents.push_back(snapshot->place_of(parent));
    std::ranges::sort(parents);
    const auto repeated = std::ranges::unique(parents);
    parents.erase(repeated.begin(), repeated.end());
    snapshot->named[at].parents = std::move(parents);
    snapshot->named[at].entity = std::move(entity);
  }
  const auto order = snapshot->parents_first();
  if (!order) return fail(std::string("an entity is its own ancestor"));
  if (!snapshot->compute_ancestors(*order)) {
    return fail(std::string("the entities have too many ancestors"));
  }
  return Entities(std::move(snapshot));
}

Result<Entities, std::string> Entities::with(Entity entity) const {
  HashedUid uid(entity.uid);
  if (front_ != nullptr || snapshot_->find(uid) != nullptr ||
      std::ranges::find(entity.parents, entity.uid) != entity.parents.end()) {
    return fail(std::string("the entity is there already"));
  }
  Entities out(snapshot_);
  out.front_ = std::make_shared<const Front>(Front{std::move(uid), std::move(entity)});
  return out;
}

const Entity* Entities::find(const HashedUid& uid) const {
  if (front_ != nullptr && front_->uid == uid) return &front_->entity;
  const auto* named = snapshot_->find(uid);
  return named == nullptr || !named->entity ? nullptr : &*named->entity;
}

bool Entities::is_in(const HashedUid& member, const HashedUid& group) const {
  if (member == group) return true;
  if (front_ != nullptr && front_->uid == member) {
    return std::ranges::any_of(front_->entity.parents, [&](const EntityUid& parent) {
      return is_in(HashedUid(parent), group);
    });
  }
  const auto* named = snapshot_->find(member);
  if (named == nullptr || named->ancestors.empty()) return false;
  const auto above = snapshot_->places.find(group);
  return above != snapshot_->places.end() &&
         std::ranges::binary_search(named->ancestors, above->second);
}

std::size_t Entities::size() const { return snapshot_->entities + (front_ == nullptr ? 0 : 1); }

}  // namespace hub::policy
