#include "schemas/field_reader.h"

#include <flatbuffers/idl.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "schemas/record_type_reader.h"
#include "schemas/text_rules.h"

namespace hub::schemas {
namespace {

constexpr std::int64_t kMaxCharacters = 20'000;
constexpr std::int64_t kMaxItems = 100;
constexpr std::size_t kDefaultItems = 20;

constexpr std::array<std::string_view, 15> kFieldAttributes = {
    "id",    "group", "must", "identifier",  "addressed_by", "format",   "max",    "list",
    "items", "least", "most", "paired_with", "health",       "protects", "officer"};

struct NamedFormat {
  std::string_view name;
  TextFormat format;
  std::size_t max_characters;  // as written, spaces allowed by the format included; 0: `max` says
};

constexpr std::array<NamedFormat, 11> kFormats = {{{"lines", TextFormat::Lines, 0},
                                                   {"gss", TextFormat::Gss, 9},
                                                   {"lsoa", TextFormat::Lsoa, 9},
                                                   {"uprn", TextFormat::Uprn, 12},
                                                   {"postcode", TextFormat::Postcode, 8},
                                                   {"nhs_number", TextFormat::NhsNumber, 12},
                                                   {"ni_number", TextFormat::NiNumber, 13},
                                                   {"date", TextFormat::IsoDate, 10},
                                                   {"age", TextFormat::Age, 3},
                                                   {"email", TextFormat::Email, 254},
                                                   {"phone", TextFormat::Phone, 24}}};

// Classes of identifiers whose class is also their format.
constexpr std::array<std::string_view, 4> kFormattedIdentifiers = {"nhs_number", "ni_number",
                                                                   "uprn", "postcode"};

struct Number {
  flatbuffers::BaseType type;
  std::uint8_t width;
  bool is_signed;
};

constexpr std::array<Number, 7> kNumbers = {{{flatbuffers::BASE_TYPE_UCHAR, 1, false},
                                             {flatbuffers::BASE_TYPE_CHAR, 1, true},
                                             {flatbuffers::BASE_TYPE_USHORT, 2, false},
                                             {flatbuffers::BASE_TYPE_SHORT, 2, true},
                                             {flatbuffers::BASE_TYPE_UINT, 4, false},
                                             {flatbuffers::BASE_TYPE_INT, 4, true},
                                             {flatbuffers::BASE_TYPE_LONG, 8, true}}};

class FieldReader {
 public:
  FieldReader(const flatbuffers::FieldDef& definition, const FieldPlace& place,
              const std::function<const CodeList*(const std::string&)>& code_list)
      : definition_(definition),
        place_(place),
        code_list_(code_list),
        attributes_(definition.attributes, place) {}

  std::optional<Field> read() {
    const std::size_t before = place_.mistakes.size();
    attributes_.refuse_others(kFieldAttributes);
    field_.name = definition_.name;
    field_.description = joined_comment(definition_.doc_comment);
    if (!is_snake_case(field_.name) || field_.name.starts_with("hub_")) {
      wrong("the name is not in snake case or starts with hub_", "rename it");
    }
    if (field_.description.empty()) wrong("no description", "say with /// lines what it holds");
    if (!attributes_.has("id")) wrong("no id", "give every field an explicit id, never reused");
    field_.id = static_cast<std::uint16_t>((definition_.value.offset - 4) / 2);
    field_.group = attributes_.text("group");
    if (!field_.group.empty() && !is_snake_case(field_.group))
      wrong("the group is not in snake case", "rename it");
    field_.required = attributes_.yes("must");
    field_.addressed_by = attributes_.yes("addressed_by");
    field_.listed = attributes_.yes("list");
    field_.health = attributes_.yes("health");
    field_.protects = attributes_.yes("protects");
    field_.officer = attributes_.yes("officer");
    if (kind()) {
      format();
      lengths();
      range();
      identifier();
      protects();
      officer();
    }
    if (place_.mistakes.size() != before) return std::nullopt;
    return std::move(field_);
  }

 private:
  void wrong(const std::string& what, std::string hint) {
    place_.wrong(definition_.name + ": " + what, std::move(hint));
  }

