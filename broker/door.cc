#include "broker/door.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "audit/evidence/evidence_answer.h"
#include "audit/log/detail_json.h"
#include "audit/log/log_export.h"
#include "audit/search/question.h"
#include "core/base/json.h"
#include "core/base/local_user.h"
#include "core/base/log.h"

namespace hub::broker {
namespace {

using nlohmann::json;
using transport::DoorStatus;

constexpr std::size_t kMostEntries = 10'000;
constexpr std::size_t kLongestReason = 1000;

std::string_view role_for(std::string_view verb) {
  if (verb == "status" || verb == "note.apply") return "operator";
  if (verb.starts_with("audit.")) return "auditor";
  return {};
}

bool is_verb(std::string_view verb) {
  constexpr std::array<std::string_view, 6> verbs{"status",       "note.apply", "audit.entries",
                                                  "audit.export", "audit.pack", "audit.search"};
  return std::ranges::find(verbs, verb) != verbs.end();
}

// Reading the log: who, from where, and why.
audit::Detail looker_of(const transport::LocalDoor::Caller& caller, const std::string& user,
                        const json& request) {
  auto out = audit::detail_by(user);
  out.device = terminal_of(caller.pid);
  if (const auto why = request.find("because"); why != request.end() && why->is_string()) {
    out.justification = why->get<std::string>().substr(0, kLongestReason);
  }
  return out;
}

audit::Entry look_of(std::string outcome, audit::LogPurpose purpose) {
  audit::Entry out;
  out.act = "consultation";
  out.outcome = std::move(outcome);
  out.roles = {"auditor"};
  out.purpose = word(purpose);
  return out;
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
  if (!is_verb(verb)) return answer->end(DoorStatus::Usage, "there is no such request");
  const auto roles = config_.roles.find(user);
  const bool allowed =
      roles != config_.roles.end() && std::ranges::find(roles->second, role) != roles->second.end();
  if (!allowed) {
    log_warning("door-refused", {{"user", user}, {"verb", verb}});
    return answer->end(DoorStatus::Refused, "user " + user + " does not have the role " +
                                                std::string(role) +
                                                "; see [door.roles] in the broker's configuration");
  }
  if (verb == "status") return answer->end(DoorStatus::Ok, broker_.status_json());
  const bool taken = workers_.try_post("", [this, caller, user, verb, payload, answer] {
    try {
      if (verb == "note.apply") return apply_note(user, payload, answer);
      const auto request = parse_json(payload.empty() ? "{}" : as_text(payload),
                                      {.max_bytes = 16384, .max_depth = 4});
      if (!request || !request->is_object()) {
        return answer->end(DoorStatus::Usage, "the request is not a JSON object");
      }
      const auto looker = looker_of(caller, user, *request);
      if (verb == "audit.export") return export_log(looker, *request, answer);
      if (verb == "audit.search") return search_log(looker, *request, answer);
      if (verb == "audit.pack") return pack_evidence(looker, *request, answer);
      list_entries(looker, *request, answer);
    } catch (const EnvError& error) {
      answer->end(DoorStatus::Failed, error.what());
    }
  });
  if (!taken) answer->end(DoorStatus::Failed, "too many requests at once; try again");
}

// On the worker.
void Door::apply_note(const std::string& user, const Buffer& payload, const Answer& answer) {
  const auto request = parse_json(as_text(payload), {.max_bytes = 4096, .max_depth = 4});
  const auto kind = request && request->is_object() ? request->value("kind", json()) : json();
  if (kind != "register" && kind != "bundle") {
    return answer->end(DoorStatus::Usage, R"(give "kind": "register" or "bundle")");
  }
  std::string note;
  while (auto block = answer->next_input()) {
    if (note.size() + block->size() > schemas::kMaxNoteBytes) {
      return answer->end(DoorStatus::Usage, "the note is over 4 MiB");
    }
    note += as_text(*block);
  }
  const auto note_kind =
      kind == "register" ? schemas::NoteKind::Register : schemas::NoteKind::Bundle;
  loop_.post([this, note_kind, note, user, answer] {
    broker_.apply_note(note_kind, note, user, [answer](const std::optional<std::string>& wrong) {
      answer->end(wrong ? DoorStatus::Refused : DoorStatus::Ok, wrong.value_or("in force"));
    });
  });
}

// On the worker: looking at the log is recorded before the answer begins.
bool Door::recorded(const audit::Entry& entry, const audit::Detail& detail, const Answer& answer) {
  const bool done = broker_.store().commit(
      [&](storage::Connection& store) { broker_.log().append(store, entry, detail); });
  if (!done) {
    answer->end(DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  return done;
}

void Door::list_entries(const audit::Detail& looker, const json& request, const Answer& answer) {
  const auto purpose = audit::purpose_in(request);
  if (!purpose) return answer->end(DoorStatus::Usage, purpose.error());
  const auto number = [&](const char* name, std::uint64_t fallback) {
    const auto value = request.value(name, json());
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : fallback;
  };
  const auto size = broker_.log().head().size;
  const auto limit = std::min<std::size_t>(number("limit", 50), kMostEntries);
  const auto from = number("from", size > limit ? size - limit : 0);
  if (!recorded(look_of("log-read", *purpose), looker, answer)) return;
  const auto entries = broker_.store().read(
      [&](storage::Connection& store) { return audit::Log::entries(store, from, limit); });
  for (const auto& stored : entries) {
    auto line = json{{"index", stored.index}};
    line["entry"] = json::parse(stored.leaf, nullptr, false);
    if (stored.detail) {
      line["detail"] = audit::detail_json(*stored.detail);
    } else if (line["entry"].contains("detail")) {
      line["detail_missing"] = true;
    }
    if (!answer->block(as_bytes(line.dump() + "\n"))) return;
  }
  answer->end(DoorStatus::Ok, "");
}

void Door::export_log(const audit::Detail& looker, const json& request, const Answer& answer) {
  const auto purpose = audit::purpose_in(request);
  if (!purpose) return answer->end(DoorStatus::Usage, purpose.error());
  const auto newest = audit::newest_checkpoint(broker_.checkpoint_file());
  if (!newest) return answer->end(DoorStatus::Failed, "no checkpoint of this log has been signed");
  auto entry = look_of("log-exported", *purpose);
  entry.count = newest->size;
  if (!recorded(entry, looker, answer)) return;
  const bool whole = audit::export_entries(broker_.store(), newest->size,
                                           [&](Bytes block) { return answer->block(block); });
  if (!whole) return answer->end(DoorStatus::Failed, "the log could not be read to its end");
  answer->end(DoorStatus::Ok, audit::export_facts(*newest, broker_.checkpoint_file(),
                                                  broker_.log_vkey(), broker_.witnesses()));
}

void Door::search_log(const audit::Detail& looker, const json& request, const Answer& answer) {
  auto question = audit::question_in(request);
  if (!question) return answer->end(DoorStatus::Usage, question.error());
  const bool about_subject = std::ranges::any_of(
      question->query.terms,
      [](const audit::QueryTerm& term) { return term.qualifier == audit::Qualifier::Subject; });
  if (about_subject) {
    return answer->end(DoorStatus::Usage,
                       "the broker cannot read records, so it knows no subjects; ask an agent");
  }
  // The entry about this search is not among its answers.
  question->before = std::min(question->before, broker_.log().head().size);
  auto entry = audit::entry_about(*question, look_of("", question->purpose));
  if (!recorded(entry, audit::detail_about(*question, looker), answer)) return;
  const audit::Searcher searcher(broker_.store(), broker_.log());
  const auto told =
      audit::answer(searcher, *question, [&](Bytes line) { return answer->block(line); });
  if (!told) return answer->end(DoorStatus::Refused, told.error());
  answer->end(DoorStatus::Ok, *told);
}

void Door::pack_evidence(const audit::Detail& looker, const json& request, const Answer& answer) {
  const auto wanted = audit::parse_evidence_request(request.dump());
  if (!wanted) return answer->end(DoorStatus::Usage, wanted.error());
  if (looker.justification.empty()) {
    return answer->end(DoorStatus::Usage, "say why the evidence is packed (--because)");
  }
  const audit::EvidenceSource source{broker_.store(), broker_.log(), broker_.checkpoint_file(),
                                     broker_.log_vkey(), broker_.witnesses()};
  auto look = audit::Entry{};
  look.roles = {"auditor"};
  const auto given = audit::answer_evidence(source, *wanted, std::move(look), looker,
                                            [&](Bytes lines) { return answer->block(lines); });
  answer->end(given.end, given.why);
}

}  // namespace hub::broker
