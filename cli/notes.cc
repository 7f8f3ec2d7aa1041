// hubctl register and bundle: making, signing and showing the hub's numbered notes. Making and
// signing are done offline, by the authorities' custodians; nothing here talks to a daemon.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/table.h"
#include "cli/verb.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/key_file.h"
#include "core/crypto/note.h"
#include "schemas/bundle.h"
#include "schemas/catalogue.h"
#include "schemas/message.h"
#include "schemas/register.h"
#include "schemas/text_rules.h"

namespace hub::cli {
namespace {

using nlohmann::json;

struct NoteOptions {
  std::string hub;
  std::vector<std::filesystem::path> parties;
  std::filesystem::path broker;
  std::filesystem::path previous;
  std::filesystem::path file;
  std::filesystem::path key;
  std::string authority;
  std::vector<std::string> suspended;
  std::size_t quorum = 1;
  std::uint64_t register_number = 1;
  std::vector<std::filesystem::path> folders;
  bool as_json = false;
};

json read_json(const std::filesystem::path& file) {
  auto parsed = parse_json(as_text(read_file(file, 1U << 20U)));
  if (!parsed || !parsed->is_object()) throw EnvError(file.string() + " is not a JSON object");
  return std::move(*parsed);
}

// Number and hash of the note that the new one follows.
std::pair<std::uint64_t, std::string> after(const std::filesystem::path& previous,
                                            std::string_view kind) {
  if (previous.empty()) return {1, ""};
  json content;
  const auto note = schemas::read_numbered_note(
      as_text(read_file(previous, schemas::kMaxNoteBytes)), kind, content);
  if (!note) throw EnvError(previous.string() + ": " + note.error().what);
  return {note->number + 1, to_base64(note->hash)};
}

Exit make_register(const NoteOptions& options, Streams streams) {
  const auto [number, previous] = after(options.previous, "register");
  json content{{"kind", "register"},
               {"hub", options.hub},
               {"number", number},
               {"previous", previous},
               {"quorum", options.quorum},
               {"broker", read_json(options.broker)},
               {"authorities", json::array()}};
  auto still_to_suspend = options.suspended;
  for (const auto& file : options.parties) {
    auto party = read_json(file);
    const auto code = party.value("code", json());
    if (!code.is_string()) {
      streams.err << "hubctl: " << file.string() << " is no public.json: it has no \"code\"\n";
      return Exit::Usage;
    }
    const bool suspended = std::erase(still_to_suspend, code.get<std::string>()) > 0;
    party["standing"] = suspended ? "suspended" : "active";
    party["backups"] = false;
    content["authorities"].push_back(std::move(party));
  }
  if (!still_to_suspend.empty()) {
    streams.err << "hubctl: --suspended " << still_to_suspend.front()
                << " is the code of none of the authorities given\n";
    return Exit::Usage;
  }
  replace_file(options.file, as_bytes(content.dump(1) + "\n"), 0644);
  streams.out << options.file.string() << ": register " << number << ", " << options.parties.size()
              << " authorities; now have it signed\n";
  return Exit::Ok;
}

Exit make_bundle(const NoteOptions& options, Streams streams) {
  const auto [number, previous] = after(options.previous, "bundle");
  std::map<std::string, std::string> files;
  for (const auto& folder : options.folders) {
    for (const auto kind : schemas::kBundleFolders) {
      if (!std::filesystem::is_directory(folder / kind)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(folder / kind)) {
        const auto extension = entry.path().extension();
        if (extension != ".fbs" && extension != ".cedar" && extension != ".json") continue;
        const auto name = std::string(kind) + "/" + entry.path().filename().string();
        auto text = to_text(read_file(entry.path(), schemas::kMaxNoteBytes));
        if (schemas::check_characters(text, true, text.size()) != schemas::TextRule::Fine) {
          streams.err << "hubctl: " << entry.path().string()
                      << " is not plain UTF-8 text without control characters\n";
          return Exit::Usage;
        }
        if (!files.emplace(name, std::move(text)).second) {
          streams.err << "hubctl: " << entry.path().string() << ": another folder has a " << name
                      << ", too; leave one of them out\n";
          return Exit::Usage;
        }
      }
    }
  }
  if (files.empty()) {
    streams.err << "hubctl: none of the folders holds catalogue/, policy/, links/ or agreements/\n";
    return Exit::Usage;
  }
  replace_file(
      options.file,
      as_bytes(schemas::bundle_text(options.hub, number, previous, options.register_number, files)),
      0644);
  streams.out << options.file.string() << ": bundle " << number << ", " << files.size()
              << " files; now have it signed\n";
  return Exit::Ok;
}

// Adds a signature to a text that has none yet, or to a note that others have signed.
Exit sign(const NoteOptions& options, Streams streams) {
  const auto content = to_text(read_file(options.file, schemas::kMaxNoteBytes));
  const crypto::GovernanceKey key(crypto::read_key_file<crypto::Governance>(options.key));
  const auto name = options.authority + "/governance";
  if (!crypto::is_note_key_name(name)) {
    streams.err << "hubctl: --authority must be a code without spaces\n";
    return Exit::Usage;
  }
  const auto text = crypto::unverified_text(content, schemas::kMaxNoteBytes);
  if (!text && !crypto::is_note_text(content)) {
    streams.err << "hubctl: " << options.file.string()
                << " cannot be signed: it must end in a newline and hold no control characters\n";
    return Exit::Usage;
  }
  const auto signed_note = text ? content + crypto::signature_line(*text, name, key)
                                : crypto::sign_note(content, name, key);
  replace_file(options.file, as_bytes(signed_note), 0644);
  streams.out << options.file.string() << ": signed for " << options.authority << '\n';
  return Exit::Ok;
}

Exit show_register(const NoteOptions& options, Streams streams) {
  const auto note = to_text(read_file(options.file, schemas::kMaxNoteBytes));
  const auto shown = schemas::Register::unsigned_content(note);
  if (!shown) {
    streams.err << "hubctl: " << options.file.string() << ": " << shown.error().what << '\n';
    return Exit::Refused;
  }
  const auto& parties = **shown;
  const auto missing = schemas::check_quorum(parties.note(), parties.electorate());
  if (options.as_json) {
    json out{{"hub", parties.hub()},
             {"number", parties.note().number},
             {"hash", to_hex(parties.note().hash)},
             {"signed_by_own_quorum", !missing},
             {"authorities", json::array()}};
    for (const auto& [code, authority] : parties.authorities()) {
      out["authorities"].push_back(
          {{"code", code}, {"name", authority.name}, {"suspended", authority.suspended}});
    }
    streams.out << out.dump() << '\n';
    return Exit::Ok;
  }
  streams.out << "register " << parties.note().number << " of " << parties.hub() << '\n'
              << "hash     " << to_hex(parties.note().hash)
              << (parties.note().number == 1 ? "  (the genesis hash)" : "") << '\n'
              << "signed   "
              << (missing ? "no: " + missing->what : std::string("by its own quorum")) << "\n\n";
  Table table({"code", "authority", "standing"});
  for (const auto& [code, authority] : parties.authorities()) {
    table.add({code, authority.name, authority.suspended ? "suspended" : "active"});
  }
  table.print(streams.out);
  return Exit::Ok;
}

void add_sign(CLI::App& parent, const std::shared_ptr<NoteOptions>& options, Command& command) {
  auto* verb = parent.add_subcommand("sign", "Add an authority's signature to a text or note");
  verb->add_option("FILE", options->file, "The text or note")->required();
  verb->add_option("--key", options->key, "Governance key file")->required();
  verb->add_option("--authority", options->authority, "GSS code of the authority")->required();
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return sign(*options, streams); };
  });
}

}  // namespace

