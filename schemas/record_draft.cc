#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <utility>

#include "core/base/byte_writer.h"
#include "core/base/clock.h"
#include "schemas/record.h"
#include "schemas/record_values.h"

namespace hub::schemas {
namespace {

// Upper bounds of what a value adds to a body beside its text: place in the table, offset, length,
// padding and end mark.
constexpr std::size_t kBytesPerField = 24;
constexpr std::size_t kBytesPerItem = 16;
constexpr std::size_t kBytesPerBody = 64;

// Takes the next item off a list.
std::string_view next_item(std::string_view& rest, bool& more) {
  const auto end = rest.find(kItemSeparator);
  more = end != std::string_view::npos;
  const auto item = rest.substr(0, end);
  rest = more ? rest.substr(end + 1) : std::string_view();
  return trimmed(item);
}

}  // namespace

// Takes the texts of one record one by one and notes what is wrong with them.
class DraftChecker {
 public:
  DraftChecker(const RecordType& type, std::size_t text_bytes)
      : type_(type), draft_(type), wrong_(type.fields().size(), false) {
    draft_.text_.reserve(text_bytes);
  }

  void take(const FieldText& value) {
    require(value.field < type_.fields().size(), "a value belongs to a field of its type");
    const Field& field = type_.fields()[value.field];
    const auto text = trimmed(value.text);
    if (text.empty()) return;
    auto& slot = draft_.values_[field.index];
    if (slot.present) {
      note({field.name, "given twice", "give each field once"});
      return;
    }
    slot.present = read(field, text, slot);
  }

  void note(FieldProblem problem) { problems_.push_back(std::move(problem)); }

  Result<RecordDraft, std::vector<FieldProblem>> finish() {
    missing();
    unpaired();
    const std::size_t bytes = draft_.text_.size() + kBytesPerItem * draft_.items_.size() +
                              kBytesPerField * draft_.values_.size() + kBytesPerBody;
    if (bytes > kMaxBodyBytes) note({"", "the record is too large", "shorten its longest texts"});
    if (!problems_.empty()) return fail(std::move(problems_));
    const auto& to = draft_.values_[type_.addressed_by().index];
    draft_.addressed_to_ = draft_.piece(to.first, to.size);
    return std::move(draft_);
  }

 private:
  void wrong(const Field& field, FieldProblem problem) {
    wrong_[field.index] = true;
    note(std::move(problem));
  }

  // True when a value was stored in `slot`.
  bool read(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    switch (field.kind) {
      case FieldKind::Text: return read_text(field, text, slot.first, slot.size);
      case FieldKind::Number: return read_number(field, text, slot);
      case FieldKind::Date: return read_date(field, text, slot);
      case FieldKind::Flag: return read_flag(field, text, slot);
      case FieldKind::Code: return read_code(field, text, slot);
      case FieldKind::Codes: return read_codes(field, text, slot);
      case FieldKind::Texts: return read_texts(field, text, slot);
    }
    return false;
  }

  bool read_text(const Field& field, std::string_view text, std::uint32_t& first,
                 std::uint32_t& size) {
    const TextAnswer answer = examine_text(field, text);
    if (answer.rule != TextRule::Fine) {
      wrong(field, text_problem(field, answer.rule));
      return false;
    }
    const auto kept = answer.canonical ? answer.canonical->view() : text;
    first = static_cast<std::uint32_t>(draft_.text_.size());
    size = static_cast<std::uint32_t>(kept.size());
    draft_.text_.append(kept);
    return true;
  }

  bool read_number(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    const auto number = whole_number(text);
    if (number && *number >= field.least && *number <= field.most) {
      slot.number = *number;
      return true;
    }
    wrong(field, value_problem(field));
    return false;
  }

  bool read_date(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    const auto day = parse_iso_date(text);
    if (!day) {
      wrong(field, value_problem(field));
      return false;
    }
    slot.number = *day;
    return true;
  }

  bool read_flag(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    if (text != "yes" && text != "no") {
      wrong(field, value_problem(field));
      return false;
    }
    slot.number = text == "yes" ? 1 : 0;
    return true;
  }

  bool read_code(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    const Code* const code = field.codes->find(text);
    if (code == nullptr) {
      wrong(field, value_problem(field));
      return false;
    }
    slot.number = code->value;
    return true;
  }

