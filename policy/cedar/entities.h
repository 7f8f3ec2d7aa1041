// Entities: who and what a policy can speak of, with attributes, tags and a hierarchy.
//
// A snapshot: made once, checked whole (no entity twice, no cycle), ancestors precomputed, then
// immutable and safe to share between threads. A parent need not be an entity itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/value.h"

namespace hub::policy {

struct Entity {
  SharedUid uid;
  Record attributes;
  std::vector<EntityUid> parents;
  Record tags;
};

inline constexpr std::size_t kMaxEntities = 200'000;
// Entity and ancestor pairs: a long chain would otherwise need the square of its length.
inline constexpr std::size_t kMaxAncestorPairs = 4'000'000;

class Entities {
 public:
  Entities();  // none

  // The error is fixed words and a position, never a name out of the data.
  [[nodiscard]] static Result<Entities, std::string> make(std::vector<Entity> entities);

  // This snapshot and one more entity, in front of it: the user who asks, say. Nothing in the
  // snapshot may be that entity or name it as a parent.
  [[nodiscard]] Result<Entities, std::string> with(Entity entity) const;

  // What an entity is in, itself apart: sorted by hash. Lives as long as the entities.
  using Ancestors = std::span<const HashedUid* const>;
  struct Known {
    const Entity* entity = nullptr;  // null: unknown, or only somebody's parent
    Ancestors ancestors;             // then empty

    [[nodiscard]] bool has_ancestor(const HashedUid& group) const;
  };
  // Both for the price of one.
  [[nodiscard]] Known look_up(const HashedUid& uid) const;
  [[nodiscard]] const Entity* find(const HashedUid& uid) const;
  // Same entity, or a descendant of it. An entity that is not here is in itself only.
  [[nodiscard]] bool is_in(const HashedUid& member, const HashedUid& group) const;
  [[nodiscard]] std::size_t size() const;
  // In no order.
  [[nodiscard]] std::vector<const Entity*> all() const;

 private:
  struct Snapshot;
  struct Front;
  explicit Entities(std::shared_ptr<const Snapshot> snapshot);

  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const Front> front_;
};

}  // namespace hub::policy
