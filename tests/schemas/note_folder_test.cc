#include "schemas/note_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/base/flipped.h"
#include "tests/base/temporary_folder.h"
#include "tests/schemas/electors.h"

namespace hub::schemas {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;

// Register 1 and 2, bundle 1 and 2.
struct Notes : testing::Test {
  TemporaryFolder folder;
  Electors electors;
  std::string register_1 = electors.sign(electors.register_content());
  std::string register_2 = electors.sign(follower(electors.register_content(2), register_1));
  std::string bundle_1 = electors.sign(Electors::bundle_content());
  std::string bundle_2 = electors.sign(follower(Electors::bundle_content(2), bundle_1));

  void SetUp() override {
    folder.put("register-000001.note", register_1);
    folder.put("register-000002.note", register_2);
    folder.put("bundle-000001.note", bundle_1);
    folder.put("bundle-000002.note", bundle_2);
  }
  [[nodiscard]] static json follower(json content, std::string_view previous) {
    content["previous"] = to_base64(hash_of(previous));
    return content;
  }
  [[nodiscard]] NoteFolder open() const { return {folder.path(), hash_of(register_1)}; }
  // Why the folder is refused; empty when it is not.
  [[nodiscard]] std::string refusal() const {
    try {
      (void)open();
      return "";
    } catch (const EnvError& error) {
      return error.what();
    }
  }
  void take_away(const std::string& name) const {
    ASSERT_TRUE(std::filesystem::remove(folder.path() / name));
  }
};

TEST_F(Notes, InAFolderAreVerifiedFromTheFirstToTheNewest) {
  const auto notes = open();
  EXPECT_EQ(notes.current_register()->note().note, register_2);
  EXPECT_EQ(notes.current_bundle()->note().note, bundle_2);
  EXPECT_EQ(notes.stored(NoteKind::Register, 1), register_1);
  EXPECT_EQ(notes.stored(NoteKind::Bundle, 2), bundle_2);
  EXPECT_EQ(notes.stored(NoteKind::Bundle, 3), std::nullopt);
}

TEST_F(Notes, WithoutAFolderAreRefused) {
  EXPECT_THROW(NoteFolder(folder.path() / "none", hash_of(register_1)), EnvError);
  EXPECT_THROW(NoteFolder(folder.path() / "bundle-000001.note", hash_of(register_1)), EnvError);
}

TEST_F(Notes, WithoutTheFirstRegisterAreRefused) {
  take_away("register-000001.note");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("register-000001.note"), HasSubstr("is missing")));
}

// Else an older register would count, in which somebody may not be suspended yet.
TEST_F(Notes, WithAGapInTheRegistersAreRefused) {
  folder.put("register-000003.note",
             electors.sign(follower(electors.register_content(3), register_2)));
  EXPECT_EQ(refusal(), "");
  take_away("register-000002.note");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("register-000002.note"), HasSubstr("is missing")));
}

TEST_F(Notes, WithoutABundleAreRefused) {
  take_away("bundle-000001.note");
  EXPECT_EQ(refusal(), "") << "only the newest counts";
  take_away("bundle-000002.note");
  EXPECT_THAT(refusal(), HasSubstr("holds no bundle"));
}

TEST_F(Notes, ThatWereChangedAreRefusedByName) {
  for (const auto& [name, note] :
       {std::pair("register-000001.note", register_1),
        std::pair("register-000002.note", register_2), std::pair("bundle-000002.note", bundle_2)}) {
    for (const auto& changed :
         {flipped(note, 8 * (note.size() / 2)), note.substr(0, note.size() - 1), note + "x",
          std::string(), flipped(note, 8 * (note.size() - 20))}) {
      folder.put(name, changed);
      EXPECT_THAT(refusal(), HasSubstr(name));
    }
    folder.put(name, note);
    EXPECT_EQ(refusal(), "");
  }
}

