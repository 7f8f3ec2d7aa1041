#include <flatbuffers/reflection.h>

#include <algorithm>
#include <utility>

#include "schemas/record.h"
#include "schemas/record_values.h"

namespace hub::schemas {
namespace {

using flatbuffers::Table;
using Strings = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;
using CodeBytes = flatbuffers::Vector<std::uint8_t>;

constexpr std::size_t kPrefixBytes = 4;
constexpr std::size_t kMinBodyBytes = 12;  // length, offset of the table, its offset to its places

const Table& table_of(Bytes body) { return *flatbuffers::GetSizePrefixedRoot<Table>(body.data()); }

bool is_present(const Table& table, const Field& field) {
  return table.CheckField(table_offset(field));
}

std::string_view text_in(const Table& table, const Field& field) {
  const auto* const text = table.GetPointer<const flatbuffers::String*>(table_offset(field));
  return {text->c_str(), text->size()};
}

std::int64_t number_in(const Table& table, const Field& field) {
  const auto at = table_offset(field);
  switch (field.width) {
    case 1:
      return field.is_signed ? std::int64_t{table.GetField<std::int8_t>(at, 0)}
                             : std::int64_t{table.GetField<std::uint8_t>(at, 0)};
    case 2:
      return field.is_signed ? std::int64_t{table.GetField<std::int16_t>(at, 0)}
                             : std::int64_t{table.GetField<std::uint16_t>(at, 0)};
    case 4:
      return field.is_signed ? std::int64_t{table.GetField<std::int32_t>(at, 0)}
                             : std::int64_t{table.GetField<std::uint32_t>(at, 0)};
    default: return table.GetField<std::int64_t>(at, 0);
  }
}

// Of a Number, Date, Flag or Code.
std::int64_t scalar_in(const Table& table, const Field& field) {
  if (field.kind == FieldKind::Number) return number_in(table, field);
  if (field.kind == FieldKind::Date) return table.GetField<std::int32_t>(table_offset(field), 0);
  return table.GetField<std::uint8_t>(table_offset(field), 0);
}

std::optional<RecordFault> text_fault(const Field& field, std::string_view text) {
  if (text.empty() || trimmed(text).size() != text.size()) return RecordFault::BadText;
  const TextAnswer answer = examine_text(field, text);
  switch (answer.rule) {
    case TextRule::NotUtf8:
    case TextRule::Control: return RecordFault::BadText;
    case TextRule::TooLong: return RecordFault::TooLong;
    case TextRule::BadFormat: return RecordFault::BadIdentifier;
    case TextRule::Fine: break;
  }
  if (answer.canonical && answer.canonical->view() != text) return RecordFault::BadIdentifier;
  return std::nullopt;
}

std::optional<RecordFault> codes_fault(const Field& field, const CodeBytes& codes) {
  if (codes.size() == 0 || codes.size() > field.max_items) return RecordFault::TooLong;
  std::uint8_t last = 0;
  for (const std::uint8_t code : codes) {
    // Increasing, so no code is there twice and one set of codes has one spelling.
    if (code <= last || field.codes->find(code) == nullptr) return RecordFault::BadCode;
    last = code;
  }
  return std::nullopt;
}

std::optional<RecordFault> texts_fault(const Field& field, const Strings& texts) {
  if (texts.size() == 0 || texts.size() > field.max_items) return RecordFault::TooLong;
  bool any = false;
  for (const auto* const item : texts) {
    const std::string_view text(item->c_str(), item->size());
    if (text.empty() && field.paired_with) continue;
    any = true;
    if (text.find(kItemSeparator) != std::string_view::npos) return RecordFault::BadText;
    if (const auto fault = text_fault(field, text)) return fault;
  }
  if (!any) return RecordFault::BadText;
  return std::nullopt;
}

std::optional<RecordFault> value_fault(const Table& table, const Field& field) {
  const auto at = table_offset(field);
  switch (field.kind) {
    case FieldKind::Text: return text_fault(field, text_in(table, field));
    case FieldKind::Codes: return codes_fault(field, *table.GetPointer<const CodeBytes*>(at));
    case FieldKind::Texts: return texts_fault(field, *table.GetPointer<const Strings*>(at));
    case FieldKind::Number: {
      const auto number = number_in(table, field);
      if (number < field.least || number > field.most) return RecordFault::BadNumber;
      return std::nullopt;
    }
    case FieldKind::Date:
      if (!is_writable_day(scalar_in(table, field))) return RecordFault::BadNumber;
      return std::nullopt;
    case FieldKind::Flag:
      if (scalar_in(table, field) > 1) return RecordFault::BadNumber;
      return std::nullopt;
    case FieldKind::Code:
      if (field.codes->find(table.GetField<std::uint8_t>(at, 0)) == nullptr) {
        return RecordFault::BadCode;
      }
      return std::nullopt;
  }
  return RecordFault::NotThisType;
}

std::size_t items_in(const Table& table, const Field& field) {
  return table.GetPointer<const Strings*>(table_offset(field))->size();
}

// What is wrong between the fields of a record whose values are each right.
std::optional<RecordError> whole_fault(const Table& table, const RecordType& type) {
  std::uint64_t groups = std::uint64_t{1} << type.addressed_by().group_index;
  for (const Field& field : type.fields()) {
    if (is_present(table, field)) groups |= std::uint64_t{1} << field.group_index;
  }
  for (const Field& field : type.fields()) {
    if (is_present(table, field)) {
      if (!field.paired_with) continue;
      const Field& partner = type.fields()[*field.paired_with];
      if (is_present(table, partner) && items_in(table, partner) == items_in(table, field))
        continue;
      return RecordError{RecordFault::Unpaired, field.name};
    }
    const bool there = (groups >> field.group_index & 1U) != 0;
    if (there && field.required) return RecordError{RecordFault::Missing, field.name};
  }
  return std::nullopt;
}

// The length in front, without which bytes could be added at the end or padding cut off unseen.
bool has_its_length(Bytes body) {
  const auto size = flatbuffers::ReadScalar<flatbuffers::uoffset_t>(body.data());
  return size == body.size() - kPrefixBytes;
}

bool is_this_type(const RecordType& type, Bytes body) {
  const auto* const schema = reflection::GetSchema(type.binary_schema().data());
  return flatbuffers::VerifySizePrefixed(*schema, *schema->root_table(), body.data(), body.size());
}

}  // namespace

std::string_view describe(RecordFault fault) {
  switch (fault) {
    case RecordFault::TooLarge: return "the record is too large";
    case RecordFault::NotThisType: return "the record is not of this type";
    case RecordFault::Missing: return "a required field is missing";
    case RecordFault::BadCode: return "a code is not in its list, or is there twice";
    case RecordFault::BadNumber: return "a number or date is out of range";
    case RecordFault::BadText: return "a text is empty, not UTF-8 or has control characters";
    case RecordFault::TooLong: return "a text or list is too long, or a list is empty";
    case RecordFault::BadIdentifier: return "an identifier is not of its form";
    case RecordFault::Unpaired: return "two lists that belong together differ in length";
  }
  return "unknown fault";
}

RecordView::RecordView(const RecordType& type, Bytes body) : type_(&type), body_(to_buffer(body)) {}

Result<RecordView, RecordError> RecordView::open(const RecordType& type, Bytes body) {
  if (body.size() > kMaxBodyBytes) return fail(RecordError{RecordFault::TooLarge, {}});
  if (body.size() < kMinBodyBytes) return fail(RecordError{RecordFault::NotThisType, {}});
  // Our own copy is aligned as FlatBuffers needs it.
  RecordView view(type, body);
  if (!has_its_length(view.body_) || !is_this_type(type, view.body_))
    return fail(RecordError{RecordFault::NotThisType, {}});
  const Table& table = table_of(view.body_);
  for (const Field& field : type.fields()) {
    if (!is_present(table, field)) continue;
    if (const auto fault = value_fault(table, field)) return fail(RecordError{*fault, field.name});
  }
  if (auto fault = whole_fault(table, type)) return fail(*std::move(fault));
  return view;
}

std::string RecordView::addressed_to() const {
  return std::string(text_in(table_of(body_), type_->addressed_by()));
}

std::string RecordView::case_reference() const {
  return std::string(text_in(table_of(body_), type_->case_reference()));
}

std::vector<std::string> RecordView::groups_present() const {
  const Table& table = table_of(body_);
  std::vector<bool> present(type_->groups().size(), false);
  for (const Field& field : type_->fields()) {
    if (is_present(table, field)) present[field.group_index] = true;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) out.push_back(type_->groups()[i]);
  }
  return out;
}

