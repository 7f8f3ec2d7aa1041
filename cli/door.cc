// The verbs that ask a running daemon through its local door: status, send, records, audit tail,
// note apply. (policy explain, which can do without one, has a file of its own.)

#include "cli/door.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/log/purpose.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "core/base/file.h"
#include "core/base/result.h"

namespace hub::cli {
namespace {

using nlohmann::json;

constexpr std::size_t kUploadBlock = 256U << 10U;

Exit exit_of(int status) {
  switch (status) {
    case 0: return Exit::Ok;
    case 1: return Exit::Refused;
    case 2: return Exit::Usage;
    default: return Exit::Environment;
  }
}

}  // namespace

DoorAnswer ask(const DoorOptions& options, std::string_view verb, json request,
               const transport::LocalClient::NextInput& upload,
               const transport::LocalClient::OnBlock& on_block) {
  DoorAnswer out;
  if (!options.role.empty()) request["role"] = options.role;
  if (!options.because.empty()) request["because"] = options.because;
  if (!options.purpose.empty()) request["purpose"] = options.purpose;
  transport::LocalClient client(options.socket);
  const auto collect = [&](Bytes block) { out.content += as_text(block); };
  const auto status =
      client.call(verb, as_bytes(request.dump()),
                  on_block ? on_block : transport::LocalClient::OnBlock(collect), &out.end, upload);
  out.exit = exit_of(status);
  return out;
}

Exit complain(const DoorAnswer& answer, Streams streams) {
  streams.err << "hubctl: " << answer.end << '\n';
  return answer.exit;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

namespace {

void print_witnessed(const json& status, std::ostream& out) {
  const auto witnessed = status.value("witnessed", json::object());
  if (witnessed.value("witnesses", 0) == 0) return;
  out << "witness  " << text_of(witnessed, "entries") << " log entries cosigned";
  if (witnessed.contains("as_of")) out << " at " << text_of(witnessed, "as_of");
  out << ", " << text_of(witnessed, "needed") << " of " << text_of(witnessed, "witnesses")
      << " witnesses needed" << (witnessed.value("overdue", false) ? ", MISSING" : "");
  if (witnessed.value("ahead", 0) > 0) {
    out << ", NOT SIGNING: " << text_of(witnessed, "ahead") << " have seen a longer log";
  } else if (!witnessed.value("signing", true)) {
    out << ", not signing until they have answered";
  }
  out << '\n';
}

void print_mirrored(const json& status, std::ostream& out) {
  const auto mirrored = status.value("mirrored", json::object());
  if (!mirrored.value("recovery_key", false)) {
    out << "mirror   NOT MIRRORED: this party has no recovery key (hubctl keys add-recovery)\n";
    return;
  }
  for (const auto& holder : mirrored.value("holders", json::array())) {
    out << "mirror   " << text_of(holder, "holder") << ": ";
    if (holder.contains("entries")) {
      out << text_of(holder, "entries") << " of " << text_of(mirrored, "cosigned")
          << " cosigned log entries kept\n";
    } else {
      out << "has not answered yet\n";
    }
  }
}

// One line for each place that gets a copy of the log.
void print_siem(const json& status, std::ostream& out) {
  for (const auto& target : status.value("siem", json::array())) {
    const auto sent = target.value("sent", std::uint64_t{0});
    out << "siem     " << text_of(target, "target") << ": " << sent << " of "
        << sent + target.value("behind", std::uint64_t{0}) << " log entries sent";
    if (target.value("skipped", 0) > 0) out << ", " << text_of(target, "skipped") << " SKIPPED";
    if (target.contains("fault")) {
      out << ", AWAY since " << text_of(target, "since") << ": " << text_of(target, "fault");
    }
    out << '\n';
  }
}

void print_agent_status(const json& status, std::ostream& out) {
  const auto& link = status.at("link");
  out << text_of(status, "party") << " on " << text_of(status, "hub") << ", register "
      << text_of(status, "register") << ", bundle " << text_of(status, "bundle") << '\n'
      << "link     " << text_of(link, "state") << " since " << text_of(link, "since");
  if (link.contains("last_end")) out << ", last ended: " << text_of(link, "last_end");
  if (link.contains("next_attempt")) out << ", next attempt " << text_of(link, "next_attempt");
  out << '\n'
      << "out      " << text_of(status, "records_without_receipt") << " records without receipt";
  if (status.contains("oldest_without_receipt")) {
    out << ", the oldest since " << text_of(status, "oldest_without_receipt");
  }
  out << '\n';
  for (const auto& waiting : status.at("waiting_for_key")) {
    out << "waiting  " << text_of(waiting, "records") << " records for "
        << text_of(waiting, "recipient")
        << ", which has published no key for today; the oldest since " << text_of(waiting, "oldest")
        << '\n';
  }
  print_witnessed(status, out);
  print_mirrored(status, out);
  if (status.value("put_back", false)) {
    out << "PUT BACK this store is older than its log was; nothing is shown until it is restored: "
           "hubctl log restore\n";
  }
  print_siem(status, out);
  out << "store    " << text_of(status.at("store"), "log_entries") << " log entries"
      << (status.at("store").value("in_outage", false) ? ", CANNOT WRITE: is the disk full?" : "")
      << '\n';
  for (const auto& [reason, count] : status.at("alarms_since_start").items()) {
    out << "ALARM    " << reason << " (" << count << " times)\n";
  }
  Table table({"what", "party", "detail", "count"});
  for (const auto& tally : status.at("tally")) {
    table.add({text_of(tally, "what"), text_of(tally, "party"), text_of(tally, "detail"),
               text_of(tally, "count")});
  }
  if (!table.empty()) {
    out << '\n';
    table.print(out);
  }
}

void print_broker_status(const json& status, std::ostream& out) {
  out << "broker of " << text_of(status, "hub") << ", register " << text_of(status, "register")
      << ", bundle " << text_of(status, "bundle") << ", since " << text_of(status, "incarnation")
      << '\n';
  if (status.at("store").value("in_outage", false))
    out << "store    CANNOT WRITE: is the disk full?\n";
  print_witnessed(status, out);
  print_mirrored(status, out);
  print_siem(status, out);
  for (const auto& [reason, count] : status.at("refused_since_start").items()) {
    out << "REFUSED  " << reason << " (" << count << " times)\n";
  }
  out << '\n';
  Table table({"authority", "name", "link", "slices waiting", "on their way"});
  for (const auto& agent : status.at("agents")) {
    const auto* link = agent.value("connected", false) ? "connected" : "away";
    if (agent.value("suspended", false)) link = "suspended";
    table.add({text_of(agent, "authority"), text_of(agent, "name"), link,
               text_of(agent, "waiting_slices"), text_of(agent, "slices_on_their_way")});
  }
  table.print(out);
}

Exit status(const DoorOptions& options, Streams streams) {
  const auto answer = ask(options, "status", json::object());
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.end << '\n';
    return Exit::Ok;
  }
  const auto parsed = json::parse(answer.end);
  if (parsed.contains("agents")) {
    print_broker_status(parsed, streams.out);
  } else {
    print_agent_status(parsed, streams.out);
  }
  return Exit::Ok;
}

void print_report(const json& report, std::ostream& out) {
  if (report.value("taken_before", false))
    out << "This file was taken in before; nothing was sent twice.\n";
  for (const auto* count : {"rows", "sent", "already_sent", "rejected"}) {
    out << text_of(report, count) << "  " << count << '\n';
  }
  for (const auto& [why, count] : report.at("refused").items()) {
    out << count << "  refused: " << why << '\n';
  }
  for (const auto& [group, count] : report.at("withheld").items()) {
    out << count << "  without field group " << group << '\n';
  }
  if (report.contains("problem")) {
    const auto& problem = report.at("problem");
    out << "the file could not be read whole, line " << text_of(problem, "line") << ": "
        << text_of(problem, "rule") << "; " << text_of(problem, "what_to_do") << '\n';
  }
}

Exit send_file(const DoorOptions& options, Streams streams) {
  std::ifstream file(options.file, std::ios::binary);
  if (!file) throw EnvError("cannot read " + options.file.string());
  const auto size = std::filesystem::file_size(options.file);
  std::uint64_t done = 0;
  DoorAnswer answer;
  {
    Progress progress(streams.err, streams.terminal, "sending");
    const auto upload = [&]() -> std::optional<Buffer> {
      std::string block(kUploadBlock, '\0');
      file.read(block.data(), static_cast<std::streamsize>(block.size()));
      block.resize(static_cast<std::size_t>(file.gcount()));
      if (block.empty()) return std::nullopt;
      done += block.size();
      progress.update(done, size);
      return to_buffer(as_bytes(block));
    };
    const auto name = options.name.empty() ? options.file.filename().string() : options.name;
    answer = ask(options, "send", {{"name", name}, {"wait", options.wait}}, upload);
  }
  const auto report = json::parse(answer.end, nullptr, false);
  if (!report.is_object()) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.end << '\n';
  } else {
    print_report(report, streams.out);
  }
  return answer.exit;
}

json pair_of(const std::vector<std::string>& words, const char* first, const char* second) {
  return {{first, words.at(0)}, {second, words.at(1)}};
}

Exit list_records(const DoorOptions& options, Streams streams) {
  json request{{"type", options.type}, {"sender", options.sender}, {"limit", options.limit}};
  if (!options.find.empty()) request["find"] = pair_of(options.find, "identifier", "value");
  if (!options.where.empty()) request["where"] = pair_of(options.where, "field", "value");
  const auto answer = ask(options, "records.list", request);
  const auto end = json::parse(answer.end, nullptr, false);
  if (!end.is_object()) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.content;
  } else {
    Table table({"id", "type", "sender", "received", "priority", "what it says"});
    std::istringstream lines(answer.content);
    for (std::string line; std::getline(lines, line);) {
      const auto record = json::parse(line);
      std::string says;
      const auto fields = record.value("fields", json::object());
      for (const auto& [name, value] : fields.items()) {
        says += (says.empty() ? "" : ", ") + name + "=" +
                (value.is_string() ? value.get<std::string>() : value.dump());
      }
      table.add({text_of(record, "id"), text_of(record, "type"), text_of(record, "sender"),
                 text_of(record, "received"), text_of(record, "priority"), says});
    }
    table.print(streams.out);
  }
  if (end.value("withheld", 0) > 0) {
    streams.err << end.value("withheld", 0) << " records withheld: " << text_of(end, "why") << '\n';
  }
  return answer.exit;
}

