// hubctl audit alerts, dispose, confirm: what the rules found in an agent's log, and what auditors
// make of it. Asks a running agent.

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

struct AlertOptions {
  DoorOptions door;
  std::string since, state, alert, verdict;
  bool reopen = false;
};

std::string joined(const json& words) {
  std::string out;
  for (const auto& each : words) out += (out.empty() ? "" : ", ") + each.get<std::string>();
  return out;
}

std::string state_text(const json& alert) {
  auto out = text_of(alert, "state");
  if (!alert.contains("verdict")) return out;
  out += ": " + text_of(alert, "verdict") + " by " + text_of(alert, "reviewer");
  if (alert.contains("confirmed_by")) out += ", " + text_of(alert, "confirmed_by");
  return out;
}

void print_alerts(const std::string& content, std::ostream& out) {
  Table table({"id", "rule", "score", "last (UTC)", "who", "state", "why"});
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    const auto alert = json::parse(line);
    auto why = text_of(alert, "why");
    const auto also = joined(alert.value("also", json::array()));
    if (!also.empty()) why += " (also that day: " + also + ")";
    table.add({text_of(alert, "id"), text_of(alert, "rule") + " " + text_of(alert, "about"),
               text_of(alert, "score"), text_of(alert, "last"),
               joined(alert.value("actors", json::array())), state_text(alert), why});
  }
  if (!table.empty()) table.print(out);
}

Exit list_alerts(const AlertOptions& options, Streams streams) {
  const auto answer =
      ask(options.door, "audit.alerts", {{"since", options.since}, {"state", options.state}});
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.door.as_json) {
    streams.out << answer.content;
    return Exit::Ok;
  }
  print_alerts(answer.content, streams.out);
  const auto end = json::parse(answer.end);
  streams.out << text_of(end, "alerts") << " alerts of " << text_of(end, "entries")
              << " log entries\n";
  if (end.value("dropped", std::uint64_t{0}) > 0) {
    streams.err << "hubctl: " << text_of(end, "dropped")
                << " older findings were dropped for want of memory\n";
  }
  return Exit::Ok;
}

Exit say(const DoorAnswer& answer, const AlertOptions& options, Streams streams) {
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.door.as_json) {
    streams.out << json{{"alert", options.alert}, {"outcome", answer.end}}.dump() << '\n';
  } else {
    streams.out << options.alert << ": " << answer.end << '\n';
  }
  return Exit::Ok;
}

Exit dispose(const AlertOptions& options, Streams streams) {
  return say(
      ask(options.door, "audit.dispose", {{"alert", options.alert}, {"verdict", options.verdict}}),
      options, streams);
}

Exit confirm(const AlertOptions& options, Streams streams) {
  return say(
      ask(options.door, "audit.confirm", {{"alert", options.alert}, {"reopen", options.reopen}}),
      options, streams);
}

CLI::App* add_alert_verb(CLI::App& audit, const char* name, const char* about, Command& command,
                         const std::shared_ptr<AlertOptions>& options,
                         Exit (*act)(const AlertOptions&, Streams)) {
  auto* verb = audit.add_subcommand(name, about);
  add_door_options(*verb, options->door);
  verb->callback([options, &command, act] {
    command.run = [options, act](Streams streams) { return act(*options, streams); };
  });
  return verb;
}

}  // namespace

void add_audit_alerts(CLI::App& audit, Command& command) {
  // One for each verb: what stands in the environment would else be given to all of them.
  const auto fresh = [] { return std::make_shared<AlertOptions>(); };
  auto options = fresh();
  auto* list =
      add_alert_verb(audit, "alerts", "What looks like misuse in this agent's log, and why",
                     command, options, list_alerts);
  add_log_purpose(*list, options->door);
  list->add_option("--since", options->since, "Only what went on since that day (YYYY-MM-DD, UTC)")
      ->type_name("DATE");
  list->add_option("--state", options->state, "open, disposed, confirmed or all (all)")
      ->check(CLI::IsMember({"open", "disposed", "confirmed", "all"}));

  options = fresh();
  auto* disposed = add_alert_verb(audit, "dispose",
                                  "Say what an alert is: justified, inappropriate or "
                                  "needs-evidence; counts once somebody else confirms it",
                                  command, options, dispose);
  disposed->add_option("ALERT", options->alert, "The alert's id")->required();
  disposed->add_option("VERDICT", options->verdict, "justified, inappropriate, needs-evidence")
      ->required()
      ->check(CLI::IsMember({"justified", "inappropriate", "needs-evidence"}));
  disposed->get_option("--because")->required();

  options = fresh();
  auto* confirmed =
      add_alert_verb(audit, "confirm", "Confirm a colleague's verdict on an alert, which closes it",
                     command, options, confirm);
  confirmed->add_option("ALERT", options->alert, "The alert's id")->required();
  confirmed->add_flag("--reopen", options->reopen, "Open it again instead");
}

}  // namespace hub::cli
