// Intake: a file of rows becomes cleared records in the outbox, refusals in the audit log, and a
// rejects file for the rows that are wrong.
//
// A batch of rows, what became of them and how far the file has been read are one transaction: a
// kill at any moment neither loses nor doubles a row. Rows whose content was sent before are
// passed over, in whatever file they come again. Runs on the spool thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/clearing.h"
#include "agent/outbox.h"
#include "agent/snapshot.h"
#include "agent/source.h"
#include "audit/log/log.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub::agent {

// What became of a file. The counts survive a restart in the middle of it.
struct IntakeReport {
  std::string file;
  std::string record_type;
  bool taken_before = false;  // the same content had been taken in whole
  std::uint64_t rows = 0;
  std::uint64_t sent = 0;     // sealed, or waiting for the recipient's key
  std::uint64_t already = 0;  // rows that were sent before
  std::uint64_t rejected = 0;
  std::map<std::string, std::uint64_t> refused;   // policy's explanation -> rows
  std::map<std::string, std::uint64_t> withheld;  // field group -> records it was left out of
  std::optional<FileProblem> problem;             // why the file could not be read, or not whole
  std::vector<std::int64_t> slices;               // ids, of this run

  [[nodiscard]] std::string to_json() const;
  // For people: a few lines that say what happened and what to do.
  [[nodiscard]] std::string to_text() const;
};

struct IntakeParts {
  std::string authority;
  const Clock& clock;
  storage::Store& store;
  Outbox& outbox;               // writer thread
  audit::Log& log;              // writer thread
  storage::KeyRuns& sent_rows;  // writer thread
  std::function<std::shared_ptr<const Snapshot>()> snapshot;
  std::function<void(std::vector<SliceRef>)> sealed;  // after the commit, on the writer thread
};

class Intake {
 public:
  Intake(IntakeParts parts, const std::map<std::string, SendDefaults>& defaults);

  // Reads the whole file; bad rows go to `rejects`, which is written only if there are any.
  // `stopping` ends it early: what was committed stays, the rest is taken at the next start.
  [[nodiscard]] IntakeReport take(const std::filesystem::path& file,
                                  const std::filesystem::path& rejects,
                                  const std::atomic<bool>& stopping);

 private:
  struct Row;
  struct Batch;
  struct Progress;
  // A batch on its way through the writer, while the next one is read.
  struct Flight {
    std::shared_ptr<Batch> batch;
    std::future<bool> committed;
  };

  [[nodiscard]] Progress progress_of(const crypto::Digest& digest) const;
  void read_rows(RecordSource& source, const schemas::RecordType& type,
                 const std::filesystem::path& rejects, Progress& progress,
                 const std::atomic<bool>& stopping);
  // Waits for the batch before, then sends this one on its way.
  void launch(Batch batch, Progress& progress, const std::atomic<bool>& stopping);
  void land(Progress& progress, const std::atomic<bool>& stopping);
  [[nodiscard]] std::future<bool> submit(const std::shared_ptr<Batch>& batch);

  // On the writer thread.
  void act(storage::Connection& store, Batch& batch);
  void decide_again(Batch& batch, const std::shared_ptr<const Snapshot>& now);
  void record_refusals(storage::Connection& store, const Batch& batch);

  IntakeParts parts_;
  Clearing clearing_;
  Clearing writer_clearing_;
  std::optional<Flight> flight_;
};

}  // namespace hub::agent
