#include "core/storage/schema.h"

#include <string>

#include "core/base/result.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

std::int64_t number_of(Connection& connection, Sql pragma) {
  auto statement = connection.prepare(pragma);
  require(statement.step(), "a pragma that asks gives a row");
  return statement.int64(0);
}

int newest(std::span<const Migration> migrations) {
  int last = 0;
  for (const auto& migration : migrations) {
    require(migration.number == ++last, "migrations are numbered from 1 without gaps");
  }
  return last;
}

void apply(Connection& connection, const Migration& migration) {
  connection.exec("BEGIN IMMEDIATE");
  try {
    connection.exec(BuiltSql(migration.sql));
    connection.exec(BuiltSql("PRAGMA user_version = " + std::to_string(migration.number)));
    connection.exec("COMMIT");
  } catch (...) {
    if (connection.in_transaction()) connection.exec("ROLLBACK");
    throw;
  }
}

}  // namespace

void check_identity(Connection& connection, const StoreOptions& options) {
  if (number_of(connection, "PRAGMA application_id") != options.application_id) {
    throw StoreError(StoreFault::Foreign, options.file.string() +
                                              " is another program's store: check the path in "
                                              "the configuration");
  }
  const auto version = number_of(connection, "PRAGMA user_version");
  const auto known = newest(options.migrations);
  if (version > known) {
    throw StoreError(StoreFault::TooNew, options.file.string() + " is at version " +
                                             std::to_string(version) + ", this program knows " +
                                             std::to_string(known) +
                                             ": install the newer program again");
  }
}

void migrate(Connection& connection, std::span<const Migration> migrations,
             const std::function<void()>& after_commit) {
  const auto version = number_of(connection, "PRAGMA user_version");
  (void)newest(migrations);
  for (const auto& migration : migrations) {
    if (migration.number <= version) continue;
    apply(connection, migration);
    after_commit();
  }
}

}  // namespace hub::storage
