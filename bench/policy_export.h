// A workload as one JSON file, for timing the official Cedar package on the same questions:
//
//   {"policies": {"staticPolicies": {ID: TEXT}, "templates": {ID: TEXT}, "templateLinks": [...]},
//    "entities": [...], "requests": [{"principal", "action", "resource", "context", "allowed"}]}
//
// "allowed" is what this engine says.
#pragma once

#include <string>

#include "bench/policy_workloads.h"

namespace hub::bench {

[[nodiscard]] std::string to_json(const Workload& workload);

}  // namespace hub::bench
