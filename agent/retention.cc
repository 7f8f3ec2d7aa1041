#include "agent/retention.h"

#include <algorithm>
#include <map>

#include "agent/legal_holds.h"
#include "schemas/envelope.h"

namespace hub::agent {
namespace {

using storage::Connection;

constexpr int kRecordsLookedAt = 512;
constexpr std::size_t kRecordsAtOnce = 32;  // that one job erases
constexpr std::size_t kEntriesLookedAt = 1000;
constexpr std::size_t kDetailsAtOnce = 250;
constexpr int kSentAtOnce = 250;
constexpr std::chrono::hours kBetweenPasses{1};

// By their ids; for the types, the catalogue says.
using AgreementPeriods = std::map<std::string, std::chrono::days, std::less<>>;

AgreementPeriods periods_of_agreements(const Snapshot& snapshot) {
  AgreementPeriods out;
  for (const auto* agreement : snapshot.rulebook->agreements()) {
    out.emplace(agreement->id, std::chrono::days(agreement->retention_days));
  }
  return out;
}

// The shorter of what type and agreement say; nothing when neither is known any more: then nobody
// has said that the record may go.
std::optional<std::chrono::days> period_of(const Snapshot& snapshot,
                                           const AgreementPeriods& agreements,
                                           std::string_view record_type,
                                           std::string_view agreement) {
  std::optional<std::chrono::days> out;
  if (const auto* type = snapshot.catalogue->find(record_type)) {
    out = std::chrono::days(type->retention_days());
  }
  if (const auto of = agreements.find(agreement); of != agreements.end()) {
    out = out ? std::min(*out, of->second) : of->second;
  }
  return out;
}

bool names_one_of(Connection& store, std::uint64_t entry, const std::set<Uuid>& ids) {
  return std::ranges::any_of(audit::Log::items(store, entry), [&](const audit::Item& item) {
    const auto* const open = item.open();
    if (open == nullptr || item.kind != audit::ItemKind::Record) return false;
    const auto id = uuid_from(as_bytes(open->value));
    return id && ids.contains(*id);
  });
}

audit::Entry retention_entry(std::string reason) {
  audit::Entry out;
  out.act = "erasure";
  out.outcome = kRetentionEnded;
  out.reason = std::move(reason);
  return out;
}

}  // namespace

Retention::Retention(const Parts& parts, DetailPeriods periods)
    : store_(parts.store),
      log_(parts.log),
      eraser_(parts.eraser),
      identifiers_(parts.identifiers),
      sent_(parts.sent),
      clock_(parts.clock),
      periods_(std::move(periods)) {}

RecordSet Retention::under_hold(Connection& store) const {
  return records_under_hold(store, identifiers_, sent_);
}

bool Retention::tend(const Snapshot& snapshot) {
  const bool records = end_records(snapshot);
  const bool details = end_details();
  const bool subjects = end_sent_subjects();
  return records || details || subjects;
}

bool Retention::end_records(const Snapshot& snapshot) {
  if (next_pass_ && clock_.steady() < *next_pass_) return false;
  next_pass_.reset();
  const auto due = due_records(snapshot, clock_.now());
  for (std::size_t at = 0; at < due.size(); at += kRecordsAtOnce) {
    const auto end = std::min(due.size(), at + kRecordsAtOnce);
    const std::vector<Due> some(due.begin() + static_cast<std::ptrdiff_t>(at),
                                due.begin() + static_cast<std::ptrdiff_t>(end));
    const bool committed =
        store_.commit([&](Connection& store) { erase_records(store, snapshot, some); });
    if (!committed) return false;
  }
  return !next_pass_;
}

// The next of the pass; at its end the next pass is set.
std::vector<Retention::Due> Retention::due_records(const Snapshot& snapshot, Time now) {
  const auto agreements = periods_of_agreements(snapshot);
  std::vector<Due> out;
  store_.read([&](Connection& store) {
    auto query = store.prepare(
        "SELECT seq, record_type, header, received FROM held_record WHERE seq > ? AND sender <> '' "
        "ORDER BY seq LIMIT ?");
    query.bind(1, passed_).bind(2, kRecordsLookedAt);
    int seen = 0;
    while (query.step()) {
      ++seen;
      passed_ = query.int64(0);
      const auto header_bytes = to_buffer(query.bytes(2));
      const auto header = schemas::parse_header(header_bytes);
      const auto period = period_of(snapshot, agreements, query.text(1),
                                    header ? header->agreement : std::string_view());
      if (!period || from_ms(query.int64(3)) + *period > now) continue;
      out.push_back({passed_, std::string(query.text(1)), *period});
    }
    if (seen < kRecordsLookedAt) {
      passed_ = 0;
      next_pass_ = clock_.steady() + kBetweenPasses;
    }
    return 0;
  });
  return out;
}

void Retention::erase_records(Connection& store, const Snapshot& snapshot,
                              const std::vector<Due>& due) {
  const auto held_back = under_hold(store);
  std::map<std::pair<std::string, std::chrono::days>, RecordSet> groups;
  for (const auto& record : due) {
    if (held_back.numbers.contains(record.number)) continue;
    for (const auto& facts : facts_of(store, {record.number})) {
      auto& group = groups[{record.record_type, record.period}];
      group.numbers.insert(facts.number);
      group.ids.insert(facts.id);
    }
  }
  for (const auto& [of, records] : groups) {
    auto entry = retention_entry("records are kept for " + std::to_string(of.second.count()) +
                                 " days, as their type and agreement say");
    entry.record_type = of.first;
    (void)eraser_.erase(store, *snapshot.catalogue, records, std::move(entry),
                        audit::detail_by("agent"));
  }
}

bool Retention::end_sent_subjects() {
  const auto period = periods_.find("disclosure");
  if (period == periods_.end()) return false;
  const auto end = clock_.now() - period->second;
  const auto is_due = [&] {
    return store_.read([&](Connection& store) { return SentSubjects::has_before(store, end); });
  };
  if (!is_due()) return false;
  const bool committed = store_.commit([&](Connection& store) {
    sent_.forget_before(store, end, under_hold(store).ids, kSentAtOnce);
  });
  return committed && is_due();
}

bool Retention::end_details() {
  bool more = false;
  for (const auto& [act, period] : periods_) more = end_details_of(act, period) || more;
  return more;
}

bool Retention::end_details_of(const std::string& act, std::chrono::days period) {
  const auto due = store_.read(
      [&](Connection& store) { return due_details(store, act, clock_.now() - period); });
  // A few entries passed over are soon looked at again; that is no reason for a commit.
  const bool is_far = due.next >= due.first + kEntriesLookedAt;
  if (due.entries.empty() && !is_far) return false;
  const bool committed =
      store_.commit([&](Connection& store) { erase_details(store, act, period, due); });
  return committed && (is_far || due.entries.size() == kDetailsAtOnce);
}

Retention::DueDetails Retention::due_details(Connection& store, std::string_view act,
                                             Time before) const {
  DueDetails out;
  {
    auto progress = store.prepare("SELECT next_entry FROM retention_progress WHERE act = ?");
    progress.bind(1, act);
    if (progress.step()) out.first = static_cast<std::uint64_t>(progress.int64(0));
  }
  out.next = out.first;
  const auto held_back = under_hold(store);
  auto rows = store.prepare(
      "SELECT idx, leaf, detail IS NOT NULL FROM log_entry WHERE idx >= ? ORDER BY idx LIMIT ?");
  rows.bind(1, out.next).bind(2, kEntriesLookedAt);
  while (out.entries.size() < kDetailsAtOnce && rows.step()) {
    const auto leaf = audit::parse_leaf(as_text(rows.bytes(1)));
    if (!leaf || leaf->time > before) break;
    out.next = leaf->index + 1;
    if (leaf->entry.act != act || rows.int64(2) == 0) continue;
    if (!held_back.ids.empty() && names_one_of(store, leaf->index, held_back.ids)) continue;
    out.entries.push_back(leaf->index);
  }
  return out;
}

// A hold may have come since it was looked.
void Retention::erase_details(Connection& store, const std::string& act, std::chrono::days period,
                              DueDetails due) {
  const auto held_back = under_hold(store);
  std::erase_if(due.entries, [&](std::uint64_t entry) {
    return !held_back.ids.empty() && names_one_of(store, entry, held_back.ids);
  });
  store.run("INSERT OR REPLACE INTO retention_progress(act, next_entry) VALUES (?, ?)", act,
            due.next);
  if (due.entries.empty()) return;
  auto entry = retention_entry("details of " + act + " are kept for " +
                               std::to_string(period.count()) + " days");
  entry.count = due.entries.size();
  (void)log_.erase(store, audit::Erasure{std::move(due.entries), {}}, entry,
                   audit::detail_by("agent"));
}

}  // namespace hub::agent
