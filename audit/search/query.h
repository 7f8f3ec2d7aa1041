// What an auditor asks of a log, in one line:
//
//   actor:ann action:consultation created:2026-11-01..2026-11-21 -outcome:refused
//
// A term is QUALIFIER:VALUE, with a minus in front where it must not hold; a value with spaces
// stands in double quotes. Terms of one qualifier are alternatives, different qualifiers must all
// hold. There is no free text: a log has no words to search in.
//
//   actor      the user's name                    authority  sender, recipient or originator
//   role       a role the user acted in           agreement, purpose, outcome, type, view
//   action     the entry's act                    record     a record's id
//   subject    IDENTIFIER=VALUE: entries about a record that is about this person
//   created    YYYY-MM-DD, FROM..TO, FROM.. or ..TO: days (UTC), the last one included
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/detail.h"
#include "audit/log/entry.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/uuid.h"

namespace hub::audit {

inline constexpr std::size_t kLongestQuery = 2000;
inline constexpr std::size_t kMostTerms = 32;

enum class Qualifier : std::uint8_t {
  Actor,
  Role,
  Authority,
  Agreement,
  Purpose,
  Action,
  Outcome,
  Type,
  View,
  Record,
  Subject,
};

struct QueryTerm {
  Qualifier qualifier = Qualifier::Actor;
  std::string value;
  bool negated = false;
  std::vector<Uuid> records;  // of a Record its id; of a Subject those that resolve() found

  bool operator==(const QueryTerm&) const = default;
};

struct Query {
  std::vector<QueryTerm> terms;
  std::optional<Time> from;   // entries not before this
  std::optional<Time> until;  // and before this

  bool operator==(const Query&) const = default;
};

// The error says what is wrong, and where, without the values.
[[nodiscard]] Result<Query, std::string> parse_query(std::string_view text);

[[nodiscard]] bool matches(const Query& query, const Leaf& leaf,
                           const std::optional<Detail>& detail);

}  // namespace hub::audit
