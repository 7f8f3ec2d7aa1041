#include "schemas/record_type_reader.h"

#include <flatbuffers/idl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "schemas/field_reader.h"

namespace hub::schemas {
namespace {

constexpr std::string_view kFileEnding = ".fbs";
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxTypeName = 96;  // as long as a header takes
constexpr std::size_t kMaxFields = 256;
constexpr std::size_t kMaxGroups = 32;  // as many as a header names
constexpr std::int64_t kMaxVersion = 65'535;
constexpr std::int64_t kMaxRetentionDays = 36'525;

constexpr std::array<std::string_view, 6> kTableAttributes = {
    "record_type", "version", "title", "domain", "delivery_class", "retention_days"};

// NAME.NAME, each part in snake case.
bool is_type_name(std::string_view name) {
  const auto dot = name.find('.');
  return dot != std::string_view::npos && name.size() <= kMaxTypeName &&
         is_snake_case(name.substr(0, dot)) && is_snake_case(name.substr(dot + 1));
}

// The name that the file's own name promises: "catalogue/NAME.fbs".
std::string_view stem(std::string_view file) {
  const auto slash = file.find('/');
  return file.substr(slash + 1, file.size() - slash - 1 - kFileEnding.size());
}

class TableReader {
 public:
  TableReader(const flatbuffers::StructDef& table, const ReaderContext& context)
      : table_(table),
        context_(context),
        attributes_(table.attributes, {context.file, context.lines.line, context.mistakes}) {}

  std::optional<RecordType::Parts> read() {
    const std::size_t before = context_.mistakes.size();
    head();
    fields();
    if (context_.mistakes.size() == before) pairs();
    if (context_.mistakes.size() == before) {
      purpose_fields();
      protecting_field();
    }
    if (context_.mistakes.size() != before) return std::nullopt;
    return std::move(parts_);
  }

 private:
  void wrong(std::string_view field, std::string what, std::string hint) {
    context_.mistakes.push_back(CatalogueMistake{context_.file, context_.lines.line_of(field),
                                                 std::move(what), std::move(hint)});
  }

  void head() {
    attributes_.refuse_others(kTableAttributes);
    parts_.name = attributes_.text("record_type");
    if (!is_type_name(parts_.name) || parts_.name != stem(context_.file)) {
      wrong("", "record_type does not match the file's name",
            "a file catalogue/DOMAIN.NAME.fbs holds the type DOMAIN.NAME, in snake case");
    }
    parts_.version = static_cast<std::uint32_t>(attributes_.number("version", 1, kMaxVersion));
    parts_.title = attributes_.text("title");
    parts_.description = joined_comment(table_.doc_comment);
    if (parts_.description.empty()) {
      wrong("", "the table has no description", "say with /// lines what the record is for");
    }
    parts_.domain = attributes_.text("domain");
    if (!is_snake_case(parts_.domain)) {
      wrong("", "the domain is not in snake case", R"(for instance domain: "homelessness")");
    }
    const std::string delivery = attributes_.text("delivery_class");
    if (delivery == "violence") {
      parts_.delivery_class = DeliveryClass::Violence;
    } else if (delivery != "ordinary") {
      wrong("", "unknown delivery_class", "use ordinary or violence");
    }
    parts_.retention_days =
        static_cast<std::uint32_t>(attributes_.number("retention_days", 1, kMaxRetentionDays));
  }

  void fields() {
    const auto& found = table_.fields.vec;
    if (found.empty() || found.size() > kMaxFields) {
      wrong("", "a record type has 1 to 256 fields", "add fields, or split the record type");
      return;
    }
    for (const auto* definition : found) {
      const FieldPlace place{context_.file, context_.lines.line_of(definition->name),
                             context_.mistakes};
      auto field = read_field(*definition, place, context_.code_list);
      if (!field) continue;
      parts_.fields.push_back(*std::move(field));
      pairs_.push_back(paired_name(*definition));
    }
    if (parts_.fields.size() != found.size()) return;
    for (std::size_t i = 0; i < parts_.fields.size(); ++i) place_in_group(parts_.fields[i], i);
    if (parts_.groups.size() > kMaxGroups) {
      wrong("", "a record type has at most 32 groups", "merge groups, or split the record type");
    }
  }

  // The parser has sorted the fields by id and made sure that ids run from 0 without a gap.
  void place_in_group(Field& field, std::size_t index) {
    field.index = index;
    auto& groups = parts_.groups;
    const auto at = std::ranges::find(groups, field.group);
    field.group_index = static_cast<std::size_t>(at - groups.begin());
    if (at == groups.end()) groups.push_back(field.group);
  }

  void pairs() {
    for (auto& field : parts_.fields) {
      const auto& name = pairs_[field.index];
      if (name.empty()) continue;
      const auto partner = std::ranges::find(parts_.fields, name, &Field::name);
      const bool right = partner != parts_.fields.end() && field.kind == FieldKind::Texts &&
                         partner->kind == FieldKind::Texts && partner->group == field.group &&
                         pairs_[partner->index].empty() && partner->index != field.index;
      if (!right) {
        wrong(field.name, field.name + ": paired_with names no list it could be paired with",
              "both are [string], in the same group, and the other is not paired itself");
        continue;
      }
      field.paired_with = partner->index;
    }
  }

  // The flag that protects has to reach whoever gets anything of the record.
  void protecting_field() {
    const auto& fields = parts_.fields;
    const auto flag = std::ranges::find(fields, true, &Field::protects);
    if (flag == fields.end()) return;
    const auto to = std::ranges::find(fields, true, &Field::addressed_by);
    if (std::ranges::count(fields, true, &Field::protects) != 1 ||
        (to != fields.end() && to->group != flag->group)) {
      wrong(flag->name, "the field that protects is not alone, or not in the main group",
            "one flag, in the group of the addressed_by field");
    }
  }

  // The fields that say to whom the record goes and which case it is about.
  void purpose_fields() {
    const auto& fields = parts_.fields;
    const auto addressed = std::ranges::count(fields, true, &Field::addressed_by);
    const auto references = std::ranges::count(fields, "case_reference", &Field::identifier);
    if (addressed != 1) {
      wrong("", "a record type has exactly one field with addressed_by",
            "mark the one that holds the recipient's GSS code");
    }
    if (references != 1) {
      wrong("", "a record type has exactly one field with identifier: \"case_reference\"",
            "mark the sender's own reference for the case");
    }
    if (addressed != 1 || references != 1) return;
    const auto& to = *std::ranges::find(fields, true, &Field::addressed_by);
    const auto& reference = *std::ranges::find(fields, "case_reference", &Field::identifier);
    if (!to.required || !reference.required || to.group != reference.group) {
      wrong(to.name, "the addressed_by field and the case reference belong together",
            "put both in the same group, with must: \"yes\"");
    }
  }

  const flatbuffers::StructDef& table_;
  const ReaderContext& context_;
  SchemaAttributes attributes_;
  RecordType::Parts parts_;
  std::vector<std::string> pairs_;  // by field index: what paired_with says
};

}  // namespace

std::optional<RecordType::Parts> read_record_type(const flatbuffers::StructDef& table,
                                                  const ReaderContext& context) {
  return TableReader(table, context).read();
}

std::string joined_comment(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    if (!out.empty()) out.push_back(' ');
    out.append(line, first, line.find_last_not_of(" \t\r") - first + 1);
  }
  return out;
}

bool is_snake_case(std::string_view name) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= kMaxName && lower(name[0]) &&
         std::ranges::all_of(
             name, [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace hub::schemas
