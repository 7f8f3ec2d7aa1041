#include "agent/staff.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "agent/csv_rows.h"
#include "schemas/identifiers.h"

namespace hub::agent {
namespace {

constexpr std::size_t kFewestAddressWords = 3;
constexpr std::size_t kMostWords = 64;
constexpr std::array<std::string_view, 4> kStaffColumns{"user", "surname", "postcode", "address"};
enum StaffColumn : std::uint8_t { User, Surname, Postcode, Address };

// The letter without its accent of U+00C0 to U+017F; a space for a sign that is no letter.
constexpr std::string_view kLatin1 =
    "aaaaaaaceeeeiiii"
    "dnooooo ouuuuyts"
    "aaaaaaaceeeeiiii"
    "dnooooo ouuuuyty";
constexpr std::string_view kLatinExtended =
    "aaaaaa"
    "cccccccc"
    "dddd"
    "eeeeeeeeee"
    "gggggggg"
    "hhhh"
    "iiiiiiiiii"
    "ii"
    "jj"
    "kkk"
    "llllllllll"
    "nnnnnnnnn"
    "oooooo"
    "oo"
    "rrrrrr"
    "ssssssss"
    "tttttt"
    "uuuuuuuuuuuu"
    "ww"
    "yyy"
    "zzzzzz"
    "s";
static_assert(kLatin1.size() == 0x40 && kLatinExtended.size() == 0x80);

// Takes characters and keeps what distinguishes names.
class Folding {
 public:
  void put(char c) {
    if (space_ && !out_.empty()) out_ += ' ';
    space_ = false;
    out_ += c;
  }
  void ascii(char c) {
    if (c >= 'A' && c <= 'Z') return put(static_cast<char>(c - 'A' + 'a'));
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return put(c);
    if (c != '\'' && c != '.') space_ = true;  // O'Brien, St. John
  }
  // Two bytes of UTF-8.
  void two(unsigned code, std::string_view bytes) {
    if (code >= 0xC0 && code < 0x100) return letter(kLatin1[code - 0xC0]);
    if (code >= 0x100 && code < 0x180) return letter(kLatinExtended[code - 0x100]);
    if (code >= 0x300 && code < 0x370) return;  // an accent by itself
    if (code < 0xC0) return void(space_ = true);
    for (const char c : bytes) put(c);
  }
  // Three bytes: of punctuation the apostrophes join and all else parts.
  void three(unsigned code, std::string_view bytes) {
    if (code == 0x2018 || code == 0x2019) return;
    if (code >= 0x2000 && code < 0x2070) return void(space_ = true);
    for (const char c : bytes) put(c);
  }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void letter(char c) {
    if (c == ' ') return void(space_ = true);
    put(c);
  }
  std::string out_;
  bool space_ = false;
};

unsigned bits(char c, unsigned mask) { return static_cast<unsigned char>(c) & mask; }

// Bytes of the UTF-8 character that the text begins with; 1 where it is none.
std::size_t first_character(std::string_view text) {
  std::size_t size = 1;
  if (bits(text[0], 0xE0) == 0xC0) size = 2;
  if (bits(text[0], 0xF0) == 0xE0) size = 3;
  if (bits(text[0], 0xF8) == 0xF0) size = 4;
  if (size > text.size()) return 1;
  const bool whole =
      std::ranges::all_of(text.substr(1, size - 1), [](char c) { return bits(c, 0xC0) == 0x80; });
  return whole ? size : 1;
}

// Where each word of folded text begins, and where the text ends.
std::vector<std::size_t> words_of(std::string_view text) {
  std::vector<std::size_t> out{0};
  for (std::size_t i = 0; i < text.size() && out.size() < kMostWords; ++i) {
    if (text[i] == ' ') out.push_back(i + 1);
  }
  return out;
}

using Found = std::set<std::string>;

template <class Users>
void add_users(const Users& users, const std::string& value, std::string_view kind, Found& out) {
  const auto [first, last] = users.equal_range(value);
  for (auto at = first; at != last && out.size() < kMostRelations; ++at) {
    out.insert(std::string(kind) + ":" + at->second);
  }
}

std::string canonical(std::string_view postcode) {
  const auto out = schemas::canonical_postcode(postcode);
  return out ? out->text() : std::string();
}

// Places of kStaffColumns in the header.
using Places = std::array<std::optional<std::size_t>, kStaffColumns.size()>;

Result<Places, FileProblem> places_in(const RawRow& header) {
  Places out;
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const auto name = header.text(header.cells[i]);
    const auto* const at = std::ranges::find(kStaffColumns, name);
    if (at == kStaffColumns.end()) continue;
    auto& place = out.at(static_cast<std::size_t>(at - kStaffColumns.begin()));
    if (place) {
      return fail(FileProblem{header.line, "column " + std::string(name) + " is there twice",
                              "remove one of them"});
    }
    place = i;
  }
  for (const auto needed : {User, Surname}) {
    if (out.at(needed)) continue;
    return fail(FileProblem{header.line, "no column " + std::string(kStaffColumns.at(needed)),
                            "give a header line with user, surname, postcode, address"});
  }
  return out;
}

}  // namespace