  // Kept in order of value: the order in which codes were listed means nothing.
  bool read_codes(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    auto& items = draft_.items_;
    slot.first = static_cast<std::uint32_t>(items.size());
    for (bool more = true; more;) {
      const Code* const code = field.codes->find(next_item(text, more));
      if (code == nullptr) {
        wrong(field, value_problem(field));
        return false;
      }
      items.push_back({code->value, 0});
      if (items.size() - slot.first > field.max_items) break;
    }
    const auto first = items.begin() + slot.first;
    std::sort(first, items.end(), [](auto a, auto b) { return a.first < b.first; });
    const auto same = [](auto a, auto b) { return a.first == b.first; };
    if (std::adjacent_find(first, items.end(), same) != items.end()) {
      wrong(field, {field.name, "the same code twice", "give each code once"});
      return false;
    }
    slot.size = static_cast<std::uint32_t>(items.size() - slot.first);
    return true;
  }

  // An item of a paired list may be empty: not known. A list of such items only is no value.
  bool read_texts(const Field& field, std::string_view text, RecordDraft::Value& slot) {
    auto& items = draft_.items_;
    slot.first = static_cast<std::uint32_t>(items.size());
    bool any = false;
    for (bool more = true; more;) {
      const auto part = next_item(text, more);
      if (items.size() - slot.first == field.max_items) {
        wrong(field,
              {field.name, "too many items", "give at most " + std::to_string(field.max_items)});
        return false;
      }
      RecordDraft::Item item;
      if (part.empty() && !field.paired_with) {
        wrong(field, {field.name, "an item of the list is empty",
                      "remove the extra ; or fill the item in"});
        return false;
      }
      if (!part.empty() && !read_text(field, part, item.first, item.size)) return false;
      any = any || !part.empty();
      items.push_back(item);
    }
    slot.size = static_cast<std::uint32_t>(items.size() - slot.first);
    return any;
  }

  // A field is required when its group is there.
  void missing() {
    std::uint64_t groups = std::uint64_t{1} << type_.addressed_by().group_index;
    for (const Field& field : type_.fields()) {
      if (draft_.values_[field.index].present) groups |= std::uint64_t{1} << field.group_index;
    }
    for (const Field& field : type_.fields()) {
      const bool there = (groups >> field.group_index & 1U) != 0;
      if (!there || !field.required || draft_.values_[field.index].present) continue;
      if (wrong_[field.index]) continue;
      note({field.name, "missing", "give it: the group " + field.group + " is not whole without"});
    }
  }

  void unpaired() {
    for (const Field& field : type_.fields()) {
      const auto& value = draft_.values_[field.index];
      if (!field.paired_with || !value.present) continue;
      const auto& partner = draft_.values_[*field.paired_with];
      if (partner.present && partner.size == value.size) continue;
      if (wrong_[*field.paired_with]) continue;
      note({field.name, "not as many items as " + type_.fields()[*field.paired_with].name,
            "give one item for each; leave it empty between two ; where it is not known"});
    }
  }

  const RecordType& type_;
  RecordDraft draft_;
  std::vector<bool> wrong_;  // by field index: a problem was noted
  std::vector<FieldProblem> problems_;
};

RecordDraft::RecordDraft(const RecordType& type) : type_(&type), values_(type.fields().size()) {}

Result<RecordDraft, std::vector<FieldProblem>> RecordDraft::check(
    const RecordType& type, std::span<const FieldText> values) {
  std::size_t bytes = 0;
  for (const auto& value : values) bytes += value.text.size();
  DraftChecker checker(type, std::min(bytes, kMaxBodyBytes));
  for (const auto& value : values) checker.take(value);
  return checker.finish();
}

Result<RecordDraft, std::vector<FieldProblem>> RecordDraft::check_named(
    const RecordType& type, std::span<const NamedText> values) {
  std::vector<FieldText> known;
  known.reserve(values.size());
  std::size_t unknown = 0;
  for (const auto& value : values) {
    const Field* const field = type.field(value.name);
    if (field == nullptr) {
      ++unknown;
    } else {
      known.push_back({field->index, value.text});
    }
  }
  if (unknown == 0) return check(type, known);
  // The name is somebody else's text, so it is counted and not repeated.
  std::vector<FieldProblem> problems{{"", std::to_string(unknown) + " unknown field names",
                                      "use the names of the data dictionary"}};
  auto checked = check(type, known);
  if (!checked) problems.insert(problems.end(), checked.error().begin(), checked.error().end());
  return fail(std::move(problems));
}

std::string RecordDraft::case_reference() const {
  const auto& value = values_[type_->case_reference().index];
  return std::string(piece(value.first, value.size));
}

std::vector<std::string> RecordDraft::groups_present() const {
  std::vector<bool> present(type_->groups().size(), false);
  for (const Field& field : type_->fields()) {
    if (values_[field.index].present) present[field.group_index] = true;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) out.push_back(type_->groups()[i]);
  }
  return out;
}

