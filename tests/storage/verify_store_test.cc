#include "core/storage/verify_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    out.push_back(entry.path().filename());
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(VerifyStore, LooksAtTheCommittedStateAndChangesNoFile) {
  const TemporaryStore temporary;
  temporary.create();
  TemporaryStore::Image crashed;
  {
    const auto store = temporary.open();
    ASSERT_TRUE(store->commit([](Connection& c) { put_item(c, 1); }));
    crashed = temporary.image();
  }
  temporary.put_back(crashed);
  const auto before = names_in(temporary.folder());
  std::int64_t count = 0;
  const auto report =
      verify_store(temporary.file(), temporary.key, [&](Connection& c, const TreeHead&) {
        auto row = c.prepare("SELECT count(*) FROM item");
        EXPECT_TRUE(row.step());
        count = row.int64(0);
      });
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(count, 1);
  EXPECT_GT(report.log_frames, 0U);
  EXPECT_EQ(report.tree, empty_tree());
  EXPECT_EQ(names_in(temporary.folder()), before);
  EXPECT_EQ(temporary.image(), crashed);
}

TEST(VerifyStore, FindsAnotherKeyAMissingStoreAndADamagedPage) {
  const TemporaryStore temporary;
  EXPECT_THROW((void)verify_store(temporary.file(), temporary.key), StoreError);
  temporary.create();
  ASSERT_TRUE(temporary.open()->commit([](Connection& c) { put_item(c, 1); }));
  EXPECT_FALSE(verify_store(temporary.file(), test_key(99)).sound());

  auto image = temporary.image();
  image[0][image[0].size() - 9000] ^= 1U;
  temporary.put_back(image);
  EXPECT_THAT(verify_store(temporary.file(), temporary.key).findings,
              testing::Contains(HasSubstr("page 2 is damaged")));
}

TEST(VerifyStore, FindsRowsThatPointNowhere) {
  TemporaryStore temporary;
  constexpr std::array kWithReference{
      kTestMigrations[0],
      Migration{2, "CREATE TABLE note (item INTEGER NOT NULL REFERENCES item (number)) STRICT"}};
  temporary.options.migrations = kWithReference;
  temporary.create();
  ASSERT_TRUE(temporary.open()->commit([](Connection& c) {
    c.exec("PRAGMA defer_foreign_keys = ON");
    put_item(c, 1);
    c.run("INSERT INTO note VALUES (1)");
  }));
  EXPECT_TRUE(verify_store(temporary.file(), temporary.key).sound());
  {
    const auto store = temporary.open();
    EXPECT_FALSE(store->commit([](Connection& c) { c.run("INSERT INTO note VALUES (2)"); }));
  }
  EXPECT_THAT(verify_store(temporary.file(), temporary.key).findings, IsEmpty());
}

TEST(VerifyStore, SaysWhatLookFinds) {
  const TemporaryStore temporary;
  temporary.create();
  const auto report =
      verify_store(temporary.file(), temporary.key, [](Connection&, const TreeHead&) {
        throw StoreError(StoreFault::Damaged, "the log does not add up");
      });
  EXPECT_THAT(report.findings, ElementsAre("the log does not add up"));
}

}  // namespace
}  // namespace hub::storage
