#include "audit/pack/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/pack/pack_files.h"
#include "core/base/encoding.h"
#include "core/base/json.h"

namespace hub::audit {
namespace {

using nlohmann::json;

constexpr std::string_view kFormat = "borough-hub/evidence-pack/v1";
constexpr std::size_t kLargestManifest = 8U << 20U;

std::optional<std::uint64_t> number_in(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<Manifest::Member> member_from(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto bytes = number_in(object, "bytes");
  const auto hash = object.value("sha256", json());
  const auto digest = hash.is_string() ? from_hex(hash.get<std::string>()) : std::nullopt;
  Manifest::Member out;
  if (!bytes || !digest || digest->size() != out.sha256.size()) return std::nullopt;
  out.bytes = *bytes;
  std::ranges::copy(*digest, out.sha256.begin());
  return out;
}

bool read_members(const json& object, std::map<std::string, Manifest::Member>& out) {
  if (!object.is_object()) return false;
  for (const auto& [name, about] : object.items()) {
    const auto member = member_from(about);
    if (!member || !is_pack_member(name)) return false;
    out.emplace(name, *member);
  }
  return true;
}

}  // namespace

std::map<std::string, Manifest::Member> members_of(const ZipMembers& members) {
  std::map<std::string, Manifest::Member> out;
  for (const auto& [name, content] : members) {
    if (name == kManifestMember) continue;
    out.emplace(name, Manifest::Member{content.size(), crypto::sha256(as_bytes(content))});
  }
  return out;
}

std::string write_manifest(const Manifest& manifest) {
  json out{{"format", kFormat},
           {"log", manifest.log},
           {"signed", manifest.signed_entries},
           {"entries", manifest.entries},
           {"not_signed_yet", manifest.not_signed_yet},
           {"members", json::object()}};
  if (manifest.request) out["request"] = *manifest.request;
  for (const auto& [name, member] : manifest.members) {
    out["members"][name] = {{"bytes", member.bytes}, {"sha256", to_hex(member.sha256)}};
  }
  return out.dump(1) + "\n";
}

std::optional<Manifest> parse_manifest(std::string_view text) {
  const auto object = parse_json(text, {.max_bytes = kLargestManifest, .max_depth = 4});
  if (!object || !object->is_object()) return std::nullopt;
  const auto log = object->value("log", json());
  const auto covered = number_in(*object, "signed");
  const auto entries = number_in(*object, "entries");
  const auto left_out = number_in(*object, "not_signed_yet");
  Manifest out;
  if (!log.is_string() || !covered || !entries || !left_out ||
      !read_members(object->value("members", json()), out.members)) {
    return std::nullopt;
  }
  out.log = log.get<std::string>();
  out.signed_entries = *covered;
  out.entries = *entries;
  out.not_signed_yet = *left_out;
  out.request = number_in(*object, "request");
  // One spelling: the format, order, spaces and unknown members included.
  if (write_manifest(out) != text) return std::nullopt;
  return out;
}

}  // namespace hub::audit
