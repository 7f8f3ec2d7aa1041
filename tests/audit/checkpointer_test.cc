#include "audit/log/checkpointer.h"

#include <gtest/gtest.h>

#include "audit/proof/origin.h"
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

TEST_F(CheckpointerTest, SignsNothingWhileItMayNot) {
  temporary.append(3);
  const auto checkpointer = make();
  checkpointer->may_sign(false);
  EXPECT_FALSE(checkpointer->run());
  EXPECT_FALSE(checkpointer->sign());
  checkpointer->sign_last();
  EXPECT_FALSE(std::filesystem::exists(file));
  checkpointer->may_sign(true);
  EXPECT_TRUE(checkpointer->run());
  EXPECT_EQ(read()->size, 3U);
}

// What the log signed under the origin before is put aside, and told.
// What is taken back while it pauses was never signed, and what comes back was.
TEST_F(CheckpointerTest, SignsNothingWhileTheLogIsRestoredAndContinuesFromWhatWasSigned) {
  temporary.append(3);
  const auto checkpointer = make();
  EXPECT_TRUE(checkpointer->sign());
  const auto last = temporary.log->head();
  temporary.append(4);
  const Checkpoint before{kTestOrigin, 7, temporary.log->head().root};
  {
    const Checkpointer::Pause pause(*checkpointer);
    EXPECT_EQ(pause.last_signed(), last);
    checkpointer->may_sign(true);
    EXPECT_FALSE(checkpointer->sign());
    EXPECT_EQ(read()->size, 3U);
    pause.continue_from(before, crypto::sign_note(checkpoint_text(before), kTestOrigin, key));
    EXPECT_EQ(*read(), before);
  }
  EXPECT_FALSE(checkpointer->sign()) << "it has signed that already";
  temporary.append(1);
  EXPECT_TRUE(checkpointer->sign());
  EXPECT_EQ(read()->size, 8U);
  EXPECT_NO_THROW(make());
}

TEST_F(CheckpointerTest, BeginsAnewUnderTheNextOrigin) {
  const Checkpoint before{kTestOrigin, 700, crypto::sha256(as_bytes("entries that are lost"))};
  const auto note = crypto::sign_note(checkpoint_text(before), kTestOrigin, key);
  temporary.append(3);
  const Log next(next_origin(kTestOrigin), "E09000007", temporary.temporary.clock,
                 search_key_of(storage::test_key()));
  const auto make_next = [&] {
    return temporary.store->read([&](Connection& c) {
      return std::make_unique<Checkpointer>(next, key, file, temporary.temporary.clock, c);
    });
  };
  storage::TemporaryStore::put(file, to_buffer(as_bytes(note)));
  EXPECT_THROW((void)make(), storage::StoreError) << "longer than this log";
  const auto checkpointer = make_next();
  EXPECT_EQ(checkpointer->retired(), before);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(to_text(read_file(file.string() + ".retired", 10'000)), note);
  EXPECT_EQ(make_next()->retired(), std::nullopt) << "once";
  // Not back again, and not under another key.
  const auto later =
      crypto::sign_note(checkpoint_text({next.origin(), 3, before.root}), next.origin(), key);
  storage::TemporaryStore::put(file, to_buffer(as_bytes(later)));
  EXPECT_THROW((void)make(), storage::StoreError);
  const auto forged =
      crypto::sign_note(checkpoint_text(before), kTestOrigin, crypto::LogKey::generate());
  storage::TemporaryStore::put(file, to_buffer(as_bytes(forged)));
  EXPECT_THROW((void)make_next(), storage::StoreError);
}

TEST(Origin, HasANextThatIsBehindAllBefore) {
  EXPECT_EQ(first_origin("hub.example", "E09000007"), "hub.example/audit/E09000007");
  EXPECT_EQ(next_origin("hub.example/audit/E09000007"), "hub.example/audit/E09000007/2");
  EXPECT_EQ(next_origin("hub.example/audit/E09000007/9"), "hub.example/audit/E09000007/10");
  EXPECT_TRUE(is_before("h/audit/a", "h/audit/a/2"));
  EXPECT_TRUE(is_before("h/audit/a/9", "h/audit/a/10"));
  EXPECT_FALSE(is_before("h/audit/a/2", "h/audit/a"));
  EXPECT_FALSE(is_before("h/audit/a", "h/audit/a"));
  EXPECT_FALSE(is_before("h/audit/a", "h/audit/b/2"));
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
