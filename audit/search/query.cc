#include "audit/search/query.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hub::audit {
namespace {

using Named = std::pair<Qualifier, std::string_view>;

constexpr std::array<Named, 11> kQualifiers{{{Qualifier::Actor, "actor"},
                                             {Qualifier::Role, "role"},
                                             {Qualifier::Authority, "authority"},
                                             {Qualifier::Agreement, "agreement"},
                                             {Qualifier::Purpose, "purpose"},
                                             {Qualifier::Action, "action"},
                                             {Qualifier::Outcome, "outcome"},
                                             {Qualifier::Type, "type"},
                                             {Qualifier::View, "view"},
                                             {Qualifier::Record, "record"},
                                             {Qualifier::Subject, "subject"}}};

constexpr std::array<std::string_view, 11> kActs{
    "collection", "alteration", "consultation", "disclosure", "combination", "erasure",
    "relay",      "receipt",    "refusal",      "admin",      "review"};

std::string joined(auto begin, auto end, auto text_of) {
  std::string out;
  for (auto each = begin; each != end; ++each)
    out.append(out.empty() ? "" : ", ").append(text_of(*each));
  return out;
}

std::string qualifier_names() {
  return joined(kQualifiers.begin(), kQualifiers.end(),
                [](const Named& each) { return each.second; }) +
         ", created";
}

// One term as it was written.
struct Written {
  std::size_t place = 0;  // from 1, in characters of the text
  bool negated = false;
  std::string_view name;
  std::string value;
};

std::string at(const Written& term) { return "at character " + std::to_string(term.place) + ": "; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() {
    while (place_ < text_.size() && text_[place_] == ' ') ++place_;
    return place_ == text_.size();
  }

  Result<Written, std::string> next() {
    Written out;
    out.place = place_ + 1;
    out.negated = text_[place_] == '-';
    if (out.negated) ++place_;
    const auto colon = text_.find_first_of(": \"", place_);
    if (colon == std::string_view::npos || text_[colon] != ':') {
      return fail(at(out) + "write QUALIFIER:VALUE; there is no free text");
    }
    out.name = text_.substr(place_, colon - place_);
    place_ = colon + 1;
    const bool quoted = place_ < text_.size() && text_[place_] == '"';
    if (quoted) ++place_;
    const auto end = text_.find(quoted ? '"' : ' ', place_);
    if (quoted && end == std::string_view::npos) return fail(at(out) + "the quotes do not end");
    out.value = text_.substr(place_, end == std::string_view::npos ? end : end - place_);
    place_ = end == std::string_view::npos ? text_.size() : end + 1;
    if (out.value.empty()) return fail(at(out) + "the value is missing");
    return out;
  }

 private:
  std::string_view text_;
  std::size_t place_ = 0;
};

constexpr std::int64_t kMsOfDay = 86'400'000;

Time start_of(std::int32_t day) { return from_ms(day * kMsOfDay); }

// Nothing where it is no period.
bool read_period(std::string_view value, Query& out) {
  const auto dots = value.find("..");
  const auto first = value.substr(0, dots);
  const auto last = dots == std::string_view::npos ? first : value.substr(dots + 2);
  const auto from = parse_iso_date(first);
  const auto to = parse_iso_date(last);
  if ((!from && !first.empty()) || (!to && !last.empty()) || (!from && !to)) return false;
  if (from && to && *to < *from) return false;
  if (from) out.from = std::max(out.from.value_or(start_of(*from)), start_of(*from));
  if (to) out.until = std::min(out.until.value_or(start_of(*to + 1)), start_of(*to + 1));
  return true;
}

std::optional<std::string> wrong_value(const QueryTerm& term) {
  if (term.qualifier == Qualifier::Record && term.records.empty()) {
    return "record: takes a record's id, as in 01926d3a-...";
  }
  if (term.qualifier == Qualifier::Subject) {
    const auto equals = term.value.find('=');
    if (equals == 0 || equals >= term.value.size() - 1) {
      return "subject: takes IDENTIFIER=VALUE, as in nhs_number=9434765919";
    }
  }
  if (term.qualifier == Qualifier::Action && std::ranges::find(kActs, term.value) == kActs.end()) {
    return "action: takes one of " +
           joined(kActs.begin(), kActs.end(), [](std::string_view act) { return act; });
  }
  return std::nullopt;
}

bool has(const std::vector<std::string>& list, const std::string& value) {
  return std::ranges::find(list, value) != list.end();
}

bool holds(const QueryTerm& term, const Leaf& leaf, const std::optional<Detail>& detail) {
  const auto& entry = leaf.entry;
  switch (term.qualifier) {
    case Qualifier::Actor: return detail && detail->actor == term.value;
    case Qualifier::Role: return has(entry.roles, term.value);
    case Qualifier::Authority:
      return entry.sender == term.value || entry.recipient == term.value ||
             entry.originator == term.value;
    case Qualifier::Agreement: return entry.agreement == term.value;
    case Qualifier::Purpose: return entry.purpose == term.value;
    case Qualifier::Action: return entry.act == term.value;
    case Qualifier::Outcome: return entry.outcome == term.value;
    case Qualifier::Type: return entry.record_type == term.value;
    case Qualifier::View: return entry.view == term.value;
    case Qualifier::Record:
    case Qualifier::Subject:
      return detail && std::ranges::any_of(term.records, [&](const Uuid& id) {
               return std::ranges::find(detail->record_ids, id) != detail->record_ids.end();
             });
  }
  return false;
}

}  // namespace

Result<Query, std::string> parse_query(std::string_view text) {
  if (text.size() > kLongestQuery) return fail(std::string("the search is over 2,000 bytes long"));
  Query out;
  Reader reader(text);
  while (!reader.done()) {
    auto written = reader.next();
    if (!written) return fail(std::move(written.error()));
    if (out.terms.size() == kMostTerms) return fail(std::string("a search has at most 32 terms"));
    if (written->name == "created") {
      if (written->negated || !read_period(written->value, out)) {
        return fail(at(*written) + "created: takes a day or a period, as 2026-11-01..2026-11-21");
      }
      continue;
    }
    const auto* const known = std::ranges::find(kQualifiers, written->name, &Named::second);
    if (known == kQualifiers.end()) {
      return fail(at(*written) + "the qualifiers are " + qualifier_names());
    }
    QueryTerm term{known->first, std::move(written->value), written->negated, {}};
    if (term.qualifier == Qualifier::Record) {
      if (const auto id = parse_uuid(term.value)) term.records = {*id};
    }
    if (auto wrong = wrong_value(term)) return fail(at(*written) + *wrong);
    out.terms.push_back(std::move(term));
  }
  return out;
}

bool matches(const Query& query, const Leaf& leaf, const std::optional<Detail>& detail) {
  if ((query.from && leaf.time < *query.from) || (query.until && leaf.time >= *query.until)) {
    return false;
  }
  return std::ranges::all_of(query.terms, [&](const QueryTerm& term) {
    if (term.negated) return !holds(term, leaf, detail);
    return std::ranges::any_of(query.terms, [&](const QueryTerm& other) {
      return !other.negated && other.qualifier == term.qualifier && holds(other, leaf, detail);
    });
  });
}

}  // namespace hub::audit