namespace {

// Calls `use` with the text of each item of a Codes or Texts field.
template <class Use>
void for_each_item(const Table& table, const Field& field, const Use& use) {
  const auto at = table_offset(field);
  if (field.kind == FieldKind::Codes) {
    for (const std::uint8_t code : *table.GetPointer<const CodeBytes*>(at)) {
      use(std::string_view(field.codes->find(code)->name));
    }
    return;
  }
  for (const auto* const item : *table.GetPointer<const Strings*>(at)) {
    use(std::string_view(item->c_str(), item->size()));
  }
}

void add_json_value(std::string& out, const Table& table, const Field& field) {
  switch (field.kind) {
    case FieldKind::Text: add_json_text(out, text_in(table, field)); return;
    case FieldKind::Number: out += std::to_string(number_in(table, field)); return;
    case FieldKind::Flag: out += scalar_in(table, field) != 0 ? "true" : "false"; return;
    case FieldKind::Date:
    case FieldKind::Code: add_json_text(out, scalar_text(field, scalar_in(table, field))); return;
    case FieldKind::Codes:
    case FieldKind::Texts: break;
  }
  char before = '[';
  for_each_item(table, field, [&](std::string_view item) {
    out.push_back(before);
    add_json_text(out, item);
    before = ',';
  });
  out.push_back(']');
}

}  // namespace

std::optional<std::string> RecordView::text_of(const Field& field) const {
  const Table& table = table_of(body_);
  if (!is_present(table, field)) return std::nullopt;
  if (field.kind == FieldKind::Text) return std::string(text_in(table, field));
  const bool several = field.kind == FieldKind::Codes || field.kind == FieldKind::Texts;
  if (!several) return scalar_text(field, scalar_in(table, field));
  std::string out;
  bool first = true;
  for_each_item(table, field, [&](std::string_view item) {
    if (!first) out.push_back(kItemSeparator);
    out += item;
    first = false;
  });
  return out;
}

std::string RecordView::to_json() const {
  const Table& table = table_of(body_);
  std::string out;
  out.reserve(2 * body_.size());
  char before = '{';
  for (const Field& field : type_->fields()) {
    if (!is_present(table, field)) continue;
    out.push_back(before);
    add_json_text(out, field.name);
    out.push_back(':');
    add_json_value(out, table, field);
    before = ',';
  }
  out.push_back('}');
  return out;
}

}  // namespace hub::schemas
