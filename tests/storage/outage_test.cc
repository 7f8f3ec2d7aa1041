// The disk is full, or away, and comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "core/storage/verify_store.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

using testing::ElementsAre;

// No file of this process may grow beyond a size: the file system refuses writes past it.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  FileSizeLimit(FileSizeLimit&&) = delete;
  FileSizeLimit& operator=(FileSizeLimit&&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(Outage, AcknowledgesNothingWhileTheDiskRefusesAndGoesOnWithoutRepair) {
  const TemporaryStore temporary;
  temporary.create();
  {
    const auto store = temporary.open();
    ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
    {
      const FileSizeLimit limit(std::filesystem::file_size(temporary.log()) + 5000);
      for (std::int64_t i = 2; i < 8; ++i) {
        EXPECT_FALSE(store->commit([i](Connection& c) { put_item(c, i); }));
      }
      EXPECT_TRUE(store->status().in_outage);
      EXPECT_THAT(items(*store), ElementsAre(1)) << "reading goes on";
    }
    EXPECT_TRUE(store->commit([](Connection& c) { put_item(c, 9); }));
    EXPECT_FALSE(store->status().in_outage);
    EXPECT_THAT(items(*store), ElementsAre(1, 9));
  }
  EXPECT_THAT(items(*temporary.open()), ElementsAre(1, 9));
  EXPECT_TRUE(verify_store(temporary.file(), temporary.key).sound());
}

TEST(Outage, SurvivesAFullDiskInTheMiddleOfALargeTransaction) {
  TemporaryStore temporary;
  temporary.options.cache_kib = 256;  // so that pages spill into the log before the commit
  temporary.create();
  {
    const auto store = temporary.open();
    ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
    {
      const FileSizeLimit limit(1'500'000);
      EXPECT_FALSE(store->commit([](Connection& c) {
        for (std::int64_t i = 100; i < 300; ++i) put_item(c, i, 15000);
      }));
    }
    ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 2); }));
  }
  EXPECT_THAT(items(*temporary.open()), ElementsAre(1, 2));
  EXPECT_TRUE(verify_store(temporary.file(), temporary.key).sound());
}

TEST(Outage, NamesAFullStoreAndGoesOnOnceThereIsRoom) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  std::optional<StoreFault> fault;
  EXPECT_FALSE(store->commit([&](Connection& c) {
    c.exec("PRAGMA max_page_count = 3");
    try {
      for (std::int64_t i = 1; i < 100; ++i) put_item(c, i, 15000);
    } catch (const StoreError& error) {
      fault = error.fault();
      throw;
    }
  }));
  EXPECT_EQ(fault, StoreFault::Full);
  EXPECT_TRUE(store->commit([](Connection& c) {
    c.exec("PRAGMA max_page_count = 1000000");
    put_item(c, 1, 15000);
  }));
  EXPECT_THAT(items(*store), ElementsAre(1));
}

TEST(Outage, HoldsBackTheAnswerUntilTheHeadFileFollows) {
  const TemporaryStore temporary;
  temporary.create();
  {
    const auto store = temporary.open();
    // The log's name is gone, so what was committed cannot be read back for the ledger.
    const auto hidden = temporary.log().string() + ".hidden";
    auto taken = std::make_shared<std::promise<void>>();
    auto is_taken = taken->get_future();
    auto answer = std::make_shared<std::promise<bool>>();
    auto waiting = answer->get_future();
    store->submit({.act =
                       [&, taken](Connection& c) {
                         put_item(c, 1);
                         std::filesystem::rename(temporary.log(), hidden);
                         taken->set_value();
                       },
                   .done = [answer](bool ok) { answer->set_value(ok); }});
    is_taken.wait();
    EXPECT_FALSE(store->commit([](Connection& c) { put_item(c, 2); })) << "no commit in between";
    EXPECT_EQ(waiting.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
    EXPECT_TRUE(store->status().in_outage);

    std::filesystem::rename(hidden, temporary.log());
    temporary.clock.advance(std::chrono::seconds(2));
    EXPECT_TRUE(waiting.get());
    EXPECT_TRUE(store->commit([](Connection& c) { put_item(c, 3); }));
    EXPECT_THAT(items(*store), ElementsAre(1, 3));
  }
  EXPECT_TRUE(verify_store(temporary.file(), temporary.key).sound());
}

}  // namespace
}  // namespace hub::storage
