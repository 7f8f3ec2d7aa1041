#include "core/storage/commit_participant.h"

namespace hub::storage {

TreeHead empty_tree() { return {0, crypto::sha256({})}; }

}  // namespace hub::storage
