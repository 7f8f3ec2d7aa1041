// Which policies of a set can apply to a request: an index by their heads. Inside the folder.
//
// A policy stands under each of its actions, and there under one entity or type that its head
// names: under that which the fewest policies of the set name. A request looks under its principal,
// action and resource, under what these are in, and under their types. It finds every policy whose
// head fits; besides, some whose head does not (only hashes are compared), and now and then one
// twice. Heads never err, so to pass over the others changes nothing.
//
// Adding n policies one by one costs O(n) in all: choices are made anew when the set has doubled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "policy/cedar/entities.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/value.h"

namespace hub::policy {

class PolicyIndex {
 public:
  using Place = std::uint32_t;  // in the list of the set's policies

  // A uid of the request, and what it is in.
  struct Asked {
    const HashedUid& uid;
    Entities::Ancestors ancestors;
  };

  // Takes in those behind the policies that it has; the list only ever grows.
  void grow(std::span<const std::shared_ptr<const Policy>> all);

  // Calls visit(Place) for each policy that can apply, in no order.
  template <class Visit>
  void visit(const Asked& principal, const Asked& action, const Asked& resource,
             const Visit& visit) const {
    visit_under(for_any_action_, principal, resource, visit);
    const auto for_action = [&](const HashedUid& uid) {
      const auto found = by_action_.find(uid.hash);
      if (found != by_action_.end()) visit_under(found->second, principal, resource, visit);
    };
    for_action(action.uid);
    for (const auto* group : action.ancestors) for_action(*group);
  }

 private:
  // What of a head a policy may stand under, the closest first.
  enum class Side : std::uint8_t {
    ResourceEqual,
    PrincipalEqual,
    ResourceIn,
    PrincipalIn,
    ResourceIs,
    PrincipalIs
  };
  static constexpr std::size_t kSides = 6;

  struct Key {
    Side side;
    std::uint64_t hash;
  };

  using Places = std::vector<Place>;
  struct Shelf {
    Places unscoped;
    std::array<std::unordered_map<std::uint64_t, Places>, kSides> scoped;
  };

  [[nodiscard]] static std::optional<Key> key_of(const Scope& scope, bool of_resource);
  [[nodiscard]] static std::uint64_t hash_of_type(std::string_view type);
  [[nodiscard]] std::optional<Key> rarest_key(const Policy& policy) const;
  [[nodiscard]] std::size_t frequency(const Key& key) const;
  void count(const Policy& policy);
  void shelve(const Policy& policy, Place place);

  template <class Visit>
  static void visit_under(const Shelf& shelf, Side side, std::uint64_t hash, const Visit& visit) {
    const auto& keyed = shelf.scoped.at(static_cast<std::size_t>(side));
    if (keyed.empty()) return;
    const auto found = keyed.find(hash);
    if (found == keyed.end()) return;
    for (const auto place : found->second) visit(place);
  }

  template <class Visit>
  static void visit_in(const Shelf& shelf, Side side, const Asked& asked, const Visit& visit) {
    if (shelf.scoped.at(static_cast<std::size_t>(side)).empty()) return;
    visit_under(shelf, side, asked.uid.hash, visit);
    for (const auto* group : asked.ancestors) visit_under(shelf, side, group->hash, visit);
  }

  template <class Visit>
  static void visit_is(const Shelf& shelf, Side side, const Asked& asked, const Visit& visit) {
    if (shelf.scoped.at(static_cast<std::size_t>(side)).empty()) return;
    visit_under(shelf, side, hash_of_type(asked.uid.uid.type), visit);
  }

  template <class Visit>
  static void visit_under(const Shelf& shelf, const Asked& principal, const Asked& resource,
                          const Visit& visit) {
    for (const auto place : shelf.unscoped) visit(place);
    visit_under(shelf, Side::ResourceEqual, resource.uid.hash, visit);
    visit_under(shelf, Side::PrincipalEqual, principal.uid.hash, visit);
    visit_in(shelf, Side::ResourceIn, resource, visit);
    visit_in(shelf, Side::PrincipalIn, principal, visit);
    visit_is(shelf, Side::ResourceIs, resource, visit);
    visit_is(shelf, Side::PrincipalIs, principal, visit);
  }

  Shelf for_any_action_;
  std::unordered_map<std::uint64_t, Shelf> by_action_;
  // How many policies could stand under each key.
  std::array<std::unordered_map<std::uint64_t, std::size_t>, kSides> frequencies_;
  std::size_t held_ = 0;
  std::size_t held_when_chosen_ = 0;
};

}  // namespace hub::policy
