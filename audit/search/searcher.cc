#include "audit/search/searcher.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <ranges>
#include <set>

namespace hub::audit {
namespace {

using storage::Connection;

constexpr std::uint64_t kPage = 1024;  // entries in one read transaction
// Entries are in the order of their numbers; a clock that was set back can make their times go
// back, by no more than this unless nobody noticed for long.
constexpr std::chrono::hours kClockMayGoBack{24};

bool is_looked_up(const QueryTerm& term) {
  if (term.negated) return false;
  if (term.qualifier == Qualifier::Actor) return term.value != "agent";
  return term.qualifier == Qualifier::Record || term.qualifier == Qualifier::Subject;
}

std::vector<std::string> index_values(const QueryTerm& term) {
  if (term.qualifier == Qualifier::Actor) return {term.value};
  std::vector<std::string> out;
  out.reserve(term.records.size());
  for (const auto& id : term.records) out.push_back(to_text(Bytes(id.bytes)));
  return out;
}

ItemKind kind_of(const QueryTerm& term) {
  return term.qualifier == Qualifier::Actor ? ItemKind::Actor : ItemKind::Record;
}

// The text that a leaf must hold somewhere if the term holds; empty where that cannot be said.
// Leaves have one spelling, so most entries are passed over without being parsed.
std::string mark_of(const QueryTerm& term) {
  const auto member = [&](const char* key) { return leaf_member(key, term.value); };
  switch (term.qualifier) {
    case Qualifier::Agreement: return member("agreement");
    case Qualifier::Purpose: return member("purpose");
    case Qualifier::Action: return member("act");
    case Qualifier::Outcome: return member("outcome");
    case Qualifier::Type: return member("record_type");
    case Qualifier::View: return member("view");
    case Qualifier::Actor:
    case Qualifier::Role:
    case Qualifier::Authority:
    case Qualifier::Record:
    case Qualifier::Subject: return {};
  }
  return {};
}

// For each qualifier asked for, the marks of which one must be there.
using Marks = std::vector<std::vector<std::string>>;

Marks marks_of(const Query& query) {
  std::map<Qualifier, std::vector<std::string>> by_qualifier;
  for (const auto& term : query.terms) {
    if (term.negated) continue;
    if (auto mark = mark_of(term); !mark.empty()) {
      by_qualifier[term.qualifier].push_back(std::move(mark));
    }
  }
  Marks out;
  for (auto& [qualifier, marks] : by_qualifier) out.push_back(std::move(marks));
  return out;
}

bool may_match(const Marks& marks, std::string_view leaf) {
  return std::ranges::all_of(marks, [&](const auto& any) {
    return std::ranges::any_of(
        any, [&](const auto& mark) { return leaf.find(mark) != std::string_view::npos; });
  });
}

std::optional<FoundEntry> match(const Query& query, StoredEntry&& stored) {
  auto leaf = parse_leaf(stored.leaf);
  if (!leaf || !matches(query, *leaf, stored.detail)) return std::nullopt;
  return FoundEntry{std::move(stored), std::move(*leaf)};
}

}  // namespace

void Searcher::run(const Query& query, std::uint64_t before,
                   const std::function<bool(const FoundEntry&)>& each) const {
  before = end_of(query, std::min(before, log_.head().size));
  auto found = candidates(query);
  if (!found) return scan(query, before, each);
  while (!found->empty() && found->back() >= before) found->pop_back();
  for (const auto index : std::views::reverse(*found)) {
    auto entries = store_.read([&](Connection& c) { return Log::entries(c, index, 1); });
    if (entries.empty() || entries.front().index != index) continue;
    const auto entry = match(query, std::move(entries.front()));
    if (entry && !each(*entry)) return;
  }
}

// Rising; nothing when the index cannot help.
std::optional<std::vector<std::uint64_t>> Searcher::candidates(const Query& query) const {
  const auto first = std::ranges::find_if(query.terms, [&](const QueryTerm& term) {
    return is_looked_up(term) && std::ranges::all_of(query.terms, [&](const QueryTerm& other) {
             return other.negated || other.qualifier != term.qualifier || is_looked_up(other);
           });
  });
  if (first == query.terms.end()) return std::nullopt;
  return store_.read([&](Connection& c) {
    std::set<std::uint64_t> out;
    for (const auto& term : query.terms) {
      if (term.negated || term.qualifier != first->qualifier) continue;
      for (const auto& value : index_values(term)) {
        for (const auto entry : log_.search().find(c, kind_of(term), value)) out.insert(entry);
      }
    }
    return std::vector<std::uint64_t>(out.begin(), out.end());
  });
}

std::uint64_t Searcher::end_of(const Query& query, std::uint64_t before) const {
  if (!query.until) return before;
  return std::min(before, first_not_before(*query.until + kClockMayGoBack));
}

std::uint64_t Searcher::first_not_before(Time when) const {
  std::uint64_t low = 0;
  std::uint64_t high = log_.head().size;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto entries = store_.read([&](Connection& c) { return Log::entries(c, middle, 1); });
    const auto leaf = entries.empty() ? std::nullopt : std::optional(parse_leaf(entries[0].leaf));
    if (leaf && *leaf && (*leaf)->time < when) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void Searcher::scan(const Query& query, std::uint64_t before,
                    const std::function<bool(const FoundEntry&)>& each) const {
  const auto marks = marks_of(query);
  const auto end = query.from ? first_not_before(*query.from - kClockMayGoBack) : 0;
  while (before > end) {
    const auto from = before - std::min(before - end, kPage);
    auto page = store_.read([&](Connection& c) {
      return Log::entries(c, from, before - from,
                          [&](std::string_view leaf) { return may_match(marks, leaf); });
    });
    for (auto& stored : std::views::reverse(page)) {
      const auto entry = match(query, std::move(stored));
      if (entry && !each(*entry)) return;
    }
    before = from;
  }
}

}  // namespace hub::audit
