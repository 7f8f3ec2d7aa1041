#include "agent/door.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "agent/door_verbs.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/local_user.h"
#include "core/base/log.h"

namespace hub::agent {
namespace {

constexpr std::size_t kWorkers = 2;
constexpr std::size_t kQueue = 64;
constexpr std::size_t kMostUpload = std::size_t{1} << 30U;

constexpr std::size_t kLargestRequest = 1U << 20U;
constexpr std::size_t kLongestReason = 1000;

// A user with several roles may act in one of them: "role" in the request, and say why: "because".
// What is wrong with these; nothing when all is well. What cannot be read is wrong: a wish that was
// passed over would widen what the user may do.
std::optional<std::string> take_wishes(const Buffer& payload, DoorUser& user) {
  if (payload.empty()) return std::nullopt;
  const auto request = parse_json(as_text(payload), {.max_bytes = kLargestRequest, .max_depth = 8});
  if (!request || !request->is_object()) return "the request is not a JSON object of 1 MiB at most";
  if (const auto role = request->find("role"); role != request->end()) {
    const bool has = role->is_string() &&
                     std::ranges::find(user.roles, role->get<std::string>()) != user.roles.end();
    if (!has) {
      return "user " + user.name +
             " does not have the role asked for; see [door.roles] in the agent's configuration";
    }
    user.roles = {role->get<std::string>()};
  }
  if (const auto why = request->find("because"); why != request->end()) {
    if (!why->is_string() || why->get_ref<const std::string&>().size() > kLongestReason) {
      return "give the reason as a text of 1,000 bytes at most";
    }
    user.justification = why->get<std::string>();
  }
  return std::nullopt;
}

// Why the user may not ask for this; nothing when the user may.
std::optional<std::string> refusal_of(const DoorUser& user, const DoorVerb& rule) {
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

audit::Detail detail_about(const DoorUser& user) {
  audit::Detail out;
  out.actor = user.guest.empty() ? user.name : user.name + " of " + user.guest;
  out.device = user.device;
  out.justification = user.justification;
  return out;
}

audit::Entry entry_about(const DoorUser& user, std::string act, std::string outcome) {
  audit::Entry out;
  out.act = std::move(act);
  out.outcome = std::move(outcome);
  out.roles = user.roles;
  return out;
}

bool record_look(Agent& agent, audit::Entry entry, const audit::Detail& detail,
                 transport::LocalDoor::Answer& answer) {
  const auto in_force = agent.snapshot();
  entry.recipient = agent.config().authority;
  entry.bundle = in_force->bundle->note().number;
  entry.register_number = in_force->parties->note().number;
  const bool recorded = agent.store().commit(
      [&](storage::Connection& store) { agent.log().append(store, entry, detail); });
  if (!recorded) {
    answer.end(DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  return recorded;
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
  DoorUser user{local_user_name(caller.uid), {}, {}, terminal_of(caller.pid), {}};
  const auto roles = agent_.config().roles.find(user.name);
  if (roles != agent_.config().roles.end()) user.roles = roles->second;
  const auto guest = agent_.config().guests.find(user.name);
  if (guest != agent_.config().guests.end()) user.guest = guest->second;
  if (const auto wrong = take_wishes(payload, user)) {
    return answer->end(DoorStatus::Refused, *wrong);
  }
  const auto verbs = door_verbs();
  const auto rule = std::ranges::find(verbs, verb, &DoorVerb::name);
  if (rule == verbs.end()) return answer->end(DoorStatus::Usage, "there is no such request");
  if (const auto refusal = refusal_of(user, *rule)) {
    log_warning("door-refused", {{"user", user.name}, {"verb", rule->name}});
    return answer->end(DoorStatus::Refused, *refusal);
  }
  if (agent_.put_back() && !rule->also_put_back) {
    return answer->end(DoorStatus::Refused,
                       "this agent's store was put back to an older state, and what it holds may "
                       "have been erased since, so it is not shown; an operator has to restore its "
                       "log first: hubctl log restore");
  }
  if (verb == "status") return answer->end(DoorStatus::Ok, agent_.status_json());
  const bool taken = workers_.try_post(
      std::to_string(caller.pid), [this, user, verb, act = rule->answer, payload, answer] {
        try {
          if (act == nullptr) return send_file(payload, answer);
          act(agent_, user, as_text(payload), *answer);
        } catch (const EnvError& error) {
          log_error("door-failed", {{"verb", verb}, {"reason", error.what()}});
          answer->end(DoorStatus::Failed, error.what());
        }
      });
  if (!taken) answer->end(DoorStatus::Failed, "too many requests at once; try again");
}

// On a worker.
void Door::send_file(const Buffer& payload, const Answer& answer) {
  const auto request = parse_json(as_text(payload), {.max_bytes = 4096, .max_depth = 4});
  if (!request || !request->is_object() || !request->value("name", nlohmann::json()).is_string() ||
      !is_upload_name(request->value("name", std::string()))) {
    return answer->end(DoorStatus::Usage, "give the file's name: TYPE.csv or TYPE-anything.json");
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
    return answer->end(DoorStatus::Failed, "the file did not arrive whole, or is over 1 GiB");
  }
  agent_.spool().take_upload(file, [this, answer, wait](const IntakeReport& report) {
    const auto status = report.problem ? DoorStatus::Refused : DoorStatus::Ok;
    auto text = report.to_json();
    if (!wait) return answer->end(status, text);
    loop_.post([this, answer, status, text = std::move(text), slices = report.slices] {
      agent_.when_settled(slices, [answer, status, text] { answer->end(status, text); });
    });
  });
}

}  // namespace hub::agent
