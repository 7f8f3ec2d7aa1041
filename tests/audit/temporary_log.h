// A store with an audit log in it, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "audit/log/log.h"
#include "core/storage/store.h"
#include "tests/storage/temporary_store.h"

namespace hub::audit {

inline const std::string kTestOrigin = "hub.example.gov.uk/audit/camden";

class TemporaryLog {
 public:
  TemporaryLog() {
    temporary.options.migrations = migrations;
    temporary.create();
    open();
  }

  void open() {
    store.reset();
    log.emplace(kTestOrigin, "E09000007", temporary.clock, search_key_of(storage::test_key()));
    store = temporary.open(&*log);
  }

  static Entry entry(std::uint64_t number) {
    Entry out;
    out.act = "disclosure";
    out.outcome = "permitted";
    out.count = number + 1;
    return out;
  }
  static Detail detail(std::uint64_t number) { return detail_by("user-" + std::to_string(number)); }

  void append(std::uint64_t count) {
    ASSERT_TRUE(store->commit([&](Connection& c) {
      for (std::uint64_t i = 0; i < count; ++i) log->append(c, entry(i), detail(i));
    }));
  }

  // A change behind the log's back, made by who holds the store's key.
  void tamper(storage::Sql sql) {
    ASSERT_TRUE(store->commit([&](Connection& c) { c.run(sql); }));
  }

  std::vector<storage::Migration> migrations{
      {1, storage::kTestMigrations[0].sql}, {2, kLogTables}, {3, storage::kKeyRunsTables}};
  storage::TemporaryStore temporary;
  std::optional<Log> log;
  std::unique_ptr<storage::Store> store;
};

}  // namespace hub::audit
