#include "core/storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "core/storage/verify_store.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class Act>
StoreFault fault_of(Act&& act) {
  try {
    std::forward<Act>(act)();
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), testing::AnyOf(HasSubstr("/"), HasSubstr("."))) << error.what();
    return error.fault();
  }
  throw std::logic_error("nothing was refused");
}

TEST(Store, KeepsWhatItHasAcknowledged) {
  const TemporaryStore temporary;
  temporary.create();
  {
    const auto store = temporary.open();
    EXPECT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
    EXPECT_TRUE(store->commit([](Connection& c) { put_item(c, 2); }));
    EXPECT_THAT(items(*store), ElementsAre(1, 2));
  }
  EXPECT_THAT(items(*temporary.open()), ElementsAre(1, 2));
  EXPECT_THAT(verify_store(temporary.file(), temporary.key).findings, ElementsAre());
}

TEST(Store, RefusesToCreateOverAnyOfItsFiles) {
  for (const std::string suffix : {"", "-wal", "-shm", "-journal", ".head"}) {
    const TemporaryStore temporary;
    const auto file = temporary.file().string() + suffix;
    TemporaryStore::put(file, {1, 2, 3});
    EXPECT_EQ(fault_of([&] { temporary.create(); }), StoreFault::AlreadyThere) << suffix;
    EXPECT_EQ(read_file(file, 10), (Buffer{1, 2, 3}));
  }
}

TEST(Store, NeverCreatesWhenOpening) {
  const TemporaryStore temporary;
  EXPECT_EQ(fault_of([&] { (void)temporary.open(); }), StoreFault::Missing);
  EXPECT_TRUE(std::filesystem::is_empty(temporary.folder()));
}

TEST(Store, LeavesNothingBehindWhenCreatingFails) {
  TemporaryStore temporary;
  constexpr std::array kBroken{Migration{1, "CREATE TABLE item (number, number)"}};
  temporary.options.migrations = kBroken;
  EXPECT_THROW(temporary.create(), StoreError);
  EXPECT_TRUE(std::filesystem::is_empty(temporary.folder()));
}

TEST(Store, RefusesAnotherKey) {
  TemporaryStore temporary;
  temporary.create();
  temporary.key = test_key(8);
  EXPECT_EQ(fault_of([&] { (void)temporary.open(); }), StoreFault::WrongKeyOrDamaged);
}

TEST(Store, RefusesAnotherProgramsStore) {
  TemporaryStore temporary;
  temporary.create();
  temporary.options.application_id += 1;
  EXPECT_EQ(fault_of([&] { (void)temporary.open(); }), StoreFault::Foreign);
}

TEST(Store, RefusesAStoreOfALaterVersion) {
  TemporaryStore temporary;
  temporary.create();
  temporary.options.migrations = {};
  EXPECT_EQ(fault_of([&] { (void)temporary.open(); }), StoreFault::TooNew);
}

TEST(Store, AppliesMissingMigrationsOnceAndInOrder) {
  TemporaryStore temporary;
  temporary.create();
  ASSERT_TRUE(temporary.open()->commit([](Connection& c) { put_item(c, 5); }));
  constexpr std::array kMore{kTestMigrations[0],
                             Migration{2, "ALTER TABLE item ADD COLUMN colour TEXT"},
                             Migration{3, "UPDATE item SET colour = 'red'"}};
  temporary.options.migrations = kMore;
  const auto colour = [](Connection& c) {
    auto row = c.prepare("SELECT colour FROM item");
    EXPECT_TRUE(row.step());
    return std::string(row.text(0));
  };
  EXPECT_EQ(temporary.open()->read(colour), "red");
  EXPECT_EQ(temporary.open()->read(colour), "red");
}

TEST(Store, LetsOneProcessInAtATime) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  EXPECT_EQ(fault_of([&] { (void)temporary.open(); }), StoreFault::Unavailable);
  EXPECT_EQ(fault_of([&] { (void)verify_store(temporary.file(), temporary.key); }),
            StoreFault::Unavailable);
}

TEST(Store, WritesNothingInClear) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  const std::string secret = "a sentence that nobody may find on the disk";
  ASSERT_TRUE(store->commit([&](Connection& c) {
    c.run("INSERT INTO item (number, body) VALUES (1, ?)", as_bytes(secret));
  }));
  for (const auto& content : temporary.image()) {
    EXPECT_EQ(as_text(content).find(secret), std::string_view::npos);
  }
}

TEST(Store, RollsBackEveryJobOfATransactionInWhichOneFails) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  std::vector<std::future<bool>> answers;
  HeldWriter held(*store);
  for (std::int64_t i = 0; i < 3; ++i) {
    auto answer = std::make_shared<std::promise<bool>>();
    answers.push_back(answer->get_future());
    store->submit({.act =
                       [i](Connection& c) {
                         put_item(c, i);
                         if (i == 1) throw std::runtime_error("no");
                       },
                   .done = [answer](bool ok) { answer->set_value(ok); }});
  }
  held.release();
  for (auto& answer : answers) EXPECT_FALSE(answer.get());
  EXPECT_THAT(items(*store), ElementsAre());
  EXPECT_TRUE(store->commit([](Connection& c) { put_item(c, 9); }));
  EXPECT_THAT(items(*store), ElementsAre(9));
  EXPECT_EQ(store->status().rollbacks, 1U);
}

