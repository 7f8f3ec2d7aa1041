// A store's application id, version number and migrations.
#pragma once

#include <functional>
#include <span>

#include "core/storage/connection.h"
#include "core/storage/store.h"

namespace hub::storage {

// Throws StoreError{Foreign} or {TooNew}.
void check_identity(Connection& connection, const StoreOptions& options);
// Applies what is missing, each migration in a transaction of its own, with `after_commit`
// following each.
void migrate(Connection& connection, std::span<const Migration> migrations,
             const std::function<void()>& after_commit);

}  // namespace hub::storage
