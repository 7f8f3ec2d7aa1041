// What the validator has to say about a policy, told so that its author can put it right.
//
// An error means that the policy may go wrong at run time or says something that the schema does
// not know: such a policy must not be activated. A warning means that it is safe but hardly meant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "policy/cedar/expression.h"

namespace hub::policy {

enum class Severity : std::uint8_t { Error, Warning };

enum class FindingKind : std::uint8_t {
  UnknownEntityType,
  UnknownAction,
  UndeclaredId,        // an id that the enumeration of its entity type does not list
  NoApplicableAction,  // no action applies to what the head admits
  UnexpectedType,
  IncompatibleTypes,
  NoSuchAttribute,
  UnguardedAttribute,  // optional, and no `has` before it
  UnguardedTag,        // no hasTag before getTag
  WrongArgumentCount,
  InvalidText,  // ip("x")
  NotLiteral,   // ip(principal.name)
  EmptySet,
  OutsideFragment,  // cannot be asked of a store (policy/row_filter.h)
  TooMuch,          // a limit of the validator; what is behind it was not looked at
  // Warnings:
  ImpossiblePolicy,
  BidirectionalText,
  MixedScripts,
  UnusualCharacter,
};

[[nodiscard]] Severity severity_of(FindingKind kind);

struct Finding {
  std::string policy_id;
  FindingKind kind = FindingKind::TooMuch;
  std::string file;
  std::size_t line = 0;    // 1-based
  std::size_t column = 0;  // 1-based, in bytes
  Span span;               // in the source
  std::string what;
  std::string hint;                           // may be empty
  std::shared_ptr<const std::string> source;  // the whole file; may be null

  [[nodiscard]] Severity severity() const { return severity_of(kind); }
};

// policies/ta.cedar:3:8: error: `principal.nick` may be absent
//   3 | when { principal.nick == "a" };
//     |        ^^^^^^^^^^^^^^
//   hint: ...
//
// Of a long line only the part around the place, of several lines the first.
[[nodiscard]] std::string show(const Finding& finding);
// The same for what others than the validator find, with their word for `error`. Line 0 and column
// 0 are left out.
[[nodiscard]] std::string show(const Finding& finding, std::string_view severity);

}  // namespace hub::policy
