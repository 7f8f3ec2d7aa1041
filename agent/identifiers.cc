#include "agent/identifiers.h"

#include <algorithm>
#include <array>

#include "core/base/byte_writer.h"
#include "core/crypto/hash.h"

namespace hub::agent {

std::vector<Identifier> identifiers_of(const schemas::RecordView& record) {
  std::vector<Identifier> out;
  for (const auto& field : record.type().fields()) {
    if (field.identifier.empty()) continue;
    const auto text = record.text_of(field);
    if (!text) continue;
    std::string_view rest = *text;
    const bool is_list = field.kind == schemas::FieldKind::Texts;
    for (auto end = rest.find(';'); is_list && end != std::string_view::npos;
         end = rest.find(';')) {
      if (end > 0) out.emplace_back(field.identifier, rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    if (!rest.empty()) out.emplace_back(field.identifier, rest);
  }
  return out;
}

storage::RunKey identifier_key(std::string_view identifier, std::string_view value) {
  std::string folded(value);
  std::ranges::transform(folded, folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto digest = crypto::sha256(
      ByteWriter().prefixed("hub/find/v1").prefixed(identifier).prefixed(folded).view());
  storage::RunKey out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::vector<storage::RunKey> identifier_keys(const schemas::RecordView& record) {
  std::vector<storage::RunKey> out;
  for (const auto& [identifier, value] : identifiers_of(record)) {
    out.push_back(identifier_key(identifier, value));
  }
  return out;
}

bool is_one_persons(std::string_view identifier) {
  constexpr std::array<std::string_view, 3> classes{"case_reference", "nhs_number", "ni_number"};
  return std::ranges::find(classes, identifier) != classes.end();
}

}  // namespace hub::agent
