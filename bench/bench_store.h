// A store in a folder of its own below the current one, with an audit log in it.
#pragma once

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "audit/log/log.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"

namespace hub {

inline const std::array kBenchMigrations{
    storage::Migration{1,
                       "CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"},
    storage::Migration{2, audit::kLogTables}, storage::Migration{3, storage::kKeyRunsTables}};

class BenchStore {
 public:
  explicit BenchStore(std::span<const storage::Migration> migrations = kBenchMigrations)
      : key_(crypto::StoreKey::random()) {
    std::string name = "storage-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno("make the folder", name);
    folder_ = name;
    options_.file = folder_ / "store";
    options_.migrations = migrations;
    storage::Store::create(options_, key_);
    open();
  }
  BenchStore(const BenchStore&) = delete;
  BenchStore& operator=(const BenchStore&) = delete;
  BenchStore(BenchStore&&) = delete;
  BenchStore& operator=(BenchStore&&) = delete;
  ~BenchStore() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // Also anew, as after a restart.
  void open() {
    store_.reset();
    log_.emplace("example.com/bench", "bench", clock_, audit::search_key_of(key_));
    store_ = std::make_unique<storage::Store>(options_, key_, &*log_, clock_);
  }
  void close() { store_.reset(); }

  storage::Store& store() { return *store_; }
  audit::Log& log() { return *log_; }
  [[nodiscard]] const std::filesystem::path& file() const { return options_.file; }
  [[nodiscard]] const crypto::StoreKey& key() const { return key_; }

 private:
  SystemClock clock_;
  crypto::StoreKey key_;
  std::filesystem::path folder_;
  storage::StoreOptions options_;
  std::optional<audit::Log> log_;
  std::unique_ptr<storage::Store> store_;
};

}  // namespace hub
