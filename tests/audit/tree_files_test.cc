// A log as files: the paths of C2SP tlog-tiles, and what stands in them.
#include "audit/proof/tree_files.h"

#include <gmock/gmock.h>

#include <map>

#include "audit/proof/entry_stream.h"
#include "audit/proof/tile_path.h"
#include "tests/audit/plain_tree.h"

namespace hub::audit {
namespace {

using testing::ElementsAre;

TEST(TilePath, IsWhatTheSpecificationWritesOut) {
  // C2SP tlog-tiles: "index 1234067 must be encoded as x001/x234/067".
  EXPECT_EQ(tile_path(0, 1234067), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(2, 0), "tile/2/000");
  EXPECT_EQ(tile_path(0, 999), "tile/0/999");
  EXPECT_EQ(tile_path(1, 1000, 5), "tile/1/x001/000.p/5");
  EXPECT_EQ(bundle_path(273, 112), "tile/entries/273.p/112");
  EXPECT_EQ(bundle_path(18'446'744'073'709'551'615U),
            "tile/entries/x018/x446/x744/x073/x709/x551/615");
}

struct Files {
  std::map<std::string, Buffer> written;
  TreeFiles tree{[this](const std::string& path, Bytes content) {
    EXPECT_TRUE(written.emplace(path, to_buffer(content)).second) << path << " twice";
  }};

  explicit Files(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) tree.append(as_bytes(std::to_string(i)));
    tree.finish();
  }
  [[nodiscard]] std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const auto& [path, content] : written) out.push_back(path);
    return out;
  }
};

// "A tree of 256 has a full tile and one of width 1 above it" and never an empty one.
TEST(TreeFiles, AreThoseOfTheTreesSize) {
  EXPECT_THAT(Files(0).paths(), ElementsAre());
  EXPECT_THAT(Files(1).paths(), ElementsAre("tile/0/000.p/1", "tile/entries/000.p/1"));
  EXPECT_THAT(Files(256).paths(), ElementsAre("tile/0/000", "tile/1/000.p/1", "tile/entries/000"));
  EXPECT_THAT(Files(257).paths(), ElementsAre("tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",
                                              "tile/entries/000", "tile/entries/001.p/1"));
  // The example of the specification: 70,000 entries are in 273 full tiles and one of width 112,
  // one full tile above them and one of width 17, and one of width 1 above that.
  const Files large(70'000);
  EXPECT_EQ(large.written.size(), 2U * 274U + 2U + 1U);
  for (const auto* path : {"tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
                           "tile/entries/273.p/112"}) {
    EXPECT_TRUE(large.written.contains(path)) << path;
  }
}

TEST(TreeFiles, HoldTheHashesOfTheTree) {
  const Files files(700);
  EXPECT_EQ(files.tree.size(), 700U);
  EXPECT_EQ(files.tree.root(), plain_root(0, 700));
  Buffer row;
  for (std::uint64_t i = 512; i < 700; ++i) append(row, test_leaf(i));
  EXPECT_EQ(files.written.at("tile/0/002.p/188"), row);
  row.clear();
  for (const std::uint64_t first : {0U, 256U}) append(row, plain_root(first, 256));
  EXPECT_EQ(files.written.at("tile/1/000.p/2"), row);
}

TEST(TreeFiles, HoldTheEntriesBehindTheirLengths) {
  const Files files(12);
  Buffer row;
  for (int i = 0; i < 12; ++i) {
    const auto text = std::to_string(i);
    row.push_back(0);
    row.push_back(static_cast<std::uint8_t>(text.size()));
    append(row, as_bytes(text));
  }
  EXPECT_EQ(files.written.at("tile/entries/000.p/12"), row);
}

TEST(EntryStream, TakesTheSameEntriesHoweverTheRowIsCut) {
  const std::vector<std::string> entries{"", "a", std::string(300, 'b'), std::string(65'535, 'c')};
  Buffer row;
  for (const auto& entry : entries) append_entry(row, as_bytes(entry));
  for (const std::size_t step : {1U, 2U, 7U, 301U, 70'000U}) {
    EntryStream stream;
    std::vector<std::string> taken;
    for (std::size_t at = 0; at < row.size(); at += step) {
      stream.feed(Bytes(row).subspan(at, std::min(step, row.size() - at)),
                  [&](Bytes entry) { taken.emplace_back(as_text(entry)); });
    }
    EXPECT_EQ(taken, entries) << step;
    EXPECT_TRUE(stream.is_whole());
  }
}

TEST(EntryStream, KnowsWhenTheRowBrokeOff) {
  Buffer row;
  append_entry(row, as_bytes(std::string_view("four")));
  for (std::size_t size = 1; size < row.size(); ++size) {
    EntryStream stream;
    stream.feed(Bytes(row).first(size), [](Bytes) { ADD_FAILURE() << "there is no entry yet"; });
    EXPECT_FALSE(stream.is_whole()) << size;
  }
}

}  // namespace
}  // namespace hub::audit
