// Which records were erased here, so that one that is sent again is not taken in again. Kept is a
// hash over sender and id and nothing of the content: an id has 62 random bits, so the hash says
// nothing to who does not have the record already.
#pragma once

#include <string_view>

#include "core/base/uuid.h"
#include "core/storage/connection.h"

namespace hub::agent {

void remember_erased(storage::Connection& store, std::string_view sender, const Uuid& id);
[[nodiscard]] bool was_erased(storage::Connection& store, std::string_view sender, const Uuid& id);

}  // namespace hub::agent
