#include "bench/policy_workloads.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "core/base/result.h"

namespace hub::bench {
namespace {

using policy::Attribute;
using policy::Entities;
using policy::Entity;
using policy::EntityUid;
using policy::PolicySet;
using policy::Record;
using policy::Request;
using policy::Set;
using policy::Value;

constexpr std::size_t kEach = 50;
constexpr std::size_t kRequests = 1'000;

class Dice {
 public:
  std::size_t below(std::size_t count) { return random_() % count; }
  bool connects() { return below(20) == 0; }

 private:
  std::mt19937_64 random_{1};
};

EntityUid uid(const char* type, std::size_t number) { return {type, std::to_string(number)}; }

// Those of a kind that a throw of the dice picks.
std::vector<EntityUid> some(Dice& dice, const char* type, std::size_t count) {
  std::vector<EntityUid> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (dice.connects()) out.push_back(uid(type, i));
  }
  return out;
}

void add(std::vector<EntityUid>& to, std::vector<EntityUid> more) {
  for (auto& each : more) to.push_back(std::move(each));
}

Value set_of(const std::vector<EntityUid>& uids) {
  std::vector<Value> items;
  for (const auto& each : uids) items.emplace_back(each);
  return Value(Set(std::move(items)));
}

PolicySet parsed(std::string_view text) {
  auto out = PolicySet::parse(text, "bench");
  return promised(std::move(out), "the benchmark's policies are Cedar");
}

Entities made(std::vector<Entity> entities) {
  auto out = Entities::make(std::move(entities));
  return promised(std::move(out), "the benchmark's entities are sound");
}

constexpr std::string_view kDrivePolicies = R"(
permit (principal, action == Action::"read", resource)
when { resource in principal.documentsAndFoldersWithViewAccess };

permit (principal, action == Action::"read", resource is Document)
when { resource.isPublic };

permit (principal, action in [Action::"read", Action::"write", Action::"share"], resource)
when { resource in principal.ownedDocuments || resource in principal.ownedFolders };

permit (principal, action == Action::"changeOwner", resource)
when { principal.ownedDocuments.contains(resource) };

permit (principal, action == Action::"createDocument", resource)
when { principal.ownedFolders.contains(resource) };
)";

constexpr std::string_view kRepositoryPolicies = R"(
permit (principal, action == Action::"read", resource) when { principal in resource.readers };
permit (principal, action in Action::"triage", resource) when { principal in resource.triagers };
permit (principal, action in Action::"write", resource) when { principal in resource.writers };
permit (principal, action in Action::"maintain", resource)
when { principal in resource.maintainers };
permit (principal, action in Action::"admin", resource) when { principal in resource.admins };

permit (principal, action == Action::"read", resource)
when { principal in resource.owner.readers };
permit (principal, action in Action::"write", resource)
when { principal in resource.owner.writers };
permit (principal, action in Action::"admin", resource)
when { principal in resource.owner.admins };
)";

// A view list is an entity; what is on it has it as a parent, and so has the list of a group.
std::vector<Entity> drive_entities(Dice& dice) {
  std::vector<Entity> out;
  std::vector<std::vector<EntityUid>> members(kEach);
  for (std::size_t i = 0; i < kEach; ++i) {
    const EntityUid view = uid("View", i);
    Entity user{uid("User", i), {}, some(dice, "Group", kEach), {}};
    for (const auto& group : user.parents) members.at(std::stoul(group.id)).push_back(view);
    user.attributes = {{"documentsAndFoldersWithViewAccess", Value(view)},
                       {"ownedDocuments", set_of(some(dice, "Document", kEach))},
                       {"ownedFolders", set_of(some(dice, "Folder", kEach))}};
    out.push_back(std::move(user));
    out.push_back({view, {}, {}, {}});
  }
  for (std::size_t i = 0; i < kEach; ++i) {
    out.push_back({uid("Group", i), {}, {}, {}});
    out.push_back({uid("View", kEach + i), {}, std::move(members[i]), {}});
    Entity document{uid("Document", i), {}, some(dice, "Folder", kEach), {}};
    add(document.parents, some(dice, "View", 2 * kEach));
    document.attributes = {{"isPublic", Value(dice.below(2) == 0)}};
    out.push_back(std::move(document));
    Entity folder{uid("Folder", i), {}, some(dice, "Folder", i), {}};
    add(folder.parents, some(dice, "View", 2 * kEach));
    out.push_back(std::move(folder));
  }
  return out;
}

// One of the permissions of a repository or an organisation, each an entity of its own.
EntityUid permission(const char* type, std::size_t of, const char* role) {
  return {type, std::to_string(of) + "_" + role};
}

constexpr std::array kRoles{"readers", "triagers", "writers", "maintainers", "admins"};
constexpr std::array kOwnerRoles{"readers", "writers", "admins"};

template <class Roles>
std::vector<EntityUid> some_permissions(Dice& dice, const char* type, const Roles& roles) {
  std::vector<EntityUid> out;
  for (std::size_t i = 0; i < kEach; ++i) {
    if (dice.connects()) out.push_back(permission(type, i, roles.at(dice.below(roles.size()))));
  }
  return out;
}

