#include "schemas/bundle.h"

#include <gtest/gtest.h>

#include "tests/base/flipped.h"
#include "tests/schemas/electors.h"

namespace hub::schemas {
namespace {

using nlohmann::json;

struct SignedBundle : testing::Test {
  Electors electors;
  Electors later_electors;
  std::vector<Electorate> electorates{electors.electorate(), later_electors.electorate()};
  json content = Electors::bundle_content();

  [[nodiscard]] std::string mistake_of(std::string_view note) const {
    const auto read = Bundle::read(note, electorates);
    return read ? "" : read.error().what;
  }
  [[nodiscard]] std::string mistake(const json& changed) const {
    return mistake_of(electors.sign(changed));
  }
};

TEST_F(SignedBundle, GivesBackTheFilesItWasMadeOf) {
  const std::map<std::string, std::string> files{{"policy/a.cedar", "permit"},
                                                 {"policy/b.cedar", ""},
                                                 {"catalogue/a.fbs", "table \"A\" {\n}\n"},
                                                 {"agreements/a.json", "{\"caf\xC3\xA9\": 1}"}};
  const auto text = bundle_text(kHub, 7, base64_of("six"), 1, files);
  const auto read = Bundle::read(electors.sign_text(text, {0, 2}), electorates);
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)->files(), files);
  EXPECT_EQ((*read)->note().number, 7U);
  EXPECT_EQ((*read)->note().previous, base64_of("six"));
  EXPECT_EQ((*read)->register_number(), 1U);
  EXPECT_EQ((*read)->state(), (NoteState{7, crypto::sha256(as_bytes(text))}));
  EXPECT_EQ((*read)->files_under("policy/").size(), 2U);
  EXPECT_EQ((*read)->files_under("agreements/").count("agreements/a.json"), 1U);
  EXPECT_TRUE((*read)->files_under("nothing/").empty());
}

TEST_F(SignedBundle, IsSignedByTheElectorsOfTheRegisterItNames) {
  EXPECT_EQ(mistake(content), "");
  content["register"] = 2;
  EXPECT_EQ(mistake(content), "the note carries no signature by a known key");
  EXPECT_EQ(mistake_of(later_electors.sign(content)), "");
  EXPECT_EQ(mistake_of(later_electors.sign(content, {1})),
            "1 of the 2 signatures needed are there");
}

TEST_F(SignedBundle, NamesARegisterThatIsKnown) {
  for (const auto& number : {json(0), json(3), json(-1), json("1"), json(1.5), json(),
                             json(std::numeric_limits<std::uint64_t>::max())}) {
    content["register"] = number;
    EXPECT_EQ(mistake(content), "\"register\" must be the number of a register that is known here")
        << number;
  }
  content.erase("register");
  EXPECT_NE(mistake(content), "");
  EXPECT_FALSE(Bundle::read(electors.sign(Electors::bundle_content()), {}));
}

TEST_F(SignedBundle, IsRefusedWithAnyBitFlippedOrTruncated) {
  const auto note = electors.sign(content);
  ASSERT_EQ(mistake_of(note), "");
  for (std::size_t bit = 0; bit < 8 * note.size(); ++bit) {
    ASSERT_NE(mistake_of(flipped(note, bit)), "") << "bit " << bit;
  }
  for (std::size_t size = 0; size < note.size(); ++size) {
    ASSERT_NE(mistake_of(std::string_view(note).substr(0, size)), "") << size;
  }
}

TEST_F(SignedBundle, IsRefusedAsARegisterAndARegisterAsABundle) {
  EXPECT_EQ(mistake(electors.register_content()), "it is not a bundle");
}

TEST_F(SignedBundle, HoldsTextsInItsFoldersOnly) {
  const std::string wrong =
      "each file must be a text under catalogue/, policy/, links/ or agreements/";
  for (const auto* path : {"", "a.cedar", "Policy/a.cedar", "/policy/a.cedar", "../policy/a.cedar",
                           "keys/store.key", "policy"}) {
    content["files"] = {{path, "text"}};
    EXPECT_EQ(mistake(content), wrong) << path;
  }
  for (const auto& text : {json(), json(7), json::array(), json::object()}) {
    content["files"] = {{"policy/a.cedar", text}};
    EXPECT_EQ(mistake(content), wrong) << text;
  }
}

TEST_F(SignedBundle, HoldsAtMost4096Files) {
  const std::string wrong = "\"files\" must map at most 4,096 paths to texts";
  for (const auto& files : {json(), json(7), json::array(), json("files")}) {
    content["files"] = files;
    EXPECT_EQ(mistake(content), wrong) << files;
  }
  content["files"] = json::object();
  EXPECT_EQ(mistake(content), "");
  for (int i = 0; i < 4096; ++i) content["files"]["policy/" + std::to_string(i)] = "";
  EXPECT_EQ(mistake(content), "");
  content["files"]["policy/one more"] = "";
  EXPECT_EQ(mistake(content), wrong);
  content.erase("files");
  EXPECT_EQ(mistake(content), wrong);
}

TEST_F(SignedBundle, IsRefusedWhenLargerThanANoteMayBe) {
  content["files"]["policy/large.cedar"] = std::string(kMaxNoteBytes - 2048, 'x');
  EXPECT_EQ(mistake(content), "");
  content["files"]["policy/large.cedar"] = std::string(kMaxNoteBytes, 'x');
  EXPECT_EQ(mistake(content), "the signed note is too large");
}

}  // namespace
}  // namespace hub::schemas
