// The demo's input files are what demo/generate.py says they are: the rows that it calls right are
// taken by the record check, and the others are not.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "agent/source_csv.h"
#include "agent/source_json.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "tests/catalogue/london_catalogue.h"

namespace hub::agent {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A folder of generated files, removed at the end.
class Generated {
 public:
  explicit Generated(const std::string& name)
      : folder_(fs::path(testing::TempDir()) / (name + "_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    const std::string command = std::string(HUB_PYTHON) +
                                " " HUB_SOURCE_DIR
                                "/demo/generate.py --scale 0.01 --seed 7 --out " +
                                folder_.string() + " > /dev/null";
    made_ = std::system(command.c_str()) == 0;  // NOLINT(cert-env33-c)
  }
  Generated(const Generated&) = delete;
  Generated& operator=(const Generated&) = delete;
  Generated(Generated&&) = delete;
  Generated& operator=(Generated&&) = delete;
  ~Generated() { fs::remove_all(folder_); }

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] std::map<std::string, Buffer> contents() const {
    std::map<std::string, Buffer> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (!entry.is_regular_file()) continue;
      out[fs::relative(entry.path(), folder_).string()] = read_file(entry.path(), 16U << 20U);
    }
    return out;
  }

 private:
  fs::path folder_;
  bool made_ = false;
};

struct Counts {
  std::size_t rows = 0;
  std::size_t right = 0;
  std::map<std::string, std::size_t> groups;
};

Counts read(const fs::path& path, const schemas::RecordType& type) {
  auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
  const auto source = path.extension() == ".json" ? open_json(std::move(file), type)
                                                  : open_csv(std::move(file), type);
  EXPECT_TRUE(source) << path;
  Counts counts;
  while (const auto row = (*source)->next()) {
    ++counts.rows;
    EXPECT_FALSE(row->problem) << path << ' ' << row->problem->rule;
    EXPECT_FALSE(row->sharing.agreement.empty());
    EXPECT_FALSE(row->sharing.priority.empty());
    const auto draft = schemas::RecordDraft::check(type, row->fields);
    if (!draft) continue;
    ++counts.right;
    for (const auto& group : draft->groups_present()) ++counts.groups[group];
    EXPECT_TRUE(schemas::RecordView::open(type, draft->encode(draft->groups_present())));
  }
  EXPECT_FALSE((*source)->broken()) << path;
  return counts;
}

TEST(DemoFiles, HoldWhatTheyAreExpectedToHold) {
  const Generated generated("hub_demo_files");
  ASSERT_TRUE(generated.made());
  const auto text = read_file(generated.folder() / "expected.json", 1U << 20U);
  const auto expected = parse_json(as_text(text));
  ASSERT_TRUE(expected);
  std::size_t files = 0;
  std::size_t rejected = 0;
  for (const auto& [gss, authority] : expected->at("authorities").items()) {
    for (const auto& file : authority.at("files")) {
      const auto& type = schemas::london_type(file.at("record_type").get<std::string>());
      const auto path = generated.folder() / gss / file.at("file").get<std::string>();
      const auto counts = read(path, type);
      EXPECT_EQ(counts.rows, file.at("rows").get<std::size_t>()) << path;
      const auto wrong = file.value("rejected", std::size_t{0});
      EXPECT_EQ(counts.rows - counts.right, wrong) << path;
      const json withheld = file.value("withheld", json::object());
      for (const auto& [group, count] : withheld.items()) {
        EXPECT_EQ(counts.groups.at(group), count.get<std::size_t>()) << path;
      }
      ++files;
      rejected += wrong;
    }
  }
  EXPECT_GT(files, 70U);
  EXPECT_GT(rejected, 10U);
}

TEST(DemoFiles, AreTheSameForTheSameSeed) {
  const Generated once("hub_demo_once");
  const Generated again("hub_demo_again");
  ASSERT_TRUE(once.made() && again.made());
  EXPECT_EQ(once.contents(), again.contents());
}

}  // namespace
}  // namespace hub::agent