TEST(Store, CommitsOnceForAllThatWaited) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  HeldWriter held(*store);
  auto last = std::make_shared<std::promise<void>>();
  auto is_done = last->get_future();
  for (std::int64_t i = 1; i <= 100; ++i) {
    store->submit({.act = [i](Connection& c) { put_item(c, i); },
                   .done =
                       [last, i](bool) {
                         if (i == 100) last->set_value();
                       }});
  }
  held.release();
  is_done.wait();
  EXPECT_EQ(store->status().commits, 2U);
  EXPECT_EQ(items(*store).size(), 100U);
}

TEST(Store, LetsADeferredJobRideAlongAndNeverWaitForEver) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  auto first = std::make_shared<std::promise<bool>>();
  auto of_first = first->get_future();
  store->submit({.act = [](Connection& c) { put_item(c, 1); },
                 .done = [first](bool ok) { first->set_value(ok); },
                 .may_wait = true});
  ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 2); }));
  EXPECT_TRUE(of_first.get());
  EXPECT_EQ(store->status().commits, 1U);

  auto second = std::make_shared<std::promise<bool>>();
  auto of_second = second->get_future();
  store->submit({.act = [](Connection& c) { put_item(c, 3); },
                 .done = [second](bool ok) { second->set_value(ok); },
                 .may_wait = true});
  EXPECT_EQ(store->status().commits, 1U);
  temporary.clock.advance(temporary.options.deferred_for);
  EXPECT_TRUE(of_second.get());
}

TEST(Store, SaysNoWhenTheQueueIsFull) {
  TemporaryStore temporary;
  temporary.options.queue_jobs = 2;
  temporary.create();
  const auto store = temporary.open();
  HeldWriter held(*store);
  const auto job = [] { return Job{.act = [](Connection& c) { put_item(c, 1); }}; };
  auto one = job();
  auto two = job();
  auto three = job();
  EXPECT_TRUE(store->try_submit(one));
  EXPECT_TRUE(store->try_submit(two));
  EXPECT_FALSE(store->try_submit(three));
  EXPECT_TRUE(three.act);
  held.release();
}

TEST(Store, FinishesWaitingJobsWhenClosedAndTakesNoMore) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  int answered = 0;
  for (std::int64_t i = 0; i < 50; ++i) {
    store->submit({.act = [i](Connection& c) { put_item(c, i); },
                   .done = [&](bool ok) { answered += ok ? 1 : 0; },
                   .may_wait = i % 2 == 0});
  }
  store->close();
  EXPECT_EQ(answered, 50);
  EXPECT_FALSE(store->commit([](Connection& c) { put_item(c, 99); }));
  Job late{.act = [](Connection& c) { put_item(c, 99); }};
  EXPECT_FALSE(store->try_submit(late));
}

TEST(Store, EmptiesTheLogWhenClosed) {
  const TemporaryStore temporary;
  temporary.create();
  ASSERT_TRUE(temporary.open()->commit([](Connection& c) { put_item(c, 1); }));
  EXPECT_TRUE(read_file(temporary.log(), 100).empty());
}

// Waits on the store itself, by submitting jobs, until the condition holds.
template <class Condition>
void work_until(Store& store, Condition condition) {
  while (!condition()) {
    ASSERT_TRUE(store.commit([](Connection& c) { (void)c.in_transaction(); }));
  }
}

TEST(Store, CopiesTheLogAwayWhenItGrowsLong) {
  TemporaryStore temporary;
  temporary.options.checkpoint_frames = 20;
  temporary.create();
  const auto store = temporary.open();
  std::int64_t next = 0;
  std::uint64_t longest = 0;
  while (next < 2000) {
    ASSERT_TRUE(store->commit([&](Connection& c) { put_item(c, ++next, 8000); }));
    longest = std::max(longest, store->status().log_frames);
    if (longest >= 20 && store->status().log_frames < longest) break;
  }
  EXPECT_LT(next, 2000);
  EXPECT_EQ(items(*store).size(), static_cast<std::size_t>(next));
}

TEST(Store, EmptiesTheLogWhenAskedAndWhenIdle) {
  TemporaryStore temporary;
  temporary.create();
  {
    const auto store = temporary.open();
    ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
    ASSERT_GT(std::filesystem::file_size(temporary.log()), 0U);
    store->request_checkpoint();
    work_until(*store, [&] { return std::filesystem::file_size(temporary.log()) == 0; });
    ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 2); }));
    ASSERT_GT(std::filesystem::file_size(temporary.log()), 0U);
  }
  temporary.options.idle_before_checkpoint = std::chrono::seconds(2);
  const auto store = temporary.open();
  ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 3); }));
  temporary.clock.advance(std::chrono::seconds(3));
  while (std::filesystem::file_size(temporary.log()) != 0) std::this_thread::yield();
  EXPECT_THAT(items(*store), ElementsAre(1, 2, 3));
}

