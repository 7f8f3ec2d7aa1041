#include "schemas/numbered_note.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/base/encoding.h"
#include "core/base/json.h"
#include "schemas/envelope.h"
#include "schemas/message.h"

namespace hub::schemas {

Result<NumberedNote, NoteMistake> read_numbered_note(std::string_view note, std::string_view kind,
                                                     nlohmann::json& content) {
  const auto text = crypto::unverified_text(note, kMaxNoteBytes);
  if (!text) return fail(NoteMistake{std::string(crypto::describe(text.error()))});
  auto json = parse_json(*text, {.max_bytes = kMaxNoteBytes, .max_depth = 16});
  if (!json) {
    return fail(NoteMistake{fmt::format("line {}: {}", json.error().line, json.error().reason)});
  }
  if (!json->is_object() || json->value("kind", nlohmann::json()) != kind) {
    return fail(NoteMistake{fmt::format("it is not a {}", kind)});
  }
  const auto number = json->find("number");
  const auto hub = json->find("hub");
  const auto previous = json->find("previous");
  if (number == json->end() || !number->is_number_unsigned() || number->get<std::uint64_t>() == 0 ||
      hub == json->end() || !hub->is_string() || !is_name(hub->get_ref<const std::string&>()) ||
      previous == json->end() || !previous->is_string()) {
    return fail(NoteMistake{"\"hub\", \"number\" (1 or more) and \"previous\" must be given"});
  }
  NumberedNote out{std::string(note),
                   *text,
                   hub->get<std::string>(),
                   number->get<std::uint64_t>(),
                   previous->get<std::string>(),
                   crypto::sha256(as_bytes(*text))};
  if ((out.number == 1) != out.previous.empty()) {
    return fail(NoteMistake{"only number 1 has an empty \"previous\""});
  }
  content = std::move(*json);
  return out;
}

std::optional<NoteMistake> check_quorum(const NumberedNote& note, const Electorate& electorate) {
  std::vector<crypto::NoteVerifier> known;
  known.reserve(electorate.keys.size());
  for (const auto& [authority, key] : electorate.keys) known.push_back(key);
  const auto opened = crypto::open_note(note.note, known, kMaxNoteBytes);
  if (!opened) return NoteMistake{std::string(crypto::describe(opened.error()))};
  // Keys are named after their authority, one each, so names count distinct authorities.
  const std::set<std::string> signers(opened->signers.begin(), opened->signers.end());
  if (signers.size() < electorate.quorum) {
    return NoteMistake{
        fmt::format("{} of the {} signatures needed are there", signers.size(), electorate.quorum)};
  }
  return std::nullopt;
}

std::optional<NoteMistake> check_succession(const NumberedNote& current, const NumberedNote& next) {
  if (next.hub != current.hub) return NoteMistake{"it belongs to another hub"};
  if (next.number <= current.number) {
    return NoteMistake{fmt::format("number {} does not come after number {}, which is in force",
                                   next.number, current.number)};
  }
  if (next.number != current.number + 1) {
    return NoteMistake{
        fmt::format("number {} is missing before number {}", current.number + 1, next.number)};
  }
  if (next.previous != to_base64(current.hash)) {
    return NoteMistake{
        fmt::format("it does not follow number {} as it is in force here", current.number)};
  }
  return std::nullopt;
}

}  // namespace hub::schemas
