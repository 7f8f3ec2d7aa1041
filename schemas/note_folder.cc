#include "schemas/note_folder.h"

#include <fmt/format.h>

#include "core/base/file.h"
#include "schemas/message.h"

namespace hub::schemas {
namespace {

template <class Checked>
auto trusted(Checked checked, const std::filesystem::path& file) {
  if (!checked) throw EnvError(fmt::format("{}: {}", file.string(), checked.error().what));
  return std::move(*checked);
}

// The highest number of any file of this kind; 0 when there is none.
std::uint64_t newest(const std::filesystem::path& folder, std::string_view kind) {
  const auto start = std::string(kind) + "-";
  constexpr std::string_view end = ".note";
  std::uint64_t highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(start) || !name.ends_with(end)) continue;
    const auto digits = name.substr(start.size(), name.size() - start.size() - end.size());
    if (digits.size() != 6 || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    highest = std::max<std::uint64_t>(highest, std::stoull(digits));
  }
  return highest;
}

}  // namespace

std::string note_file_name(std::string_view kind, std::uint64_t number) {
  return fmt::format("{}-{:06}.note", kind, number);
}

NoteFolder::NoteFolder(std::filesystem::path folder, const crypto::Digest& genesis)
    : folder_(std::move(folder)) {
  if (!std::filesystem::is_directory(folder_)) {
    throw EnvError(folder_.string() + " is not a folder; it must hold the register and the bundle");
  }
  const auto newest_register = newest(folder_, "register");
  for (std::uint64_t number = 1; number <= newest_register; ++number) {
    const auto file = folder_ / note_file_name("register", number);
    const auto note = read_file_if_there(file, kMaxNoteBytes);
    // The one before must not count as the newest: who is suspended may not be so there.
    if (!note) throw EnvError(file.string() + " is missing; copy the hub's registers there");
    register_ = number == 1 ? trusted(Register::first(as_text(*note), genesis), file)
                            : trusted(Register::next(as_text(*note), *register_), file);
    electorates_.push_back(register_->electorate());
  }
  if (!register_) {
    throw EnvError((folder_ / note_file_name("register", 1)).string() +
                   " is missing; copy the hub's first register there");
  }
  const auto newest_bundle = newest(folder_, "bundle");
  const auto file = folder_ / note_file_name("bundle", newest_bundle);
  const auto note = read_file_if_there(file, kMaxNoteBytes);
  if (!note) {
    throw EnvError(folder_.string() + " holds no bundle; copy the hub's newest bundle note there");
  }
  bundle_ = trusted(Bundle::read(as_text(*note), electorates_), file);
  if (bundle_->note().number != newest_bundle) {
    throw EnvError(fmt::format("{}: it is bundle {}", file.string(), bundle_->note().number));
  }
  if (bundle_->note().hub != register_->hub()) {
    throw EnvError(file.string() + ": it belongs to another hub than the register");
  }
}

Result<std::shared_ptr<const Register>, NoteMistake> NoteFolder::check_register(
    std::string_view note) const {
  return Register::next(note, *register_);
}

Result<std::shared_ptr<const Bundle>, NoteMistake> NoteFolder::check_bundle(
    std::string_view note) const {
  auto next = Bundle::read(note, electorates_);
  if (!next) return fail(next.error());
  if ((*next)->register_number() != register_->note().number) {
    return fail(NoteMistake{fmt::format("it was made under register {}; number {} is in force",
                                        (*next)->register_number(), register_->note().number)});
  }
  if (auto mistake = check_succession(bundle_->note(), (*next)->note())) return fail(*mistake);
  return next;
}

void NoteFolder::adopt(std::shared_ptr<const Register> next) {
  replace_file(folder_ / note_file_name("register", next->note().number),
               as_bytes(next->note().note), 0644);
  register_ = std::move(next);
  electorates_.push_back(register_->electorate());
}

void NoteFolder::adopt(std::shared_ptr<const Bundle> next) {
  replace_file(folder_ / note_file_name("bundle", next->note().number), as_bytes(next->note().note),
               0644);
  bundle_ = std::move(next);
}

std::optional<std::string> NoteFolder::stored(NoteKind kind, std::uint64_t number) const {
  const auto* name = kind == NoteKind::Register ? "register" : "bundle";
  const auto note = read_file_if_there(folder_ / note_file_name(name, number), kMaxNoteBytes);
  return note ? std::optional(to_text(*note)) : std::nullopt;
}

}  // namespace hub::schemas