Exit show_record(const DoorOptions& options, Streams streams) {
  const auto answer = ask(options, "records.show", {{"id", options.id}});
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.content;
    return Exit::Ok;
  }
  const auto record = json::parse(answer.content);
  Table table({"field", "value"});
  for (const auto* name :
       {"id", "type", "sender", "received", "purpose", "agreement", "legal_basis", "handling"}) {
    table.add({name, text_of(record, name)});
  }
  const auto fields = record.value("fields", json::object());
  for (const auto& [name, value] : fields.items()) {
    table.add({name, value.is_string() ? value.get<std::string>() : value.dump()});
  }
  table.print(streams.out);
  const auto withheld = record.value("withheld_groups", json::array());
  for (const auto& group : withheld) {
    streams.err << "withheld by policy: field group " << group.get<std::string>() << '\n';
  }
  return Exit::Ok;
}

Exit tail(const DoorOptions& options, Streams streams) {
  const auto answer = ask(options, "audit.entries", {{"limit", options.limit}});
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.content;
    return Exit::Ok;
  }
  Table table({"entry", "time", "act", "outcome", "count", "type", "from", "to", "policies"});
  std::istringstream lines(answer.content);
  for (std::string line; std::getline(lines, line);) {
    const auto row = json::parse(line);
    const auto& entry = row.at("entry");
    std::string policies;
    const auto ids = entry.value("policies", json::array());
    for (const auto& id : ids) {
      policies += (policies.empty() ? "" : " ") + id.get<std::string>();
    }
    table.add({text_of(row, "index"), text_of(entry, "time"), text_of(entry, "act"),
               text_of(entry, "outcome"), text_of(entry, "count"), text_of(entry, "record_type"),
               text_of(entry, "sender"), text_of(entry, "recipient"), policies});
  }
  table.print(streams.out);
  return Exit::Ok;
}

