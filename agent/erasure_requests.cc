#include "agent/erasure_requests.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hub::agent {
namespace {

using storage::Connection;

constexpr std::size_t kIdSize = 16;
using Ground = std::pair<std::string_view, std::string_view>;
constexpr std::array<Ground, 8> kGrounds{{
    {"no-longer-needed", "no longer needed for its purpose (UK GDPR article 17(1)(a))"},
    {"consent-withdrawn", "consent was withdrawn (UK GDPR article 17(1)(b))"},
    {"objection", "the person objects and nothing overrides that (UK GDPR article 17(1)(c))"},
    {"unlawful", "it was processed unlawfully (UK GDPR article 17(1)(d))"},
    {"legal-obligation", "the law demands its erasure (UK GDPR article 17(1)(e))"},
    {"childs-online-service", "collected from a child online (UK GDPR article 17(1)(f))"},
    {"court-order", "a court ordered its erasure"},
    {"entered-in-error", "it was entered or sent in error"},
}};

ErasureRequest request_in(const storage::Statement& row) {
  return {uuid_from(row.bytes(0)).value_or(Uuid{}),
          std::string(row.text(1)),
          std::string(row.text(2)),
          split_ids(row.bytes(3)),
          std::string(row.text(4)),
          from_ms(row.int64(5))};
}

}  // namespace

std::optional<std::string_view> sentence_of_ground(std::string_view code) {
  const auto* const found = std::ranges::find(kGrounds, code, &Ground::first);
  if (found == kGrounds.end()) return std::nullopt;
  return found->second;
}

std::string ground_codes() {
  std::string out;
  for (const auto& [code, sentence] : kGrounds)
    out += (out.empty() ? "" : ", ") + std::string(code);
  return out;
}

Buffer joined_ids(const std::vector<Uuid>& ids) {
  Buffer out;
  for (const auto& id : ids) append(out, id.bytes);
  return out;
}

std::vector<Uuid> split_ids(Bytes joined) {
  std::vector<Uuid> out;
  for (; joined.size() >= kIdSize; joined = joined.subspan(kIdSize)) {
    if (const auto id = uuid_from(joined.first(kIdSize))) out.push_back(*id);
  }
  return out;
}

void keep_request(Connection& store, const ErasureRequest& request) {
  store.run(
      "INSERT INTO erasure_request(id, ground, reference, record_ids, proposer, created) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      Bytes(request.id.bytes), request.ground, request.reference, joined_ids(request.records),
      request.proposer, to_ms(request.created));
}

void drop_request(Connection& store, const Uuid& id) {
  store.run("DELETE FROM erasure_request WHERE id = ?", Bytes(id.bytes));
}

std::optional<ErasureRequest> find_request(Connection& store, const Uuid& id) {
  auto query = store.prepare(
      "SELECT id, ground, reference, record_ids, proposer, created FROM erasure_request "
      "WHERE id = ?");
  query.bind(1, Bytes(id.bytes));
  if (!query.step()) return std::nullopt;
  return request_in(query);
}

std::vector<ErasureRequest> all_requests(Connection& store) {
  std::vector<ErasureRequest> out;
  auto query = store.prepare(
      "SELECT id, ground, reference, record_ids, proposer, created FROM erasure_request "
      "ORDER BY created, id");
  while (query.step()) out.push_back(request_in(query));
  return out;
}

std::size_t lapse_requests(Connection& store, audit::Log& log, Time now) {
  std::size_t out = 0;
  for (const auto& request : all_requests(store)) {
    if (request.lapses() > now) continue;
    drop_request(store, request.id);
    audit::Entry entry;
    entry.act = "admin";
    entry.outcome = "erasure-lapsed";
    entry.reason = "no second officer decided in time";
    entry.count = request.records.size();
    auto detail = audit::detail_by("agent");
    detail.note = to_string(request.id) + " " + request.reference;
    log.append(store, entry, detail);
    ++out;
  }
  return out;
}

}  // namespace hub::agent
