// Identifiers that boroughs know people, places and each other by: checks and canonical spelling.
//
// A canonical_ function takes what a file holds and gives the one spelling that records keep, so
// that equal identifiers are equal bytes; nothing when the text is not such an identifier.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hub::schemas {

// A short text without an allocation.
class Canonical {
 public:
  // Longer than 15 characters is a bug of ours.
  void push(char c);
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }
  [[nodiscard]] std::string text() const { return std::string(view()); }

 private:
  std::array<char, 16> text_{};
  std::size_t size_ = 0;
};

// Ten digits, or grouped 3-3-4 by spaces; the tenth is the modulus 11 check digit of the others
// (weights 10 to 2; a check of 10 means that there is no such number). Canonical: ten digits.
[[nodiscard]] std::optional<Canonical> canonical_nhs_number(std::string_view text);

// Two prefix letters, six digits, suffix A to D; spaces between pairs allowed, either case.
// First letter not D F I Q U V, second not D F I O Q U V, prefix not BG GB NK KN TN NT ZZ. The
// prefix QQ has never been issued and is accepted: invented people carry it. Canonical: AB123456C.
[[nodiscard]] std::optional<Canonical> canonical_ni_number(std::string_view text);

// One to twelve digits, not all zero. Canonical: without leading zeros.
[[nodiscard]] std::optional<Canonical> canonical_uprn(std::string_view text);

// Outward and inward part, with or without the space, either case; also GIR 0AA. The form only:
// whether the postcode is in use is not known here. Canonical: upper case, one space.
[[nodiscard]] std::optional<Canonical> canonical_postcode(std::string_view text);

// E09000001 (City of London) to E09000033 (Westminster), exactly.
[[nodiscard]] bool is_london_authority(std::string_view text);

// E01 and six digits, exactly.
[[nodiscard]] bool is_lsoa(std::string_view text);

// One @ with something on both sides and a dot in the domain; no spaces. The form only.
[[nodiscard]] bool is_email(std::string_view text);

// Seven to fifteen digits with spaces, hyphens, brackets and one leading +.
[[nodiscard]] bool is_phone(std::string_view text);

}  // namespace hub::schemas
