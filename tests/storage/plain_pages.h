// A store's files decrypted page by page, unused pages and the write-ahead log's old frames
// included: what somebody with the store's key could still find in them.
#pragma once

#include <filesystem>

#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace hub::storage {

// Everything that FILE and FILE-wal hold, one page after the other. Throws EnvError.
[[nodiscard]] Buffer plain_pages(const std::filesystem::path& file, const crypto::StoreKey& key);

}  // namespace hub::storage
