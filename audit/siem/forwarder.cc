#include "audit/siem/forwarder.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/crypto/merkle.h"

namespace hub::audit {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kLot = 128;  // entries: at most 8 MiB of leaves
constexpr auto kLookPeriod = 250ms;
constexpr std::chrono::milliseconds kShortestWait = 1s;
constexpr std::chrono::milliseconds kLongestWait = 60s;
// A connection that lasts so long was a good one.
constexpr auto kGoodFor = 10s;
constexpr auto kSavePeriod = 1s;
constexpr std::size_t kLargestCursor = 64;

struct StoredLeaf {
  std::uint64_t index;
  std::string bytes;
};

// Not by Log::entries(): the details, which hold personal data, never leave the store here.
std::vector<StoredLeaf> leaves(Connection& store, std::uint64_t from, std::uint64_t end) {
  std::vector<StoredLeaf> out;
  auto rows = store.prepare(
      "SELECT idx, leaf FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx LIMIT ?");
  rows.bind(1, from).bind(2, end).bind(3, kLot);
  while (rows.step()) {
    out.push_back({static_cast<std::uint64_t>(rows.int64(0)), to_text(rows.bytes(1))});
  }
  return out;
}

// A number and a line's end; nothing for any other content.
std::optional<std::uint64_t> parse_cursor(std::string_view text) {
  std::uint64_t out = 0;
  if (!text.ends_with('\n')) return std::nullopt;
  text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::uint64_t read_cursor(const std::filesystem::path& file, std::string_view target) {
  const auto content = read_file_if_there(file, kLargestCursor);
  if (!content) return 0;
  const auto parsed = parse_cursor(as_text(*content));
  if (!parsed) log_warning("siem-cursor-unreadable", {{"target", target}});
  return parsed.value_or(0);
}

}  // namespace

Forwarder::Forwarder(Parts parts) : parts_(std::move(parts)) {
  next_ = saved_ = read_cursor(parts_.cursor, parts_.target.name());
  const auto size = parts_.log.head().size;
  if (next_ > size) {
    // The store was put back, or is another one: what it writes now is news.
    log_warning("siem-cursor-ahead",
                {{"target", parts_.target.name()}, {"cursor", next_}, {"entries", size}});
    next_ = size;
  }
  standing_.target = parts_.target.name();
  standing_.sent = next_;
}

std::chrono::milliseconds Forwarder::step() {
  try {
    const auto ready = parts_.target.make_ready();
    if (!ready) return failed(ready.error());
    if (*ready == SiemTarget::Ready::Anew) begin_again();
    go_back();
    const auto lot = next_lot();
    if (!lot.events.empty()) {
      if (const auto fault = parts_.target.take(lot.events)) return failed(*fault);
      sent(lot);
    }
    works();
    tail_.forget_arrived(parts_.clock.steady());
    save_sometimes();
    return lot.events.empty() ? kLookPeriod : std::chrono::milliseconds(0);
  } catch (const std::exception& error) {
    log_error("siem-failed", {{"target", parts_.target.name()}, {"reason", error.what()}});
    return failed("this machine's disk or store refuses");
  }
}

Forwarder::Lot Forwarder::next_lot() {
  Lot out;
  const auto size = parts_.log.head().size;
  const auto end = std::max(size, next_);
  out.next = next_;
  if (end - next_ > parts_.max_behind) {
    out.gap = EntryRange{next_, end - parts_.max_behind - 1};
    out.next = end - parts_.max_behind;
  }
  read_entries(out, std::max(out.next, tail_.cut(end)));
  if (out.gap) {
    out.events.insert(out.events.begin(),
                      gap_event(parts_.source, *out.gap, out.reason, parts_.clock.now()));
  }
  return out;
}

void Forwarder::read_entries(Lot& lot, std::uint64_t end) const {
  if (lot.next == end) return;
  const auto read =
      parts_.store.read([&](Connection& store) { return leaves(store, lot.next, end); });
  // That none is left of those before `end`, whatever the reason, holds up nothing.
  if (read.empty() && !lot.gap) {
    lot.gap = EntryRange{lot.next, end - 1};
    lot.reason = GapReason::NotInLog;
    lot.next = end;
  }
  for (const auto& stored : read) {
    if (stored.index != lot.next) {
      // Entries that are not there any more: told first, the rest with the next lot.
      if (!lot.events.empty() || lot.gap) return;
      lot.gap = EntryRange{lot.next, stored.index - 1};
      lot.reason = GapReason::NotInLog;
    }
    const auto hash = crypto::leaf_hash(as_bytes(stored.bytes));
    const auto leaf = parse_leaf(stored.bytes);
    lot.events.push_back(
        leaf ? to_ocsf(parts_.source, *leaf, hash)
             : unreadable_entry(parts_.source, stored.index, hash, parts_.clock.now()));
    lot.next = stored.index + 1;
  }
}

void Forwarder::sent(const Lot& lot) {
  const auto from = std::exchange(next_, lot.next);
  if (!parts_.target.keeps_what_it_takes()) {
    std::size_t bytes = 0;
    for (const auto& event : lot.events) bytes += event.json.size();
    tail_.sent(from, next_, bytes, parts_.clock.steady());
  }
  const std::scoped_lock lock(mutex_);
  standing_.sent = next_;
  if (!lot.gap) return;
  const auto count = lot.gap->second - lot.gap->first + 1;
  standing_.skipped += count;
  log_warning("siem-gap", {{"target", parts_.target.name()},
                           {"first", lot.gap->first},
                           {"last", lot.gap->second},
                           {"entries", count}});
}

void Forwarder::begin_again() {
  ready_since_ = parts_.clock.steady();
  next_ = tail_.first().value_or(next_);
  const std::scoped_lock lock(mutex_);
  standing_.sent = next_;
}

void Forwarder::read_again_from(std::uint64_t entry) {
  const std::scoped_lock lock(mutex_);
  again_from_ = std::min(again_from_.value_or(entry), entry);
}

void Forwarder::go_back() {
  const std::scoped_lock lock(mutex_);
  const auto from = std::exchange(again_from_, std::nullopt);
  if (!from || *from >= next_) return;
  next_ = *from;
  tail_ = {};
  standing_.sent = next_;
}

std::chrono::milliseconds Forwarder::failed(TargetFault fault) {
  const std::chrono::milliseconds doubled = kShortestWait * (1L << std::min(failures_, 6U));
  tail_.lost(parts_.clock.steady());
  if (fault == kTargetStopped) return doubled;
  ++failures_;
  bool is_news = false;
  {
    const std::scoped_lock lock(mutex_);
    is_news = !standing_.since;
    standing_.fault = fault;
    if (is_news) standing_.since = parts_.clock.now();
  }
  if (is_news) log_warning("siem-away", {{"target", parts_.target.name()}, {"reason", fault}});
  return std::min(doubled, kLongestWait);
}

void Forwarder::works() {
  // Whoever takes a connection and drops it is not called at once each time.
  if (parts_.target.keeps_what_it_takes() || parts_.clock.steady() - ready_since_ >= kGoodFor) {
    failures_ = 0;
  }
  bool is_news = false;
  {
    const std::scoped_lock lock(mutex_);
    is_news = standing_.since.has_value();
    standing_.since.reset();
    standing_.fault.reset();
  }
  if (is_news) log_info("siem-back", {{"target", parts_.target.name()}, {"from", next_}});
}

void Forwarder::save_sometimes() {
  if (parts_.clock.steady() - saved_at_ < kSavePeriod) return;
  save();
}

void Forwarder::save() noexcept {
  const auto sure = tail_.first().value_or(next_);
  if (sure == saved_) return;
  try {
    replace_file(parts_.cursor, as_bytes(std::to_string(sure) + "\n"));
    saved_ = sure;
    saved_at_ = parts_.clock.steady();
  } catch (const std::exception& error) {
    log_error("siem-cursor-not-kept", {{"target", parts_.target.name()}, {"reason", error.what()}});
  }
}

Forwarder::Standing Forwarder::standing() const {
  const auto size = parts_.log.head().size;
  const std::scoped_lock lock(mutex_);
  auto out = standing_;
  out.behind = size - std::min(size, out.sent);
  return out;
}

}  // namespace hub::audit
