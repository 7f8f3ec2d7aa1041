// Each page's own HMAC, as SQLCipher checks it over the store file.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/storage/connection.h"

namespace hub::storage {

// Pages whose HMAC does not hold, in rising order. Those in `logged` (sorted) are left out: the
// write-ahead log holds their content, and a crash in a checkpoint may have torn them here.
[[nodiscard]] std::vector<std::uint64_t> unsound_pages(Connection& connection,
                                                       std::span<const std::uint32_t> logged);

}  // namespace hub::storage
