// hubctl erase and hubctl hold: what privacy officers do, through the agent's local door.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "cli/door.h"
#include "cli/table.h"
#include "cli/verb.h"

namespace hub::cli {
namespace {

using nlohmann::json;

struct OfficerOptions {
  DoorOptions door;
  std::string door_verb;
  std::vector<std::string> records;
  std::vector<std::string> subject;
  std::string ground;
  std::string reference;
  std::string id;
  std::vector<std::string> columns;
};

json request_of(const OfficerOptions& options) {
  auto out = json::object();
  if (!options.id.empty()) out["id"] = options.id;
  if (!options.ground.empty()) out["ground"] = options.ground;
  if (!options.reference.empty()) out["reference"] = options.reference;
  if (!options.records.empty()) out["records"] = options.records;
  if (!options.subject.empty()) {
    out["subject"] = {{"identifier", options.subject.at(0)}, {"value", options.subject.at(1)}};
  }
  return out;
}

// Lists as several words, all else as it is.
std::string cell(const json& line, const std::string& column) {
  const auto value = line.value(column, json());
  if (!value.is_array()) return text_of(line, column.c_str());
  std::string out;
  for (const auto& item : value) {
    out += (out.empty() ? "" : " ") + (item.is_string() ? item.get<std::string>() : item.dump());
  }
  return out;
}

void print_lines(const std::string& content, const std::vector<std::string>& columns,
                 std::ostream& out) {
  Table table(columns);
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    const auto parsed = json::parse(line, nullptr, false);
    if (!parsed.is_object()) continue;
    std::vector<std::string> row;
    row.reserve(columns.size());
    for (const auto& column : columns) row.push_back(cell(parsed, column));
    table.add(std::move(row));
  }
  if (!table.empty()) table.print(out);
}

// "erased 3, items 7, entry 41", of an object; a sentence as it is.
std::string end_text(const std::string& end) {
  const auto parsed = json::parse(end, nullptr, false);
  if (!parsed.is_object()) return end;
  std::string out;
  for (const auto& [name, value] : parsed.items()) {
    out += (out.empty() ? "" : ", ") + name + " " +
           (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return out;
}

Exit ask_officer(const OfficerOptions& options, Streams streams) {
  const auto answer = ask(options.door, options.door_verb, request_of(options));
  if (options.door.as_json) {
    streams.out << answer.content;
    if (answer.exit == Exit::Ok && json::accept(answer.end)) streams.out << answer.end << '\n';
  } else {
    print_lines(answer.content, options.columns, streams.out);
  }
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (!options.door.as_json && !answer.end.empty()) streams.out << end_text(answer.end) << '\n';
  return Exit::Ok;
}

const std::vector<std::string>& record_columns() {
  static const std::vector<std::string> columns{"id", "type", "sender", "received", "ended"};
  return columns;
}

class OfficerVerbs {
 public:
  explicit OfficerVerbs(Command& command) : command_(command) {}

  // `name` and the door's verb, "erase.propose".
  std::pair<CLI::App*, std::shared_ptr<OfficerOptions>> add(CLI::App& parent, const char* name,
                                                            const char* about, std::string verb,
                                                            std::vector<std::string> columns) {
    auto options = std::make_shared<OfficerOptions>();
    options->door_verb = std::move(verb);
    options->columns = std::move(columns);
    auto* out = parent.add_subcommand(name, about);
    add_door_options(*out, options->door);
    out->callback([options, &command = command_] {
      command.run = [options](Streams streams) { return ask_officer(*options, streams); };
    });
    return {out, options};
  }

  void add_about(CLI::App& parent, const char* name, const char* about, std::string verb,
                 bool needs_ground) {
    auto [out, options] = add(parent, name, about, std::move(verb), record_columns());
    out->add_option("--record", options->records, "A record's id; may be given several times");
    out->add_option("--subject", options->subject, "IDENTIFIER VALUE, as: nhs_number 9434765919")
        ->expected(2);
    if (needs_ground) {
      out->add_option("--ground", options->ground, "Why the law allows it: a code")->required();
    }
    out->add_option("--reference", options->reference, "Your own reference; it names nobody")
        ->required();
    out->get_option("--because")->required();
  }

  void add_by_id(CLI::App& parent, const char* name, const char* about, std::string verb) {
    auto [out, options] = add(parent, name, about, std::move(verb), {});
    out->add_option("ID", options->id, "As the list has it")->required();
    out->get_option("--because")->required();
  }

 private:
  Command& command_;
};

}  // namespace

void add_erase_verbs(CLI::App& app, Command& command) {
  OfficerVerbs verbs(command);
  auto* erase = app.add_subcommand("erase", "Erase records: one officer proposes, another approves")
                    ->require_subcommand(1);
  verbs.add_about(*erase, "propose", "Name the records that are to be erased", "erase.propose",
                  true);
  verbs.add(*erase, "list", "What waits for a second officer", "erase.list",
            {"proposal", "ground", "reference", "proposer", "lapses", "records"});
  verbs.add_by_id(*erase, "approve", "Erase what another officer has proposed", "erase.approve");
  verbs.add_by_id(*erase, "withdraw", "Take a proposal back", "erase.withdraw");

  auto* hold = app.add_subcommand("hold", "Legal holds: records that nobody may erase")
                   ->require_subcommand(1);
  verbs.add_about(*hold, "place", "Keep records from erasure and retention", "hold.place", false);
  verbs.add(*hold, "list", "The legal holds there are", "hold.list",
            {"hold", "reference", "identifier", "records", "placer", "placed", "lift_asked_by"});
  verbs.add_by_id(*hold, "lift", "End a legal hold; takes two officers", "hold.lift");
}

}  // namespace hub::cli
