#include "schemas/record_values.h"

#include <chrono>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace hub::schemas {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kMaxNames = 30;  // of codes, in one message
constexpr std::int64_t kFirstDay = sys_days(year(1800) / 1 / 1).time_since_epoch().count();
constexpr std::int64_t kLastDay = sys_days(year(2999) / 12 / 31).time_since_epoch().count();

std::string format_rule(TextFormat format) {
  switch (format) {
    case TextFormat::Plain:
    case TextFormat::Lines: return "not a text of this field";
    case TextFormat::Gss: return "not the GSS code of a London authority";
    case TextFormat::Lsoa: return "not an LSOA code";
    case TextFormat::Uprn: return "not a UPRN";
    case TextFormat::Postcode: return "not a postcode";
    case TextFormat::NhsNumber: return "not a valid NHS number";
    case TextFormat::NiNumber: return "not a valid National Insurance number";
    case TextFormat::IsoDate: return "not a date";
    case TextFormat::Age: return "not an age";
    case TextFormat::Email: return "not an e-mail address";
    case TextFormat::Phone: return "not a telephone number";
  }
  return "not a text of this field";
}

std::string format_help(TextFormat format) {
  switch (format) {
    case TextFormat::Plain:
    case TextFormat::Lines: return "see the data dictionary";
    case TextFormat::Gss: return "use E09000001 to E09000033";
    case TextFormat::Lsoa: return "use E01 and six digits";
    case TextFormat::Uprn: return "use up to 12 digits";
    case TextFormat::Postcode: return "use a full postcode, for instance SW1A 1AA";
    case TextFormat::NhsNumber:
      return "use ten digits, the last of which is a check digit: look for a slip of the keyboard";
    case TextFormat::NiNumber: return "use two letters, six digits and a letter A to D";
    case TextFormat::IsoDate: return "write each as YYYY-MM-DD; separate them by ;";
    case TextFormat::Age: return "write each in whole years; separate them by ;";
    case TextFormat::Email: return "use the form name@domain";
    case TextFormat::Phone: return "use 7 to 15 digits, spaces, hyphens and brackets";
  }
  return "see the data dictionary";
}

std::string code_names(const CodeList& list) {
  std::string out = "use one of: ";
  for (std::size_t i = 0; i < list.codes().size(); ++i) {
    if (i == kMaxNames) return out + ", or another code of the data dictionary";
    if (i > 0) out += ", ";
    out += list.codes()[i].name;
  }
  return out;
}

}  // namespace

bool is_writable_day(std::int64_t day) { return day >= kFirstDay && day <= kLastDay; }

std::string scalar_text(const Field& field, std::int64_t value) {
  switch (field.kind) {
    case FieldKind::Number: return std::to_string(value);
    case FieldKind::Date: return iso_date(static_cast<std::int32_t>(value));
    case FieldKind::Flag: return value != 0 ? "yes" : "no";
    case FieldKind::Code:
    case FieldKind::Codes: {
      const Code* const code = field.codes->find(static_cast<std::uint8_t>(value));
      require(code != nullptr, "a checked code is in its list");
      return code == nullptr ? std::string() : code->name;
    }
    case FieldKind::Text:
    case FieldKind::Texts: break;
  }
  require(false, "a text is not a number");
  return {};
}

void add_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20) {
      out += "\\u00";
      out.push_back(kHexDigits[byte >> 4U]);
      out.push_back(kHexDigits[byte & 15U]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

FieldProblem text_problem(const Field& field, TextRule rule) {
  switch (rule) {
    case TextRule::NotUtf8:
      return {field.name, "not UTF-8", "save the file as UTF-8 and check accented letters"};
    case TextRule::Control:
      return {field.name, "control characters",
              field.format == TextFormat::Lines
                  ? "remove them; only line breaks and tabs are allowed"
                  : "remove them, line breaks and tabs included"};
    case TextRule::TooLong:
      return {field.name, "too long",
              "use at most " + std::to_string(field.max_characters) + " characters"};
    case TextRule::Fine:
    case TextRule::BadFormat: break;
  }
  return {field.name, format_rule(field.format), format_help(field.format)};
}

FieldProblem value_problem(const Field& field) {
  switch (field.kind) {
    case FieldKind::Number:
      return {field.name, "not a whole number in its range",
              "use " + std::to_string(field.least) + " to " + std::to_string(field.most)};
    case FieldKind::Date:
      return {field.name, "not a date", "write a day that exists as YYYY-MM-DD"};
    case FieldKind::Flag: return {field.name, "neither yes nor no", "write yes or no"};
    case FieldKind::Code:
    case FieldKind::Codes:
      return {field.name, "not in the code list " + field.codes->name(), code_names(*field.codes)};
    case FieldKind::Text:
    case FieldKind::Texts: break;
  }
  return text_problem(field, TextRule::BadFormat);
}

}  // namespace hub::schemas
