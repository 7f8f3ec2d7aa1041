// Typed columns of held records, one table for each record type, made from the bodies in the
// background and made again from the beginning when the type's columns change.
//
// A projection may lag behind; whoever reads one looks at the bodies of the records after
// through() as well, so answers are complete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/connection.h"
#include "core/storage/store.h"
#include "schemas/catalogue.h"

namespace hub::agent {

class Projections {
 public:
  // For the maintenance thread: brings every projection further, by much only while nobody else
  // commits.
  void tend(storage::Store& store, const schemas::Catalogue& catalogue);

  // Held records up to this one are in the projection of the type; 0 when there is none yet.
  [[nodiscard]] static std::int64_t through(storage::Connection& store,
                                            const schemas::RecordType& type);
  // Of the projected records, newest first, at most `limit` whose number is below `before` and
  // whose field has this value as a person would write it. An unknown field gives none.
  [[nodiscard]] static std::vector<std::int64_t> find(storage::Connection& store,
                                                      const schemas::RecordType& type,
                                                      std::string_view field,
                                                      std::string_view value, std::int64_t before,
                                                      int limit);

  // Empties a held record's columns; inside a job. The type need not be in the catalogue.
  static void forget(storage::Connection& store, std::string_view record_type, std::int64_t seq);

 private:
  static void ensure_table(storage::Connection& store, const schemas::RecordType& type);
  static bool advance(storage::Connection& store, const schemas::Catalogue& catalogue);
  static void project(storage::Connection& store, const schemas::RecordType& type, std::int64_t seq,
                      Bytes body);

  std::uint64_t commits_ = 0;  // of the store, when tend() was last done
};

}  // namespace hub::agent
