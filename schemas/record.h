// One record of a type: RecordDraft is made from texts by its sender, RecordView is opened from
// a body by its recipient. Both apply the same rules, so what one makes the other accepts.
//
// A text value is what a person or a file writes: dates as YYYY-MM-DD, flags as yes or no, codes
// by name, several values joined by ';'. Spaces around a value are dropped and an empty value is
// no value; nothing else is changed, except that identifiers take their canonical spelling.
//
// A field is required whenever its group is there; the main group is always there. So a record
// from which a policy withheld a group is still whole.
//
// A body is a FlatBuffer of the type's table with its length in front (size-prefixed). It may
// carry fields that this catalogue does not know yet (a newer version of the type): they are kept
// in the bytes and not looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "schemas/record_type.h"

namespace hub::schemas {

// Padded and sealed, such a body still fits an envelope (kMaxSealedBodyBytes).
inline constexpr std::size_t kMaxBodyBytes = 192U << 10U;

// One thing wrong with a record. Names of fields and codes and fixed words, never the value.
struct FieldProblem {
  std::string field;
  std::string rule;
  std::string what_to_do;
};

// The text of one field, by index in RecordType::fields(). The text outlives the call it is
// passed to.
struct FieldText {
  std::size_t field = 0;
  std::string_view text;
};

// The same by name, for forms and requests.
struct NamedText {
  std::string_view name;
  std::string_view text;
};

// The checked values of one record.
class RecordDraft {
 public:
  // Every problem is reported, at most one per field. The type outlives the draft. An index out of
  // range is a bug of the caller.
  [[nodiscard]] static Result<RecordDraft, std::vector<FieldProblem>> check(
      const RecordType& type, std::span<const FieldText> values);
  // Refuses unknown names and names given twice.
  [[nodiscard]] static Result<RecordDraft, std::vector<FieldProblem>> check_named(
      const RecordType& type, std::span<const NamedText> values);

  [[nodiscard]] const RecordType& type() const { return *type_; }
  // The recipient's GSS code, and the sender's own reference for the case.
  [[nodiscard]] const std::string& addressed_to() const { return addressed_to_; }
  [[nodiscard]] std::string case_reference() const;
  // Groups with at least one value, in the order of RecordType::groups().
  [[nodiscard]] std::vector<std::string> groups_present() const;
  [[nodiscard]] std::optional<std::string> text_of(const Field& field) const;

  // The body with only the fields of these groups; names that are no group of the type are
  // ignored. Deterministic: same draft and groups, same bytes.
  [[nodiscard]] Buffer encode(std::span<const std::string> groups) const;
  // Canonical bytes of all values: equal exactly when type and values are.
  [[nodiscard]] Buffer fingerprint_input() const;

 private:
  friend class DraftChecker;
  // One value. Text: where it is in text_. Number, Date, Flag, Code: number. Codes, Texts: `size`
  // items from `first` in items_.
  struct Value {
    bool present = false;
    std::int64_t number = 0;
    std::uint32_t first = 0;
    std::uint32_t size = 0;
  };
  struct Item {
    std::uint32_t first = 0;  // Texts: in text_. Codes: the value of the code
    std::uint32_t size = 0;
  };

  explicit RecordDraft(const RecordType& type);
  [[nodiscard]] std::string_view piece(std::uint32_t first, std::uint32_t size) const {
    return std::string_view(text_).substr(first, size);
  }

  const RecordType* type_;
  std::string addressed_to_;
  std::string text_;
  std::vector<Value> values_;  // by field index
  std::vector<Item> items_;
};

enum class RecordFault : std::uint8_t {
  TooLarge,
  NotThisType,    // not a FlatBuffer of this type's table
  Missing,        // a required field is absent
  BadCode,        // a code that is not in the list, or one that is there twice
  BadNumber,      // out of range, a flag that is neither yes nor no, a day that does not exist
  BadText,        // not UTF-8, control characters, spaces around it, empty
  TooLong,        // too many characters or items
  BadIdentifier,  // not of its format, or not in the canonical spelling
  Unpaired,       // two lists that belong together differ in length
};
[[nodiscard]] std::string_view describe(RecordFault fault);

struct RecordError {
  RecordFault fault{};
  std::string field;  // name from the catalogue; empty when the body as a whole is at fault
};

// A verified body. Owns its bytes; the type outlives it.
class RecordView {
 public:
  [[nodiscard]] static Result<RecordView, RecordError> open(const RecordType& type, Bytes body);

  [[nodiscard]] const RecordType& type() const { return *type_; }
  [[nodiscard]] Bytes body() const { return body_; }
  [[nodiscard]] std::string addressed_to() const;
  [[nodiscard]] std::string case_reference() const;
  [[nodiscard]] std::vector<std::string> groups_present() const;
  // As RecordDraft::check would take it.
  [[nodiscard]] std::optional<std::string> text_of(const Field& field) const;
  // An object with the fields that are present, in order of id: numbers and flags as such, several
  // values as an array, everything else as text.
  [[nodiscard]] std::string to_json() const;

 private:
  RecordView(const RecordType& type, Bytes body);

  const RecordType* type_;
  Buffer body_;
};

}  // namespace hub::schemas