Exit apply_note(const DoorOptions& options, Streams streams) {
  auto content = std::optional(read_file(options.file, 8U << 20U));
  std::size_t sent = 0;
  const auto upload = [&]() -> std::optional<Buffer> {
    const auto block =
        Bytes(*content).subspan(sent).first(std::min(kUploadBlock, content->size() - sent));
    sent += block.size();
    return block.empty() ? std::nullopt : std::optional(to_buffer(block));
  };
  const auto answer = ask(options, "note.apply", {{"kind", options.kind}}, upload);
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  streams.out << answer.end << '\n';
  return Exit::Ok;
}

}  // namespace

void add_door_options(CLI::App& verb, DoorOptions& options) {
  verb.add_option("--socket", options.socket, "The daemon's local door")
      ->required()
      ->envname("HUB_SOCKET");
  verb.add_flag("--json", options.as_json, "For machines: JSON, a line an item");
  verb.add_option("--role", options.role, "Act in this one of your roles")->envname("HUB_ROLE");
  verb.add_option("--because", options.because, "Why, in your words; the audit log keeps it");
}

void add_log_purpose(CLI::App& verb, DoorOptions& options) {
  verb.add_option(
          "--purpose", options.purpose,
          "What the log is used for (Data Protection Act 2018 s62(4)): " + audit::log_purposes())
      ->required()
      ->envname("HUB_LOG_PURPOSE")
      ->check([](const std::string& word) {
        return audit::log_purpose_of(word) ? std::string() : "give one of " + audit::log_purposes();
      });
}

