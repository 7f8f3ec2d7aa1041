#include "policy/cedar/entities.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace hub::policy {
namespace {

using Place = std::uint32_t;

// A name that occurs in the snapshot: an entity, or only somebody's parent.
struct Named {
  SharedUid uid;
  std::optional<Entity> entity;
  std::vector<const HashedUid*> ancestors;  // sorted by hash
};

bool by_hash(const HashedUid* left, const HashedUid* right) { return left->hash < right->hash; }

using Links = std::vector<std::vector<Place>>;

void sort_once_each(std::vector<Place>& places) {
  std::ranges::sort(places);
  const auto repeated = std::ranges::unique(places);
  places.erase(repeated.begin(), repeated.end());
}

}  // namespace

struct Entities::Snapshot {
  // Where a name stands among `named`: a table in one piece, a power of two in size and never more
  // than half full, that is looked through from where the hash says.
  struct Slot {
    std::uint64_t hash = 0;
    Place place = 0;
    bool taken = false;
  };

  std::vector<Slot> slots = std::vector<Slot>(2);
  std::vector<Named> named;
  std::size_t entities = 0;

  Place place_of(const SharedUid& uid) {
    const auto at = slot_of(uid.hashed());
    if (slots[at].taken) return slots[at].place;
    const auto place = static_cast<Place>(named.size());
    slots[at] = {uid.hashed().hash, place, true};
    named.emplace_back().uid = uid;
    if (named.size() * 2 > slots.size()) grow();
    return place;
  }

  // That of the name, or the free one where it would stand.
  [[nodiscard]] std::size_t slot_of(const HashedUid& uid) const {
    auto at = uid.hash & (slots.size() - 1);
    while (slots[at].taken &&
           (slots[at].hash != uid.hash || named[slots[at].place].uid.hashed() != uid)) {
      at = (at + 1) & (slots.size() - 1);
    }
    return at;
  }

  void grow() {
    const auto old = std::exchange(slots, std::vector<Slot>(slots.size() * 2));
    for (const auto& slot : old) {
      if (slot.taken) slots[slot_of(named[slot.place].uid.hashed())] = slot;
    }
  }

  [[nodiscard]] const Named* find(const HashedUid& uid) const {
    const auto& slot = slots[slot_of(uid)];
    return slot.taken ? &named[slot.place] : nullptr;
  }

  // Parents before their children; nothing when there is a cycle.
  [[nodiscard]] std::optional<std::vector<Place>> parents_first(const Links& parents) const {
    std::vector<std::vector<Place>> children(named.size());
    std::vector<std::size_t> waits_for(named.size());
    std::vector<Place> order;
    for (Place at = 0; at < named.size(); ++at) {
      waits_for[at] = parents[at].size();
      for (const auto parent : parents[at]) children[parent].push_back(at);
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
  bool compute_ancestors(const Links& parents, const std::vector<Place>& order) {
    Links ancestors(named.size());
    std::size_t pairs = 0;
    for (const auto at : order) {
      auto& mine = ancestors[at];
      for (const auto parent : parents[at]) {
        const auto& above = ancestors[parent];
        if (mine.size() + above.size() > kMaxAncestorPairs) return false;
        mine.push_back(parent);
        mine.insert(mine.end(), above.begin(), above.end());
      }
      sort_once_each(mine);
      pairs += mine.size();
      if (pairs > kMaxAncestorPairs) return false;
      for (const auto ancestor : mine) named[at].ancestors.push_back(&named[ancestor].uid.hashed());
      std::ranges::sort(named[at].ancestors, by_hash);
    }
    return true;
  }
};

struct Entities::Front {
  Entity entity;
  std::vector<HashedUid> parents;
  std::vector<const HashedUid*> ancestors;  // sorted by hash; some perhaps more than once
};

Entities::Entities() : Entities(std::make_shared<const Snapshot>()) {}

Entities::Entities(std::shared_ptr<const Snapshot> snapshot) : snapshot_(std::move(snapshot)) {}

Result<Entities, std::string> Entities::make(std::vector<Entity> entities) {
  if (entities.size() > kMaxEntities) return fail(std::string("there are too many entities"));
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->entities = entities.size();
  // The entities first, so that what is looked up are their own uids.
  for (std::size_t i = 0; i < entities.size(); ++i) {
    if (snapshot->place_of(entities[i].uid) != i) {
      return fail("entity " + std::to_string(i + 1) + " of the list occurs a second time");
    }
  }
  Links parents(entities.size());
  for (std::size_t i = 0; i < entities.size(); ++i) {
    for (const auto& parent : entities[i].parents) {
      parents[i].push_back(snapshot->place_of(parent));
    }
    sort_once_each(parents[i]);
    snapshot->named[i].entity = std::move(entities[i]);
  }
  parents.resize(snapshot->named.size());
  const auto order = snapshot->parents_first(parents);
  if (!order) return fail(std::string("an entity is its own ancestor"));
  if (!snapshot->compute_ancestors(parents, *order)) {
    return fail(std::string("the entities have too many ancestors"));
  }
  return Entities(std::move(snapshot));
}

Result<Entities, std::string> Entities::with(Entity entity) const {
  if (front_ != nullptr || snapshot_->find(entity.uid.hashed()) != nullptr ||
      std::ranges::find(entity.parents, entity.uid.hashed().uid) != entity.parents.end()) {
    return fail(std::string("the entity is there already"));
  }
  Front front{std::move(entity), {}, {}};
  front.parents.reserve(front.entity.parents.size());  // they are pointed to
  for (const auto& parent : front.entity.parents) {
    const auto& added = front.parents.emplace_back(parent);
    const auto above = look_up(added).ancestors;
    front.ancestors.push_back(&added);
    front.ancestors.insert(front.ancestors.end(), above.begin(), above.end());
  }
  std::ranges::sort(front.ancestors, by_hash);
  Entities out(snapshot_);
  out.front_ = std::make_shared<const Front>(std::move(front));
  return out;
}

bool Entities::Known::has_ancestor(const HashedUid& group) const {
  auto at = std::ranges::lower_bound(ancestors, &group, by_hash);
  for (; at != ancestors.end() && (*at)->hash == group.hash; ++at) {
    if (**at == group) return true;
  }
  return false;
}

Entities::Known Entities::look_up(const HashedUid& uid) const {
  if (front_ != nullptr && front_->entity.uid.hashed() == uid)
    return {&front_->entity, front_->ancestors};
  const auto* named = snapshot_->find(uid);
  if (named == nullptr) return {};
  return {named->entity ? &*named->entity : nullptr, named->ancestors};
}

const Entity* Entities::find(const HashedUid& uid) const { return look_up(uid).entity; }

bool Entities::is_in(const HashedUid& member, const HashedUid& group) const {
  return member == group || look_up(member).has_ancestor(group);
}

std::size_t Entities::size() const { return snapshot_->entities + (front_ == nullptr ? 0 : 1); }

std::vector<const Entity*> Entities::all() const {
  std::vector<const Entity*> out;
  out.reserve(size());
  for (const auto& named : snapshot_->named) {
    if (named.entity) out.push_back(&*named.entity);
  }
  if (front_ != nullptr) out.push_back(&front_->entity);
  return out;
}

}  // namespace hub::policy