void add_note_verbs(CLI::App& app, Command& command) {
  auto options = std::make_shared<NoteOptions>();
  auto* parties = app.add_subcommand("register", "The hub's register")->require_subcommand(1);
  auto* make =
      parties->add_subcommand("make", "Write a register's text from the parties' public.json");
  make->add_option("--hub", options->hub, "Name of the hub")->required();
  make->add_option("--broker", options->broker, "The broker's public.json")->required();
  make->add_option("--authority", options->parties, "An authority's public.json; repeat")
      ->required();
  make->add_option("--suspended", options->suspended,
                   "Code of an authority that is suspended; repeat");
  make->add_option("--quorum", options->quorum,
                   "Signatures needed, more than half of the governance keys");
  make->add_option("--previous", options->previous, "The register note that this one follows");
  make->add_option("--out", options->file, "File to write")->required();
  make->callback([options, &command] {
    command.run = [options](Streams streams) { return make_register(*options, streams); };
  });
  add_sign(*parties, options, command);
  auto* show = parties->add_subcommand("show", "Show a register and its hash");
  show->add_option("FILE", options->file, "The register note")->required();
  show->add_flag("--json", options->as_json, "One JSON object");
  show->callback([options, &command] {
    command.run = [options](Streams streams) { return show_register(*options, streams); };
  });

  auto* bundle = app.add_subcommand("bundle", "Bundles of catalogue, policies and agreements")
                     ->require_subcommand(1);
  auto* pack = bundle->add_subcommand("make", "Write a bundle's text from folders");
  pack->add_option("--hub", options->hub, "Name of the hub")->required();
  pack->add_option("--register", options->register_number, "Number of the register in force")
      ->required();
  pack->add_option("--from", options->folders,
                   "Folder that holds catalogue/, policy/, links/ or agreements/; repeat")
      ->required();
  pack->add_option("--previous", options->previous, "The bundle note that this one follows");
  pack->add_option("--out", options->file, "File to write")->required();
  pack->callback([options, &command] {
    command.run = [options](Streams streams) { return make_bundle(*options, streams); };
  });
  add_sign(*bundle, options, command);
}

}  // namespace hub::cli
