// Texts that a reader may take for another text: the warnings of Unicode's security mechanisms
// (UTS #39) about what people write into policies.
//
// Less than all of UTS #39: only the scripts that UAX #31 recommends are told apart; a character
// of any other script, and one that several share, mixes with all.
#pragma once

#include <optional>
#include <string_view>

namespace hub::policy {

// Characters that change in which direction the others are shown (UAX #9).
[[nodiscard]] bool is_bidirectional_control(char32_t point);

struct TextLook {
  bool bidirectional = false;  // it has a bidirectional control character
  bool mixed_scripts = false;  // no one script, nor one way to write Japanese, Korean or Chinese
                               // with several, has all its letters
  // The first that is neither printable ASCII nor a character for identifiers.
  std::optional<char32_t> unusual;
};

[[nodiscard]] TextLook look_of(std::string_view text);

}  // namespace hub::policy
