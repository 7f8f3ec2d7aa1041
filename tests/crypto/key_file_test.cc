#include "core/crypto/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "core/base/file.h"
#include "core/base/result.h"

namespace hub::crypto {
namespace {

struct KeyFile : testing::Test {
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                 ("keys-" + std::to_string(::getpid()) +
                                  testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::path file = folder / "store.key";

  void SetUp() override { make_private_folder(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }
};

TEST_F(KeyFile, GivesBackTheKeyItWasMadeFrom) {
  const auto key = StoreKey::random();
  write_key_file(file, key);
  EXPECT_TRUE(same_bytes(read_key_file<StoreKeyKind>(file).expose(), key.expose()));
  EXPECT_THROW(write_key_file(file, key), EnvError) << "overwrote a key";
}

TEST_F(KeyFile, RefusesAnotherKindLoosePermissionsLinksAndRubbish) {
  write_key_file(file, StoreKey::random());
  EXPECT_THROW((void)read_key_file<EpochKind>(file), EnvError);

  ::chmod(file.c_str(), 0640);
  EXPECT_THROW((void)read_key_file<StoreKeyKind>(file), EnvError);
  ::chmod(file.c_str(), 0600);

  const auto link = folder / "link.key";
  std::filesystem::create_symlink(file, link);
  EXPECT_THROW((void)read_key_file<StoreKeyKind>(link), EnvError);
  EXPECT_THROW((void)read_key_file<StoreKeyKind>(folder / "missing.key"), EnvError);

  const auto text = to_text(read_file(file, 1024));
  for (std::size_t size = 0; size < text.size(); ++size) {
    std::ofstream(file, std::ios::trunc) << text.substr(0, size);
    EXPECT_THROW((void)read_key_file<StoreKeyKind>(file), EnvError) << size;
  }
}

TEST_F(KeyFile, TellsAWitnesssKeyFromALogs) {
  write_key_file(file, WitnessKey::generate().seed());
  EXPECT_TRUE(to_text(read_file(file, 1024)).starts_with("hub-key-v1 witness\n"));
  EXPECT_NO_THROW((void)read_key_file<WitnessKind>(file));
  EXPECT_THROW((void)read_key_file<LogKind>(file), EnvError);
}

TEST_F(KeyFile, IsGoneAfterDestruction) {
  write_key_file(file, EpochSecret::random());
  destroy_key_file(file);
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace hub::crypto
