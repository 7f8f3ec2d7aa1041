// Who changes in step with a store's commits, and the tree that the head file keeps for it.
#pragma once

#include <cstdint>

#include "core/crypto/hash.h"

namespace hub::storage {

class Connection;

// The audit log's tree, as far as a store knows of it.
struct TreeHead {
  std::uint64_t size = 0;
  crypto::Digest root{};

  bool operator==(const TreeHead&) const = default;
};

// The root of a tree without leaves: SHA-256 of nothing.
[[nodiscard]] TreeHead empty_tree();

// Called on the writer thread only, except load(), which the Store's constructor calls. After
// before_commit() exactly one of committed() and rolled_back() follows; rolled_back() also comes
// alone, when an act has thrown.
class CommitParticipant {
 public:
  CommitParticipant() = default;
  CommitParticipant(const CommitParticipant&) = delete;
  CommitParticipant& operator=(const CommitParticipant&) = delete;
  CommitParticipant(CommitParticipant&&) = delete;
  CommitParticipant& operator=(CommitParticipant&&) = delete;
  virtual ~CommitParticipant() = default;

  // The tree as it is stored; the Store compares it with the head file. Comes before migrations:
  // where its tables are still missing the tree is empty.
  virtual TreeHead load(Connection& connection) = 0;
  // The last act of a transaction; throwing rolls it back.
  virtual TreeHead before_commit(Connection& connection) = 0;
  virtual void committed() noexcept = 0;
  virtual void rolled_back() noexcept = 0;
};

}  // namespace hub::storage
