#include "audit/log/detail.h"

#include <algorithm>
#include <utility>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/crypto/secret.h"

namespace hub::audit {
namespace {

constexpr std::uint8_t kOpen = 1;
constexpr std::uint8_t kErased = 2;
constexpr std::size_t kUsualItem = 52;  // bytes of a record's

constexpr std::array<std::pair<ItemKind, std::string_view>, 7> kKinds{
    {{ItemKind::Actor, "actor"},
     {ItemKind::Device, "device"},
     {ItemKind::Justification, "justification"},
     {ItemKind::Note, "note"},
     {ItemKind::Asked, "asked"},
     {ItemKind::Relation, "relation"},
     {ItemKind::Record, "record"}}};

constexpr std::string_view kSeparator("\0", 1);
constexpr std::string_view kDetailPrefix("hub detail\0", 11);

std::optional<ItemKind> kind_of(std::uint8_t number) {
  const auto* const found = std::ranges::find(
      kKinds, number, [](const auto& each) { return static_cast<std::uint8_t>(each.first); });
  return found == kKinds.end() ? std::nullopt : std::optional(found->first);
}

Uuid uuid_of(std::string_view value) {
  Uuid out;
  if (value.size() == out.bytes.size()) std::ranges::copy(as_bytes(value), out.bytes.begin());
  return out;
}

// Fills the salts of many items with one call.
class Salts {
 public:
  explicit Salts(std::size_t count) : bytes_(count * sizeof(ItemSalt)) {
    crypto::fill_random(bytes_);
  }
  Salts(const Salts&) = delete;
  Salts& operator=(const Salts&) = delete;
  Salts(Salts&&) = delete;
  Salts& operator=(Salts&&) = delete;
  ~Salts() { crypto::wipe(bytes_); }

  ItemSalt next() {
    ItemSalt out{};
    std::ranges::copy(std::span(bytes_).subspan(used_, out.size()), out.begin());
    used_ += out.size();
    return out;
  }

 private:
  Buffer bytes_;
  std::size_t used_ = 0;
};

void take(Detail& out, ItemKind kind, const std::string& value) {
  switch (kind) {
    case ItemKind::Actor: out.actor = value; return;
    case ItemKind::Device: out.device = value; return;
    case ItemKind::Justification: out.justification = value; return;
    case ItemKind::Note: out.note = value; return;
    case ItemKind::Asked: out.asked = value; return;
    case ItemKind::Relation: out.relations.push_back(value); return;
    case ItemKind::Record: out.record_ids.push_back(uuid_of(value)); return;
  }
}

// Nothing where the bytes end early or say what no item says.
std::optional<Item> read_item(ByteReader& in) {
  const auto state = in.u8();
  const auto kind = kind_of(in.u8());
  if (!kind) return std::nullopt;
  if (state == kErased) {
    Item out{*kind, in.array<32>()};
    return in.failed() ? std::nullopt : std::optional(std::move(out));
  }
  OpenItem open;
  open.salt = in.array<32>();
  open.value = to_text(in.take(in.u16()));
  const bool sound = state == kOpen && !in.failed() &&
                     (*kind != ItemKind::Record || open.value.size() == sizeof(Uuid::bytes));
  if (!sound) return std::nullopt;
  return Item{*kind, std::move(open)};
}

}  // namespace

std::string_view name_of(ItemKind kind) {
  const auto* const found =
      std::ranges::find(kKinds, kind, &std::pair<ItemKind, std::string_view>::first);
  require(found != kKinds.end(), "a kind of item has a name");
  return found->second;
}

std::optional<ItemKind> item_kind_of(std::string_view name) {
  const auto* const found =
      std::ranges::find(kKinds, name, &std::pair<ItemKind, std::string_view>::second);
  return found == kKinds.end() ? std::nullopt : std::optional(found->first);
}

crypto::Digest commitment_to(const Item& item) {
  const auto* const open = item.open();
  if (open == nullptr) return std::get<crypto::Digest>(item.content);
  return crypto::hmac_sha256(
      open->salt, {as_bytes(name_of(item.kind)), as_bytes(kSeparator), as_bytes(open->value)});
}

Item erased(const Item& item) { return {item.kind, commitment_to(item)}; }

std::string shown_value(const Item& item) {
  const auto* const open = item.open();
  if (open == nullptr) return {};
  return item.kind == ItemKind::Record ? to_string(uuid_of(open->value)) : open->value;
}

std::optional<std::string> value_from(ItemKind kind, std::string_view shown) {
  if (kind != ItemKind::Record) {
    return shown.size() <= kLongestItem ? std::optional(std::string(shown)) : std::nullopt;
  }
  const auto id = parse_uuid(shown);
  return id ? std::optional(to_text(Bytes(id->bytes))) : std::nullopt;
}

std::vector<Item> items_of(const Detail& detail) {
  std::vector<std::pair<ItemKind, std::string>> values;
  const auto add = [&](ItemKind kind, const std::string& value) {
    if (!value.empty()) values.emplace_back(kind, value.substr(0, kLongestItem));
  };
  add(ItemKind::Actor, detail.actor);
  add(ItemKind::Device, detail.device);
  add(ItemKind::Justification, detail.justification);
  add(ItemKind::Note, detail.note);
  add(ItemKind::Asked, detail.asked);
  for (const auto& relation : detail.relations) add(ItemKind::Relation, relation);
  for (const auto& id : detail.record_ids) {
    values.emplace_back(ItemKind::Record, to_text(Bytes(id.bytes)));
  }
  require(values.size() <= kMostItems, "a detail has at most 2,048 items");
  Salts salts(values.size());
  std::vector<Item> out;
  out.reserve(values.size());
  for (auto& [kind, value] : values) {
    out.push_back({kind, OpenItem{salts.next(), std::move(value)}});
  }
  return out;
}

Detail detail_of(std::span<const Item> items) {
  Detail out;
  for (const auto& item : items) {
    if (const auto* const open = item.open()) take(out, item.kind, open->value);
  }
  return out;
}

crypto::Digest commitment_to(std::span<const Item> items) {
  auto joined = to_buffer(as_bytes(kDetailPrefix));
  joined.reserve(joined.size() + items.size() * sizeof(crypto::Digest));
  for (const auto& item : items) append(joined, commitment_to(item));
  return crypto::sha256(joined);
}

Buffer write_items(std::span<const Item> items) {
  ByteWriter out(items.size() * kUsualItem);
  for (const auto& item : items) {
    const auto* const open = item.open();
    out.u8(open != nullptr ? kOpen : kErased).u8(static_cast<std::uint8_t>(item.kind));
    if (open == nullptr) {
      out.raw(std::get<crypto::Digest>(item.content));
    } else {
      out.raw(open->salt).u16(static_cast<std::uint16_t>(open->value.size()));
      out.raw(as_bytes(open->value));
    }
  }
  return out.take();
}

Result<std::vector<Item>, DetailError> parse_items(Bytes stored) {
  std::vector<Item> out;
  ByteReader in(stored);
  while (in.remaining() > 0) {
    auto item = read_item(in);
    if (!item || out.size() == kMostItems) return fail(DetailError::Malformed);
    out.push_back(std::move(*item));
  }
  if (out.empty()) return fail(DetailError::Malformed);
  return out;
}

}  // namespace hub::audit
