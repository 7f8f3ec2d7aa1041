#include "policy/cedar/extension.h"

#include <algorithm>
#include <array>

namespace hub::policy {
namespace {

// In the order of the enumeration.
constexpr std::array<FunctionFacts, 22> kFunctions{{
    {"decimal", 1, true},
    {"lessThan", 2, false},
    {"lessThanOrEqual", 2, false},
    {"greaterThan", 2, false},
    {"greaterThanOrEqual", 2, false},
    {"ip", 1, true},
    {"isIpv4", 1, false},
    {"isIpv6", 1, false},
    {"isLoopback", 1, false},
    {"isMulticast", 1, false},
    {"isInRange", 2, false},
    {"datetime", 1, true},
    {"duration", 1, true},
    {"offset", 2, false},
    {"durationSince", 2, false},
    {"toDate", 1, false},
    {"toTime", 1, false},
    {"toMilliseconds", 1, false},
    {"toSeconds", 1, false},
    {"toMinutes", 1, false},
    {"toHours", 1, false},
    {"toDays", 1, false},
}};

using Answer = Result<Value, CallError>;

template <class Parsed>
Answer made(const std::optional<Parsed>& parsed) {
  if (!parsed) return fail(CallError::NoSuchValue);
  return Value(*parsed);
}

Answer construct(Function function, const Value& argument) {
  const auto* text = argument.text();
  if (text == nullptr) return fail(CallError::WrongType);
  if (function == Function::Decimal) return made(Decimal::parse(*text));
  if (function == Function::Ip) return made(IpRange::parse(*text));
  if (function == Function::Datetime) return made(Datetime::parse(*text));
  return made(Duration::parse(*text));
}

Answer compare(Function function, const Value& left, const Value& right) {
  const auto* a = left.decimal();
  const auto* b = right.decimal();
  if (a == nullptr || b == nullptr) return fail(CallError::WrongType);
  if (function == Function::LessThan) return Value(*a < *b);
  if (function == Function::LessThanOrEqual) return Value(*a <= *b);
  if (function == Function::GreaterThan) return Value(*a > *b);
  return Value(*a >= *b);
}

Answer ask_range(Function function, const Value& argument) {
  const auto* range = argument.ip();
  if (range == nullptr) return fail(CallError::WrongType);
  if (function == Function::IsIpv4) return Value(!range->is_v6());
  if (function == Function::IsIpv6) return Value(range->is_v6());
  return Value(function == Function::IsLoopback ? range->is_loopback() : range->is_multicast());
}

Answer in_range(const Value& inner, const Value& outer) {
  if (inner.ip() == nullptr || outer.ip() == nullptr) return fail(CallError::WrongType);
  return Value(inner.ip()->is_in(*outer.ip()));
}

Answer offset(const Value& from, const Value& by) {
  if (from.datetime() == nullptr || by.duration() == nullptr) return fail(CallError::WrongType);
  return made(from.datetime()->offset(*by.duration()));
}

Answer since(const Value& later, const Value& earlier) {
  if (later.datetime() == nullptr || earlier.datetime() == nullptr) {
    return fail(CallError::WrongType);
  }
  return made(later.datetime()->since(*earlier.datetime()));
}

Answer part_of(Function function, const Value& argument) {
  if (argument.datetime() == nullptr) return fail(CallError::WrongType);
  if (function == Function::ToDate) return made(argument.datetime()->midnight());
  return Value(argument.datetime()->time_of_day());
}

// Towards zero.
Answer whole_units(const Value& argument, std::int64_t unit) {
  if (argument.duration() == nullptr) return fail(CallError::WrongType);
  return Value(argument.duration()->ms / unit);
}

}  // namespace

const FunctionFacts& facts_of(Function function) {
  return kFunctions.at(static_cast<std::size_t>(function));
}

std::optional<Function> function_called(std::string_view name) {
  const auto* const found = std::ranges::find(kFunctions, name, &FunctionFacts::name);
  if (found == kFunctions.end()) return std::nullopt;
  return static_cast<Function>(found - kFunctions.begin());
}

Result<Value, CallError> call(Function function, std::span<const Value* const> arguments) {
  if (arguments.size() != facts_of(function).arguments) return fail(CallError::WrongArguments);
  const auto& first = *arguments.front();
  const auto& last = *arguments.back();
  switch (function) {
    case Function::Decimal:
    case Function::Ip:
    case Function::Datetime:
    case Function::Duration: return construct(function, first);
    case Function::LessThan:
    case Function::LessThanOrEqual:
    case Function::GreaterThan:
    case Function::GreaterThanOrEqual: return compare(function, first, last);
    case Function::IsIpv4:
    case Function::IsIpv6:
    case Function::IsLoopback:
    case Function::IsMulticast: return ask_range(function, first);
    case Function::IsInRange: return in_range(first, last);
    case Function::Offset: return offset(first, last);
    case Function::DurationSince: return since(first, last);
    case Function::ToDate:
    case Function::ToTime: return part_of(function, first);
    case Function::ToMilliseconds: return whole_units(first, 1);
    case Function::ToSeconds: return whole_units(first, kMsPerSecond);
    case Function::ToMinutes: return whole_units(first, kMsPerMinute);
    case Function::ToHours: return whole_units(first, kMsPerHour);
    case Function::ToDays: return whole_units(first, kMsPerDay);
  }
  return fail(CallError::WrongType);
}

}  // namespace hub::policy
