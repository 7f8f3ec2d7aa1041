// A policy in plain English, made from what it says and from nothing else, for those who answer for
// it and do not read Cedar.
//
// What the hub's own policies are made of has words of its own ("the sender is one of the
// agreement's parties"); an expression without any is given as it is written, in backquotes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/policy.h"

namespace hub::policy {

struct PlainPolicy {
  std::string head;                     // "A user with the role analyst may view ..."
  std::vector<std::string> conditions;  // all must hold; no full stops
};

[[nodiscard]] PlainPolicy in_english(const Policy& policy);

// "a, b or c"
[[nodiscard]] std::string listed(const std::vector<std::string>& words, std::string_view last);

}  // namespace hub::policy
