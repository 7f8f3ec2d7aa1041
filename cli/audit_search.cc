// hubctl audit search, record, officer, subject, agreement: an auditor's questions to a running
// daemon. Each is one or two searches at its local door (audit/search/question.h).

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "cli/door.h"
#include "cli/table.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace hub::cli {
namespace {

using nlohmann::json;

// The most that the door shows at once.
constexpr std::uint64_t kAll = 10'000;

struct SearchOptions {
  DoorOptions door;
  std::string query;
  std::string value;   // the record's id, the officer, the agreement
  std::string period;  // as created: takes it
  std::uint64_t limit = 100;
  std::uint64_t before = UINT64_MAX;
  std::vector<std::string> subject;
  bool without_names = false;
};

struct Answered {
  std::vector<json> lines;
  json end;
};

// The exit when the daemon said no; that was then told.
Result<Answered, Exit> answered(const SearchOptions& options, json request, Streams streams) {
  const auto answer = ask(options.door, "audit.search", std::move(request));
  if (answer.exit != Exit::Ok) return fail(complain(answer, streams));
  Answered out;
  std::istringstream lines(answer.content);
  for (std::string line; std::getline(lines, line);) out.lines.push_back(json::parse(line));
  out.end = json::parse(answer.end, nullptr, false);
  return out;
}

std::string term(const std::string& qualifier, const std::string& value) {
  return qualifier + ":\"" + value + "\"";
}

std::string with_period(std::string query, const SearchOptions& options) {
  return options.period.empty() ? query : std::move(query) + " created:" + options.period;
}

std::string list_of(const json& object, const char* name) {
  std::string out;
  for (const auto& each : object.value(name, json::array())) {
    out += (out.empty() ? "" : ", ") + (each.is_string() ? each.get<std::string>() : each.dump());
  }
  return out;
}

std::string time_of(const json& entry) {
  return to_iso(from_ms(entry.value("time", std::int64_t{0})));
}

std::string who_in(const json& line, bool with_names) {
  const auto detail = line.value("detail", json::object());
  const auto roles = list_of(line.at("entry"), "roles");
  const auto actor = text_of(detail, "actor");
  if (actor == "agent") return "the agent";
  if (line.value("detail_missing", false)) {
    return roles.empty() ? "detail missing" : "detail missing, as " + roles;
  }
  if (actor.empty() && roles.empty()) return "";
  if (!with_names || actor.empty()) return roles.empty() ? "somebody" : "somebody as " + roles;
  return roles.empty() ? actor : actor + " as " + roles;
}

void print_entries(const std::vector<json>& lines, std::ostream& out, bool with_names) {
  Table table({"entry", "time (UTC)", "who", "act", "outcome", "count", "type", "from", "to",
               "purpose", "why"});
  for (const auto& line : lines) {
    const auto& entry = line.at("entry");
    const auto detail = line.value("detail", json::object());
    table.add({text_of(line, "index"), time_of(entry), who_in(line, with_names),
               text_of(entry, "act"), text_of(entry, "outcome"), text_of(entry, "count"),
               text_of(entry, "record_type"), text_of(entry, "sender"), text_of(entry, "recipient"),
               text_of(entry, "purpose"), with_names ? text_of(detail, "justification") : ""});
  }
  table.print(out);
}

void say_what_is_left(const json& end, std::ostream& err) {
  if (!end.is_object() || !end.contains("next")) return;
  err << "There are more, older ones: --before " << end.at("next").dump() << '\n';
}

// Newest first as the door gives them, or in the order in which they happened.
Exit print_found(const SearchOptions& options, Answered found, Streams streams, bool oldest_first) {
  if (oldest_first) std::ranges::reverse(found.lines);
  if (options.door.as_json) {
    for (const auto& line : found.lines) streams.out << line.dump() << '\n';
    streams.out << found.end.dump() << '\n';
    return Exit::Ok;
  }
  print_entries(found.lines, streams.out, !options.without_names);
  say_what_is_left(found.end, streams.err);
  return Exit::Ok;
}

Exit search(const SearchOptions& options, Streams streams) {
  json request{{"query", with_period(options.query, options)}, {"limit", options.limit}};
  if (options.before != UINT64_MAX) request["before"] = options.before;
  auto found = answered(options, std::move(request), streams);
  if (!found) return found.error();
  return print_found(options, std::move(*found), streams, false);
}

Exit record(const SearchOptions& options, Streams streams) {
  auto found = answered(
      options, {{"query", with_period(term("record", options.value), options)}, {"limit", kAll}},
      streams);
  if (!found) return found.error();
  return print_found(options, std::move(*found), streams, true);
}

Exit subject(const SearchOptions& options, Streams streams) {
  const auto query = term("subject", options.subject.at(0) + "=" + options.subject.at(1));
  auto found =
      answered(options, {{"query", with_period(query, options)}, {"limit", kAll}}, streams);
  if (!found) return found.error();
  return print_found(options, std::move(*found), streams, true);
}

// So many in a hundred of the sorted numbers are not above the answer: 50 for the median.
std::uint64_t percentile(const std::vector<std::uint64_t>& sorted, std::size_t share) {
  if (sorted.empty()) return 0;
  return sorted[(share * (sorted.size() - 1) + 50) / 100];
}

// Looks a day of everybody in the role, on the days on which they looked at all.
std::map<std::string, std::vector<std::uint64_t>> looks_by_actor(const std::vector<json>& rows) {
  std::map<std::string, std::vector<std::uint64_t>> out;
  for (const auto& row : rows) {
    out[text_of(row, "actor")].push_back(row.value("entries", std::uint64_t{0}));
  }
  for (auto& [actor, days] : out) std::ranges::sort(days);
  return out;
}

void print_among_peers(const std::string& role, const std::string& officer,
                       const std::map<std::string, std::vector<std::uint64_t>>& looks,
                       std::ostream& out) {
  std::vector<std::uint64_t> peers;
  for (const auto& [actor, days] : looks) {
    if (actor != officer) peers.insert(peers.end(), days.begin(), days.end());
  }
  std::ranges::sort(peers);
  const auto own = looks.find(officer);
  const auto days = own == looks.end() ? std::vector<std::uint64_t>() : own->second;
  const auto others = looks.size() - (own == looks.end() ? 0 : 1);
  out << "As " << role << ": looked on " << days.size() << " days, median " << percentile(days, 50)
      << " a day, most " << (days.empty() ? 0 : days.back()) << "; " << others
      << " others in this role: median " << percentile(peers, 50) << ", 95th percentile "
      << percentile(peers, 95) << '\n';
}

Exit officer(const SearchOptions& options, Streams streams) {
  auto found = answered(
      options, {{"query", with_period(term("actor", options.value), options)}, {"limit", kAll}},
      streams);
  if (!found) return found.error();
  std::map<std::string, bool> roles;
  for (const auto& line : found->lines) {
    for (const auto& role : line.at("entry").value("roles", json::array())) {
      roles[role.get<std::string>()] = true;
    }
  }
  const auto done = print_found(options, std::move(*found), streams, true);
  if (options.door.as_json) return done;
  for (const auto& [role, acted] : roles) {
    const auto query = with_period(term("role", role) + " action:consultation", options);
    const auto rows = answered(options, {{"query", query}, {"by", {"actor", "day"}}}, streams);
    if (!rows) return rows.error();
    print_among_peers(role, options.value, looks_by_actor(rows->lines), streams.out);
  }
  return done;
}

Exit agreement(const SearchOptions& options, Streams streams) {
  const std::vector<std::string> by{"action", "outcome", "sender", "recipient", "type"};
  const auto rows = answered(
      options, {{"query", with_period(term("agreement", options.value), options)}, {"by", by}},
      streams);
  if (!rows) return rows.error();
  if (options.door.as_json) {
    for (const auto& row : rows->lines) streams.out << row.dump() << '\n';
    return Exit::Ok;
  }
  Table table({"act", "outcome", "type", "from", "to", "entries", "records", "first", "last"});
  for (const auto& row : rows->lines) {
    table.add({text_of(row, "action"), text_of(row, "outcome"), text_of(row, "type"),
               text_of(row, "sender"), text_of(row, "recipient"), text_of(row, "entries"),
               text_of(row, "records"), text_of(row, "first"), text_of(row, "last")});
  }
  table.print(streams.out);
  const auto users = answered(
      options,
      {{"query", with_period(term("agreement", options.value) + " action:consultation", options)},
       {"by", {"actor", "role"}}},
      streams);
  if (!users) return users.error();
  Table people({"user", "roles", "looks", "records", "first", "last"});
  for (const auto& row : users->lines) {
    people.add({text_of(row, "actor"), text_of(row, "role"), text_of(row, "entries"),
                text_of(row, "records"), text_of(row, "first"), text_of(row, "last")});
  }
  if (!people.empty()) {
    streams.out << '\n';
    people.print(streams.out);
  }
  return Exit::Ok;
}

using Options = std::shared_ptr<SearchOptions>;

CLI::App* add_question(CLI::App& audit, const char* name, const char* about, const Options& options,
                       Command& command, Exit (*act)(const SearchOptions&, Streams)) {
  auto* verb = audit.add_subcommand(name, about);
  add_door_options(*verb, options->door);
  add_log_purpose(*verb, options->door);
  verb->add_option("--created", options->period, "Only these days: 2026-11-01..2026-11-21");
  verb->callback([options, &command, act] {
    command.run = [options, act](Streams streams) { return act(*options, streams); };
  });
  return verb;
}

}  // namespace

