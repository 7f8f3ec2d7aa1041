// Who works at this authority, and whether a record is about somebody who has a surname, a postcode
// or an address like one of them: for the audit log, so that looks at colleagues, neighbours and
// family can be found (audit/alerts, R3).
//
// The list is a CSV file with the columns user (a local user's name) and surname, and where they
// are known postcode and address; a user may have several rows. None of it ever reaches a log line.
#pragma once

#include <istream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/source.h"
#include "core/base/result.h"

namespace hub::agent {

inline constexpr std::size_t kMostStaffRows = 100'000;
inline constexpr std::size_t kMostRelations = 64;

// A value of a record about its subjects; `identifier` is its class: person_name, postcode,
// address.
struct SubjectValue {
  std::string identifier;
  std::string value;
};

// Lower case without accents, apostrophes and punctuation; hyphens are spaces, and one space is
// between words: "O'Brien-Núñez" is "obrien nunez".
[[nodiscard]] std::string folded(std::string_view text);

class Staff {
 public:
  // Nobody.
  Staff() = default;

  // Problems name lines and columns, never a value. A read error of the stream throws EnvError.
  [[nodiscard]] static Result<Staff, FileProblem> read(std::unique_ptr<std::istream> csv);

  // "surname:USER", "postcode:USER", "address:USER", each once, sorted, at most kMostRelations. A
  // name has a surname when it ends with its words; an address has another when it begins with its
  // words, three at least.
  [[nodiscard]] std::vector<std::string> relations_of(std::span<const SubjectValue> values) const;

  [[nodiscard]] bool empty() const { return users_ == 0; }

 private:
  using Users = std::unordered_multimap<std::string, std::string>;  // value -> user

  std::size_t users_ = 0;
  Users surnames_, postcodes_, addresses_;
};

}  // namespace hub::agent
