// Held records by their ids, with their versions: what amended or withdrew a record, and what that
// one was about, are one record to the law.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/uuid.h"
#include "core/storage/connection.h"

namespace hub::agent {

// What is known of a held record without its content.
struct HeldFacts {
  std::int64_t number = 0;  // seq of held_record
  Uuid id;
  std::string sender;
  std::string record_type;
  Time received;
  bool ended = false;
};

// Records that are meant together: ids, and the numbers of those held. An id may have none (sent
// by this authority, or not held any more), or several (used by several senders).
struct RecordSet {
  std::set<Uuid> ids;
  std::set<std::int64_t> numbers;
};

// Numbers of the held records of these ids, from any sender.
[[nodiscard]] std::vector<std::int64_t> numbers_of(storage::Connection& store,
                                                   const std::set<Uuid>& ids);
// The records of these ids, from any sender, with all their versions.
[[nodiscard]] RecordSet with_versions(storage::Connection& store, const std::set<Uuid>& ids);
// The held records of these numbers with all their versions.
[[nodiscard]] RecordSet with_versions(storage::Connection& store,
                                      std::span<const std::int64_t> numbers);

// Of those that are held, in order of their numbers.
[[nodiscard]] std::vector<HeldFacts> facts_of(storage::Connection& store,
                                              const std::set<std::int64_t>& numbers);

}  // namespace hub::agent
