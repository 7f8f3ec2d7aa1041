#include "schemas/numbered_note.h"

#include <gtest/gtest.h>

#include "schemas/envelope.h"
#include "schemas/message.h"
#include "tests/base/flipped.h"
#include "tests/schemas/electors.h"

namespace hub::schemas {
namespace {

using nlohmann::json;

struct Numbered : testing::Test {
  Electors electors;
  json content = Electors::bundle_content();

  // The mistake of the content, signed by a quorum; empty when there is none.
  [[nodiscard]] std::string mistake(const json& changed) const {
    return mistake_of(electors.sign(changed));
  }
  [[nodiscard]] static std::string mistake_of(std::string_view note,
                                              std::string_view kind = "bundle") {
    json unused;
    const auto read = read_numbered_note(note, kind, unused);
    return read ? "" : read.error().what;
  }
  [[nodiscard]] std::string quorum_mistake(const std::vector<std::size_t>& signers,
                                           const std::string& more = "") const {
    json unused;
    const auto read = read_numbered_note(electors.sign(content, signers) + more, "bundle", unused);
    EXPECT_TRUE(read);
    const auto missing = check_quorum(*read, electors.electorate());
    return missing ? missing->what : "";
  }
  [[nodiscard]] NumberedNote note(std::uint64_t number, const std::string& previous,
                                  std::string_view hub = kHub) const {
    auto other = Electors::bundle_content(number, previous);
    other["hub"] = hub;
    json unused;
    const auto read = read_numbered_note(electors.sign(other), "bundle", unused);
    EXPECT_TRUE(read) << read.error().what;
    return *read;
  }
};

TEST_F(Numbered, NoteSaysHubNumberPreviousAndTheHashOfItsText) {
  const auto signed_note = electors.sign(content);
  json read_content;
  const auto read = read_numbered_note(signed_note, "bundle", read_content);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->note, signed_note);
  EXPECT_EQ(read->text, content.dump(1) + "\n");
  EXPECT_EQ(read->hub, kHub);
  EXPECT_EQ(read->number, 1U);
  EXPECT_EQ(read->previous, "");
  EXPECT_EQ(read->hash, hash_of(signed_note));
  EXPECT_EQ(read_content, content);
}

TEST_F(Numbered, NoteIsRefusedAtEveryTruncationOrWithoutItsQuorum) {
  const auto signed_note = electors.sign(content);
  for (std::size_t size = 0; size < signed_note.size(); ++size) {
    json unused;
    const auto read =
        read_numbered_note(std::string_view(signed_note).substr(0, size), "bundle", unused);
    ASSERT_TRUE(!read || check_quorum(*read, electors.electorate())) << size;
  }
  EXPECT_EQ(mistake_of(signed_note + "x"), "the file is not a signed note");
  EXPECT_EQ(mistake_of(content.dump(1) + "\n"), "the file is not a signed note");
}

TEST_F(Numbered, NoteIsRefusedWithAnyBitFlipped) {
  const auto signed_note = electors.sign(content);
  for (std::size_t bit = 0; bit < 8 * signed_note.size(); ++bit) {
    json unused;
    const auto read = read_numbered_note(flipped(signed_note, bit), "bundle", unused);
    ASSERT_TRUE(!read || check_quorum(*read, electors.electorate())) << "bit " << bit;
  }
}

TEST_F(Numbered, NoteOfAnotherKindIsRefused) {
  EXPECT_EQ(mistake_of(electors.sign(content), "register"), "it is not a register");
  EXPECT_EQ(mistake({{"number", 1}}), "it is not a bundle");
  for (const auto& kind : {json(5), json(), json::array(), json::object(), json("Bundle")}) {
    auto changed = content;
    changed["kind"] = kind;
    EXPECT_EQ(mistake(changed), "it is not a bundle") << kind;
  }
  EXPECT_EQ(mistake(json::array({"bundle"})), "it is not a bundle");
}

TEST_F(Numbered, NoteWithoutHubNumberOrPreviousIsRefused) {
  const std::string wrong = "\"hub\", \"number\" (1 or more) and \"previous\" must be given";
  for (const auto* name : {"hub", "number", "previous"}) {
    auto changed = content;
    changed.erase(name);
    EXPECT_EQ(mistake(changed), wrong) << name;
    for (const auto& value : {json(), json(-1), json(1.5), json(true), json::array()}) {
      changed[name] = value;
      EXPECT_EQ(mistake(changed), wrong) << name << " " << value;
    }
  }
  for (const auto& [name, value] :
       {std::pair("number", json(0)), std::pair("number", json("1")), std::pair("hub", json("")),
        std::pair("hub", json("two words")), std::pair("hub", json("line\n")),
        std::pair("hub", json(std::string(kMaxNameLength + 1, 'h')))}) {
    auto changed = content;
    changed[name] = value;
    EXPECT_EQ(mistake(changed), wrong) << name << " " << value;
  }
}

TEST_F(Numbered, NoteHasAPreviousUnlessItIsTheFirst) {
  const std::string wrong = "only number 1 has an empty \"previous\"";
  EXPECT_EQ(mistake(Electors::bundle_content(1, base64_of("x"))), wrong);
  EXPECT_EQ(mistake(Electors::bundle_content(2, "")), wrong);
  EXPECT_EQ(mistake(Electors::bundle_content(2, base64_of("x"))), "");
}

TEST_F(Numbered, NoteThatIsNoJsonSaysTheLine) {
  EXPECT_EQ(mistake_of(electors.sign_text("{\n\"kind\": bundle\n}\n", {0})),
            "line 2: it is not valid JSON");
  EXPECT_EQ(mistake_of(electors.sign_text("{\"kind\": \"bundle\", \"kind\": \"bundle\"}\n", {0})),
            "line 0: an object has the same key twice");
}

TEST_F(Numbered, NoteIsRefusedWhenTooDeepOrTooLarge) {
  content["more"] = json::parse(std::string(15, '[') + std::string(15, ']'));
  EXPECT_EQ(mistake(content), "");
  content["more"] = json::parse(std::string(16, '[') + std::string(16, ']'));
  EXPECT_EQ(mistake(content), "line 0: it is nested too deeply");
  content["more"] = std::string(kMaxNoteBytes, 'x');
  EXPECT_EQ(mistake(content), "the signed note is too large");
}

TEST_F(Numbered, NoteNeedsItsQuorumOfDistinctAuthorities) {
  EXPECT_EQ(quorum_mistake({0, 1}), "");
  EXPECT_EQ(quorum_mistake({0, 1, 2}), "");
  EXPECT_EQ(quorum_mistake({2}), "1 of the 2 signatures needed are there");
  EXPECT_EQ(quorum_mistake({2, 2, 2}), "1 of the 2 signatures needed are there");
}

TEST_F(Numbered, NoteCountsNoSignatureOfAKeyOutsideTheElectorate) {
  const auto text = content.dump(1) + "\n";
  const auto outsider = crypto::GovernanceKey::generate();
  const auto by_stranger = crypto::signature_line(text, "E09000009/governance", outsider);
  const auto in_anothers_name = crypto::signature_line(text, "E09000002/governance", outsider);
  EXPECT_EQ(quorum_mistake({0}, by_stranger), "1 of the 2 signatures needed are there");
  EXPECT_EQ(quorum_mistake({0}, in_anothers_name), "1 of the 2 signatures needed are there");
  EXPECT_EQ(quorum_mistake({}, by_stranger), "the note carries no signature by a known key");
  EXPECT_EQ(quorum_mistake({0, 1}, by_stranger), "") << "a stranger's signature does no harm";
}

TEST_F(Numbered, NoteWithASignatureMadeForAnotherTextIsRefusedThoughOthersHold) {
  EXPECT_EQ(quorum_mistake({0, 1}, electors.signature("another text\n", 2)),
            "a signature by a known key does not match the note");
}

TEST_F(Numbered, NoteFollowsTheOneInForceAndNoOther) {
  const auto current = note(4, base64_of("three"));
  const auto right = to_base64(current.hash);
  EXPECT_FALSE(check_succession(current, note(5, right)));
  const auto why = [&](const NumberedNote& next) {
    const auto refused = check_succession(current, next);
    return refused ? refused->what : "";
  };
  EXPECT_EQ(why(note(5, right, "other.hub.example")), "it belongs to another hub");
  EXPECT_EQ(why(current), "number 4 does not come after number 4, which is in force");
  EXPECT_EQ(why(note(3, right)), "number 3 does not come after number 4, which is in force");
  EXPECT_EQ(why(note(6, right)), "number 5 is missing before number 6");
  EXPECT_EQ(why(note(5, base64_of("three"))), "it does not follow number 4 as it is in force here");
  EXPECT_EQ(why(note(std::numeric_limits<std::uint64_t>::max(), right)),
            "number 5 is missing before number 18446744073709551615");
}

}  // namespace
}  // namespace hub::schemas
