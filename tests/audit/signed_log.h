// A log of so many test leaves, its signed checkpoints, and those of another history under the same
// key.
#pragma once

#include <string>

#include "audit/proof/checkpoint.h"
#include "audit/witness/witness.h"
#include "core/crypto/note.h"
#include "core/crypto/signing.h"
#include "tests/audit/plain_tree.h"

namespace hub::audit {

struct SignedLog {
  std::string origin = "test.hub/audit/E09000012";
  crypto::LogKey key = crypto::LogKey::generate();

  [[nodiscard]] crypto::NoteVerifier verifier() const { return {origin, key.verify_key().bytes}; }
  [[nodiscard]] std::string sign(const std::string& text) const {
    return crypto::sign_note(text, origin, key);
  }
  // Of leaves first, first + 1, ...
  [[nodiscard]] Checkpoint checkpoint(std::uint64_t size, std::uint64_t first = 0) const {
    return {origin, size, plain_root(first, size)};
  }
  [[nodiscard]] std::string note(std::uint64_t size, std::uint64_t first = 0) const {
    return sign(checkpoint_text(checkpoint(size, first)));
  }
  [[nodiscard]] Witnessed witnessed(std::uint64_t size, std::uint64_t first = 0) const {
    return {size, plain_root(first, size), note(size, first)};
  }
  // That the tree continues that of the old size.
  [[nodiscard]] AddCheckpoint request(std::uint64_t old_size, std::uint64_t size) const {
    PlainSource source;
    AddCheckpoint out{old_size, {}, note(size)};
    if (old_size > 0 && old_size <= size) out.proof = consistency_proof(source, old_size, size);
    return out;
  }
};

inline std::string with_flipped_bit(std::string text, std::size_t bit) {
  text[bit / 8] = static_cast<char>(static_cast<unsigned char>(text[bit / 8]) ^ (1U << (bit % 8)));
  return text;
}

}  // namespace hub::audit
