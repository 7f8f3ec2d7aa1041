// hubctl audit pack: evidence out of a running daemon's log, for a court, the ICO or a complainant.
// hubctl audit stamp: puts a time-stamping authority's answer into such a pack.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "audit/evidence/evidence_request.h"
#include "audit/evidence/packed_entry.h"
#include "audit/pack/pack_writer.h"
#include "cli/door.h"
#include "cli/pack_report.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace hub::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargestLine = audit::kLargestPackedEntry + (64U << 10U);
constexpr std::size_t kLargestSince = 256U << 10U;

struct EvidenceOptions {
  DoorOptions door;
  fs::path file;
  std::string entries;
  std::string record;
  std::string open;
  std::string log_vkey;
  fs::path since;
  fs::path token;
};

// What the command line or the daemon has to say against it, and the exit that follows.
class PackRefused : public EnvError {
 public:
  PackRefused(Exit exit, const std::string& why) : EnvError(why), exit_(exit) {}
  [[nodiscard]] Exit exit() const { return exit_; }

 private:
  Exit exit_;
};

[[noreturn]] void usage(const std::string& why) { throw PackRefused(Exit::Usage, why); }
[[noreturn]] void nonsense(const std::string& what) {
  throw PackRefused(Exit::Refused, "the daemon's answer cannot be believed: " + what);
}

audit::SignedCheckpoint read_since(const fs::path& file) {
  auto note = to_text(read_file(file, kLargestSince));
  const auto text = crypto::unverified_text(note);
  auto checkpoint = audit::parse_checkpoint(text ? *text : "");
  if (!checkpoint || checkpoint->size == 0) {
    usage(file.string() + " is no checkpoint of a log with entries");
  }
  return {std::move(note), std::move(*checkpoint)};
}

json evidence_wanted(const EvidenceOptions& options, std::uint64_t since) {
  audit::EvidenceRequest request;
  if (options.entries.empty() == options.record.empty()) {
    usage("say what to pack: --entries 5,7,20-40 or --record ID");
  }
  if (!options.record.empty()) {
    request.record = parse_uuid(options.record);
    if (!request.record) usage("--record is no id of a record");
  } else {
    auto ranges = audit::entry_ranges_of(options.entries);
    if (!ranges) usage("--entries is no list like 5,7,20-40, rising, of 10,000 entries at most");
    request.entries = std::move(*ranges);
  }
  const auto* const by_default = request.record ? "record" : "none";
  const auto open = audit::item_kinds_of(options.open.empty() ? by_default : options.open);
  if (!open) {
    usage("--open is all, none, or some of actor,device,justification,note,asked,relation,record");
  }
  request.open = *open;
  request.purpose = options.door.purpose;
  request.since = since;
  return audit::to_json(request);
}

std::vector<crypto::Digest> hashes_in(const json& object, const char* name) {
  std::vector<crypto::Digest> out;
  const auto listed = object.value(name, json::array());
  for (const auto& each : listed) {
    const auto bytes = each.is_string() ? from_base64(each.get<std::string>()) : std::nullopt;
    crypto::Digest hash{};
    if (!bytes || bytes->size() != hash.size()) nonsense("a hash is none");
    std::ranges::copy(*bytes, hash.begin());
    out.push_back(hash);
  }
  return out;
}

std::optional<std::uint64_t> number_in(const json& object, const char* name) {
  const auto value = object.value(name, json());
  return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}

// What the daemon says of its log, opened with the log's key.
class Facts {
 public:
  Facts(const json& told, const std::string& log_vkey)
      : told_(told), key_(key_of(log_vkey.empty() ? text_of(told, "log") : log_vkey)) {}

  [[nodiscard]] audit::PackGround ground(std::optional<audit::SignedCheckpoint> since) const {
    std::vector<crypto::CosignatureVerifier> witnesses;
    for (const auto& vkey : told_.value("witnesses", json::array())) {
      auto witness = vkey.is_string() ? crypto::CosignatureVerifier::parse(vkey.get<std::string>())
                                      : std::nullopt;
      if (!witness) nonsense("a witness is named by what is no vkey");
      witnesses.push_back(std::move(*witness));
    }
    audit::PackGround out{audit::policy_of(key_, std::move(witnesses)),
                          opened("checkpoint"),
                          {},
                          {},
                          number_in(told_, "not_signed_yet").value_or(0),
                          {}};
    if (told_.contains("cosigned")) {
      out.cosigned =
          audit::ContinuedCheckpoint{opened("cosigned"), hashes_in(told_, "consistency")};
    }
    if (since) out.since = audit::ContinuedCheckpoint{std::move(*since), hashes_in(told_, "since")};
    const auto request = number_in(told_, "request");
    if (request && *request < out.newest.checkpoint.size) out.request = request;
    return out;
  }

 private:
  static crypto::NoteVerifier key_of(const std::string& vkey) {
    auto key = crypto::NoteVerifier::parse(vkey);
    if (!key) usage("the log's key is no vkey: NAME+ID+KEY, as the register has it");
    return std::move(*key);
  }
  [[nodiscard]] audit::SignedCheckpoint opened(const char* name) const {
    auto note = text_of(told_, name);
    auto checkpoint = audit::open_checkpoint(note, key_);
    if (!checkpoint) nonsense(std::string(audit::describe(checkpoint.error())));
    return {std::move(note), std::move(*checkpoint)};
  }

  const json& told_;
  crypto::NoteVerifier key_;
};

