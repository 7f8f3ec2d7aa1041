#include "schemas/record_type.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/result.h"

namespace hub::schemas {
namespace {

constexpr std::size_t kByteValues = 256;

// Indexes of `named`, in order of name.
template <class Named>
std::vector<std::uint16_t> sorted_by_name(const std::vector<Named>& named) {
  std::vector<std::uint16_t> order(named.size());
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  std::ranges::sort(order, {},
                    [&](std::uint16_t i) -> const std::string& { return named[i].name; });
  return order;
}

template <class Named>
const Named* found(const std::vector<Named>& named, const std::vector<std::uint16_t>& by_name,
                   std::string_view name) {
  const auto at = std::ranges::lower_bound(
      by_name, name, {}, [&](std::uint16_t i) -> std::string_view { return named[i].name; });
  if (at == by_name.end() || named[*at].name != name) return nullptr;
  return &named[*at];
}

// In the order of the groups.
template <class Fits>
std::vector<std::string> groups_with(const RecordType::Parts& parts, Fits fits) {
  std::vector<std::string> out;
  for (const auto& group : parts.groups) {
    if (std::ranges::any_of(parts.fields, [&](const Field& field) {
          return field.group == group && fits(field);
        })) {
      out.push_back(group);
    }
  }
  return out;
}

}  // namespace

CodeList::CodeList(std::string name, std::string description, std::vector<Code> codes)
    : name_(std::move(name)),
      description_(std::move(description)),
      codes_(std::move(codes)),
      by_name_(sorted_by_name(codes_)),
      by_value_(kByteValues, 0) {
  for (std::size_t i = 0; i < codes_.size(); ++i) {
    auto& place = by_value_[codes_[i].value];
    require(place == 0 && codes_[i].value != 0, "a code has a value of its own, and not 0");
    place = static_cast<std::uint16_t>(i + 1);
  }
}

const Code* CodeList::find(std::string_view code_name) const {
  return found(codes_, by_name_, code_name);
}

const Code* CodeList::find(std::uint8_t value) const {
  const auto place = by_value_[value];
  return place == 0 ? nullptr : &codes_[place - 1U];
}

RecordType::RecordType(Parts parts)
    : parts_(std::move(parts)), by_name_(sorted_by_name(parts_.fields)) {
  const auto& fields = parts_.fields;
  const auto addressed = std::ranges::find(fields, true, &Field::addressed_by);
  const auto reference = std::ranges::find(fields, "case_reference", &Field::identifier);
  require(addressed != fields.end() && reference != fields.end(),
          "a record type has a recipient and a case reference");
  addressed_by_ = addressed->index;
  case_reference_ = reference->index;
}

const Field* RecordType::protecting() const {
  const auto found_at = std::ranges::find(parts_.fields, true, &Field::protects);
  return found_at == parts_.fields.end() ? nullptr : &*found_at;
}

std::vector<std::string> RecordType::address_groups() const {
  return groups_with(parts_, [](const Field& field) {
    return field.identifier == "address" || field.identifier == "postcode" ||
           field.identifier == "uprn";
  });
}

std::vector<std::string> RecordType::patient_groups() const {
  return groups_with(
      parts_, [](const Field& field) { return field.health || field.identifier == "nhs_number"; });
}

const Field* RecordType::field(std::string_view field_name) const {
  return found(parts_.fields, by_name_, field_name);
}

}  // namespace hub::schemas
