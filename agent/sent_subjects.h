// By which identifiers records are found that this authority has sent: so that a sender, too, can
// answer what was passed on about a person. Of a record its id and the keys of its identifiers are
// kept, as long as the details of the log's entries about it; its content is not.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/terms.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub::agent {

// For the store's migrations; it needs storage::kKeyRunsTables too.
extern const char* const kSentSubjectsTable;

// A record that was sent, without its content.
struct SentFacts {
  Uuid id;
  std::string record_type;
  std::string recipient;
  Time sent;
};

class SentSubjects {
 public:
  // `index` as storage::KeyRuns has it.
  explicit SentSubjects(std::int64_t index) : runs_(index) {}

  // Inside a job.
  void add(storage::Connection& store, std::span<const ClearedRecord> records, Time now);
  // Inside a job: what was sent under these ids is found no more. The row stays, emptied, since
  // SQLite may leave the bytes of deleted ones behind.
  void forget(storage::Connection& store, const std::set<Uuid>& ids);
  // The same for what was sent before this time, the oldest first and `most` at once. Records in
  // `kept` are passed over, until look_again() says that they may be kept no longer.
  void forget_before(storage::Connection& store, Time end, const std::set<Uuid>& kept, int most);
  static void look_again(storage::Connection& store);
  // Whether it has anything to do.
  [[nodiscard]] static bool has_before(storage::Connection& store, Time end);

  [[nodiscard]] std::vector<SentFacts> find(storage::Connection& store,
                                            const storage::RunKey& identifier) const;
  [[nodiscard]] std::vector<SentFacts> find(storage::Connection& store, const Uuid& id) const;

  // For the maintenance thread, see storage::KeyRuns.
  bool tend(storage::Store& store, int most) { return runs_.tend(store, most); }

 private:
  void forget_row(storage::Connection& store, std::int64_t seq, const Uuid& id, Bytes keys);

  storage::KeyRuns runs_;
};

}  // namespace hub::agent
