// Looking at held records, decisions and the log through the local door. Each look is recorded
// before its answer begins.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "agent/door_verbs.h"
#include "agent/held_terms.h"
#include "agent/subjects.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "schemas/record.h"

namespace hub::agent {
namespace {

using nlohmann::json;
using storage::Connection;
using LocalAnswer = transport::LocalDoor::Answer;

constexpr int kMostListed = 1000;
constexpr int kMostPassedOver = 10'000;

std::optional<json> request_of(std::string_view text, LocalAnswer& answer) {
  auto request = parse_json(text.empty() ? "{}" : text, {.max_bytes = 64U << 10U, .max_depth = 4});
  if (request && request->is_object()) return std::move(*request);
  answer.end(DoorStatus::Usage, "the request is not a JSON object");
  return std::nullopt;
}

std::string text_in(const json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

struct HeldRow {
  std::int64_t seq = 0;
  bool ended = false;
  Buffer header;
  Buffer body;
  Time received;
};

std::optional<HeldRow> row_of(Connection& store, std::int64_t seq) {
  auto query = store.prepare(
      "SELECT seq, ended_seq IS NOT NULL, header, body, received FROM held_record WHERE seq = ? "
      "AND "
      "sender <> ''");
  query.bind(1, seq);
  if (!query.step()) return std::nullopt;
  return HeldRow{query.int64(0), query.int64(1) != 0, to_buffer(query.bytes(2)),
                 to_buffer(query.bytes(3)), from_ms(query.int64(4))};
}

// A held record opened for one user: what policy lets this user see of it.
struct Sight {
  schemas::Header header;
  const schemas::RecordType* type = nullptr;
  std::optional<schemas::RecordView> view;
  std::vector<std::string> visible;
  std::vector<std::string> hidden;
  std::vector<std::string> policies;
  std::string why_not;
};

// The look, whatever the record.
policy::Question look_of(const DoorUser& user, const std::string& authority, Time now) {
  policy::Question out;
  out.door = policy::Door::View;
  out.recipient = authority;
  out.user = user.name;
  out.roles = user.roles;
  out.guest = user.guest;
  out.now = now;
  return out;
}

std::optional<Sight> look_at(const Snapshot& snapshot, const HeldRow& row, const DoorUser& user,
                             const std::string& authority, Time now) {
  const auto header = schemas::parse_header(row.header);
  if (!header) return std::nullopt;
  Sight out;
  out.header = *header;
  out.type = snapshot.catalogue->find(header->record_type);
  if (out.type == nullptr) return std::nullopt;
  auto view = schemas::RecordView::open(*out.type, row.body);
  if (!view) return std::nullopt;
  out.view = std::move(*view);
  auto question = look_of(user, authority, now);
  add_terms(*header, is_protected(*out.view), question);
  for (const auto& group : out.view->groups_present()) {
    question.field_group = group;
    const auto verdict = snapshot.rulebook->decide(question);
    (verdict.allowed ? out.visible : out.hidden).push_back(group);
    if (!verdict.allowed && out.why_not.empty()) out.why_not = verdict.explanation;
    for (const auto& reason : verdict.reasons) {
      if (std::ranges::find(out.policies, reason.policy_id) == out.policies.end()) {
        out.policies.push_back(reason.policy_id);
      }
    }
  }
  return out;
}

bool sees(const Sight& sight, const schemas::Field& field) {
  return std::ranges::find(sight.visible, field.group) != sight.visible.end();
}

json record_facts(const HeldRow& row, const Sight& sight) {
  return {{"number", row.seq},
          {"id", to_string(sight.header.record_id)},
          {"type", sight.header.record_type},
          {"sender", sight.header.sender},
          {"received", to_iso(row.received)},
          {"created", to_iso(sight.header.created)},
          {"priority", word(sight.header.priority)},
          {"ended", row.ended}};
}

const json* search_in(const json& request, const char* name) {
  const auto found = request.find(name);
  return found != request.end() && found->is_object() ? &*found : nullptr;
}

// Searching by a value must not tell that it is there to who may not see it.
bool may_find(const Sight& sight, const json& request) {
  if (const auto* find = search_in(request, "find")) {
    const auto wanted = text_in(*find, "identifier");
    return std::ranges::any_of(sight.type->fields(), [&](const schemas::Field& field) {
      return field.identifier == wanted && sees(sight, field);
    });
  }
  const auto* where = search_in(request, "where");
  if (where == nullptr) return true;
  const auto* field = sight.type->field(text_in(*where, "field"));
  return field == nullptr || sees(sight, *field);
}

// Numbers of the records asked for, newest first.
std::vector<std::int64_t> candidates(Connection& store, Agent& agent, const Snapshot& snapshot,
                                     const json& request, int limit) {
  std::vector<std::int64_t> out;
  if (const auto* find = search_in(request, "find")) {
    out = agent.identifiers().find(
        store, identifier_key(text_in(*find, "identifier"), text_in(*find, "value")));
    std::ranges::reverse(out);
    if (out.size() > static_cast<std::size_t>(limit)) out.resize(static_cast<std::size_t>(limit));
    return out;
  }
  const auto type_name = text_in(request, "type");
  const auto sender = text_in(request, "sender");
  auto before = request.value("before", json(INT64_MAX));
  const auto below = before.is_number_integer() ? before.get<std::int64_t>() : INT64_MAX;
  const auto* where = search_in(request, "where");
  const auto* type = snapshot.catalogue->find(type_name);
  const bool by_field = where != nullptr && type != nullptr;
  const auto after = by_field ? Projections::through(store, *type) : 0;
  auto query = store.prepare(
      "SELECT seq, body FROM held_record WHERE seq < ? AND seq > ? AND sender <> '' "
      "AND (? = '' OR record_type = ?) AND (? = '' OR sender = ?) ORDER BY seq DESC LIMIT ?");
  query.bind(1, below).bind(2, after).bind(3, type_name).bind(4, type_name);
  query.bind(5, sender).bind(6, sender).bind(7, by_field ? 1'000'000 : limit);
  while (query.step() && out.size() < static_cast<std::size_t>(limit)) {
    if (by_field) {
      // The records that the projection does not have yet are looked at one by one.
      const auto view = schemas::RecordView::open(*type, query.bytes(1));
      const auto* field = type->field(text_in(*where, "field"));
      if (!view || field == nullptr || view->text_of(*field) != text_in(*where, "value")) continue;
    }
    out.push_back(query.int64(0));
  }
  if (by_field && out.size() < static_cast<std::size_t>(limit)) {
    const auto more =
        Projections::find(store, *type, text_in(*where, "field"), text_in(*where, "value"),
                          std::min(below, after + 1), limit - static_cast<int>(out.size()));
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

// Numbers of records, newest first, and what was passed over on the way because of its terms.
struct Newest {
  std::vector<std::int64_t> numbers;
  std::uint64_t passed_over = 0;
  std::int64_t first_passed_over = 0;
};

// The newest that the store's own filter lets through. It passes over kMostPassedOver at most, so
// that who may see few of many records waits no longer than others.
Newest newest(Connection& store, const Snapshot& snapshot, const json& request, int limit,
              const policy::Question& look) {
  const auto type_name = text_in(request, "type");
  const auto sender = text_in(request, "sender");
  const auto before = request.value("before", json(INT64_MAX));
  const auto below = before.is_number_integer() ? before.get<std::int64_t>() : INT64_MAX;
  std::set<std::int64_t> withheld;
  for (const auto& type : snapshot.catalogue->types()) {
    if (!type_name.empty() && type->name() != type_name) continue;
    withheld.merge(withheld_terms(store, snapshot, *type, look));
  }
  auto query = store.prepare(
      "SELECT seq, terms FROM held_record WHERE seq < ? AND sender <> '' "
      "AND (? = '' OR record_type = ?) AND (? = '' OR sender = ?) ORDER BY seq DESC LIMIT ?");
  query.bind(1, below).bind(2, type_name).bind(3, type_name).bind(4, sender).bind(5, sender);
  query.bind(6, limit + kMostPassedOver);
  Newest out;
  while (out.numbers.size() < static_cast<std::size_t>(limit) && query.step()) {
    if (query.is_null(1) || !withheld.contains(query.int64(1))) {
      out.numbers.push_back(query.int64(0));
    } else if (++out.passed_over == 1) {
      out.first_passed_over = query.int64(0);
    }
  }
  return out;
}

// The search by a value, as the log keeps it.
std::string asked_in(const Snapshot& snapshot, const json& request) {
  if (const auto* find = search_in(request, "find")) {
    return text_in(*find, "identifier") + " " + text_in(*find, "value");
  }
  const auto* where = search_in(request, "where");
  if (where == nullptr) return {};
  // By the class of identifier, as above, where the field has one.
  const auto* type = snapshot.catalogue->find(text_in(request, "type"));
  const auto* field = type == nullptr ? nullptr : type->field(text_in(*where, "field"));
  const bool has_class = field != nullptr && !field->identifier.empty();
  return (has_class ? field->identifier : text_in(*where, "field")) + " " +
         text_in(*where, "value");
}

// What the record is to the staff, as far as the user saw what says so.
std::vector<std::string> relations_of(const Staff& staff, const HeldRow& row, const Sight& sight) {
  if (!sight.view || sight.visible.empty()) return {};
  auto out = staff.relations_of(subject_values(*sight.view, sight.visible));
  if (is_protected(*sight.view)) out.emplace_back("protected");
  if (row.ended) out.emplace_back("ended");
  return out;
}

// The values that the user may see; of a list, those of the columns it shows.
void add_fields(json& out, const Sight& sight, bool listed_only) {
  if (!sight.view) return;
  for (const auto& field : sight.type->fields()) {
    if ((listed_only && !field.listed) || !sees(sight, field)) continue;
    if (auto value = sight.view->text_of(field)) out["fields"][field.name] = std::move(*value);
  }
}

struct Listing {
  std::vector<std::string> lines;
  std::vector<Uuid> ids;
  std::set<std::string> relations;  // of what a search found
  std::uint64_t hidden = 0;
  std::string why_not;
  [[nodiscard]] bool refused() const { return lines.empty() && hidden > 0; }
};

Listing listing_of(Connection& store, Agent& agent, const DoorUser& user, const json& request,
                   int limit) {
  const auto snapshot = agent.snapshot();
  const auto staff = agent.staff();
  const auto now = agent.clock().now();
  Listing out;
  const bool searched =
      search_in(request, "find") != nullptr || search_in(request, "where") != nullptr;
  const auto asked = searched ? Newest{candidates(store, agent, *snapshot, request, limit)}
                              : newest(store, *snapshot, request, limit,
                                       look_of(user, agent.config().authority, now));
  for (const auto seq : asked.numbers) {
    const auto row = row_of(store, seq);
    if (!row) continue;
    const auto sight = look_at(*snapshot, *row, user, agent.config().authority, now);
    if (!sight || !may_find(*sight, request) ||
        std::ranges::find(sight->visible, sight->type->main_group()) == sight->visible.end()) {
      if (searched) continue;
      ++out.hidden;
      if (sight && out.why_not.empty()) out.why_not = sight->why_not;
      continue;
    }
    auto line = record_facts(*row, *sight);
    add_fields(line, *sight, true);
    out.ids.push_back(sight->header.record_id);
    if (searched && out.relations.size() < kMostRelations) {
      for (auto& relation : relations_of(*staff, *row, *sight)) {
        out.relations.insert(std::move(relation));
      }
    }
    out.lines.push_back(line.dump() + "\n");
  }
  if (asked.passed_over == 0) return out;
  out.hidden += asked.passed_over;
  const auto row = row_of(store, asked.first_passed_over);
  if (!row || !out.why_not.empty()) return out;
  const auto sight = look_at(*snapshot, *row, user, agent.config().authority, now);
  if (sight) out.why_not = sight->why_not;
  return out;
}

}  // namespace

void list_records(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = request_of(text, answer);
  if (!request) return;
  const auto wanted = request->value("limit", json(50));
  const int limit = wanted.is_number_integer() ? std::clamp(wanted.get<int>(), 1, kMostListed) : 50;
  auto listing = agent.store().read(
      [&](Connection& store) { return listing_of(store, agent, user, *request, limit); });
  auto entry = entry_about(user, "consultation", listing.refused() ? "refused" : "listed");
  // A name of the catalogue or nothing: whatever else somebody typed is for no log.
  const auto type = text_in(*request, "type");
  if (agent.snapshot()->catalogue->find(type) != nullptr) entry.record_type = type;
  entry.count = listing.lines.size();
  entry.reason = listing.why_not;
  auto detail = detail_about(user);
  detail.note = "list";
  detail.asked = asked_in(*agent.snapshot(), *request);
  detail.relations.assign(listing.relations.begin(), listing.relations.end());
  detail.record_ids = std::move(listing.ids);
  if (!record_look(agent, std::move(entry), detail, answer)) return;
  for (const auto& line : listing.lines) {
    if (!answer.block(as_bytes(line))) return;
  }
  answer.end(
      listing.refused() ? DoorStatus::Refused : DoorStatus::Ok,
      json{{"shown", listing.lines.size()}, {"withheld", listing.hidden}, {"why", listing.why_not}}
          .dump());
}

void show_record(Agent& agent, const DoorUser& user, std::string_view text, LocalAnswer& answer) {
  const auto request = request_of(text, answer);
  if (!request) return;
  const auto id = parse_uuid(text_in(*request, "id"));
  if (!id) return answer.end(DoorStatus::Usage, "give the record's id");
  const auto snapshot = agent.snapshot();
  const auto row = agent.store().read([&](Connection& store) -> std::optional<HeldRow> {
    auto query =
        store.prepare("SELECT seq FROM record_identity WHERE sender = ? AND record_id = ?");
    for (const auto& [sender, authority] : snapshot->parties->authorities()) {
      query.bind(1, sender).bind(2, Bytes(id->bytes));
      if (query.step()) return row_of(store, query.int64(0));
      query.reset();
    }
    return std::nullopt;
  });
  if (!row) return answer.end(DoorStatus::Refused, "no record with this id is held here");
  const auto sight = look_at(*snapshot, *row, user, agent.config().authority, agent.clock().now());
  if (!sight) return answer.end(DoorStatus::Failed, "the record's type is not in the catalogue");
  auto entry = entry_about(user, "consultation", sight->visible.empty() ? "refused" : "shown");
  entry.record_type = sight->header.record_type;
  entry.sender = sight->header.sender;
  entry.agreement = sight->header.agreement;
  entry.purpose = sight->header.purpose;
  entry.policies = sight->policies;
  entry.field_groups = sight->visible;
  entry.withheld = sight->hidden;
  entry.reason = sight->why_not;
  entry.count = 1;
  auto detail = detail_about(user);
  detail.note = "show";
  detail.relations = relations_of(*agent.staff(), *row, *sight);
  detail.record_ids = {*id};
  if (!record_look(agent, std::move(entry), detail, answer)) return;
  if (sight->visible.empty()) return answer.end(DoorStatus::Refused, sight->why_not);
  auto out = record_facts(*row, *sight);
  out["agreement"] = sight->header.agreement;
  out["purpose"] = sight->header.purpose;
  out["legal_basis"] = sight->header.legal_basis;
  out["handling"] = sight->header.handling;
  out["withheld_groups"] = sight->hidden;
  add_fields(out, *sight, false);
  if (!answer.block(as_bytes(out.dump() + "\n"))) return;
  answer.end(DoorStatus::Ok, "");
}

}  // namespace hub::agent