std::string folded(std::string_view text) {
  Folding out;
  while (!text.empty()) {
    const auto bytes = text.substr(0, first_character(text));
    text.remove_prefix(bytes.size());
    if (bytes.size() == 1 && bits(bytes[0], 0x80) == 0) {
      out.ascii(bytes[0]);
    } else if (bytes.size() == 2) {
      out.two((bits(bytes[0], 0x1F) << 6U) | bits(bytes[1], 0x3F), bytes);
    } else if (bytes.size() == 3) {
      out.three((bits(bytes[0], 0x0F) << 12U) | (bits(bytes[1], 0x3F) << 6U) | bits(bytes[2], 0x3F),
                bytes);
    } else {
      for (const char c : bytes) out.put(c);
    }
  }
  return std::move(out).take();
}

Result<Staff, FileProblem> Staff::read(std::unique_ptr<std::istream> csv) {
  CsvRows rows(std::move(csv));
  const auto header = rows.next();
  if (!header) {
    return fail(rows.broken().value_or(FileProblem{
        0, "the file is empty", "give a header line with user, surname, postcode, address"}));
  }
  const auto places = places_in(*header);
  if (!places) return fail(places.error());
  Staff out;
  while (const auto row = rows.next()) {
    if (row->cells.size() != header->cells.size() || row->cell_too_long) {
      return fail(FileProblem{row->line, "not as many columns as the header, or too long a value",
                              "quote values that hold a comma"});
    }
    const auto cell = [&](StaffColumn column) {
      const auto place = places->at(column);
      return place ? row->text(row->cells[*place]) : std::string_view();
    };
    const std::string user(cell(User));
    if (user.empty()) return fail(FileProblem{row->line, "no user", "give the local user's name"});
    if (++out.users_ > kMostStaffRows) {
      return fail(FileProblem{row->line, "more than 100,000 rows", "list staff of this authority"});
    }
    const auto postcode = canonical(cell(Postcode));
    if (postcode.empty() && !cell(Postcode).empty()) {
      return fail(FileProblem{row->line, "postcode is none", "correct it or leave it empty"});
    }
    const auto surname = folded(cell(Surname));
    const auto address = folded(cell(Address));
    if (!surname.empty()) out.surnames_.emplace(surname, user);
    if (!postcode.empty()) out.postcodes_.emplace(postcode, user);
    if (words_of(address).size() >= kFewestAddressWords) out.addresses_.emplace(address, user);
  }
  if (const auto& broken = rows.broken()) return fail(*broken);
  return out;
}

std::vector<std::string> Staff::relations_of(std::span<const SubjectValue> values) const {
  Found out;
  for (const auto& [identifier, value] : values) {
    if (identifier == "postcode") add_users(postcodes_, canonical(value), "postcode", out);
    if (identifier == "person_name") {
      const auto name = folded(value);
      for (const auto from : words_of(name)) {
        add_users(surnames_, name.substr(from), "surname", out);
      }
    }
    if (identifier == "address") {
      const auto address = folded(value);
      for (const auto next : words_of(address)) {
        if (next > 0) add_users(addresses_, address.substr(0, next - 1), "address", out);
      }
      add_users(addresses_, address, "address", out);
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace hub::agent