// Lines as they come in blocks: the facts first, then an entry each.
class Collector {
 public:
  Collector(std::optional<audit::SignedCheckpoint> since, std::string log_vkey)
      : since_(std::move(since)), log_vkey_(std::move(log_vkey)) {}

  void take(Bytes block) {
    held_ += as_text(block);
    std::size_t from = 0;
    for (auto end = held_.find('\n'); end != std::string::npos; end = held_.find('\n', from)) {
      take_line(std::string_view(held_).substr(from, end - from));
      from = end + 1;
    }
    held_.erase(0, from);
    if (held_.size() > kLargestLine) nonsense("a line is too long");
  }

  audit::ZipMembers finish() && {
    if (!writer_ || !held_.empty()) nonsense("it broke off");
    return std::move(*writer_).finish();
  }

 private:
  void take_line(std::string_view line) {
    const auto object = parse_json(line, {.max_bytes = kLargestLine, .max_depth = 6});
    if (!object || !object->is_object()) nonsense("a line is no JSON object");
    if (!writer_) {
      writer_.emplace(Facts(*object, log_vkey_).ground(std::move(since_)));
      return;
    }
    const auto entry = audit::parse_packed_entry(object->value("entry", json()).dump());
    const auto leaf = entry ? audit::check_packed_entry(*entry)
                            : Result<audit::Leaf, audit::PackedEntryFault>(fail(entry.error()));
    if (!leaf) nonsense(std::string(audit::describe(leaf.error())));
    if (!writer_->add(*entry, *leaf, hashes_in(*object, "path"))) {
      throw PackRefused(Exit::Refused, "the pack would be too large; ask for fewer entries");
    }
  }

  std::optional<audit::SignedCheckpoint> since_;
  std::string log_vkey_;
  std::string held_;
  std::optional<audit::PackWriter> writer_;
};

// Only what verifies is written: the daemon is believed no more than anybody.
Exit keep(const audit::ZipMembers& members, const EvidenceOptions& options,
          const audit::PackTrust& trust, Streams streams) {
  const auto report = audit::verify_pack({members, {}, false}, trust);
  if (!report.sound()) {
    for (const auto& finding : report.findings) streams.err << "FOUND  " << finding << '\n';
    streams.err << "hubctl: what would go into the pack does not verify, so none was written; tell "
                   "the auditor\n";
    return Exit::Refused;
  }
  replace_file(options.file, audit::write_zip(members), 0600);
  print_pack_report({options.file, options.door.as_json}, report, streams);
  return Exit::Ok;
}

Exit pack_evidence(const EvidenceOptions& options, Streams streams) {
  if (fs::exists(options.file)) usage(options.file.string() + " is there already; name a new file");
  std::optional<audit::SignedCheckpoint> since;
  if (!options.since.empty()) since = read_since(options.since);
  const auto request = evidence_wanted(options, since ? since->checkpoint.size : 0);
  Collector collector(std::move(since), options.log_vkey);
  const auto answer =
      ask(options.door, "audit.pack", request, {}, [&](Bytes block) { collector.take(block); });
  if (answer.exit != Exit::Ok) return complain(answer, streams);
  return keep(std::move(collector).finish(), options, pack_trust(options.log_vkey, {}, {}),
              streams);
}

Exit stamp(const EvidenceOptions& options, Streams streams) {
  auto content = read_pack(options.file);
  const auto report = audit::verify_pack(content, {});
  if (!report.sound()) {
    throw PackRefused(Exit::Refused,
                      options.file.string() + " does not verify; hubctl audit verify says why");
  }
  const auto token = read_file(options.token, crypto::kLargestTimeStamp);
  return keep(audit::with_time_stamp(std::move(content.members), token), options, {}, streams);
}

void add_pack_options(CLI::App& verb, EvidenceOptions& options) {
  verb.add_option("FILE", options.file, "The pack to be written: a new .zip")->required();
  add_door_options(verb, options.door);
  verb.add_option("--entries", options.entries, "Numbers of entries: 5,7,20-40");
  verb.add_option("--record", options.record, "All entries whose details name this record");
  verb.add_option("--open", options.open,
                  "Items to open: actor,device,justification,note,asked,relation,record, all or "
                  "none; with --record that record's id, else none");
  add_log_purpose(verb, options.door);
  verb.get_option("--because")->required();
  verb.add_option("--since", options.since, "A checkpoint of this log that you hold from before");
  verb.add_option("--log-key", options.log_vkey, "The log's vkey, as the register has it");
}

}  // namespace

void add_audit_pack(CLI::App& audit, Command& command) {
  const auto add = [&](const char* name, const char* about,
                       Exit (*act)(const EvidenceOptions&, Streams)) {
    auto options = std::make_shared<EvidenceOptions>();
    auto* verb = audit.add_subcommand(name, about);
    verb->callback([options, &command, act] {
      command.run = [options, act](Streams streams) {
        try {
          return act(*options, streams);
        } catch (const PackRefused& refused) {
          streams.err << "hubctl: " << refused.what() << '\n';
          return refused.exit();
        }
      };
    });
    return std::pair(verb, options);
  };
  const auto [packing, wanted] =
      add("pack", "Pack entries as evidence that anybody can verify", pack_evidence);
  add_pack_options(*packing, *wanted);
  const auto [stamping, given] =
      add("stamp", "Put a time-stamping authority's answer into a pack; needs no daemon", stamp);
  stamping->add_option("FILE", given->file, "The pack")->required();
  stamping->add_option("--token", given->token, "The answer (.tsr) to the pack's checkpoint.tsq")
      ->required();
  stamping->add_flag("--json", given->door.as_json, "One JSON object");
}

}  // namespace hub::cli