void add_audit_search(CLI::App& audit, Command& command) {
  // One for each verb: what stands in the environment would else be given to all of them.
  const auto fresh = [] { return std::make_shared<SearchOptions>(); };
  auto options = fresh();
  auto* found =
      add_question(audit, "search", "Find entries, newest first", options, command, search);
  found->add_option("QUERY", options->query,
                    "QUALIFIER:VALUE ..., as in: actor:ann action:consultation -outcome:refused");
  found->add_option("--limit", options->limit, "At most so many")->check(CLI::Range(1, 10000));
  found->add_option("--before", options->before, "Only entries below this number");

  options = fresh();
  auto* about =
      add_question(audit, "record", "All that was done with one record", options, command, record);
  about->add_option("ID", options->value, "The record's id")->required();

  options = fresh();
  auto* person =
      add_question(audit, "officer", "All that one user did, beside others in the same role",
                   options, command, officer);
  person->add_option("NAME", options->value, "The user's name")->required();

  options = fresh();
  auto* whom = add_question(audit, "subject",
                            "Who did what with the records about one person, for a subject access "
                            "request",
                            options, command, subject);
  whom->add_option("IDENTIFIER VALUE", options->subject, "As in: nhs_number 9434765919")
      ->expected(2)
      ->required();
  whom->add_flag("--without-names", options->without_names,
                 "Roles instead of staff's names and words, for the answer to the person");

  options = fresh();
  auto* terms = add_question(audit, "agreement", "What was done under one agreement, and by whom",
                             options, command, agreement);
  terms->add_option("ID", options->value, "The agreement's id")->required();
}

}  // namespace hub::cli
