// hubctl policy explain: why a record was allowed or refused, asked of the agent that decided; and
// with --bundle, how a bundle would answer a question, asked of nobody.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "cli/door.h"
#include "cli/policy_verbs.h"
#include "core/base/clock.h"
#include "policy/enforcement.h"

namespace hub::cli {
namespace {

using nlohmann::json;

struct ExplainOptions {
  std::vector<std::filesystem::path> bundle;
  std::filesystem::path register_note;
  std::string today;
  std::string door = "share";
  std::vector<std::string> groups;
  std::vector<std::string> roles;
  std::string viewed_at;
  policy::Question question;
};

// --- asked of the agent -------------------------------------------------------------------------

// Of a whole story, what it says of the permit that came nearest.
void print_nearest(const std::string& story, std::ostream& out) {
  std::istringstream lines(story);
  bool nearest = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Nearest")) nearest = true;
    if (nearest && !line.empty())
      out << "\n              " << line.substr(line.find_first_not_of(' '));
  }
}

void print_explained(const DoorOptions& options, const json& told, std::ostream& out) {
  const auto& recorded = told.at("recorded");
  out << "record    " << options.id << " (" << text_of(told, "record_type") << ", "
      << text_of(told, "sender") << " to " << text_of(told, "recipient") << ")\n"
      << "asked     " << text_of(told, "door") << " for purpose " << text_of(told, "purpose")
      << " under agreement " << text_of(told, "agreement") << '\n'
      << "decided   " << text_of(recorded, "act") << ": " << text_of(recorded, "outcome") << ", "
      << text_of(recorded, "time") << ", log entry " << text_of(recorded, "entry") << ", bundle "
      << text_of(recorded, "bundle") << '\n';
  for (const auto& policy : recorded.at("policies"))
    out << "by        " << policy.get<std::string>() << '\n';
  if (!text_of(recorded, "reason").empty())
    out << "because   " << text_of(recorded, "reason") << '\n';
  out << "\nUnder bundle " << text_of(told, "bundle_now") << ", in force now:\n";
  for (const auto& group : told.at("field_groups")) {
    const bool allowed = group.value("allowed", false);
    out << (allowed ? "  allowed   " : "  refused   ") << text_of(group, "field_group");
    for (const auto& reason : group.at("policies")) {
      out << "\n              " << text_of(reason, "policy") << ": " << text_of(reason, "title");
    }
    out << "\n              " << text_of(group, "why");
    if (!allowed) print_nearest(text_of(group, "full"), out);
    out << '\n';
  }
}

Exit explain_record(const DoorOptions& options, Streams streams) {
  if (options.socket.empty() || options.id.empty()) {
    return complain("give the record's ID and --socket, or a --bundle to ask without an agent",
                    streams);
  }
  const auto answer = ask(options, "policy.explain", {{"id", options.id}});
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  if (options.as_json) {
    streams.out << answer.content;
  } else {
    print_explained(options, json::parse(answer.content), streams.out);
  }
  return Exit::Ok;
}

// --- asked of a bundle --------------------------------------------------------------------------

std::optional<policy::Door> door_named(const std::string& name) {
  if (name == "share") return policy::Door::Share;
  if (name == "relay") return policy::Door::Relay;
  if (name == "accept") return policy::Door::Accept;
  if (name == "view") return policy::Door::View;
  if (name == "export") return policy::Door::Export;
  return std::nullopt;
}

// What is not given is the first that the agreement lists; says which those are.
std::string take_terms(const policy::Rulebook& rulebook, policy::Question& question) {
  std::string out;
  const auto* agreement = rulebook.agreement(question.agreement);
  if (agreement == nullptr) return out;
  const auto take = [&out](std::string& into, const std::vector<std::string>& listed,
                           const char* name) {
    if (!into.empty() || listed.empty()) return;
    into = listed.front();
    out.append(out.empty() ? "" : ", ").append(name).append(" ").append(into);
  };
  take(question.purpose, agreement->purposes, "purpose");
  take(question.legal_basis, agreement->legal_bases, "legal basis");
  take(question.regime, agreement->regimes, "regime");
  take(question.handling, agreement->handling, "handling");
  return out;
}

// The groups asked about, or all of the type.
std::vector<std::string> groups_asked(const ExplainOptions& options, const BundleWorld& world) {
  if (!options.groups.empty()) return options.groups;
  const auto type = std::ranges::find(world.record_types, options.question.record_type,
                                      &policy::RecordTypeFacts::name);
  return type == world.record_types.end() ? std::vector<std::string>{"-"} : type->field_groups;
}

json answer_as_json(const policy::Question& question, const policy::Verdict& verdict,
                    const std::string& story) {
  json policies = json::array();
  for (const auto& reason : verdict.reasons) policies.push_back(reason.policy_id);
  return {{"field_group", question.field_group},
          {"allowed", verdict.allowed},
          {"policies", policies},
          {"why", verdict.explanation},
          {"full", story}};
}

Exit explain_offline(const ExplainOptions& options, bool as_json, Streams streams) {
  const auto door = door_named(options.door);
  if (!door) return complain("--door must be share, relay, accept or view", streams);
  const auto day = day_named(options.today);
  if (!day) return complain("--today must be a date, as in 2026-11-22", streams);
  auto files = read_bundle(options.bundle);
  if (!files) return complain(files.error(), streams);
  const auto world = make_bundle_world(std::move(*files), parties_of(options.register_note));
  if (!world) return refuse(world.error(), streams);
  const auto rulebook = policy::Rulebook::make(world->files, world->parties, world->record_types);
  if (!rulebook) return refuse(rulebook.error(), streams);

  auto question = options.question;
  question.door = *door;
  question.roles = options.roles;
  question.viewed_at = options.viewed_at;
  if (question.user.empty()) question.user = "somebody";
  question.now =
      options.today.empty() ? SystemClock().now() : from_ms(std::int64_t{*day} * 86'400'000);
  const auto taken = take_terms(**rulebook, question);
  if (!taken.empty() && !as_json) streams.out << "Taken from the agreement: " << taken << "\n\n";
  bool all_allowed = true;
  for (const auto& group : groups_asked(options, *world)) {
    question.field_group = group;
    const auto verdict = (*rulebook)->decide(question);
    const auto story = (*rulebook)->explain(question);
    all_allowed = all_allowed && verdict.allowed;
    streams.out << (as_json ? answer_as_json(question, verdict, story).dump() : story) << '\n';
  }
  return all_allowed ? Exit::Ok : Exit::Refused;
}

void add_question(CLI::App& verb, const std::shared_ptr<ExplainOptions>& options) {
  constexpr const char* group = "Asking a bundle";
  auto& question = options->question;
  verb.add_option("--bundle", options->bundle,
                  "Ask this bundle instead of an agent: " + std::string(kFromHelp) + "; repeat")
      ->allow_extra_args(false)
      ->check(CLI::ExistingPath)
      ->group(group);
  const auto add = [&](const char* name, auto& into, const char* about) {
    return verb.add_option(name, into, about)->group(group);
  };
  add("--door", options->door, "share, relay, accept or view; share without it");
  add("--from", question.sender, "GSS code of the sender");
  add("--to", question.recipient, "GSS code of the recipient");
  add("--type", question.record_type, "Record type");
  add("--group", options->groups, "Field group; repeat; every one of the type without it")
      ->allow_extra_args(false);
  add("--agreement", question.agreement, "The agreement's id");
  add("--purpose", question.purpose, "Without it, as the next three: the agreement's first");
  add("--basis", question.legal_basis, "Code of the legal basis");
  add("--regime", question.regime, "Regime");
  add("--handling", question.handling, "Handling code");
  add("--at", options->viewed_at, "For view: whose user looks; the recipient's without it");
  add("--user", question.user, "For view: the user's name");
  add("--today", options->today, "The day asked about, 2026-11-22; now without it");
  add("--register", options->register_note,
      "A register's note: its authorities instead of London's 33");
}

}  // namespace

void add_policy_explain(CLI::App& policy, Command& command) {
  auto door = std::make_shared<DoorOptions>();
  auto options = std::make_shared<ExplainOptions>();
  auto* verb = add_door_verb(
      policy, "explain",
      "Why a record was allowed or refused; or with --bundle, whether a field group may pass. "
      "Ends with 1 when the bundle refuses it",
      door, command, explain_record);
  verb->get_option("--socket")->required(false);
  verb->add_option("ID", door->id, "The record's id");
  add_question(*verb, options);
  verb->callback([door, options, &command] {
    command.run = [door, options](Streams streams) {
      if (options->bundle.empty()) return explain_record(*door, streams);
      if (!door->role.empty()) options->roles = {door->role};
      return explain_offline(*options, door->as_json, streams);
    };
  });
}

}  // namespace hub::cli
