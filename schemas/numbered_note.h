// What register and bundle have in common: a numbered C2SP signed note whose text is one JSON
// object with "kind", "hub", "number" and "previous" (base64 of the SHA-256 of the text before it,
// "" for the first).
//
// A note is believed when a quorum of the authorities' governance keys signed it, each authority
// counted once, and it follows the one in force: the next number, and its hash as previous.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "core/crypto/note.h"

namespace hub::schemas {

// One sentence an operator can act on.
struct NoteMistake {
  std::string what;
};

// The governance keys that count, and how many of them must have signed.
struct Electorate {
  std::map<std::string, crypto::NoteVerifier> keys;  // authority code -> its governance key
  std::size_t quorum = 0;
};

struct NumberedNote {
  std::string note;  // the whole signed note, as received
  std::string text;
  std::string hub;
  std::uint64_t number = 0;
  std::string previous;   // base64, empty for the first
  crypto::Digest hash{};  // SHA-256 of the text
};

// Reads the frame only; the signatures are not yet looked at. `content` receives the JSON object.
[[nodiscard]] Result<NumberedNote, NoteMistake> read_numbered_note(std::string_view note,
                                                                   std::string_view kind,
                                                                   nlohmann::json& content);
// Says what is missing, or nothing when the quorum is there.
[[nodiscard]] std::optional<NoteMistake> check_quorum(const NumberedNote& note,
                                                      const Electorate& electorate);
// Says why `next` may not replace `current`, or nothing.
[[nodiscard]] std::optional<NoteMistake> check_succession(const NumberedNote& current,
                                                          const NumberedNote& next);

}  // namespace hub::schemas
