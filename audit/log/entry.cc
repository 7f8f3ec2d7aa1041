#include "audit/log/entry.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/byte_reader.h"
#include "core/base/encoding.h"
#include "core/base/json.h"

namespace hub::audit {
namespace {

using nlohmann::json;

constexpr std::uint64_t kVersion = 1;

// JSON text in one spelling: UTF-8 as it is, what is no UTF-8 replaced.
std::string quoted(const std::string& text) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (plain) return '"' + text + '"';
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

// Writes the members of one object in the order in which they come.
class ObjectWriter {
 public:
  void member(std::string_view key, std::string_view raw) {
    text_ += text_.empty() ? '{' : ',';
    text_.append("\"").append(key).append("\":").append(raw);
  }
  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) member(key, quoted(value));
  }
  void number(std::string_view key, std::uint64_t value) {
    if (value != 0) member(key, std::to_string(value));
  }
  template <class List, class Each>
  void list(std::string_view key, const List& values, Each each) {
    if (values.empty()) return;
    std::string out = "[";
    for (const auto& value : values) out.append(out.size() > 1 ? "," : "").append(each(value));
    member(key, out + "]");
  }
  [[nodiscard]] std::string take() && { return (text_.empty() ? "{" : std::move(text_)) + "}"; }

 private:
  std::string text_;
};

std::string joined(const std::vector<crypto::Digest>& digests) {
  Buffer out;
  out.reserve(32 * digests.size());
  for (const auto& digest : digests) append(out, digest);
  return to_base64(out);
}

// Reads members of one object; what is not of the kind asked for makes it fail as a whole.
class ObjectReader {
 public:
  explicit ObjectReader(const json& object) : object_(object), ok_(object.is_object()) {}

  std::string text(const char* key) {
    const auto* const found = find(key);
    if (found == nullptr) return {};
    ok_ = ok_ && found->is_string();
    return ok_ ? found->get<std::string>() : std::string();
  }
  std::uint64_t number(const char* key) {
    const auto* const found = find(key);
    if (found == nullptr) return 0;
    ok_ = ok_ && found->is_number_unsigned();
    return ok_ ? found->get<std::uint64_t>() : 0;
  }
  Buffer base64(const char* key) {
    const auto bytes = from_base64(text(key));
    ok_ = ok_ && bytes.has_value();
    return ok_ ? *bytes : Buffer();
  }
  template <class Each>
  void list(const char* key, Each each) {
    const auto* const found = find(key);
    if (found == nullptr) return;
    ok_ = ok_ && found->is_array();
    if (!ok_) return;
    for (const auto& item : *found) ok_ = ok_ && each(item);
  }
  [[nodiscard]] bool has(const char* key) const { return ok_ && object_.contains(key); }
  [[nodiscard]] bool ok() const { return ok_; }
  void demand(bool holds) { ok_ = ok_ && holds; }

 private:
  const json* find(const char* key) const {
    if (!ok_) return nullptr;
    const auto at = object_.find(key);
    return at == object_.end() ? nullptr : &*at;
  }
  const json& object_;
  bool ok_;
};

std::optional<crypto::Digest> digest_from(Bytes bytes) {
  crypto::Digest out{};
  if (bytes.size() != out.size()) return std::nullopt;
  std::ranges::copy(bytes, out.begin());
  return out;
}

void read_envelopes(ObjectReader& in, std::vector<crypto::Digest>& out) {
  const auto bytes = in.base64("envelopes");
  in.demand(bytes.size() % 32 == 0);
  if (!in.ok()) return;
  ByteReader digests(bytes);
  while (digests.remaining() > 0) out.push_back(digests.array<32>());
}

void read_texts(ObjectReader& in, const char* name, std::vector<std::string>& out) {
  in.list(name, [&](const json& item) {
    if (item.is_string()) out.push_back(item.get<std::string>());
    return item.is_string();
  });
}

std::optional<EntryRange> pair_of(const json& item) {
  const bool pair = item.is_array() && item.size() == 2 && item[0].is_number_unsigned() &&
                    item[1].is_number_unsigned();
  if (!pair) return std::nullopt;
  return EntryRange{item[0].get<std::uint64_t>(), item[1].get<std::uint64_t>()};
}

std::string written(std::uint64_t first, std::uint64_t second) {
  return "[" + std::to_string(first) + "," + std::to_string(second) + "]";
}

void read_ranges(ObjectReader& in, const char* name, std::vector<EntryRange>& out) {
  in.list(name, [&](const json& item) {
    const auto pair = pair_of(item);
    if (pair) out.push_back(*pair);
    return pair && pair->first <= pair->second;
  });
}