CLI::App* add_door_verb(CLI::App& parent, const char* name, const char* about,
                        const std::shared_ptr<DoorOptions>& options, Command& command,
                        Exit (*act)(const DoorOptions&, Streams)) {
  auto* verb = parent.add_subcommand(name, about);
  add_door_options(*verb, *options);
  verb->callback([options, &command, act] {
    command.run = [options, act](Streams streams) { return act(*options, streams); };
  });
  return verb;
}

void add_door_verbs(CLI::App& app, Command& command) {
  // One for each verb: what stands in the environment would else be given to all of them.
  const auto fresh = [] { return std::make_shared<DoorOptions>(); };
  add_door_verb(app, "status", "Links, queues, oldest waiting, counters", fresh(), command, status);

  auto options = fresh();
  auto* send = add_door_verb(app, "send", "Hand a file of records to the agent", options, command,
                             send_file);
  send->add_option("FILE", options->file, "CSV or JSON, named after its record type")->required();
  send->add_option("--name", options->name,
                   "Name to send it under: TYPE.csv or TYPE-anything.json");
  send->add_flag("--wait", options->wait, "Until every record is receipted");

  auto* records =
      app.add_subcommand("records", "Records that this authority holds")->require_subcommand(1);
  options = fresh();
  auto* list =
      add_door_verb(*records, "list", "List records, newest first", options, command, list_records);
  list->add_option("--type", options->type, "Record type");
  list->add_option("--sender", options->sender, "GSS code of the sender");
  list->add_option("--find", options->find, "IDENTIFIER VALUE, as: case_reference ABC/123")
      ->expected(2);
  list->add_option("--where", options->where, "FIELD VALUE, with --type")->expected(2);
  list->add_option("--limit", options->limit, "At most so many")->check(CLI::Range(1, 1000));
  options = fresh();
  auto* show = add_door_verb(*records, "show", "Show one record, as far as policy allows", options,
                             command, show_record);
  show->add_option("ID", options->id, "The record's id")->required();

  auto* audit = app.add_subcommand("audit", "The audit log")->require_subcommand(1);
  options = fresh();
  auto* last = add_door_verb(*audit, "tail", "The newest entries", options, command, tail);
  last->add_option("--limit", options->limit, "At most so many")->check(CLI::Range(1, 10000));
  add_log_purpose(*last, *options);

  for (const auto* kind : {"register", "bundle"}) {
    options = fresh();
    options->kind = kind;
    auto* apply = add_door_verb(*app.get_subcommand(kind), "apply",
                                "Put a signed note in force at a running broker", options, command,
                                apply_note);
    apply->add_option("FILE", options->file, "The signed note")->required();
  }
}

}  // namespace hub::cli