// The owner of permissions, and each of them.
template <class Roles>
void add_with_permissions(Entity owner, std::vector<Attribute> attributes, const char* type,
                          const Roles& roles, std::vector<Entity>& out) {
  for (const auto* role : roles) {
    const policy::SharedUid each = permission(type, std::stoul(owner.uid->id), role);
    attributes.push_back({role, each.value()});
    out.push_back({each, {}, {}, {}});
  }
  owner.attributes = Record::make(std::move(attributes)).value_or(Record());
  out.push_back(std::move(owner));
}

std::vector<Entity> repository_entities(Dice& dice) {
  std::vector<Entity> out;
  const std::array actions{"read", "triage", "write", "maintain", "admin"};
  for (std::size_t i = 0; i < actions.size(); ++i) {
    Entity action{{"Action", actions.at(i)}, {}, {}, {}};
    if (i + 1 < actions.size()) action.parents.push_back({"Action", actions.at(i + 1)});
    out.push_back(std::move(action));
  }
  for (std::size_t i = 0; i < kEach; ++i) {
    add_with_permissions(
        {uid("Organization", i), {}, some_permissions(dice, "OrgPermission", kOwnerRoles), {}}, {},
        "OrgPermission", kOwnerRoles, out);
    add_with_permissions({uid("Repository", i), {}, {}, {}},
                         {{"owner", Value(uid("Organization", dice.below(kEach)))}},
                         "RepoPermission", kRoles, out);
    Entity team{uid("Team", i), {}, some(dice, "Team", i), {}};
    add(team.parents, some_permissions(dice, "RepoPermission", kRoles));
    out.push_back(std::move(team));
    Entity user{uid("User", i), {}, some(dice, "Team", kEach), {}};
    add(user.parents, some_permissions(dice, "RepoPermission", kRoles));
    add(user.parents, some(dice, "Organization", kEach));
    add(user.parents, some_permissions(dice, "OrgPermission", kOwnerRoles));
    out.push_back(std::move(user));
  }
  return out;
}

std::string policy_of(Heads heads, std::size_t number) {
  const auto i = std::to_string(number);
  if (heads == Heads::Equal) {
    return "permit (principal == User::\"" + i +
           "\", action == Action::\"read\", resource == File::\"" + i + "\");\n";
  }
  return "permit (principal in Team::\"" + i +
         "\", action == Action::\"read\", resource in Folder::\"" + i + "\");\n";
}

PolicySet many_policies(Heads heads, std::size_t count) {
  if (heads == Heads::Links) {
    auto out = parsed(R"(@id("share")
        permit (principal in ?principal, action == Action::"read", resource in ?resource);)");
    for (std::size_t i = 0; i < count; ++i) {
      const auto failed =
          out.link("share", "share-" + std::to_string(i), uid("Team", i), uid("Folder", i));
      require(!failed, "the benchmark's template takes links");
    }
    return out;
  }
  // In several texts, because one has a limit.
  constexpr std::size_t at_once = 1'000;
  PolicySet out;
  for (std::size_t i = 0; i < count;) {
    std::string text;
    for (const auto end = std::min(count, i + at_once); i < end; ++i) {
      text += "@id(\"p" + std::to_string(i) + "\") " + policy_of(heads, i);
    }
    require(out.add(parsed(text)).empty(), "the benchmark's policies have ids of their own");
  }
  return out;
}

}  // namespace

Workload drive() {
  Dice dice;
  Workload out{"drive", parsed(kDrivePolicies), made(drive_entities(dice)), {}};
  const std::array actions{"read", "read", "write", "share", "changeOwner", "createDocument"};
  for (std::size_t i = 0; i < kRequests; ++i) {
    const std::string action = actions.at(dice.below(actions.size()));
    const auto* type = action == "createDocument" ? "Folder" : "Document";
    out.requests.push_back({uid("User", dice.below(kEach)),
                            {"Action", action},
                            uid(type, dice.below(kEach)),
                            Record()});
  }
  return out;
}

Workload repositories() {
  Dice dice;
  Workload out{"repositories", parsed(kRepositoryPolicies), made(repository_entities(dice)), {}};
  const std::array actions{"read", "triage", "write", "maintain", "admin"};
  for (std::size_t i = 0; i < kRequests; ++i) {
    out.requests.push_back({uid("User", dice.below(kEach)),
                            {"Action", actions.at(dice.below(actions.size()))},
                            uid("Repository", dice.below(kEach)),
                            Record()});
  }
  return out;
}

// Each of 50 users is in two of the teams that policies name, each of 50 files in two folders.
Workload many(Heads heads, std::size_t count) {
  Dice dice;
  const auto step = count / kEach;
  std::vector<Entity> entities;
  for (std::size_t i = 0; i < kEach; ++i) {
    const auto other = dice.below(count);
    entities.push_back(
        {uid("User", i * step), {}, {uid("Team", i * step), uid("Team", other)}, {}});
    entities.push_back(
        {uid("File", i * step), {}, {uid("Folder", i * step), uid("Folder", other)}, {}});
  }
  const std::array names{"equal", "in", "links"};
  Workload out{std::string(names.at(static_cast<std::size_t>(heads))) + "-" + std::to_string(count),
               many_policies(heads, count),
               made(std::move(entities)),
               {}};
  for (std::size_t i = 0; i < kRequests; ++i) {
    const auto user = dice.below(kEach);
    const auto file = dice.below(3) == 0 ? dice.below(kEach) : user;
    out.requests.push_back(
        {uid("User", user * step), {"Action", "read"}, uid("File", file * step), Record()});
  }
  return out;
}

}  // namespace hub::bench
