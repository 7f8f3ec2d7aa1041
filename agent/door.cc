#include "agent/door.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/local_user.h"
#include "core/base/log.h"

namespace hub::agent {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kQueue = 64;
constexpr std::size_t kMostUpload = std::size_t{1} << 30U;

struct VerbRule {
  std::string_view verb;
  std::vector<std::string_view> roles;  // any of them; none listed: any role at all
};

const std::vector<VerbRule>& verb_rules() {
  static const std::vector<VerbRule> rules = {
      {"status", {"operator", "auditor"}},
      {"send", {"operator", "sender"}},
      {"records.list", {}},
      {"records.show", {}},
      {"policy.explain", {"operator", "auditor"}},
      {"audit.entries", {"auditor"}},
      {"audit.export", {"auditor"}},
  };
  return rules;
}

// A user with several roles may act in one of them: "role" in the request. False when it is none of
// the user's.
bool choose_role(const Buffer& payload, DoorUser& user) {
  const auto request = parse_json(as_text(payload), {.max_bytes = 64U << 10U, .max_depth = 4});
  if (!request || !request->is_object() || !request->contains("role")) return true;
  const auto wanted = request->value("role", nlohmann::json());
  const bool has = wanted.is_string() &&
                   std::ranges::find(user.roles, wanted.get<std::string>()) != user.roles.end();
  if (has) user.roles = {wanted.get<std::string>()};
  return has;
}

// Why the user may not ask for this; nothing when the user may.
std::optional<std::string> refusal_of(const DoorUser& user, const VerbRule& rule) {
  const bool for_all = rule.roles.empty();
  if (!user.guest.empty() && !for_all) {
    return "user " + user.name +
           " is of a guest organisation, which may look at records and do nothing else; see "
           "[door.guests] in the agent's configuration";
  }
  const bool allowed = std::ranges::any_of(user.roles, [&](const std::string& role) {
    return for_all || std::ranges::find(rule.roles, role) != rule.roles.end();
  });
  if (allowed) return std::nullopt;
  std::string needed;
  for (const auto role : rule.roles) needed += (needed.empty() ? "" : ", ") + std::string(role);
  return "user " + user.name + " has " +
         (needed.empty() ? "no role" : "none of the roles " + needed) +
         "; see [door.roles] in the agent's configuration";
}

bool is_upload_name(const std::string& name) {
  return !name.empty() && name.size() <= 128 && name.front() != '.' &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

// Writes the upload to a file of its own; false when the caller went away.
bool receive_upload(transport::LocalDoor::Answer& answer, const std::filesystem::path& file) {
  const auto out = open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::uint64_t size = 0;
  while (auto block = answer.next_input()) {
    if (size + block->size() > kMostUpload) return false;
    write_at(out, size, *block);
    size += block->size();
  }
  if (::fsync(out.get()) != 0) throw_errno("sync", file);
  return !answer.cancelled();
}

}  // namespace

void end(transport::LocalDoor::Answer& answer, DoorStatus status, std::string_view text) {
  answer.end(static_cast<int>(status), text);
}

std::string acting(const DoorUser& user) {
  std::string out = user.name;
  if (!user.guest.empty()) out += " of " + user.guest;
  for (std::size_t i = 0; i < user.roles.size(); ++i)
    out += (i == 0 ? " as " : ", ") + user.roles[i];
  return out;
}

Door::Door(Agent& agent, transport::Loop& loop)
    : agent_(agent), loop_(loop), workers_(kWorkers, kQueue) {
  door_ = std::make_unique<transport::LocalDoor>(
      loop, agent.config().door,
      [this](transport::LocalDoor::Caller caller, const std::string& verb, const Buffer& payload,
             const Answer& answer) { called(caller, verb, payload, answer); });
}

void Door::called(transport::LocalDoor::Caller caller, const std::string& verb,
                  const Buffer& payload, const Answer& answer) {
  DoorUser user{local_user_name(caller.uid), {}, {}};
  const auto roles = agent_.config().roles.find(user.name);
  if (roles != agent_.config().roles.end()) user.roles = roles->second;
  const auto guest = agent_.config().guests.find(user.name);
  if (guest != agent_.config().guests.end()) user.guest = guest->second;
  if (!choose_role(payload, user)) {
    return end(*answer, DoorStatus::Refused,
               "user " + user.name +
                   " does not have the role asked for; see [door.roles] in the "
                   "agent's configuration");
  }
  const auto rule = std::ranges::find(verb_rules(), verb, &VerbRule::verb);
  if (rule == verb_rules().end())
    return end(*answer, DoorStatus::Usage, "there is no such request");
  if (const auto refusal = refusal_of(user, *rule)) {
    log_warning("door-refused", {{"user", user.name}, {"verb", rule->verb}});
    return end(*answer, DoorStatus::Refused, *refusal);
  }
  if (verb == "status") return end(*answer, DoorStatus::Ok, agent_.status_json());
  const bool taken =
      workers_.try_post(std::to_string(caller.pid), [this, user, verb, payload, answer] {
        try {
          answer_call(user, verb, payload, answer);
        } catch (const EnvError& error) {
          log_error("door-failed", {{"verb", verb}, {"reason", error.what()}});
          end(*answer, DoorStatus::Failed, error.what());
        }
      });
  if (!taken) end(*answer, DoorStatus::Failed, "too many requests at once; try again");
}

// On a worker.
void Door::answer_call(const DoorUser& user, const std::string& verb, const Buffer& payload,
                       const Answer& answer) {
  const auto request = as_text(payload);
  if (verb == "send") return send_file(payload, answer);
  if (verb == "records.list") return list_records(agent_, user, request, *answer);
  if (verb == "records.show") return show_record(agent_, user, request, *answer);
  if (verb == "policy.explain") return explain_decision(agent_, user, request, *answer);
  if (verb == "audit.export") return export_log(agent_, user, *answer);
  return list_entries(agent_, user, request, *answer);
}

// On a worker.
void Door::send_file(const Buffer& payload, const Answer& answer) {
  const auto request = parse_json(as_text(payload), {.max_bytes = 4096, .max_depth = 4});
  if (!request || !request->is_object() || !request->value("name", nlohmann::json()).is_string() ||
      !is_upload_name(request->value("name", std::string()))) {
    return end(*answer, DoorStatus::Usage, "give the file's name: TYPE.csv or TYPE-anything.json");
  }
  const bool wait = request->value("wait", nlohmann::json(false)) == nlohmann::json(true);
  // The type comes first in the name; what makes it unique goes before the extension.
  const std::filesystem::path given(request->value("name", std::string()));
  UuidSource ids(agent_.clock(), crypto::fill_random);
  const auto name =
      given.stem().string() + "-" + to_string(ids.next()) + given.extension().string();
  const auto file = agent_.spool().place_for_upload(name);
  if (!receive_upload(*answer, file)) {
    std::filesystem::remove(file);
    return end(*answer, DoorStatus::Failed, "the file did not arrive whole, or is over 1 GiB");
  }
  agent_.spool().take_upload(file, [this, answer, wait](const IntakeReport& report) {
    const auto status = report.problem ? DoorStatus::Refused : DoorStatus::Ok;
    auto text = report.to_json();
    if (!wait) return end(*answer, status, text);
    loop_.post([this, answer, status, text = std::move(text), slices = report.slices] {
      agent_.when_settled(slices, [answer, status, text] { end(*answer, status, text); });
    });
  });
}

}  // namespace hub::agent
