// Proofs that travel: read from exported tiles, written as C2SP tlog-proof, checked with the log's
// key alone.
#include "audit/proof/tlog_proof.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "audit/proof/tile_folder.h"
#include "audit/proof/tree_files.h"
#include "core/base/file.h"
#include "core/crypto/signing.h"
#include "tests/audit/plain_tree.h"
#include "tests/base/temporary_folder.h"

namespace hub::audit {
namespace {

constexpr const char* kOrigin = "test.hub/audit/E09000012";

std::string text_of(std::uint64_t index) { return std::to_string(index); }

// A log of so many entries, signed, and its files.
struct Exported {
  explicit Exported(std::uint64_t size) : tiles(folder.path(), size) {
    TreeFiles files([this](const std::string& path, Bytes content) {
      std::filesystem::create_directories((folder.path() / path).parent_path());
      replace_file(folder.path() / path, content);
    });
    for (std::uint64_t i = 0; i < size; ++i) files.append(as_bytes(text_of(i)));
    files.finish();
    note = crypto::sign_note(checkpoint_text({kOrigin, size, files.root()}), kOrigin, key);
  }

  [[nodiscard]] TlogProof proof(std::uint64_t index, std::uint64_t size) {
    return {tiles.entry(index), index, inclusion_proof(tiles, index, size), note};
  }
  [[nodiscard]] crypto::NoteVerifier verifier() const { return {kOrigin, key.verify_key().bytes}; }

  TemporaryFolder folder;
  crypto::LogKey key = crypto::LogKey::generate();
  TileFolder tiles;
  std::string note;
};

TEST(TlogProof, OfEveryEntryLeadsToTheSignedRoot) {
  for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 700U}) {
    Exported log(size);
    for (std::uint64_t index = 0; index < size; index += 1 + size / 9) {
      const auto proof = log.proof(index, size);
      EXPECT_EQ(proof.path, plain_path(index, 0, size)) << index << " of " << size;
      const auto read = parse_tlog_proof(write_tlog_proof(proof));
      ASSERT_TRUE(read);
      EXPECT_EQ(*read, proof);
      const auto verified = verify_tlog_proof(*read, *read->extra, log.verifier());
      ASSERT_TRUE(verified) << describe(verified.error());
      EXPECT_EQ(verified->size, size);
    }
  }
}

TEST(TlogProof, IsWrittenAsTheSpecificationSays) {
  Exported log(2);
  const auto text = write_tlog_proof(log.proof(1, 2));
  EXPECT_EQ(text, "c2sp.org/tlog-proof@v1\nextra MQ==\nindex 1\n" +
                      write_tlog_proof({{}, 1, {test_leaf(0)}, log.note}).substr(31));
  EXPECT_TRUE(text.ends_with("=\n\n" + log.note));
}

TEST(TlogProof, DoesNotHoldForAnythingElse) {
  Exported log(700);
  const auto sound = log.proof(300, 700);
  const auto error_of = [&](const TlogProof& proof, Bytes entry) {
    const auto verified = verify_tlog_proof(proof, entry, log.verifier());
    return verified ? std::nullopt : std::optional(verified.error());
  };
  ASSERT_EQ(error_of(sound, *sound.extra), std::nullopt);
  EXPECT_EQ(error_of(sound, as_bytes(text_of(301))), TlogProofError::NotInTheTree);
  auto other = sound;
  other.index = 301;
  EXPECT_EQ(error_of(other, *sound.extra), TlogProofError::NotInTheTree);
  for (std::size_t i = 0; i < sound.path.size(); ++i) {
    other = sound;
    other.path[i][0] ^= 1;
    EXPECT_EQ(error_of(other, *sound.extra), TlogProofError::NotInTheTree) << i;
    other = sound;
    other.path.erase(other.path.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(error_of(other, *sound.extra), TlogProofError::NotInTheTree) << i;
  }
  other = sound;
  other.checkpoint = Exported(700).note;  // the same tree, signed with another key
  EXPECT_EQ(error_of(other, *sound.extra), TlogProofError::NotSigned);
}

TEST(TlogProof, IsRefusedAtEveryTruncationBeforeTheCheckpoint) {
  Exported log(5);
  const auto text = write_tlog_proof(log.proof(2, 5));
  const auto head = text.size() - log.note.size();
  for (std::size_t size = 0; size < head; ++size) {
    EXPECT_FALSE(parse_tlog_proof(text.substr(0, size))) << size;
  }
  for (const auto* bad :
       {"c2sp.org/tlog-proof@v2\nindex 0\n\n", "c2sp.org/tlog-proof@v1\nindex 00\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nAA==\n\n", "c2sp.org/tlog-proof@v1\nextra ?\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\n"}) {
    EXPECT_FALSE(parse_tlog_proof(bad)) << bad;
  }
  std::string endless = "c2sp.org/tlog-proof@v1\nindex 0\n";
  for (int i = 0; i < 64; ++i) endless += "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  EXPECT_FALSE(parse_tlog_proof(endless + "\n"));
}

TEST(TileFolder, NamesTheFileThatIsNotWhole) {
  Exported log(700);
  const auto file = log.folder.path() / "tile/0/002.p/188";
  auto content = read_file(file, 1U << 20U);
  content.pop_back();
  replace_file(file, content);
  EXPECT_THAT([&] { (void)log.proof(600, 700); },
              testing::ThrowsMessage<EnvError>(testing::HasSubstr("tile/0/002.p/188")));
  std::filesystem::remove(log.folder.path() / "tile/entries/000");
  EXPECT_THAT([&] { (void)log.tiles.entry(3); },
              testing::ThrowsMessage<EnvError>(testing::HasSubstr("tile/entries/000")));
}

}  // namespace
}  // namespace hub::audit
