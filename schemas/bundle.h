// The bundle: everything the hub treats as data (catalogue, policies, agreements), as one numbered
// signed note. Its text is JSON: "files" maps a path to the file's text, so the whole bundle is one
// file to carry, to read and to sign.
//   catalogue/*.fbs   record types and code lists
//   policy/*.cedar    policies and templates
//   links/*.json      policies made of templates
//   agreements/*.json sharing agreements
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "schemas/message.h"
#include "schemas/numbered_note.h"

namespace hub::schemas {

inline constexpr std::array<std::string_view, 4> kBundleFolders{"catalogue", "policy", "links",
                                                                "agreements"};

class Bundle {
 public:
  // Signed by a quorum of the register it names as the one in force when it was made; `electorates`
  // are those of register 1, 2, ... Whether it may follow another bundle: check_succession.
  [[nodiscard]] static Result<std::shared_ptr<const Bundle>, NoteMistake> read(
      std::string_view note, std::span<const Electorate> electorates);

  [[nodiscard]] const NumberedNote& note() const { return note_; }
  [[nodiscard]] NoteState state() const { return {note_.number, note_.hash}; }
  [[nodiscard]] std::uint64_t register_number() const { return register_number_; }
  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }
  // Those whose path starts so.
  [[nodiscard]] std::map<std::string, std::string> files_under(std::string_view folder) const;

 private:
  Bundle() = default;
  NumberedNote note_;
  std::uint64_t register_number_ = 0;
  std::map<std::string, std::string> files_;
};

// The unsigned text of a bundle, ready for sign_note.
[[nodiscard]] std::string bundle_text(std::string_view hub, std::uint64_t number,
                                      std::string_view previous, std::uint64_t register_number,
                                      const std::map<std::string, std::string>& files);

}  // namespace hub::schemas
