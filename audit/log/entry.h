// One act, as it stands in the log for ever (detail.h has what can be erased of it).
//
// A leaf is one JSON object, keys sorted, no spaces, empty fields left out; these exact bytes are
// what the tree hashes:
//
//   act agreement bundle count detail envelopes erased erased_items field_groups handling
//   legal_basis originator outcome party policies purpose reason recipient record_type regime
//   register restored roles sender seq time v view withheld
//
// A leaf holds no personal data: `detail` commits to the detail, `envelopes` are leaf hashes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"

namespace hub::audit {

// C2SP tlog-tiles gives a leaf a 16-bit length.
inline constexpr std::size_t kLargestLeaf = 65'535;
// So many always fit.
inline constexpr std::size_t kMostEnvelopes = 1024;

// Entries first to last, inclusive.
using EntryRange = std::pair<std::uint64_t, std::uint64_t>;

// One item of an entry's detail, counted from 0.
struct ItemPlace {
  std::uint64_t index = 0;
  std::uint64_t position = 0;
  auto operator<=>(const ItemPlace&) const = default;
};

struct Entry {
  // One of: collection, alteration, consultation, disclosure, combination, erasure (DPA 2018
  // section 62), relay, receipt, refusal, admin.
  std::string act;
  std::string outcome;
  std::string record_type, sender, recipient, agreement, purpose, legal_basis, reason;
  std::string regime, handling;
  std::string originator;          // who made the record, where it is not the sender
  std::string view;                // the shared view that was asked
  std::vector<std::string> roles;  // in which the actor acted
  std::vector<std::string> policies;
  std::vector<std::string> field_groups;  // names of the groups concerned, never their values
  std::vector<std::string> withheld;      // groups that policy held back
  std::uint64_t bundle = 0;
  std::uint64_t register_number = 0;
  std::uint64_t count = 0;
  std::vector<crypto::Digest> envelopes;  // leaf hashes of the envelopes concerned
  std::vector<EntryRange> erased;         // whose details this entry erased as a whole
  std::vector<ItemPlace> erased_items;    // the single items that this entry erased
  std::vector<EntryRange> restored;       // entries that came back from mirrors, without details

  bool operator==(const Entry&) const = default;
};

struct Leaf {
  Entry entry;
  std::string party;
  std::uint64_t index = 0;
  Time time;
  std::optional<crypto::Digest> detail;  // the commitment

  bool operator==(const Leaf&) const = default;
};

enum class LeafError : std::uint8_t { TooLarge, Malformed };
[[nodiscard]] std::string_view describe(LeafError error);

[[nodiscard]] std::string write_leaf(const Leaf& leaf);
// How a text member stands in a leaf, for a first look that need not parse it: "key":"value".
[[nodiscard]] std::string leaf_member(std::string_view key, const std::string& value);
// Exactly the bytes that write_leaf() gives, nothing else.
[[nodiscard]] Result<Leaf, LeafError> parse_leaf(std::string_view bytes);

}  // namespace hub::audit
