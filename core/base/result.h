// How failures travel (docs/decisions/0002-errors.md).
//
// (1) Somebody else's bytes or text: Result<T, E> with a small enum and fixed texts.
// (2) A "no" is an answer: a Decision or Refusal type of the folder concerned.
// (3) Our own machine failing (disk, store, socket): EnvError, caught once per process or session.
// (4) A bug: require(), live in every build, never on what a peer can steer.
#pragma once

#include <stdexcept>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace hub {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
[[nodiscard]] auto fail(E&& error) {
  return tl::make_unexpected(std::forward<E>(error));
}

// The environment let us down. The text names the file or socket and what to do, never data.
class EnvError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Ends the process when a promise of our own code does not hold.
void require(bool holds, const char* promise);

// The value of an optional or a Result of which our own code promises that there is one.
template <class Optional>
[[nodiscard]] decltype(auto) promised(Optional&& value, const char* promise) {
  require(value.has_value(), promise);
  return *std::forward<Optional>(value);  // NOLINT(bugprone-unchecked-optional-access)
}

}  // namespace hub
