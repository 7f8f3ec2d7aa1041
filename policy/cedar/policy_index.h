// Which policies of a set can apply to a request: an index by their heads. Inside the folder.
//
// A policy stands under each of its actions, and there under one entity or type that its head
// names: under that which the fewest policies of the set name. A request looks under its principal,
// action and resource, under what these are in, and under their types. So it finds every policy
// whose head fits, and with each what of its head is still open. Heads never err: to pass over all
// others changes nothing.
//
// Adding n policies one by one costs O(n) in all: choices are made anew when the set has doubled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/cedar/entities.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/value.h"

namespace hub::policy {

// Parts of a policy's head of which it is not known whether they fit.
struct OpenHead {
  bool principal = true;
  bool action = true;
  bool resource = true;
};

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

  // Calls visit(Place, OpenHead) for each policy that can apply, in no order, for some repeatedly.
  template <class Visit>
  void visit(const Asked& principal, const Asked& action, const Asked& resource,
             const Visit& visit) const {
    visit_shelf(for_any_action_, principal, resource, visit);
    if (const auto own = by_action_.find(action.uid); own != by_action_.end()) {
      visit_shelf(own->second, principal, resource, visit);
    }
    for (const auto* group : action.ancestors) {
      const auto found = by_action_.find(*group);
      if (found == by_action_.end()) continue;
      // Among them are those for the group itself only.
      visit_shelf(found->second, principal, resource, [&visit](Place place, OpenHead open) {
        open.action = true;
        visit(place, open);
      });
    }
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
    const Scope* scope;
    std::uint64_t hash;
  };

  struct Candidate {
    Place place = 0;
    OpenHead open;  // when it is found here
  };
  using Candidates = std::vector<Candidate>;
  struct HashOf {
    std::size_t operator()(const HashedUid& uid) const { return uid.hash; }
  };
  using ByEntity = std::unordered_map<HashedUid, Candidates, HashOf>;
  using ByType = std::unordered_map<std::string, Candidates>;
  struct Shelf {
    Candidates unscoped;
    ByEntity resource_equal;
    ByEntity principal_equal;
    ByEntity resource_in;
    ByEntity principal_in;
    ByType resource_is;
    ByType principal_is;

    [[nodiscard]] Candidates& under(const Key& key);
  };

  [[nodiscard]] static std::optional<Key> key_of(const Scope& scope, bool of_resource);
  [[nodiscard]] std::optional<Key> rarest_key(const Policy& policy) const;
  [[nodiscard]] std::size_t frequency(const Key& key) const;
  void count(const Policy& policy);
  void shelve(const Policy& policy, Place place);

  template <class Keyed, class Name, class Visit>
  static void visit_under(const Keyed& keyed, const Name& name, const Visit& visit) {
    if (keyed.empty()) return;
    const auto found = keyed.find(name);
    if (found == keyed.end()) return;
    for (const auto& [place, open] : found->second) visit(place, open);
  }

  template <class Visit>
  static void visit_in(const ByEntity& keyed, const Asked& asked, const Visit& visit) {
    if (keyed.empty()) return;
    visit_under(keyed, asked.uid, visit);
    for (const auto* group : asked.ancestors) visit_under(keyed, *group, visit);
  }

  template <class Visit>
  static void visit_shelf(const Shelf& shelf, const Asked& principal, const Asked& resource,
                          const Visit& visit) {
    for (const auto& [place, open] : shelf.unscoped) visit(place, open);
    visit_under(shelf.resource_equal, resource.uid, visit);
    visit_under(shelf.principal_equal, principal.uid, visit);
    visit_in(shelf.resource_in, resource, visit);
    visit_in(shelf.principal_in, principal, visit);
    visit_under(shelf.resource_is, resource.uid.uid.type, visit);
    visit_under(shelf.principal_is, principal.uid.uid.type, visit);
  }

  Shelf for_any_action_;
  std::unordered_map<HashedUid, Shelf, HashOf> by_action_;
  // How many policies could stand under each key, by its hash.
  std::array<std::unordered_map<std::uint64_t, std::size_t>, kSides> frequencies_;
  std::size_t held_ = 0;
  std::size_t held_when_chosen_ = 0;
};

}  // namespace hub::policy