  // False when the type is none that a record may have.
  bool kind() {
    const auto& type = definition_.value.type;
    if (flatbuffers::IsScalar(type.base_type) && !definition_.IsScalarOptional()) {
      wrong("an absent value could not be told from 0", "write = null after the type");
    }
    if (type.base_type == flatbuffers::BASE_TYPE_STRING) {
      field_.kind = FieldKind::Text;
      return true;
    }
    if (type.base_type == flatbuffers::BASE_TYPE_BOOL) {
      field_.kind = FieldKind::Flag;
      return true;
    }
    if (type.base_type == flatbuffers::BASE_TYPE_VECTOR) return several();
    if (type.enum_def == nullptr) return number();
    field_.kind = FieldKind::Code;
    return codes();
  }

  bool several() {
    const auto& type = definition_.value.type;
    if (type.element == flatbuffers::BASE_TYPE_STRING) {
      field_.kind = FieldKind::Texts;
      return true;
    }
    if (type.enum_def == nullptr) {
      wrong("a list is of texts or of codes", "use [string] or [CODE_LIST]");
      return false;
    }
    field_.kind = FieldKind::Codes;
    return codes();
  }

  bool codes() {
    field_.codes = code_list_(definition_.value.type.enum_def->name);
    if (field_.codes == nullptr) {
      wrong("its code list has a mistake", "correct the code list");
      return false;
    }
    field_.max_items = field_.codes->codes().size();
    return true;
  }

  bool number() {
    const auto* const number =
        std::ranges::find(kNumbers, definition_.value.type.base_type, &Number::type);
    if (number == kNumbers.end()) {
      wrong("a record has no values of this type",
            "use string, bool, a code list, byte, ubyte, short, ushort, int, uint or long");
      return false;
    }
    field_.kind = FieldKind::Number;
    field_.width = number->width;
    field_.is_signed = number->is_signed;
    if (attributes_.text_or_empty("format") != "date") return true;
    field_.kind = FieldKind::Date;
    if (field_.width == 4 && field_.is_signed) return true;
    wrong("a date is an int", "days since 1970-01-01, UTC");
    return false;
  }

  void format() {
    const std::string given = attributes_.text_or_empty("format");
    const std::string identifier = attributes_.text_or_empty("identifier");
    const bool formatted =
        std::ranges::find(kFormattedIdentifiers, identifier) != kFormattedIdentifiers.end();
    const std::string name = given.empty() && formatted ? identifier : given;
    if (formatted && name != identifier) {
      wrong("its format is not that of its identifier", "leave the format out");
    }
    if (name.empty() || (name == "date" && field_.kind == FieldKind::Date)) return;
    const auto* const known = std::ranges::find(kFormats, name, &NamedFormat::name);
    const bool text = field_.kind == FieldKind::Text || field_.kind == FieldKind::Texts;
    if (known == kFormats.end() || !text) {
      wrong("this format is unknown, or not for this type",
            "use lines, gss, lsoa, uprn, postcode, nhs_number, ni_number, email or phone for a "
            "string; date for an int or [string]; age for [string]");
      return;
    }
    field_.format = known->format;
    field_.max_characters = known->max_characters;
    const bool for_lists = known->format == TextFormat::IsoDate || known->format == TextFormat::Age;
    if (for_lists && field_.kind != FieldKind::Texts) {
      wrong("this format is for lists", "use int = null with format: \"date\", or ubyte = null");
    }
    if (field_.kind == FieldKind::Texts && field_.format == TextFormat::Lines) {
      wrong("an item of a list has one line", "leave the format out");
    }
  }

  void lengths() {
    const bool text = field_.kind == FieldKind::Text || field_.kind == FieldKind::Texts;
    const bool free = text && field_.max_characters == 0;
    if (free) {
      field_.max_characters =
          static_cast<std::size_t>(attributes_.number("max", 1, kMaxCharacters));
    } else if (attributes_.has("max")) {
      wrong("max is for texts whose format does not say it", "leave it out");
    }
    if (field_.kind == FieldKind::Texts) {
      field_.max_items = attributes_.has("items")
                             ? static_cast<std::size_t>(attributes_.number("items", 1, kMaxItems))
                             : kDefaultItems;
    } else if (attributes_.has("items")) {
      wrong("items is for [string]", "leave it out");
    }
  }

