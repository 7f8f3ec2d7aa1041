// What the broker decides by, as one value: register, bundle, and what was read from the bundle. An
// act uses one snapshot from beginning to end; a new register or bundle makes a new snapshot.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "policy/enforcement.h"
#include "schemas/bundle.h"
#include "schemas/catalogue.h"
#include "schemas/register.h"

namespace hub::broker {

struct Snapshot {
  std::shared_ptr<const schemas::Register> parties;
  std::shared_ptr<const schemas::Bundle> bundle;
  std::unique_ptr<const schemas::Catalogue> catalogue;
  std::unique_ptr<const policy::Rulebook> rulebook;
};

// The mistakes of the bundle, a line each.
[[nodiscard]] Result<std::shared_ptr<const Snapshot>, std::string> make_snapshot(
    std::shared_ptr<const schemas::Register> parties,
    std::shared_ptr<const schemas::Bundle> bundle);

}  // namespace hub::broker
