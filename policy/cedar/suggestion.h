// "Did you mean": the name that is meant by one that does not exist.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "policy/cedar/typecheck_types.h"

namespace hub::policy {

// How many bytes to put in, take out or change to make one text of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

// "did you mean `User`?" with the candidate of the smallest distance, the first of several; empty
// when none is near (more than half the name is different), the name is longer than 64 bytes, or
// the effort is used up. A name without a namespace is also compared with the last part of a
// candidate's.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string_view> candidates,
                                       Effort& effort);

}  // namespace hub::policy
