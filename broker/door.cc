#include "broker/door.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/log/log_export.h"
#include "core/base/json.h"
#include "core/base/local_user.h"
#include "core/base/log.h"

namespace hub::broker {
namespace {

using nlohmann::json;

enum class DoorStatus : std::uint8_t { Ok = 0, Refused = 1, Usage = 2, Failed = 3 };

constexpr std::size_t kMostEntries = 10'000;

void end(transport::LocalDoor::Answer& answer, DoorStatus status, std::string_view text) {
  answer.end(static_cast<int>(status), text);
}

std::string_view role_for(std::string_view verb) {
  if (verb == "status" || verb == "note.apply") return "operator";
  if (verb == "audit.entries" || verb == "audit.export") return "auditor";
  return {};
}

}  // namespace

Door::Door(Broker& broker, const Config& config, transport::Loop& loop)
    : broker_(broker), config_(config), loop_(loop), workers_(1, 64) {
  door_ = std::make_unique<transport::LocalDoor>(
      loop, config.door,
      [this](transport::LocalDoor::Caller caller, const std::string& verb, const Buffer& payload,
             const Answer& answer) { called(caller, verb, payload, answer); });
}

void Door::called(transport::LocalDoor::Caller caller, const std::string& verb,
                  const Buffer& payload, const Answer& answer) {
  const auto user = local_user_name(caller.uid);
  const auto role = role_for(verb);
  if (role.empty()) return end(*answer, DoorStatus::Usage, "there is no such request");
  const auto roles = config_.roles.find(user);
  const bool allowed =
      roles != config_.roles.end() && std::ranges::find(roles->second, role) != roles->second.end();
  if (!allowed) {
    log_warning("door-refused", {{"user", user}, {"verb", verb}});
    return end(*answer, DoorStatus::Refused,
               "user " + user + " does not have the role " + std::string(role) +
                   "; see [door.roles] in the broker's configuration");
  }
  if (verb == "status") return end(*answer, DoorStatus::Ok, broker_.status_json());
  const bool taken = workers_.try_post("", [this, user, verb, payload, answer] {
    try {
      if (verb == "note.apply") return apply_note(user, payload, answer);
      if (verb == "audit.export") return export_log(user, answer);
      list_entries(user, payload, answer);
    } catch (const EnvError& error) {
      end(*answer, DoorStatus::Failed, error.what());
    }
  });
  if (!taken) end(*answer, DoorStatus::Failed, "too many requests at once; try again");
}

// On the worker.
void Door::apply_note(const std::string& user, const Buffer& payload, const Answer& answer) {
  const auto request = parse_json(as_text(payload), {.max_bytes = 4096, .max_depth = 4});
  const auto kind = request && request->is_object() ? request->value("kind", json()) : json();
  if (kind != "register" && kind != "bundle") {
    return end(*answer, DoorStatus::Usage, R"(give "kind": "register" or "bundle")");
  }
  std::string note;
  while (auto block = answer->next_input()) {
    if (note.size() + block->size() > schemas::kMaxNoteBytes) {
      return end(*answer, DoorStatus::Usage, "the note is over 4 MiB");
    }
    note += as_text(*block);
  }
  const auto note_kind =
      kind == "register" ? schemas::NoteKind::Register : schemas::NoteKind::Bundle;
  loop_.post([this, note_kind, note, user, answer] {
    broker_.apply_note(note_kind, note, user, [answer](const std::optional<std::string>& wrong) {
      end(*answer, wrong ? DoorStatus::Refused : DoorStatus::Ok, wrong.value_or("in force"));
    });
  });
}

// On the worker. Looking at the log is recorded before the answer begins.
void Door::list_entries(const std::string& user, const Buffer& payload, const Answer& answer) {
  const auto request =
      parse_json(payload.empty() ? "{}" : as_text(payload), {.max_bytes = 4096, .max_depth = 4});
  if (!request || !request->is_object()) {
    return end(*answer, DoorStatus::Usage, "the request is not a JSON object");
  }
  const auto number = [&](const char* name, std::uint64_t fallback) {
    const auto value = request->value(name, json());
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : fallback;
  };
  const auto size = broker_.log().head().size;
  const auto limit = std::min<std::size_t>(number("limit", 50), kMostEntries);
  const auto from = number("from", size > limit ? size - limit : 0);
  audit::Entry entry;
  entry.act = "consultation";
  entry.outcome = "log-read";
  const bool recorded = broker_.store().commit([&](storage::Connection& store) {
    broker_.log().append(store, entry, {.actor = user, .record_ids = {}, .note = {}});
  });
  if (!recorded) {
    return end(*answer, DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  const auto entries = broker_.store().read(
      [&](storage::Connection& store) { return audit::Log::entries(store, from, limit); });
  for (const auto& stored : entries) {
    auto line = json{{"index", stored.index}};
    line["entry"] = json::parse(stored.leaf, nullptr, false);
    if (stored.detail) line["detail"] = {{"actor", stored.detail->actor}};
    if (!answer->block(as_bytes(line.dump() + "\n"))) return;
  }
  end(*answer, DoorStatus::Ok, "");
}

// On the worker.
void Door::export_log(const std::string& user, const Answer& answer) {
  const auto newest = audit::newest_checkpoint(broker_.checkpoint_file());
  if (!newest) return end(*answer, DoorStatus::Failed, "no checkpoint of this log has been signed");
  audit::Entry entry;
  entry.act = "consultation";
  entry.outcome = "log-exported";
  entry.count = newest->size;
  const bool recorded = broker_.store().commit([&](storage::Connection& store) {
    broker_.log().append(store, entry, {.actor = user, .record_ids = {}, .note = {}});
  });
  if (!recorded) {
    return end(*answer, DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  const bool whole = audit::export_entries(broker_.store(), newest->size,
                                           [&](Bytes block) { return answer->block(block); });
  if (!whole) return end(*answer, DoorStatus::Failed, "the log could not be read to its end");
  end(*answer, DoorStatus::Ok,
      audit::export_facts(*newest, broker_.checkpoint_file(), broker_.log_vkey(),
                          broker_.witnesses()));
}

}  // namespace hub::broker
