// The part of an entry that can be erased: what would say who looked, and at whom.
//
// It is a list of items, each with 32 random bytes of its own, so that one item can be opened to
// somebody, or erased, without the others. Its commitment to the item is what stays:
//
//   C = HMAC-SHA-256(key: the item's random bytes, name of its kind || 0x00 || value)
//
// and the leaf's `detail` is SHA-256("hub detail" || 0x00 || C of the first item || C of the second
// ...). The random bytes go with the value, so that nobody can test guesses against the leaf later.
//
// As stored: for each item its state (1 open, 2 erased), its kind, then for an open one random
// bytes:32, length:u16 big-endian, value; for an erased one C:32.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"

namespace hub::audit {

// Items of one detail; more is a bug.
inline constexpr std::size_t kMostItems = 2048;
inline constexpr std::size_t kLongestItem = 65'535;

// Where all is empty there is no detail.
struct Detail {
  std::string actor;                   // "agent", or the name of a user of that machine
  std::string device;                  // where the actor was
  std::string justification;           // why, in the actor's words
  std::string note;                    // "list", "show", the id of what is decided on
  std::string asked;                   // the search: "postcode E8 1AA"
  std::vector<std::string> relations;  // of what was seen: "surname:ann", "protected"
  std::vector<Uuid> record_ids;

  bool operator==(const Detail&) const = default;
};

// Of whom nothing else is to be said.
[[nodiscard]] inline Detail detail_by(std::string actor) {
  Detail out;
  out.actor = std::move(actor);
  return out;
}

// Stored as these numbers.
enum class ItemKind : std::uint8_t {
  Actor = 1,
  Device = 2,
  Justification = 3,
  Note = 4,
  Asked = 5,
  Relation = 6,
  Record = 7,
};
// "actor", "device", ..., "record".
[[nodiscard]] std::string_view name_of(ItemKind kind);
[[nodiscard]] std::optional<ItemKind> item_kind_of(std::string_view name);

using ItemSalt = std::array<std::uint8_t, 32>;

struct OpenItem {
  ItemSalt salt{};
  std::string value;  // of a record its id's 16 bytes

  bool operator==(const OpenItem&) const = default;
};

struct Item {
  ItemKind kind = ItemKind::Actor;
  std::variant<OpenItem, crypto::Digest>
      content;  // the commitment is what is left of an erased one

  [[nodiscard]] const OpenItem* open() const { return std::get_if<OpenItem>(&content); }
  bool operator==(const Item&) const = default;
};

[[nodiscard]] crypto::Digest commitment_to(const Item& item);
// What is left of an item that goes.
[[nodiscard]] Item erased(const Item& item);
// The value of an item as people read it: an id with its hyphens, all else as it is, and nothing of
// an erased one. And back; nothing for an id that is none or a value that is too long.
[[nodiscard]] std::string shown_value(const Item& item);
[[nodiscard]] std::optional<std::string> value_from(ItemKind kind, std::string_view shown);

// In the order of Detail's members, with fresh random bytes each.
[[nodiscard]] std::vector<Item> items_of(const Detail& detail);
// From the items that are still open.
[[nodiscard]] Detail detail_of(std::span<const Item> items);
[[nodiscard]] crypto::Digest commitment_to(std::span<const Item> items);

[[nodiscard]] Buffer write_items(std::span<const Item> items);
enum class DetailError : std::uint8_t { Malformed };
[[nodiscard]] Result<std::vector<Item>, DetailError> parse_items(Bytes stored);

}  // namespace hub::audit