std::optional<std::string> RecordDraft::text_of(const Field& field) const {
  const Value& value = values_[field.index];
  if (!value.present) return std::nullopt;
  if (field.kind == FieldKind::Text) return std::string(piece(value.first, value.size));
  const bool several = field.kind == FieldKind::Codes || field.kind == FieldKind::Texts;
  if (!several) return scalar_text(field, value.number);
  std::string out;
  for (std::uint32_t i = 0; i < value.size; ++i) {
    const Item& item = items_[value.first + i];
    if (i > 0) out.push_back(kItemSeparator);
    if (field.kind == FieldKind::Codes) {
      out += scalar_text(field, item.first);
    } else {
      out += piece(item.first, item.size);
    }
  }
  return out;
}

namespace {

unsigned width_of(const Field& field) {
  if (field.kind == FieldKind::Number) return field.width;
  return field.kind == FieldKind::Date ? 4U : 1U;
}

// Adds a scalar; FlatBuffers needs to know its width.
void add_scalar(flatbuffers::FlatBufferBuilder& builder, const Field& field, std::int64_t value) {
  const auto at = table_offset(field);
  const unsigned width = width_of(field);
  if (width == 1) {
    builder.AddElement(at, static_cast<std::uint8_t>(value));
  } else if (width == 2) {
    builder.AddElement(at, static_cast<std::uint16_t>(value));
  } else if (width == 4) {
    builder.AddElement(at, static_cast<std::uint32_t>(value));
  } else {
    builder.AddElement(at, value);
  }
}

}  // namespace

Buffer RecordDraft::encode(std::span<const std::string> groups) const {
  std::uint64_t wanted = 0;
  for (std::size_t i = 0; i < type_->groups().size(); ++i) {
    if (std::ranges::find(groups, type_->groups()[i]) != groups.end())
      wanted |= std::uint64_t{1} << i;
  }
  const auto included = [&](const Field& field) {
    return values_[field.index].present && (wanted >> field.group_index & 1U) != 0;
  };

  using flatbuffers::Offset;
  flatbuffers::FlatBufferBuilder builder(text_.size() + kBytesPerItem * items_.size() +
                                         kBytesPerField * values_.size() + kBytesPerBody);
  // What a table points to is written before the table.
  std::vector<flatbuffers::uoffset_t> places(values_.size(), 0);
  std::vector<Offset<flatbuffers::String>> strings;
  Buffer codes;
  for (const Field& field : type_->fields()) {
    if (!included(field)) continue;
    const Value& value = values_[field.index];
    if (field.kind == FieldKind::Text) {
      places[field.index] = builder.CreateString(piece(value.first, value.size)).o;
    } else if (field.kind == FieldKind::Texts) {
      strings.clear();
      for (std::uint32_t i = 0; i < value.size; ++i) {
        const Item& item = items_[value.first + i];
        strings.push_back(builder.CreateString(piece(item.first, item.size)));
      }
      places[field.index] = builder.CreateVector(strings).o;
    } else if (field.kind == FieldKind::Codes) {
      codes.clear();
      for (std::uint32_t i = 0; i < value.size; ++i) {
        codes.push_back(static_cast<std::uint8_t>(items_[value.first + i].first));
      }
      places[field.index] = builder.CreateVector(codes).o;
    }
  }
  const auto start = builder.StartTable();
  for (const Field& field : type_->fields()) {
    if (!included(field)) continue;
    if (places[field.index] != 0) {
      builder.AddOffset(table_offset(field), Offset<void>(places[field.index]));
    } else {
      add_scalar(builder, field, values_[field.index].number);
    }
  }
  builder.FinishSizePrefixed(Offset<flatbuffers::Table>(builder.EndTable(start)));
  return to_buffer({builder.GetBufferPointer(), builder.GetSize()});
}

Buffer RecordDraft::fingerprint_input() const {
  ByteWriter out(text_.size() + kBytesPerField * values_.size() + kBytesPerBody);
  out.prefixed(type_->name());
  for (const Field& field : type_->fields()) {
    const auto text = text_of(field);
    if (text) out.u16(field.id).prefixed(*text);
  }
  return std::move(out).take();
}

}  // namespace hub::schemas
