#include "schemas/register.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "schemas/envelope.h"

namespace hub::schemas {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxAuthorities = 256;

std::optional<std::array<std::uint8_t, 32>> key_of(const json& party, const char* name) {
  const auto value = party.find(name);
  if (value == party.end() || !value->is_string()) return std::nullopt;
  const auto raw = from_base64(value->get_ref<const std::string&>());
  if (!raw || raw->size() != 32) return std::nullopt;
  std::array<std::uint8_t, 32> out{};
  std::copy(raw->begin(), raw->end(), out.begin());
  return out;
}

// HUB/audit/PARTY, and /N behind it where the log was opened anew.
bool is_log_of(std::string_view origin, std::string_view hub, std::string_view party) {
  const auto first = fmt::format("{}/audit/{}", hub, party);
  if (!origin.starts_with(first)) return false;
  const auto rest = origin.substr(first.size());
  if (rest.empty()) return true;
  constexpr std::size_t most_digits = 9;
  return rest.size() > 1 && rest.size() <= 1 + most_digits && rest[0] == '/' && rest[1] != '0' &&
         rest != "/1" && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

Result<PartyKeys, NoteMistake> keys_of(const json& party, std::string_view who,
                                       std::string_view hub) {
  const auto mistake = [&](std::string_view what) {
    return fail(NoteMistake{fmt::format("{}: {}", who, what)});
  };
  if (!party.is_object()) return mistake("must be an object");
  const auto identity = key_of(party, "identity");
  const auto envelope = key_of(party, "envelope");
  const auto transport = key_of(party, "transport");
  if (!identity || !envelope || !transport) {
    return mistake("\"identity\", \"envelope\" and \"transport\" must be base64 of 32 bytes");
  }
  if (*identity == *envelope) return mistake("identity and envelope keys must differ");
  PartyKeys out{
      {*identity}, {*envelope}, *transport, party.value("log", ""), {}, party.value("witness", "")};
  const auto log = crypto::NoteVerifier::parse(out.log_vkey);
  if (!log) return mistake("\"log\" must be a vkey line");
  if (!is_log_of(log->name(), hub, who)) {
    return mistake(
        fmt::format("\"log\" must be named {}/audit/{}, or with /2, /3 ... behind it", hub, who));
  }
  out.log_origin = log->name();
  if (out.witness_vkey.empty()) return out;
  const auto witness = crypto::CosignatureVerifier::parse(out.witness_vkey);
  if (!witness) return mistake("\"witness\" must be a vkey line of a witness");
  if (witness->key() == log->key()) return mistake("log and witness keys must differ");
  return out;
}

Result<Authority, NoteMistake> authority_of(const json& entry, std::string_view hub) {
  if (!entry.is_object() || !entry.value("code", json()).is_string() ||
      !entry.value("name", json()).is_string()) {
    return fail(NoteMistake{"each authority needs \"code\" and \"name\""});
  }
  Authority out;
  out.code = entry["code"];
  out.name = entry["name"];
  if (!is_name(out.code) || out.code == kBrokerParty) {
    return fail(NoteMistake{"an authority's code must be printable, without spaces"});
  }
  const auto standing = entry.value("standing", "");
  if (standing != "active" && standing != "suspended") {
    return fail(NoteMistake{out.code + ": \"standing\" must be \"active\" or \"suspended\""});
  }
  out.suspended = standing == "suspended";
  const auto backups = entry.value("backups", json(false));
  if (!backups.is_boolean())
    return fail(NoteMistake{out.code + ": \"backups\" must be true or false"});
  out.backups = backups;
  auto keys = keys_of(entry, out.code, hub);
  if (!keys) return fail(keys.error());
  out.keys = std::move(*keys);
  return out;
}

}  // namespace

Result<std::shared_ptr<Register>, NoteMistake> Register::read(std::string_view note) {
  json content;
  auto frame = read_numbered_note(note, "register", content);
  if (!frame) return fail(frame.error());
  try {
    std::shared_ptr<Register> out(new Register);
    out->note_ = std::move(*frame);
    auto broker = keys_of(content.value("broker", json()), kBrokerParty, out->note_.hub);
    if (!broker) return fail(broker.error());
    out->broker_ = std::move(*broker);
    out->by_transport_key_.emplace(out->broker_.transport, kBrokerParty);
    const auto& authorities = content.at("authorities");
    if (!authorities.is_array() || authorities.empty() || authorities.size() > kMaxAuthorities) {
      return fail(NoteMistake{"\"authorities\" must list 1 to 256 authorities"});
    }
    for (const auto& entry : authorities) {
      auto authority = authority_of(entry, out->note_.hub);
      if (!authority) return fail(authority.error());
      const auto code = authority->code;
      const auto transport = authority->keys.transport;
      if (const auto vkey = entry.value("governance", ""); !vkey.empty()) {
        const auto key = crypto::NoteVerifier::parse(vkey);
        if (!key || key->name() != code + "/governance") {
          return fail(NoteMistake{
              fmt::format("{0}: \"governance\" must be the vkey named {0}/governance", code)});
        }
        out->electorate_.keys.emplace(code, *key);
      }
      if (!out->by_transport_key_.emplace(transport, code).second ||
          !out->authorities_.emplace(code, std::move(*authority)).second) {
        return fail(NoteMistake{code + ": its code or transport key is there twice"});
      }
    }
    if (!content.at("quorum").is_number_unsigned()) {
      return fail(NoteMistake{"\"quorum\" must be a whole number"});
    }
    const auto quorum = content.at("quorum").get<std::size_t>();
    if (quorum == 0 || 2 * quorum <= out->electorate_.keys.size()) {
      return fail(
          NoteMistake{fmt::format("\"quorum\" must be more than half of the {} governance keys",
                                  out->electorate_.keys.size())});
    }
    if (quorum > out->electorate_.keys.size()) {
      return fail(NoteMistake{"\"quorum\" is larger than the number of governance keys"});
    }
    out->electorate_.quorum = quorum;
    return out;
  } catch (const json::exception&) {
    return fail(NoteMistake{"\"authorities\" and \"quorum\" must be given, each of its type"});
  }
}

Result<std::shared_ptr<const Register>, NoteMistake> Register::first(
    std::string_view note, const crypto::Digest& genesis) {
  auto made = read(note);
  if (!made) return fail(made.error());
  if ((*made)->note_.number != 1 || (*made)->note_.hash != genesis) {
    return fail(NoteMistake{"it is not the first register whose hash is configured as genesis"});
  }
  if (const auto mistake = check_quorum((*made)->note_, (*made)->electorate_)) {
    return fail(*mistake);
  }
  return std::shared_ptr<const Register>(std::move(*made));
}

Result<std::shared_ptr<const Register>, NoteMistake> Register::next(std::string_view note,
                                                                    const Register& current) {
  auto made = read(note);
  if (!made) return fail(made.error());
  if (const auto mistake = check_succession(current.note_, (*made)->note_)) return fail(*mistake);
  if (const auto mistake = check_quorum((*made)->note_, current.electorate_)) return fail(*mistake);
  return std::shared_ptr<const Register>(std::move(*made));
}

Result<std::shared_ptr<const Register>, NoteMistake> Register::unsigned_content(
    std::string_view note) {
  auto made = read(note);
  if (!made) return fail(made.error());
  return std::shared_ptr<const Register>(std::move(*made));
}

const Authority* Register::find(std::string_view code) const {
  const auto found = authorities_.find(code);
  return found == authorities_.end() ? nullptr : &found->second;
}

const std::string* Register::party_of(const crypto::TransportPublic& key) const {
  const auto found = by_transport_key_.find(key);
  if (found == by_transport_key_.end()) return nullptr;
  const auto* authority = find(found->second);
  return authority != nullptr && authority->suspended ? nullptr : &found->second;
}

std::map<std::string, crypto::CosignatureVerifier> Register::witnesses(
    std::string_view of_party) const {
  std::map<std::string, crypto::CosignatureVerifier> out;
  for (const auto& [code, authority] : authorities_) {
    if (authority.suspended || code == of_party) continue;
    if (auto key = crypto::CosignatureVerifier::parse(authority.keys.witness_vkey)) {
      out.emplace(code, std::move(*key));
    }
  }
  return out;
}

std::vector<std::string> Register::mirror_holders(std::string_view of_party) const {
  constexpr std::size_t most = 2;
  std::vector<std::string> out;
  const auto add = [&](const auto& each) {
    const auto& [code, authority] = each;
    if (authority.suspended || code == of_party || out.size() == most) return;
    out.push_back(code);
  };
  const auto after =
      of_party == kBrokerParty ? authorities_.begin() : authorities_.upper_bound(of_party);
  std::for_each(after, authorities_.end(), add);
  std::for_each(authorities_.begin(), after, add);
  return out;
}

const PartyKeys* Register::active_keys(std::string_view party) const {
  if (party == kBrokerParty) return &broker_;
  const auto* authority = find(party);
  return authority == nullptr || authority->suspended ? nullptr : &authority->keys;
}

}  // namespace hub::schemas
