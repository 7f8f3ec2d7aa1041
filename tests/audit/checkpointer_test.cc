#include "audit/log/checkpointer.h"

#include <gtest/gtest.h>

#include "core/base/file.h"
#include "core/storage/store_error.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

class CheckpointerTest : public testing::Test {
 protected:
  std::unique_ptr<Checkpointer> make() {
    return temporary.store->read([&](Connection& c) {
      return std::make_unique<Checkpointer>(*temporary.log, key, file, temporary.temporary.clock,
                                            c);
    });
  }
  Result<Checkpoint, CheckpointError> read() {
    return open_checkpoint(as_text(read_file(file, 10'000)),
                           crypto::NoteVerifier(kTestOrigin, key.verify_key().bytes));
  }

  TemporaryLog temporary;
  crypto::LogKey key = crypto::LogKey::generate();
  std::filesystem::path file = Checkpointer::beside(temporary.temporary.file());
};

TEST_F(CheckpointerTest, SignsTheCommittedTreeAtMostOnceASecondAndOnlyWhatIsNew) {
  const auto checkpointer = make();
  EXPECT_TRUE(checkpointer->run());
  EXPECT_EQ(read()->size, 0U);
  temporary.append(3);
  EXPECT_FALSE(checkpointer->run()) << "too soon";
  temporary.temporary.clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(checkpointer->run());
  EXPECT_EQ(*read(), (Checkpoint{kTestOrigin, 3, temporary.log->head().root}));
  temporary.temporary.clock.advance(std::chrono::seconds(5));
  EXPECT_FALSE(checkpointer->run()) << "nothing new";
}

TEST_F(CheckpointerTest, GoesOnFromItsFileAfterARestart) {
  temporary.append(3);
  EXPECT_TRUE(make()->run());
  temporary.append(300);
  temporary.open();
  const auto again = make();
  EXPECT_TRUE(again->run());
  EXPECT_EQ(read()->size, 303U);
  EXPECT_FALSE(make()->run());
}

TEST_F(CheckpointerTest, SignsNothingForALogThatWentBack) {
  temporary.append(3);
  temporary.store->close();
  const auto backup = temporary.temporary.image();
  temporary.open();
  temporary.append(3);
  EXPECT_TRUE(make()->run());
  temporary.store.reset();
  temporary.temporary.put_back(backup);
  temporary.open();
  EXPECT_THROW((void)make(), storage::StoreError);
  temporary.append(10);  // longer than what was signed, and another log
  EXPECT_THROW((void)make(), storage::StoreError);
}

TEST_F(CheckpointerTest, RefusesAFileThatIsNoCheckpointOfThisLog) {
  EXPECT_TRUE(make()->run());
  const auto sound = read_file(file, 10'000);
  for (const auto& wrong : {Buffer(), Buffer{1, 2, 3}}) {
    storage::TemporaryStore::put(file, wrong);
    EXPECT_THROW((void)make(), storage::StoreError);
  }
  auto changed = sound;
  changed.front() ^= 1U;
  storage::TemporaryStore::put(file, changed);
  EXPECT_THROW((void)make(), storage::StoreError);
  storage::TemporaryStore::put(file, sound);
  EXPECT_NO_THROW((void)make());
}

}  // namespace
}  // namespace hub::audit
