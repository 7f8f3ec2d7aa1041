// Searches in the log through the local door. Each is recorded, with its purpose, before its answer
// begins.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/door_verbs.h"
#include "agent/identifiers.h"
#include "audit/search/question.h"
#include "core/base/json.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

// Ids of the records with this identifier that are held here or were sent.
std::vector<Uuid> records_about(Agent& agent, const std::string& subject) {
  const auto equals = subject.find('=');
  const auto key = identifier_key(subject.substr(0, equals), subject.substr(equals + 1));
  return agent.store().read([&](Connection& store) {
    std::vector<Uuid> out;
    auto query = store.prepare("SELECT record_id FROM held_record WHERE seq = ? AND sender <> ''");
    for (const auto seq : agent.identifiers().find(store, key)) {
      query.bind(1, seq);
      Uuid id;
      if (query.step()) {
        std::ranges::copy(query.bytes(0), id.bytes.begin());
        out.push_back(id);
      }
      query.reset();
    }
    for (const auto& sent : agent.sent_subjects().find(store, key)) out.push_back(sent.id);
    return out;
  });
}

}  // namespace

void search_log(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = parse_json(text, {.max_bytes = 16U << 10U, .max_depth = 4});
  if (!request || !request->is_object()) {
    return answer.end(DoorStatus::Usage, "the request is not a JSON object");
  }
  auto question = audit::question_in(*request);
  if (!question) return answer.end(DoorStatus::Usage, question.error());
  for (auto& term : question->query.terms) {
    if (term.qualifier == audit::Qualifier::Subject)
      term.records = records_about(agent, term.value);
  }
  // The entry about this search is not among its answers.
  question->before = std::min(question->before, agent.log().head().size);
  auto entry = audit::entry_about(*question, entry_about(user, "", ""));
  entry.recipient = agent.config().authority;
  const auto detail = audit::detail_about(*question, detail_about(user));
  const bool recorded =
      agent.store().commit([&](Connection& store) { agent.log().append(store, entry, detail); });
  if (!recorded) {
    return answer.end(DoorStatus::Failed, "the look could not be recorded, so nothing is shown");
  }
  const audit::Searcher searcher(agent.store(), agent.log());
  const auto told =
      audit::answer(searcher, *question, [&](Bytes line) { return answer.block(line); });
  if (!told) return answer.end(DoorStatus::Refused, told.error());
  answer.end(DoorStatus::Ok, *told);
}

}  // namespace hub::agent
