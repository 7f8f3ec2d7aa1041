// Cedar's extension types and their 22 functions: decimal, ipaddr, datetime, duration.
//
// The four that make a value of a text are called like functions, decimal("1.5"); all others like
// methods, a.lessThan(b). How many arguments a call has is looked at when it is evaluated, as the
// language has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/result.h"
#include "policy/cedar/value.h"

namespace hub::policy {

enum class Function : std::uint8_t {
  Decimal,
  LessThan,
  LessThanOrEqual,
  GreaterThan,
  GreaterThanOrEqual,
  Ip,
  IsIpv4,
  IsIpv6,
  IsLoopback,
  IsMulticast,
  IsInRange,
  Datetime,
  Duration,
  Offset,
  DurationSince,
  ToDate,
  ToTime,
  ToMilliseconds,
  ToSeconds,
  ToMinutes,
  ToHours,
  ToDays,
};

struct FunctionFacts {
  std::string_view name;
  std::size_t arguments;  // with the one before the dot
  bool is_constructor;    // decimal, ip, datetime, duration
};

[[nodiscard]] const FunctionFacts& facts_of(Function function);
[[nodiscard]] std::optional<Function> function_called(std::string_view name);

enum class CallError : std::uint8_t {
  WrongArguments,  // another number than facts_of() says
  WrongType,
  NoSuchValue,  // a text that is no decimal, ip, datetime or duration, or a result beyond 64 bits
};

[[nodiscard]] Result<Value, CallError> call(Function function,
                                            std::span<const Value* const> arguments);

}  // namespace hub::policy
