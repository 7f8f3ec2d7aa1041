// One act, as it stands in the log for ever (the leaf) and beside it for as long as the law wants
// (the detail).
//
// A leaf is one JSON object, keys sorted, no spaces, empty fields left out; these exact bytes are
// what the tree hashes:
//
//   act agreement bundle count detail envelopes erased field_groups handling legal_basis originator
//   outcome party policies purpose reason recipient record_type regime register sender seq time v
//   withheld
//
// A leaf holds no personal data: `detail` is HMAC-SHA-256(r, detail's bytes), `envelopes` are leaf
// hashes. The 32 random bytes r are stored with the detail and go with it, so that nobody can test
// guesses against the commitment later.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/base/uuid.h"
#include "core/crypto/hash.h"

namespace hub::audit {

// C2SP tlog-tiles gives a leaf a 16-bit length.
inline constexpr std::size_t kLargestLeaf = 65'535;
// So many always fit.
inline constexpr std::size_t kMostEnvelopes = 1024;

// Entries first to last, inclusive.
using EntryRange = std::pair<std::uint64_t, std::uint64_t>;

struct Entry {
  // One of: collection, alteration, consultation, disclosure, combination, erasure (DPA 2018
  // section 62), relay, receipt, refusal, admin.
  std::string act;
  std::string outcome;
  std::string record_type, sender, recipient, agreement, purpose, legal_basis, reason;
  std::string regime, handling;
  std::string originator;  // who made the record, where it is not the sender
  std::vector<std::string> policies;
  std::vector<std::string> field_groups;  // names of the groups concerned, never their values
  std::vector<std::string> withheld;      // groups that policy held back
  std::uint64_t bundle = 0;
  std::uint64_t register_number = 0;
  std::uint64_t count = 0;
  std::vector<crypto::Digest> envelopes;  // leaf hashes of the envelopes concerned
  std::vector<EntryRange> erased;         // whose details this entry erased

  bool operator==(const Entry&) const = default;
};

// Erasable; where all is empty there is no detail.
struct Detail {
  std::string actor;
  std::vector<Uuid> record_ids;
  std::string note;

  bool operator==(const Detail&) const = default;
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
// Exactly the bytes that write_leaf() gives, nothing else.
[[nodiscard]] Result<Leaf, LeafError> parse_leaf(std::string_view bytes);

// The detail as stored: r:32, then one JSON object.
using DetailSalt = std::array<std::uint8_t, 32>;
[[nodiscard]] bool is_empty(const Detail& detail);
[[nodiscard]] Buffer write_detail(const Detail& detail, const DetailSalt& salt);
// What a leaf says of a stored detail; nothing for fewer than 32 bytes.
[[nodiscard]] std::optional<crypto::Digest> commitment_to(Bytes stored_detail);
[[nodiscard]] Result<Detail, LeafError> parse_detail(Bytes stored_detail);

}  // namespace hub::audit
