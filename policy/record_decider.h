// The decision about a whole record at one door: every field group it carries is asked about.
//
// Records of a batch mostly share everything a decision depends on, so decisions are kept, keyed
// by exactly that. They are dropped when an agreement starts or ends, when the clock steps back,
// and when another rulebook is asked. One per thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "policy/enforcement.h"

namespace hub::policy {

// What a header says that policies look at. Views; the caller keeps the texts.
struct RecordFacts {
  std::string_view sender;
  std::string_view recipient;
  std::string_view record_type;
  std::string_view purpose;
  std::string_view agreement;
  std::string_view legal_basis;
  std::string_view regime;
  std::string_view handling;
  std::string_view originator;  // empty: the sender
  std::span<const std::string_view> field_groups;
};

// The zero value is the safe one.
struct RecordVerdict {
  bool allowed = false;                     // every group may pass
  std::vector<std::string> allowed_groups;  // in the order asked
  std::vector<std::string> withheld_groups;
  std::vector<std::string> policies;  // ids that decided: permits of what passes, else what refused
  std::vector<std::string> withheld_by;  // ids of the forbids that withheld groups, where any did
  std::vector<std::string> errors;       // ids of policies that erred
  std::string explanation;               // of the first group refused; empty when all may pass
};

class RecordDecider {
 public:
  explicit RecordDecider(Door door, std::size_t capacity = 1024)
      : door_(door), capacity_(capacity) {}

  // Shared, so that it outlives the cache it is kept in.
  [[nodiscard]] std::shared_ptr<const RecordVerdict> decide(const Rulebook& rulebook,
                                                            const RecordFacts& facts, Time now);

 private:
  [[nodiscard]] RecordVerdict ask(const Rulebook& rulebook, const RecordFacts& facts,
                                  Time now) const;

  Door door_;
  std::size_t capacity_;
  std::unordered_map<std::string, std::shared_ptr<const RecordVerdict>> kept_;
  std::string key_;
  std::shared_ptr<const void> rulebook_;
  Time from_;
  std::optional<Time> until_;
};

}  // namespace hub::policy