void read_lists(ObjectReader& in, Entry& out) {
  read_texts(in, "policies", out.policies);
  read_texts(in, "field_groups", out.field_groups);
  read_texts(in, "withheld", out.withheld);
  read_texts(in, "roles", out.roles);
  read_ranges(in, "erased", out.erased);
  read_ranges(in, "restored", out.restored);
  in.list("erased_items", [&](const json& item) {
    const auto pair = pair_of(item);
    if (pair) out.erased_items.push_back({pair->first, pair->second});
    return pair.has_value();
  });
}

Entry read_entry(ObjectReader& in) {
  Entry out;
  out.act = in.text("act");
  out.outcome = in.text("outcome");
  out.record_type = in.text("record_type");
  out.sender = in.text("sender");
  out.recipient = in.text("recipient");
  out.agreement = in.text("agreement");
  out.purpose = in.text("purpose");
  out.legal_basis = in.text("legal_basis");
  out.reason = in.text("reason");
  out.regime = in.text("regime");
  out.handling = in.text("handling");
  out.originator = in.text("originator");
  out.view = in.text("view");
  out.bundle = in.number("bundle");
  out.register_number = in.number("register");
  out.count = in.number("count");
  read_envelopes(in, out.envelopes);
  read_lists(in, out);
  return out;
}

}  // namespace

std::string_view describe(LeafError error) {
  switch (error) {
    case LeafError::TooLarge: return "it is larger than a log entry may be";
    case LeafError::Malformed: return "it is not a log entry in its one valid form";
  }
  return "it is not a log entry in its one valid form";
}

std::string write_leaf(const Leaf& leaf) {
  const auto& entry = leaf.entry;
  ObjectWriter out;
  out.text("act", entry.act);
  out.text("agreement", entry.agreement);
  out.number("bundle", entry.bundle);
  out.number("count", entry.count);
  if (leaf.detail) out.text("detail", to_base64(*leaf.detail));
  if (!entry.envelopes.empty()) out.text("envelopes", joined(entry.envelopes));
  const auto range = [](const EntryRange& each) { return written(each.first, each.second); };
  out.list("erased", entry.erased, range);
  out.list("erased_items", entry.erased_items,
           [](const ItemPlace& place) { return written(place.index, place.position); });
  out.list("field_groups", entry.field_groups, quoted);
  out.text("handling", entry.handling);
  out.text("legal_basis", entry.legal_basis);
  out.text("originator", entry.originator);
  out.text("outcome", entry.outcome);
  out.text("party", leaf.party);
  out.list("policies", entry.policies, quoted);
  out.text("purpose", entry.purpose);
  out.text("reason", entry.reason);
  out.text("recipient", entry.recipient);
  out.text("record_type", entry.record_type);
  out.text("regime", entry.regime);
  out.number("register", entry.register_number);
  out.list("restored", entry.restored, range);
  out.list("roles", entry.roles, quoted);
  out.text("sender", entry.sender);
  out.member("seq", std::to_string(leaf.index));
  out.member("time", std::to_string(to_ms(leaf.time)));
  out.member("v", std::to_string(kVersion));
  out.text("view", entry.view);
  out.list("withheld", entry.withheld, quoted);
  return std::move(out).take();
}

std::string leaf_member(std::string_view key, const std::string& value) {
  return "\"" + std::string(key) + "\":" + quoted(value);
}

Result<Leaf, LeafError> parse_leaf(std::string_view bytes) {
  if (bytes.size() > kLargestLeaf) return fail(LeafError::TooLarge);
  const auto value = parse_json(bytes, {.max_bytes = kLargestLeaf, .max_depth = 3});
  if (!value) return fail(LeafError::Malformed);
  ObjectReader in(*value);
  Leaf out;
  out.entry = read_entry(in);
  out.party = in.text("party");
  out.index = in.number("seq");
  const auto time = in.number("time");
  in.demand(time <= static_cast<std::uint64_t>(INT64_MAX) && in.number("v") == kVersion);
  out.time = from_ms(static_cast<std::int64_t>(time));
  if (in.has("detail")) {
    out.detail = digest_from(in.base64("detail"));
    in.demand(out.detail.has_value());
  }
  // One spelling for each entry: order, spaces, escapes and unknown members included.
  if (!in.ok() || write_leaf(out) != bytes) return fail(LeafError::Malformed);
  return out;
}

}  // namespace hub::audit
