#include "core/storage/connection.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/storage/store_error.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    (void)open_file(file, O_CREAT | O_RDWR);
    connection = std::make_unique<Connection>(file, key, Access::Create, 1024);
    connection->exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b ANY) STRICT");
  }

  Folder folder;
  std::filesystem::path file = folder.path() / "odd name%3f?#.store";
  crypto::StoreKey key = test_key();
  std::unique_ptr<Connection> connection;
};

TEST_F(ConnectionTest, BindsAndReadsEveryKindOfValue) {
  const Buffer bytes{0, 1, 255};
  connection->run("INSERT INTO t VALUES (1, ?)", -5);
  connection->run("INSERT INTO t VALUES (2, ?)", 2.5);
  connection->run("INSERT INTO t VALUES (3, ?)", std::string("caf\xc3\xa9"));
  connection->run("INSERT INTO t VALUES (4, ?)", bytes);
  connection->run("INSERT INTO t VALUES (5, ?)", nullptr);
  connection->run("INSERT INTO t VALUES (6, ?)", std::string_view());
  connection->run("INSERT INTO t VALUES (7, ?)", Bytes());
  auto rows = connection->prepare("SELECT b FROM t ORDER BY a");
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_int64(0));
  EXPECT_EQ(rows.int64(0), -5);
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_real(0));
  EXPECT_EQ(rows.real(0), 2.5);
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_text(0));
  EXPECT_EQ(rows.text(0), "caf\xc3\xa9");
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_bytes(0));
  EXPECT_EQ(to_buffer(rows.bytes(0)), bytes);
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_null(0));
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_text(0));
  EXPECT_EQ(rows.text(0), "");
  ASSERT_TRUE(rows.step());
  EXPECT_TRUE(rows.is_bytes(0));
  EXPECT_TRUE(rows.bytes(0).empty());
  EXPECT_FALSE(rows.step());
}

TEST_F(ConnectionTest, GivesAStatementBackCleanAndLendsASecondMeanwhile) {
  connection->run("INSERT INTO t VALUES (1, 10)");
  const Sql sql("SELECT b FROM t WHERE a = ?");
  {
    auto outer = connection->prepare(sql);
    auto inner = connection->prepare(sql);
    outer.bind(1, 1);
    inner.bind(1, 1);
    EXPECT_TRUE(outer.step());
    EXPECT_TRUE(inner.step());
    EXPECT_EQ(outer.int64(0), inner.int64(0));
  }
  EXPECT_FALSE(connection->prepare(sql).step()) << "an old binding was kept";
}

TEST_F(ConnectionTest, NeverNamesAValueInAnError) {
  connection->exec("CREATE UNIQUE INDEX u ON t (b)");
  connection->run("INSERT INTO t VALUES (1, ?)", std::string("Shanice"));
  try {
    connection->run("INSERT INTO t VALUES (2, ?)", std::string("Shanice"));
    FAIL() << "a duplicate went in";
  } catch (const StoreError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("t.b"));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("Shanice")));
  }
}

TEST_F(ConnectionTest, TakesATextInDoubleQuotesForAName) {
  EXPECT_THROW(connection->exec("INSERT INTO t VALUES (1, \"text\")"), StoreError);
}

TEST_F(ConnectionTest, CannotAttachAnotherFile) {
  EXPECT_THROW(connection->exec("ATTACH ':memory:' AS other"), StoreError);
}

TEST_F(ConnectionTest, HasTheSettingsThatTheStoreReliesOn) {
  const auto asks = [&](Sql pragma) {
    auto row = connection->prepare(pragma);
    EXPECT_TRUE(row.step());
    return std::string(row.text(0));
  };
  EXPECT_EQ(asks("PRAGMA cipher_page_size"), "16384");
  EXPECT_EQ(asks("PRAGMA cipher_hmac_algorithm"), "HMAC_SHA256");
  EXPECT_EQ(asks("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(asks("PRAGMA synchronous"), "2");
  EXPECT_EQ(asks("PRAGMA secure_delete"), "1");
  EXPECT_EQ(asks("PRAGMA foreign_keys"), "1");
  EXPECT_EQ(asks("PRAGMA trusted_schema"), "0");
  EXPECT_EQ(asks("PRAGMA temp_store"), "2");
  EXPECT_EQ(asks("PRAGMA wal_autocheckpoint"), "0");
  EXPECT_EQ(asks("PRAGMA auto_vacuum"), "0");
}

TEST_F(ConnectionTest, OpensAFrozenFileWithoutTouchingItsFolder) {
  connection->exec("PRAGMA wal_checkpoint(TRUNCATE)");
  connection.reset();
  std::filesystem::remove(file.string() + "-wal");
  std::filesystem::remove(file.string() + "-shm");
  Connection frozen(file, key, Access::Frozen, 1024);
  auto row = frozen.prepare("SELECT count(*) FROM t");
  EXPECT_TRUE(row.step());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace hub::storage