  void range() {
    if (field_.kind != FieldKind::Number) {
      if (attributes_.has("least") || attributes_.has("most")) {
        wrong("least and most are for numbers", "leave them out");
      }
      return;
    }
    const unsigned bits = 8U * field_.width - (field_.is_signed ? 1U : 0U);
    const std::int64_t most =
        bits == 63 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1;
    const std::int64_t least = field_.is_signed ? -most - 1 : 0;
    field_.least = attributes_.has("least") ? attributes_.number("least", least, most) : least;
    field_.most = attributes_.has("most") ? attributes_.number("most", field_.least, most) : most;
  }

  void identifier() {
    if (field_.addressed_by &&
        (field_.kind != FieldKind::Text || field_.format != TextFormat::Gss)) {
      wrong("addressed_by is for a GSS code", "make it a string with format: \"gss\"");
    }
    if (!attributes_.has("identifier")) return;
    field_.identifier = attributes_.text("identifier");
    const auto& id = field_.identifier;
    const bool text = field_.kind == FieldKind::Text || field_.kind == FieldKind::Texts;
    const bool plain = text && field_.format == TextFormat::Plain;
    bool right = false;
    if (id == "case_reference") {
      right = plain && field_.kind == FieldKind::Text;
    } else if (id == "person_name" || id == "address") {
      right = plain;
    } else if (id == "date_of_birth") {
      right = field_.kind == FieldKind::Date || field_.format == TextFormat::IsoDate;
    } else {
      right = text && std::ranges::find(kFormattedIdentifiers, id) != kFormattedIdentifiers.end();
    }
    if (right) return;
    wrong("this class of identifier is unknown, or not for this type",
          "use nhs_number, ni_number, uprn, postcode, case_reference, person_name or address for a "
          "text, date_of_birth for a date");
  }

  void protects() {
    if (field_.protects && field_.kind != FieldKind::Flag) {
      wrong("protects is for a flag", "make it bool = null");
    }
  }

  void officer() {
    if (!field_.officer) return;
    if (field_.kind != FieldKind::Text && field_.kind != FieldKind::Texts) {
      wrong("officer is for a text", "leave it away");
    } else if (field_.identifier == "case_reference" || field_.addressed_by) {
      wrong("officer is not for the case or its recipient", "leave it away");
    }
  }

  const flatbuffers::FieldDef& definition_;
  const FieldPlace& place_;
  const std::function<const CodeList*(const std::string&)>& code_list_;
  SchemaAttributes attributes_;
  Field field_;
};

}  // namespace

void FieldPlace::wrong(std::string what, std::string hint) const {
  mistakes.push_back(CatalogueMistake{file, line, std::move(what), std::move(hint)});
}

bool SchemaAttributes::has(std::string_view name) const {
  return values_.Lookup(std::string(name)) != nullptr;
}

std::string SchemaAttributes::text_or_empty(std::string_view name) const {
  const auto* const value = values_.Lookup(std::string(name));
  return value == nullptr ? std::string() : value->constant;
}

std::string SchemaAttributes::text(std::string_view name) const {
  std::string out = text_or_empty(name);
  if (out.empty()) {
    place_.wrong("no " + std::string(name), "give it as an attribute, in brackets");
  }
  return out;
}

std::int64_t SchemaAttributes::number(std::string_view name, std::int64_t least,
                                      std::int64_t most) const {
  const std::string value = text(name);
  if (value.empty()) return least;
  const auto out = whole_number(value);
  if (out && *out >= least && *out <= most) return *out;
  place_.wrong(std::string(name) + " is not a number in its range",
               "use " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

bool SchemaAttributes::yes(std::string_view name) const {
  if (!has(name)) return false;
  if (text_or_empty(name) == "yes") return true;
  place_.wrong(std::string(name) + " is \"yes\" or absent", "write \"yes\", or leave it out");
  return false;
}

void SchemaAttributes::refuse_others(std::span<const std::string_view> known) const {
  for (const auto& [name, value] : values_.dict) {
    if (std::ranges::find(known, name) != known.end()) continue;
    place_.wrong("a catalogue does not use the attribute " + name, "leave it out");
  }
}

std::optional<Field> read_field(
    const flatbuffers::FieldDef& definition, const FieldPlace& place,
    const std::function<const CodeList*(const std::string&)>& code_list) {
  return FieldReader(definition, place, code_list).read();
}

std::string paired_name(const flatbuffers::FieldDef& definition) {
  const auto* const value = definition.attributes.Lookup("paired_with");
  return value == nullptr ? std::string() : value->constant;
}

}  // namespace hub::schemas