TEST_F(Notes, FromAnotherGenesisAreRefused) {
  EXPECT_THROW(NoteFolder(folder.path(), hash_of(register_2)), EnvError);
}

TEST_F(Notes, OfOtherNamesAreLeftAlone) {
  folder.put("README", "what this folder is");
  folder.put("bundle-3.note", "no six digits");
  folder.put("bundle-00000x.note", "no digits");
  folder.put("bundle-000003.note.new", "left behind by a crash");
  folder.put("register-000003.note.new", "left behind by a crash");
  EXPECT_EQ(refusal(), "");
}

TEST_F(Notes, UnderANumberThatIsNotTheirsAreRefused) {
  folder.put("bundle-000009.note", bundle_1);
  EXPECT_THAT(refusal(), HasSubstr("bundle-000009.note"));
  take_away("bundle-000009.note");
  folder.put("register-000003.note", register_2);
  EXPECT_THAT(refusal(), HasSubstr("register-000003.note"));
}

TEST_F(Notes, OfTwoHubsAreRefused) {
  auto other = follower(Electors::bundle_content(2), bundle_1);
  other["hub"] = "other.hub.example";
  folder.put("bundle-000002.note", electors.sign(other));
  EXPECT_THAT(refusal(), HasSubstr("another hub"));
}

TEST_F(Notes, LargerThanANoteMayBeAreRefused) {
  folder.put("bundle-000002.note", std::string(kMaxNoteBytes + 1, 'x'));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("bundle-000002.note"), HasSubstr("larger than")));
}

TEST_F(Notes, ThatFollowAreAdoptedAndThereAfterARestart) {
  auto notes = open();
  const auto register_3 = electors.sign(follower(electors.register_content(3), register_2));
  const auto next = notes.check_register(register_3);
  ASSERT_TRUE(next);
  EXPECT_EQ(notes.current_register()->note().number, 2U) << "checking adopts nothing";
  notes.adopt(*next);
  EXPECT_EQ(notes.current_register()->note().number, 3U);
  auto content = follower(Electors::bundle_content(3), bundle_2);
  content["register"] = 3;
  const auto bundle_3 = electors.sign(content);
  const auto bundle = notes.check_bundle(bundle_3);
  ASSERT_TRUE(bundle);
  notes.adopt(*bundle);
  EXPECT_EQ(notes.current_bundle()->note().note, bundle_3);

  const auto again = open();
  EXPECT_EQ(again.current_register()->note().note, register_3);
  EXPECT_EQ(again.current_bundle()->note().note, bundle_3);
}

TEST_F(Notes, ThatDoNotFollowAreRefusedAndChangeNothing) {
  const auto notes = open();
  const auto skipped = electors.sign(follower(electors.register_content(4), register_2));
  EXPECT_EQ(notes.check_register(skipped).error().what, "number 3 is missing before number 4");
  EXPECT_FALSE(notes.check_register(register_2));
  EXPECT_FALSE(notes.check_register(bundle_2));
  EXPECT_FALSE(notes.check_register(""));
  const auto old_register = electors.sign(follower(Electors::bundle_content(3), bundle_2));
  EXPECT_EQ(notes.check_bundle(old_register).error().what,
            "it was made under register 1; number 2 is in force");
  auto other_past = follower(Electors::bundle_content(3), bundle_1);
  other_past["register"] = 2;
  EXPECT_EQ(notes.check_bundle(electors.sign(other_past)).error().what,
            "it does not follow number 2 as it is in force here");
  EXPECT_EQ(notes.current_register()->note().note, register_2);
  EXPECT_EQ(notes.current_bundle()->note().note, bundle_2);
  EXPECT_EQ(refusal(), "");
}

TEST(NoteFileName, HasSixDigitsAndMoreWhereTheyAreNeeded) {
  EXPECT_EQ(note_file_name("register", 1), "register-000001.note");
  EXPECT_EQ(note_file_name("bundle", 1'234'567), "bundle-1234567.note");
}

}  // namespace
}  // namespace hub::schemas
