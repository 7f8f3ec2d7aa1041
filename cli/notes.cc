// hubctl register and bundle: making, signing and showing the hub's numbered notes. Making and
// signing are done offline, by the authorities' custodians; nothing here talks to a daemon.

#include "cli/notes.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/bundle_files.h"
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
  const auto files = read_bundle_folders(options.folders);
  if (!files) {
    streams.err << "hubctl: " << files.error() << '\n';
    return Exit::Usage;
  }
  return write_bundle({options.hub, options.register_number, options.previous, options.file},
                      *files, streams);
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
    command.run = [options](Streams streams) {
      return add_signature(options->file, options->key, options->authority, streams);
    };
  });
}

}  // namespace

Exit write_bundle(const BundleOrder& order, const BundleFiles& files, Streams streams) {
  const auto [number, previous] = after(order.previous, "bundle");
  replace_file(
      order.out,
      as_bytes(schemas::bundle_text(order.hub, number, previous, order.register_number, files)),
      0644);
  streams.out << order.out.string() << ": bundle " << number << ", " << files.size()
              << " files; now have it signed\n";
  return Exit::Ok;
}

Exit add_signature(const std::filesystem::path& file, const std::filesystem::path& key,
                   const std::string& authority, Streams streams) {
  const auto content = to_text(read_file(file, schemas::kMaxNoteBytes));
  const crypto::GovernanceKey governance_key(crypto::read_key_file<crypto::Governance>(key));
  const auto name = authority + "/governance";
  if (!crypto::is_note_key_name(name)) {
    streams.err << "hubctl: --authority must be a code without spaces\n";
    return Exit::Usage;
  }
  const auto text = crypto::unverified_text(content, schemas::kMaxNoteBytes);
  if (!text && !crypto::is_note_text(content)) {
    streams.err << "hubctl: " << file.string()
                << " cannot be signed: it must end in a newline and hold no control characters\n";
    return Exit::Usage;
  }
  const auto signed_note = text ? content + crypto::signature_line(*text, name, governance_key)
                                : crypto::sign_note(content, name, governance_key);
  replace_file(file, as_bytes(signed_note), 0644);
  streams.out << file.string() << ": signed for " << authority << '\n';
  return Exit::Ok;
}

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
