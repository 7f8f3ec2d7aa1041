// What policy decisions are timed on: made from a fixed seed, the same every time.
//
// The first two follow the applications that the Cedar paper (OOPSLA 2024) measures, at its largest
// size: 50 of each kind of entity, each pair connected with a chance of one in twenty.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "policy/cedar/authorizer.h"
#include "policy/cedar/entities.h"
#include "policy/cedar/policy_set.h"
#include "policy/enforcement.h"

namespace hub::bench {

struct Workload {
  std::string name;
  policy::PolicySet policies;
  policy::Entities entities;
  std::vector<policy::Request> requests;
};

// Users, groups, documents and folders; documents are seen by view lists, owners and the public.
[[nodiscard]] Workload drive();

// Users, teams, organisations and repositories; roles and actions are nested groups.
[[nodiscard]] Workload repositories();

// Policies that differ in principal and resource only: `==`, `in`, or links of one template.
enum class Heads : std::uint8_t { Equal, In, Links };
[[nodiscard]] Workload many(Heads heads, std::size_t count);

// London's bundle, filled up to 33 authorities, 10 record types and 100 agreements, each with a
// permit for the broker.
struct London {
  std::unique_ptr<const policy::Rulebook> rulebook;
  std::vector<policy::Question> questions;
  Workload workload;  // the same questions as requests
};

// `files` by their paths in the bundle. Throws EnvError when they make no rulebook.
[[nodiscard]] London london(std::map<std::string, std::string> files);

}  // namespace hub::bench