TEST(Store, SaysWhenNoFileHoldsWhatWasErased) {
  TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
  ASSERT_GT(std::filesystem::file_size(temporary.log()), 0U);
  EXPECT_TRUE(store->empty_log(std::chrono::minutes(1)));
  EXPECT_EQ(std::filesystem::file_size(temporary.log()), 0U);
  EXPECT_TRUE(store->empty_log(std::chrono::milliseconds(0))) << "there is nothing to wait for";
  // While a reader looks at an old state, that state is there.
  store->read([&](Connection& c) {
    EXPECT_TRUE(c.prepare("SELECT count(*) FROM item").step());
    EXPECT_TRUE(store->commit([](Connection& writer) { put_item(writer, 2); }));
    EXPECT_FALSE(store->empty_log(std::chrono::milliseconds(0)));
    return 0;
  });
  EXPECT_TRUE(store->empty_log(std::chrono::minutes(1)));
  EXPECT_EQ(std::filesystem::file_size(temporary.log()), 0U);
}

TEST(Store, RunsTasksAfterTheirPeriodAndAgainAfterAFailure) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  std::atomic<int> runs{0};
  store->every(std::chrono::minutes(1), [&] {
    ++runs;
    runs.notify_one();
    throw EnvError("the task's disk is away");
  });
  store->request_checkpoint();
  EXPECT_EQ(runs, 0);
  temporary.clock.advance(std::chrono::minutes(1));
  runs.wait(0);
  temporary.clock.advance(std::chrono::minutes(1));
  runs.wait(1);
  EXPECT_EQ(runs, 2);
}

TEST(Store, ReadsOneSnapshotInACallWhileCommitsGoOn) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
  store->read([&](Connection& c) {
    const auto count = [&c] {
      auto row = c.prepare("SELECT count(*) FROM item");
      EXPECT_TRUE(row.step());
      return row.int64(0);
    };
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(store->commit([](Connection& w) { put_item(w, 2); }));
    EXPECT_EQ(count(), 1);
  });
  EXPECT_EQ(items(*store).size(), 2U);
}

TEST(Store, GivesReadersNoWayToWrite) {
  const TemporaryStore temporary;
  temporary.create();
  const auto store = temporary.open();
  EXPECT_THROW(store->read([](Connection& c) { put_item(c, 1); }), StoreError);
  EXPECT_THAT(items(*store), ElementsAre());
}

// Counts its entries in the store, as a log would.
class Counting final : public CommitParticipant {
 public:
  TreeHead load(Connection& connection) override {
    auto row = connection.prepare("SELECT count(*) FROM item");
    EXPECT_TRUE(row.step());
    size_ = static_cast<std::uint64_t>(row.int64(0));
    return head();
  }
  TreeHead before_commit(Connection& connection) override {
    calls += 'b';
    if (refuse) throw EnvError("the log is full");
    return load(connection);
  }
  void committed() noexcept override { calls += 'c'; }
  void rolled_back() noexcept override { calls += 'r'; }
  [[nodiscard]] TreeHead head() const {
    if (size_ == 0) return empty_tree();
    return {size_, crypto::sha256(Bytes(reinterpret_cast<const std::uint8_t*>(&size_), 8))};
  }

  std::string calls;
  bool refuse = false;

 private:
  std::uint64_t size_ = 0;
};

TEST(Store, CarriesItsParticipantThroughCommitsAndRollbacks) {
  const TemporaryStore temporary;
  temporary.create();
  Counting counting;
  auto store = temporary.open(&counting);
  EXPECT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
  EXPECT_EQ(store->status().tree, counting.head());
  EXPECT_FALSE(store->commit([](Connection&) { throw std::runtime_error("no"); }));
  counting.refuse = true;
  EXPECT_FALSE(store->commit([](Connection& c) { put_item(c, 2); }));
  EXPECT_EQ(counting.calls, "bcrbr");
  store.reset();
  EXPECT_NO_THROW((void)temporary.open(&counting));
  EXPECT_EQ(verify_store(temporary.file(), temporary.key).tree.size, 1U);
}

TEST(Store, RefusesATreeThatTheHeadFileDoesNotName) {
  const TemporaryStore temporary;
  temporary.create();
  Counting counting;
  // Without the participant the head file keeps the empty tree.
  ASSERT_TRUE(temporary.open()->commit([](Connection& c) { put_item(c, 1); }));
  EXPECT_EQ(fault_of([&] { (void)temporary.open(&counting); }), StoreFault::Damaged);
}

}  // namespace
}  // namespace hub::storage
