// Authorities that no policy and no agreement can tell apart, so that one can be asked about for
// all of them.
//
// Two are of one class when, in every bundle given: they are in the same sets of every agreement,
// their own entities and those of their agents say the same of them (but for attributes that no
// policy reads, a name for instance), and no policy and no other authority names either. Then
// exchanging the two in a question never changes its answer.
#pragma once

#include <string>
#include <vector>

#include "policy/opened_bundle.h"

namespace hub::policy {

using AuthorityClass = std::vector<std::string>;  // codes, sorted

// Of all the parties of these bundles; every code is in one class. By their first codes.
[[nodiscard]] std::vector<AuthorityClass> authority_classes(
    const std::vector<const OpenedBundle*>& bundles);

// Each code for itself: what the classes are held against in tests.
[[nodiscard]] std::vector<AuthorityClass> single_authorities(
    const std::vector<const OpenedBundle*>& bundles);

}  // namespace hub::policy
