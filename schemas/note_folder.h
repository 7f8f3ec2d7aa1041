// Where a party keeps the register and the bundle: a folder with register-000001.note and its
// successors, and bundle-NNNNNN.note, of which the newest counts.
//
// Nothing here is believed because it is on disk: at start the register chain is verified from the
// configured genesis hash on, and the bundle against the register's quorum. A file that does not
// verify, or is missing before a newer one, stops the start with its name and the reason.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "schemas/bundle.h"
#include "schemas/register.h"

namespace hub::schemas {

class NoteFolder {
 public:
  // Throws EnvError when the folder, the first register or the bundle is missing or does not
  // verify.
  NoteFolder(std::filesystem::path folder, const crypto::Digest& genesis);

  [[nodiscard]] const std::shared_ptr<const Register>& current_register() const {
    return register_;
  }
  [[nodiscard]] const std::shared_ptr<const Bundle>& current_bundle() const { return bundle_; }

  // Verifies that the note may follow the one in force; nothing is written yet. A refused note
  // leaves everything as it was.
  [[nodiscard]] Result<std::shared_ptr<const Register>, NoteMistake> check_register(
      std::string_view note) const;
  [[nodiscard]] Result<std::shared_ptr<const Bundle>, NoteMistake> check_bundle(
      std::string_view note) const;
  // Puts a checked note in force, on disk first.
  void adopt(std::shared_ptr<const Register> next);
  void adopt(std::shared_ptr<const Bundle> next);
  // The note of this number as it is on disk, for a party that is behind; nothing when it is not
  // there.
  [[nodiscard]] std::optional<std::string> stored(NoteKind kind, std::uint64_t number) const;

 private:
  std::filesystem::path folder_;
  std::vector<Electorate> electorates_;  // of register 1, 2, ...
  std::shared_ptr<const Register> register_;
  std::shared_ptr<const Bundle> bundle_;
};

// "register-000001.note"
[[nodiscard]] std::string note_file_name(std::string_view kind, std::uint64_t number);

}  // namespace hub::schemas
