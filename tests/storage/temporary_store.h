// A store in a folder of its own, a table in it, a clock moved by hand.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/storage/store.h"

namespace hub::storage {

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return from_ms(1'790'000'000'000 + passed_.load()); }
  [[nodiscard]] SteadyTime steady() const override {
    return SteadyTime(std::chrono::hours(1) + std::chrono::milliseconds(passed_.load()));
  }
  void advance(std::chrono::milliseconds by) { passed_ += by.count(); }

 private:
  std::atomic<std::int64_t> passed_{0};
};

class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "hub-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw_errno("make the folder", name);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline constexpr std::array kTestMigrations{
    Migration{1, "CREATE TABLE item (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"}};

inline crypto::StoreKey test_key(std::uint8_t fill = 7) {
  const std::array<std::uint8_t, 32> bytes = [fill] {
    std::array<std::uint8_t, 32> out{};
    out.fill(fill);
    return out;
  }();
  return std::move(*crypto::StoreKey::from(bytes));
}

class TemporaryStore {
 public:
  TemporaryStore() {
    options.file = folder_.path() / "party.store";
    options.application_id = 0x48554254;
    options.migrations = kTestMigrations;
    options.cache_kib = 2048;
    // Only what a test asks for moves the log.
    options.idle_before_checkpoint = std::chrono::hours(24);
    options.longest_log = std::chrono::hours(24);
  }

  void create() const { Store::create(options, key); }
  [[nodiscard]] std::unique_ptr<Store> open(CommitParticipant* participant = nullptr) const {
    return std::make_unique<Store>(options, key, participant, clock);
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path file() const { return options.file; }
  [[nodiscard]] std::filesystem::path log() const { return options.file.string() + "-wal"; }
  [[nodiscard]] std::filesystem::path head() const { return options.file.string() + ".head"; }

  // The three files as they are now, and back again.
  using Image = std::array<Buffer, 3>;
  [[nodiscard]] Image image() const {
    Image out;
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = std::filesystem::exists(place(i))
                   ? read_file(place(i), std::filesystem::file_size(place(i)))
                   : Buffer();
    }
    return out;
  }
  void put_back(const Image& image) const {
    std::filesystem::remove(options.file.string() + "-shm");
    for (std::size_t i = 0; i < image.size(); ++i) put(place(i), image[i]);
  }
  static void put(const std::filesystem::path& to, const Buffer& content) {
    std::ofstream out(to, std::ios::binary | std::ios::trunc);
    const auto text = as_text(content);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  StoreOptions options;
  crypto::StoreKey key = test_key();
  mutable HandClock clock;

 private:
  [[nodiscard]] std::filesystem::path place(std::size_t which) const {
    return std::array{file(), log(), head()}.at(which);
  }
  Folder folder_;
};

inline Buffer body_of(std::int64_t number, std::size_t size = 1024) {
  Buffer out(size);
  std::mt19937_64 random(static_cast<std::uint64_t>(number));
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
  return out;
}

inline void put_item(Connection& connection, std::int64_t number, std::size_t size = 1024) {
  connection.run("INSERT OR REPLACE INTO item (number, body) VALUES (?, ?)", number,
                 body_of(number, size));
}

inline std::vector<std::int64_t> items(const Store& store) {
  return store.read([](Connection& connection) {
    std::vector<std::int64_t> out;
    auto rows = connection.prepare("SELECT number FROM item ORDER BY number");
    while (rows.step()) out.push_back(rows.int64(0));
    return out;
  });
}

// Keeps the writer inside one transaction, so that what is submitted meanwhile shares the next.
class HeldWriter {
 public:
  explicit HeldWriter(Store& store) {
    // Of the job itself: it may go on looking at them when this object is gone.
    auto started = std::make_shared<std::promise<void>>();
    auto has_started = started->get_future();
    store.submit({.act = [started, go = go_.get_future().share()](Connection&) {
      started->set_value();
      go.wait();
    }});
    has_started.wait();
  }
  void release() { go_.set_value(); }

 private:
  std::promise<void> go_;
};

// The fault with which a store refuses to open; nothing when it opens.
inline std::optional<StoreFault> fault_at_start(const TemporaryStore& temporary) {
  try {
    (void)temporary.open();
    return std::nullopt;
  } catch (const StoreError& error) {
    return error.fault();
  }
}

}  // namespace hub::storage
