#include "agent/subjects.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace hub::agent {
namespace {

constexpr std::array<std::string_view, 3> kCompared{"person_name", "postcode", "address"};

bool says_who(const schemas::Field& field, std::span<const std::string> groups) {
  return !field.officer && std::ranges::find(kCompared, field.identifier) != kCompared.end() &&
         std::ranges::find(groups, field.group) != groups.end();
}

}  // namespace

std::vector<SubjectValue> subject_values(const schemas::RecordView& record,
                                         std::span<const std::string> groups) {
  std::vector<SubjectValue> out;
  for (const auto& field : record.type().fields()) {
    if (!says_who(field, groups)) continue;
    const auto text = record.text_of(field);
    if (!text) continue;
    if (field.kind != schemas::FieldKind::Texts) {
      out.push_back({field.identifier, *text});
      continue;
    }
    for (std::size_t from = 0; from <= text->size();) {
      const auto end = std::min(text->find(';', from), text->size());
      if (end > from) out.push_back({field.identifier, text->substr(from, end - from)});
      from = end + 1;
    }
  }
  return out;
}

}  // namespace hub::agent
