// A record type: what the boroughs agreed a kind of record holds. It is data, read from one .fbs
// file of the catalogue (schemas/catalogue.h); nothing is compiled per type.
//
// A record is flat: one value per field. A field belongs to one group, and a group is what a
// policy permits or withholds as a whole. Immutable once loaded, so safe to share between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "schemas/codes.h"

namespace hub::schemas {

// Codes and Texts hold several values; every other kind holds one.
enum class FieldKind : std::uint8_t { Text, Number, Date, Flag, Code, Codes, Texts };

// What a text must look like. A format with a canonical spelling is kept in that spelling
// (schemas/identifiers.h); Plain and Lines are kept as given, but for spaces around them.
enum class TextFormat : std::uint8_t {
  Plain,      // one line
  Lines,      // line breaks and tabs allowed
  Gss,        // one of London's 33 authorities
  Lsoa,       // a lower layer super output area
  Uprn,       // a unique property reference number
  Postcode,   // a postcode
  NhsNumber,  // an NHS number with its check digit
  NiNumber,   // a National Insurance number
  IsoDate,    // YYYY-MM-DD, for lists of dates
  Age,        // whole years, 0 to 120, for lists of ages
  Email,      // name@domain
  Phone,      // digits, spaces and + ( ) -
};

struct Code {
  std::string name;    // as in files, for instance "nightly_paid_self_contained"
  std::uint8_t value;  // as in a body; never 0
  std::string label;   // as published
};

// The values a Code or Codes field may hold.
class CodeList {
 public:
  // Names and values are distinct.
  CodeList(std::string name, std::string description, std::vector<Code> codes);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& description() const { return description_; }
  [[nodiscard]] const std::vector<Code>& codes() const { return codes_; }
  // Null when there is no such code.
  [[nodiscard]] const Code* find(std::string_view code_name) const;
  [[nodiscard]] const Code* find(std::uint8_t value) const;

 private:
  std::string name_;
  std::string description_;
  std::vector<Code> codes_;
  std::vector<std::uint16_t> by_name_;   // indexes into codes_, sorted by name
  std::vector<std::uint16_t> by_value_;  // value -> index into codes_ plus 1, 0 for none
};

struct Field {
  std::string name;
  std::uint16_t id = 0;   // in the FlatBuffer; never reused
  std::size_t index = 0;  // in RecordType::fields()
  FieldKind kind = FieldKind::Text;
  TextFormat format = TextFormat::Plain;  // of a Text, or of each of the Texts
  std::string group;
  std::size_t group_index = 0;  // in RecordType::groups()
  std::string identifier;       // class of identifier, empty for none
  bool required = false;        // must be given whenever its group is
  bool addressed_by = false;    // holds the recipient's GSS code
  bool listed = false;          // shown in short lists
  bool health = false;          // about somebody's health
  bool officer = false;         // names or reaches who handles the case, not whom it is about
  bool protects = false;        // a Flag: yes when somebody in the record must not be found
  std::string description;
  std::size_t max_characters = 0;          // of a Text, or of each of the Texts
  std::size_t max_items = 0;               // of Codes or Texts
  std::int64_t least = 0;                  // of a Number
  std::int64_t most = 0;                   // of a Number
  std::uint8_t width = 0;                  // bytes of a Number in the body
  bool is_signed = false;                  // of a Number in the body
  const CodeList* codes = nullptr;         // of Code and Codes; lives as long as the record type
  std::optional<std::size_t> paired_with;  // Texts: index of the list that must be as long
};

class RecordType {
 public:
  struct Parts {
    std::string name;
    std::uint32_t version = 0;
    std::string title;
    std::string description;
    std::string domain;
    DeliveryClass delivery_class = DeliveryClass::Ordinary;
    std::uint32_t retention_days = 0;
    std::vector<Field> fields;
    std::vector<std::string> groups;
    Buffer binary_schema;
  };

  // The catalogue makes record types; it has checked that exactly one field is addressed_by and
  // exactly one is the case reference, and that both are in the same group.
  explicit RecordType(Parts parts);

  [[nodiscard]] const std::string& name() const { return parts_.name; }
  [[nodiscard]] std::uint32_t version() const { return parts_.version; }
  [[nodiscard]] const std::string& title() const { return parts_.title; }
  [[nodiscard]] const std::string& description() const { return parts_.description; }
  [[nodiscard]] const std::string& domain() const { return parts_.domain; }
  [[nodiscard]] DeliveryClass delivery_class() const { return parts_.delivery_class; }
  [[nodiscard]] std::uint32_t retention_days() const { return parts_.retention_days; }
  // In order of id.
  [[nodiscard]] const std::vector<Field>& fields() const { return parts_.fields; }
  // In order of their first field.
  [[nodiscard]] const std::vector<std::string>& groups() const { return parts_.groups; }
  // Null when there is no such field.
  [[nodiscard]] const Field* field(std::string_view field_name) const;
  // The field that holds the recipient's GSS code, and the sender's own reference for the case.
  [[nodiscard]] const Field& addressed_by() const { return parts_.fields[addressed_by_]; }
  [[nodiscard]] const Field& case_reference() const { return parts_.fields[case_reference_]; }
  // The flag that says that somebody in the record must not be found; null when the type has none.
  [[nodiscard]] const Field* protecting() const;
  // Groups with a field that says where somebody lives: an address, a postcode or a UPRN.
  [[nodiscard]] std::vector<std::string> address_groups() const;
  // Groups with a field about health, or with an NHS number.
  [[nodiscard]] std::vector<std::string> patient_groups() const;
  // The group that every record carries: that of the two fields above.
  [[nodiscard]] const std::string& main_group() const { return addressed_by().group; }
  // The FlatBuffers schema in binary form (reflection.fbs), doc comments kept.
  [[nodiscard]] Bytes binary_schema() const { return parts_.binary_schema; }

 private:
  Parts parts_;
  std::vector<std::uint16_t> by_name_;  // indexes into fields, sorted by name
  std::size_t addressed_by_ = 0;
  std::size_t case_reference_ = 0;
};

}  // namespace hub::schemas
