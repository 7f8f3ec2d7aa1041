#include "audit/search/question.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "audit/log/detail_json.h"

namespace hub::audit {
namespace {

using nlohmann::json;

constexpr std::uint64_t kUsualLimit = 100;
constexpr std::size_t kMostGroupKeys = 5;
constexpr std::size_t kMostRecordsNamed = 100;

Result<std::uint64_t, std::string> number_in(const json& request, const char* name,
                                             std::uint64_t fallback) {
  const auto found = request.find(name);
  if (found == request.end()) return fallback;
  const bool whole = found->is_number_unsigned() ||
                     (found->is_number_integer() && found->get<std::int64_t>() >= 0);
  if (!whole) return fail(std::string(name) + " is not a whole number from 0 on");
  return found->get<std::uint64_t>();
}

Result<std::vector<GroupBy>, std::string> groups_in(const json& request) {
  std::vector<GroupBy> out;
  const auto found = request.find("by");
  if (found == request.end()) return out;
  const std::string wrong =
      "by takes one to five of action, outcome, sender, recipient, type, agreement, purpose, role, "
      "actor, day";
  if (!found->is_array() || found->empty() || found->size() > kMostGroupKeys) return fail(wrong);
  for (const auto& each : *found) {
    const auto by =
        each.is_string() ? group_by_of(each.get_ref<const std::string&>()) : std::nullopt;
    if (!by) return fail(wrong);
    out.push_back(*by);
  }
  return out;
}

std::string line_of(const FoundEntry& found) {
  auto out = json{{"index", found.stored.index}};
  out["entry"] = json::parse(found.stored.leaf, nullptr, false);
  if (found.stored.detail) {
    out["detail"] = detail_json(*found.stored.detail);
  } else if (found.leaf.detail) {
    out["detail_missing"] = true;
  }
  return out.dump() + "\n";
}

std::string show_entries(const Searcher& searcher, const LogQuestion& question,
                         const OnLine& line) {
  std::uint64_t shown = 0;
  // One more than asked for is looked for, so that "next" is only said where there is more.
  std::uint64_t next = 0;
  searcher.run(question.query, question.before, [&](const FoundEntry& found) {
    if (shown == question.limit) {
      next = found.stored.index + 1;
      return false;
    }
    ++shown;
    return line(as_bytes(line_of(found)));
  });
  json out{{"shown", shown}};
  if (next != 0) out["next"] = next;
  return out.dump();
}

Result<std::string, std::string> show_groups(const Searcher& searcher, const LogQuestion& question,
                                             const OnLine& line) {
  Summary summary(question.by);
  bool too_many = false;
  searcher.run(question.query, question.before, [&](const FoundEntry& found) {
    too_many = !summary.add(found);
    return !too_many;
  });
  if (too_many) {
    return fail(
        std::string("there are more than 10,000 groups; ask for a shorter period, or for "
                    "fewer things to group by"));
  }
  for (const auto& [values, row] : summary.rows()) {
    json out{{"entries", row.entries},
             {"records", row.records},
             {"first", to_iso(row.first)},
             {"last", to_iso(row.last)}};
    for (std::size_t i = 0; i < values.size(); ++i) {
      out[std::string(word(question.by[i]))] = values[i];
    }
    if (!line(as_bytes(out.dump() + "\n"))) break;
  }
  return json{{"shown", summary.rows().size()}}.dump();
}

}  // namespace

Result<LogPurpose, std::string> purpose_in(const json& request) {
  const auto found = request.find("purpose");
  const auto purpose = found != request.end() && found->is_string()
                           ? log_purpose_of(found->get_ref<const std::string&>())
                           : std::nullopt;
  if (purpose) return *purpose;
  return fail("say what the log is used for (Data Protection Act 2018 s62(4)): purpose is one of " +
              log_purposes());
}

Result<LogQuestion, std::string> question_in(const json& request) {
  LogQuestion out;
  const auto purpose = purpose_in(request);
  if (!purpose) return fail(purpose.error());
  out.purpose = *purpose;
  const auto text = request.value("query", json(""));
  if (!text.is_string()) return fail(std::string("query is not a text"));
  out.text = text.get<std::string>();
  auto query = parse_query(out.text);
  if (!query) return fail("query, " + query.error());
  out.query = std::move(*query);
  const auto before = number_in(request, "before", UINT64_MAX);
  const auto limit = number_in(request, "limit", kUsualLimit);
  auto by = groups_in(request);
  if (!before) return fail(before.error());
  if (!limit) return fail(limit.error());
  if (!by) return fail(by.error());
  out.before = *before;
  out.limit = std::min(*limit, kMostShown);
  out.by = std::move(*by);
  return out;
}

Entry entry_about(const LogQuestion& question, Entry entry) {
  entry.act = "consultation";
  entry.outcome = question.by.empty() ? "log-searched" : "log-summed-up";
  entry.purpose = word(question.purpose);
  return entry;
}

Detail detail_about(const LogQuestion& question, Detail detail) {
  detail.asked = question.text;
  std::set<Uuid> records;
  for (const auto& term : question.query.terms) {
    for (const auto& id : term.records) {
      if (records.size() < kMostRecordsNamed) records.insert(id);
    }
  }
  detail.record_ids.assign(records.begin(), records.end());
  return detail;
}

Result<std::string, std::string> answer(const Searcher& searcher, const LogQuestion& question,
                                        const OnLine& line) {
  if (question.by.empty()) return show_entries(searcher, question, line);
  return show_groups(searcher, question, line);
}

}  // namespace hub::audit
