#include "agent/held_terms.h"

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "policy/held_rows.h"

namespace hub::agent {
namespace {

using storage::BuiltSql;
using storage::Connection;

// "agreement,handling,...": names of the program's own schema.
const std::string& shape() {
  static const auto out = [] {
    std::string names;
    for (const auto& term : policy::held_terms()) {
      names += (names.empty() ? "" : ",") + term.column;
    }
    return names;
  }();
  return out;
}

std::string terms_facts(const policy::Question& question) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& term : policy::held_terms_of(question)) {
    if (term) {
      std::visit([&](const auto& held) { out.push_back(held); }, *term);
    } else {
      out.push_back(nullptr);
    }
  }
  return out.dump();
}

// The terms of a record type as the rows that a view filter asks.
std::string rows() {
  std::string out = "(SELECT id";
  std::size_t place = 0;
  for (const auto& term : policy::held_terms()) {
    out += ", facts ->> '$[" + std::to_string(place++) + "]' AS " + term.column;
  }
  return out + " FROM held_terms WHERE record_type = ? AND shape = ?) AS " +
         std::string(policy::kHeldRows);
}

std::int64_t number_of(Connection& store, const policy::Question& question) {
  const auto facts = terms_facts(question);
  {
    auto known = store.prepare(
        "SELECT id FROM held_terms WHERE record_type = ? AND shape = ? AND facts = ?");
    known.bind(1, question.record_type).bind(2, shape()).bind(3, facts);
    if (known.step()) return known.int64(0);
  }
  store.run("INSERT INTO held_terms(record_type, shape, facts) VALUES (?, ?, ?)",
            question.record_type, shape(), facts);
  return store.last_insert_rowid();
}

}  // namespace

bool is_protected(const schemas::RecordView& record) {
  const auto* flag = record.type().protecting();
  return flag != nullptr && record.text_of(*flag) == "yes";
}

void add_terms(const schemas::Header& header, bool is_protected, policy::Question& question) {
  question.sender = header.sender;
  question.record_type = header.record_type;
  question.agreement = header.agreement;
  question.purpose = header.purpose;
  question.legal_basis = header.legal_basis;
  question.regime = header.regime;
  question.handling = header.handling;
  question.originator = header.originator;
  question.protected_record = is_protected;
}

std::int64_t TermNumbers::of(const policy::Question& question) {
  if (last_ == question) return number_;
  number_ = number_of(store_, question);
  last_ = question;
  return number_;
}

std::set<std::int64_t> withheld_terms(Connection& store, const Snapshot& snapshot,
                                      const schemas::RecordType& type, policy::Question look) {
  look.record_type = type.name();
  look.field_group = type.main_group();
  const auto filter = snapshot.rulebook->view_filter(look);
  std::set<std::int64_t> out;
  if (!filter) return out;
  auto query =
      store.prepare(BuiltSql("SELECT id FROM " + rows() + " WHERE NOT (" + filter->where + ")"));
  query.bind(1, type.name()).bind(2, shape());
  int parameter = 2;
  for (const auto& value : filter->values) {
    ++parameter;
    std::visit([&](const auto& held) { query.bind(parameter, held); }, value);
  }
  while (query.step()) out.insert(query.int64(0));
  return out;
}

}  // namespace hub::agent
