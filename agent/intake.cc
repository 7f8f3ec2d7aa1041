#include "agent/intake.h"

#include <fcntl.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "agent/file_source.h"
#include "agent/source_rejects.h"
#include "core/base/byte_writer.h"
#include "core/base/file.h"
#include "core/base/log.h"

namespace hub::agent {
namespace {

using storage::Connection;

constexpr std::size_t kBatchRows = 1024;
constexpr std::size_t kBatchBytes = 2U << 20U;
constexpr std::chrono::seconds kRetry{1};

// What makes two rows the same: their values and the agreement and purpose they are shared under.
storage::RunKey row_key(const schemas::RecordDraft& draft, const Terms& terms) {
  const auto digest = crypto::sha256(ByteWriter()
                                         .prefixed("hub/row/v1")
                                         .prefixed(terms.record_type)
                                         .prefixed(terms.agreement)
                                         .prefixed(terms.purpose)
                                         .prefixed(draft.fingerprint_input())
                                         .view());
  storage::RunKey out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

crypto::Digest digest_of_file(const std::filesystem::path& file) {
  const auto fd = open_file(file, O_RDONLY);
  crypto::Sha256 hash;
  std::uint64_t offset = 0;
  for (;;) {
    const auto block = read_at(fd, offset, 1U << 20U);
    if (block.empty()) return hash.finish();
    hash.add(block);
    offset += block.size();
  }
}

}  // namespace

struct Intake::Row {
  std::uint64_t number = 0;
  storage::RunKey key{};
  std::optional<ClearedRecord> cleared;
  std::optional<Refused> refused;
};

struct Intake::Batch {
  crypto::Digest digest{};
  std::uint64_t last_row = 0;
  std::size_t bytes = 0;
  bool finished = false;
  std::vector<Row> rows;
  std::shared_ptr<const Snapshot> snapshot;
  IntakeReport before;  // of all batches before, and this one's refusals
  // What act() found.
  std::uint64_t sent = 0;
  std::uint64_t already = 0;
  std::map<std::string, std::uint64_t> withheld;
  std::vector<SliceRef> slices;
};

// How far the file has been read, as of the last commit.
struct Intake::Progress {
  crypto::Digest digest{};
  std::uint64_t rows_done = 0;
  bool finished = false;
  IntakeReport report;
};

std::string IntakeReport::to_json() const {
  nlohmann::json out{
      {"file", file},       {"record_type", record_type}, {"rows", rows},
      {"sent", sent},       {"already_sent", already},    {"rejected", rejected},
      {"refused", refused}, {"withheld", withheld},       {"taken_before", taken_before}};
  if (problem) {
    out["problem"] = {
        {"line", problem->line}, {"rule", problem->rule}, {"what_to_do", problem->what_to_do}};
  }
  return out.dump();
}

std::string IntakeReport::to_text() const {
  std::string out = file + "\n";
  const auto line = [&](std::uint64_t count, const std::string& what) {
    if (count > 0) out += "  " + std::to_string(count) + "  " + what + "\n";
  };
  if (taken_before) out += "  This file was taken in before. Nothing was sent twice.\n";
  line(rows, "rows read");
  line(sent, "sent");
  line(already, "were sent before and are not sent again");
  for (const auto& [group, count] : withheld) {
    line(count,
         "went without the field group \"" + group + "\", which the agreement does not cover");
  }
  for (const auto& [why, count] : refused) line(count, "refused: " + why);
  line(rejected, "rejected: see the rejects file, correct it and drop it here again");
  if (problem) {
    out += "  The file could not be read" +
           (problem->line > 0 ? " beyond line " + std::to_string(problem->line) : std::string()) +
           ": " + problem->rule + ". " + problem->what_to_do + "\n";
  }
  return out;
}

Intake::Intake(IntakeParts parts, const std::map<std::string, SendDefaults>& defaults)
    : parts_(std::move(parts)),
      clearing_(parts_.authority, defaults, parts_.clock),
      writer_clearing_(parts_.authority, defaults, parts_.clock) {}

Intake::Progress Intake::progress_of(const crypto::Digest& digest) const {
  Progress out;
  out.digest = digest;
  parts_.store.read([&](Connection& store) {
    auto query =
        store.prepare("SELECT rows_done, finished, report FROM intake_file WHERE digest = ?");
    query.bind(1, Bytes(digest));
    if (!query.step()) return 0;
    out.rows_done = static_cast<std::uint64_t>(query.int64(0));
    out.finished = query.int64(1) != 0;
    const auto kept = nlohmann::json::parse(query.text(2), nullptr, false);
    if (!kept.is_object()) return 0;
    if (out.finished) {
      // Otherwise both are counted again while the file is read from its beginning.
      out.report.rows = kept.value("rows", std::uint64_t{0});
      out.report.rejected = kept.value("rejected", std::uint64_t{0});
    }
    out.report.sent = kept.value("sent", std::uint64_t{0});
    out.report.already = kept.value("already_sent", std::uint64_t{0});
    out.report.refused = kept.value("refused", out.report.refused);
    out.report.withheld = kept.value("withheld", out.report.withheld);
    return 0;
  });
  return out;
}

IntakeReport Intake::take(const std::filesystem::path& file, const std::filesystem::path& rejects,
                          const std::atomic<bool>& stopping) {
  auto progress = progress_of(digest_of_file(file));
  progress.report.file = file.filename().string();
  if (progress.finished) {
    progress.report.taken_before = true;
    return progress.report;
  }
  const auto snapshot = parts_.snapshot();
  auto opened = open_source(file, *snapshot->catalogue);
  if (!opened) {
    progress.report.problem = opened.error();
    return progress.report;
  }
  progress.report.record_type = opened->type->name();
  read_rows(*opened->source, *opened->type, rejects, progress, stopping);
  return progress.report;
}

void Intake::read_rows(RecordSource& source, const schemas::RecordType& type,
                       const std::filesystem::path& rejects, Progress& progress,
                       const std::atomic<bool>& stopping) {
  std::ofstream rejects_file;
  std::optional<RejectsWriter> rejects_writer;
  Batch batch;
  batch.snapshot = parts_.snapshot();
  const auto reject = [&](const SourceRow& row, std::span<const RowProblem> problems) {
    ++progress.report.rejected;
    if (!rejects_writer) {
      rejects_file.open(rejects, std::ios::binary | std::ios::trunc);
      if (!rejects_file) throw EnvError("cannot write " + rejects.string());
      rejects_writer.emplace(rejects_file, source.columns());
    }
    rejects_writer->write(row, problems);
  };
  while (!stopping) {
    const auto row = source.next();
    if (!row) break;
    progress.report.rows = row->number;
    batch.last_row = row->number;
    if (row->problem) {
      reject(*row, std::span(&*row->problem, 1));
      continue;
    }
    const auto draft = schemas::RecordDraft::check(type, row->fields);
    if (!draft) {
      reject(*row, draft.error());
      continue;
    }
    auto answer = clearing_.clear(*batch.snapshot, *draft, row->sharing);
    if (const auto* problem = std::get_if<RowProblem>(&answer)) {
      reject(*row, std::span(problem, 1));
      continue;
    }
    // Rows of an earlier run are read again only for the rejects file.
    if (row->number <= progress.rows_done) continue;
    Row next;
    next.number = row->number;
    if (auto* cleared = std::get_if<ClearedRecord>(&answer)) {
      next.key = row_key(*draft, *cleared->terms);
      batch.bytes += cleared->body.size();
      next.cleared = std::move(*cleared);
    } else {
      next.refused = std::get<Refused>(std::move(answer));
    }
    batch.rows.push_back(std::move(next));
    if (batch.rows.size() >= kBatchRows || batch.bytes >= kBatchBytes) {
      launch(std::exchange(batch, {}), progress, stopping);
      batch.snapshot = parts_.snapshot();
    }
  }
  if (!stopping) {
    progress.report.problem = source.broken();
    batch.last_row = progress.report.rows;
    // A broken file is finished, too: its corrected version is another file.
    batch.finished = true;
    launch(std::move(batch), progress, stopping);
  }
  land(progress, stopping);
}

void Intake::launch(Batch batch, Progress& progress, const std::atomic<bool>& stopping) {
  land(progress, stopping);
  if (stopping) return;
  for (const auto& row : batch.rows) {
    if (row.refused) ++progress.report.refused[row.refused->verdict->explanation];
  }
  batch.digest = progress.digest;
  batch.before = progress.report;
  auto shared = std::make_shared<Batch>(std::move(batch));
  flight_ = Flight{shared, submit(shared)};
}

std::future<bool> Intake::submit(const std::shared_ptr<Batch>& batch) {
  auto promise = std::make_shared<std::promise<bool>>();
  auto future = promise->get_future();
  storage::Job job;
  job.act = [this, batch](Connection& store) { act(store, *batch); };
  job.done = [promise](bool committed) { promise->set_value(committed); };
  parts_.store.submit(std::move(job));
  return future;
}

void Intake::land(Progress& progress, const std::atomic<bool>& stopping) {
  if (!flight_) return;
  auto flight = std::move(*flight_);
  flight_.reset();
  while (!flight.committed.get()) {
    if (stopping) return;
    // The store could not write. Nothing of this batch is acknowledged; it is tried again.
    log_error("intake-waits-for-store", {{"file", progress.report.file}});
    std::this_thread::sleep_for(kRetry);
    flight.committed = submit(flight.batch);
  }
  auto& batch = *flight.batch;
  progress.rows_done = batch.last_row;
  progress.report.sent += batch.sent;
  progress.report.already += batch.already;
  for (const auto& [group, count] : batch.withheld) progress.report.withheld[group] += count;
  for (const auto& slice : batch.slices) progress.report.slices.push_back(slice.id);
  if (!batch.slices.empty()) parts_.sealed(std::move(batch.slices));
}

// ---- on the writer thread ----

void Intake::act(Connection& store, Batch& batch) {
  const auto now = parts_.snapshot();
  if (now != batch.snapshot) decide_again(batch, now);
  batch.sent = 0;
  batch.already = 0;
  batch.withheld.clear();
  std::vector<storage::RunKey> keys;
  for (const auto& row : batch.rows) {
    if (row.cleared) keys.push_back(row.key);
  }
  const auto known = parts_.sent_rows.contains(store, keys);
  std::set<storage::RunKey> in_batch;
  std::vector<ClearedRecord> records;
  std::vector<storage::RunEntry> sent;
  std::size_t place = 0;
  for (const auto& row : batch.rows) {
    if (!row.cleared) continue;
    if (known[place++] || !in_batch.insert(row.key).second) {
      ++batch.already;
      continue;
    }
    ++batch.sent;
    for (const auto& group : row.cleared->terms->withheld) ++batch.withheld[group];
    sent.push_back({row.key, 1});
    records.push_back(*row.cleared);
  }
  const InForce in_force{now->parties->hub(), now->parties->note().number,
                         now->bundle->note().number};
  parts_.sent_rows.append(store, sent);
  batch.slices = parts_.outbox.send(store, records, in_force, parts_.clock.now());
  record_refusals(store, batch);
  auto report = batch.before;
  report.sent += batch.sent;
  report.already += batch.already;
  for (const auto& [group, count] : batch.withheld) report.withheld[group] += count;
  store.run(
      "INSERT INTO intake_file(digest, name, rows_done, finished, report, started) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET rows_done = excluded.rows_done, "
      "finished = excluded.finished, report = excluded.report",
      Bytes(batch.digest), batch.before.file, batch.last_row, batch.finished, report.to_json(),
      to_ms(parts_.clock.now()));
}

// Register or bundle changed since the rows were cleared.
void Intake::decide_again(Batch& batch, const std::shared_ptr<const Snapshot>& now) {
  for (auto& row : batch.rows) {
    if (!row.cleared) continue;
    if (auto terms = writer_clearing_.still_allowed(*now, *row.cleared->terms)) {
      row.cleared->terms = std::move(terms);
      continue;
    }
    policy::RecordVerdict verdict;
    verdict.explanation = "the policies changed while the file was read; drop the row again";
    row.refused = Refused{row.cleared->id, row.cleared->terms,
                          std::make_shared<const policy::RecordVerdict>(std::move(verdict))};
    row.cleared.reset();
  }
  batch.snapshot = now;
}

void Intake::record_refusals(Connection& store, const Batch& batch) {
  std::map<const Terms*, std::vector<const Refused*>> groups;
  for (const auto& row : batch.rows) {
    if (row.refused) groups[row.refused->terms.get()].push_back(&*row.refused);
  }
  for (const auto& [terms, rows] : groups) {
    auto entry = entry_for(*terms, parts_.authority,
                           {batch.snapshot->parties->hub(), batch.snapshot->parties->note().number,
                            batch.snapshot->bundle->note().number});
    entry.act = "refusal";
    entry.outcome = word(schemas::Outcome::RefusedByPolicy);
    entry.reason = rows.front()->verdict->explanation;
    entry.count = rows.size();
    audit::Detail detail;
    detail.actor = "agent";
    for (const auto* refused : rows) detail.record_ids.push_back(refused->id);
    parts_.log.append(store, entry, detail);
    const auto& policies = terms->policies;
    count(store, "refused", terms->recipient,
          policies.empty() ? std::string("no-permit") : policies.front(), rows.size());
  }
}

}  // namespace hub::agent
