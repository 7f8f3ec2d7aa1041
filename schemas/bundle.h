// The bundle: everything the hub treats as data (catalogue, policies, agreements), as one numbered
// signed note. Its text is JSON: "files" maps a path to the file's text, so the whole bundle is one
// file to carry, to read and to sign.
//   catalogue/*.fbs   record types and code lists
//   policy/*.cedar    policies
//   agreements/*.json sharing agreements
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "schemas/message.h"
#include "schemas/numbered_note.h"

namespace hub::schemas {

class Bundle {
 public:
  // Signed by a quorum of the register in force. Whether it may follow another: check_succession.
  [[nodiscard]] static Result<std::shared_ptr<const Bundle>, NoteMistake> read(
      std::string_view note, const Electorate& electorate);

  [[nodiscard]] const NumberedNote& note() const { return note_; }
  [[nodiscard]] NoteState state() const { return {note_.number, note_.hash}; }
  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }

 private:
  Bundle() = default;
  NumberedNote note_;
  std::map<std::string, std::string> files_;
};

// The unsigned text of a bundle, ready for sign_note.
[[nodiscard]] std::string bundle_text(std::string_view hub, std::uint64_t number,
                                      std::string_view previous,
                                      const std::map<std::string, std::string>& files);

}  // namespace hub::schemas
