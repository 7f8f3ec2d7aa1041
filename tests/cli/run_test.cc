#include <gmock/gmock.h>

#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using testing::HasSubstr;

using Arguments = std::vector<std::string>;

TEST(CommandLine, ThatMakesNoSenseIsExplainedAndEndsWithTwo) {
  const std::vector<Arguments> cases{
      {},
      {"fly"},
      {"--json"},
      {"keys"},
      {"keys", "old"},
      {"keys", "new"},
      {"keys", "new", "--party", "E09000007", "--hub", "test.hub"},
      {"keys", "new", "--party"},
      {"register"},
      {"register", "make", "--hub", "test.hub"},
      {"register", "sign", "file"},
      {"register", "show"},
      {"register", "show", "file", "another"},
      {"register", "make", "--quorum", "many"},
      {"bundle", "make", "--register", "-1"},
      {"audit"},
      {"audit", "verify"},
      {"audit", "verify", "--store", "file"},
      {"audit", "tail", "--socket", "s", "--limit", "0"},
      {"audit", "tail", "--socket", "s", "--limit", "10001"},
      {"audit", "tail", "--socket", "s"},
      {"audit", "tail", "--socket", "s", "--purpose", "curiosity"},
      {"audit", "record", "--socket", "s", "--purpose", "integrity"},
      {"audit", "subject", "nhs_number", "--socket", "s", "--purpose", "integrity"},
      {"records", "list", "--socket", "s", "--limit", "1001"},
      {"records", "list", "--socket", "s", "--find", "only-one"},
      {"records", "show", "--socket", "s"},
      {"policy", "explain", "--socket", "s"},
      {"send", "--socket", "s"},
      {"status", "--socket", "s", "--colour"},
  };
  for (const auto& arguments : cases) {
    const auto said = hubctl(arguments);
    EXPECT_EQ(said.exit, Exit::Usage) << testing::PrintToString(arguments);
    EXPECT_NE(said.err, "") << testing::PrintToString(arguments);
    EXPECT_EQ(said.out, "") << testing::PrintToString(arguments);
  }
}

TEST(CommandLine, ThatAsksForHelpIsHelpedWhateverElseIsMissing) {
  const std::vector<std::pair<Arguments, std::string>> cases{
      {{"--help"}, "SUBCOMMAND"},
      {{"keys", "--help"}, "new"},
      {{"keys", "new", "--help"}, "--governance"},
      {{"register", "make", "--help"}, "--suspended"},
      {{"bundle", "make", "--help"}, "--from"},
      {{"audit", "verify", "--help"}, "--store"},
      {{"send", "--help"}, "--wait"},
      {{"records", "list", "--help"}, "--where"}};
  for (const auto& [arguments, word] : cases) {
    const auto said = hubctl(arguments);
    EXPECT_EQ(said.exit, Exit::Ok) << word;
    EXPECT_THAT(said.out, HasSubstr(word));
    EXPECT_EQ(said.err, "");
  }
}

struct NoDaemon : Hubctl {};

TEST_F(NoDaemon, EndsEveryVerbThatAsksOneWithThree) {
  folder.put("records.csv", "a\n1\n");
  folder.put("register.note", "note\n");
  const auto socket = at("none.sock");
  const std::vector<Arguments> cases{
      {"status", "--socket", socket},
      {"send", at("records.csv"), "--socket", socket},
      {"records", "list", "--socket", socket},
      {"records", "show", "id", "--socket", socket},
      {"policy", "explain", "id", "--socket", socket},
      {"audit", "tail", "--purpose", "integrity", "--socket", socket},
      {"audit", "search", "--purpose", "integrity", "--socket", socket},
      {"register", "apply", at("register.note"), "--socket", socket},
      {"bundle", "apply", at("register.note"), "--socket", socket}};
  for (const auto& arguments : cases) {
    const auto said = hubctl(arguments);
    EXPECT_EQ(said.exit, Exit::Environment) << testing::PrintToString(arguments);
    EXPECT_THAT(said.err, HasSubstr("hubctl: "));
    EXPECT_THAT(said.err, HasSubstr(socket));
    EXPECT_EQ(said.out, "");
  }
}

TEST_F(NoDaemon, IsAskedForAFileThatCannotBeRead) {
  const auto said = hubctl({"send", at("none.csv"), "--socket", at("none.sock")});
  EXPECT_EQ(said.exit, Exit::Environment);
  EXPECT_THAT(said.err, HasSubstr(at("none.csv")));
}

TEST(PolicySchema, IsPrintedForEditors) {
  const auto said = hubctl({"policy", "schema"});
  EXPECT_EQ(said.exit, Exit::Ok);
  EXPECT_THAT(said.out, HasSubstr("entity FieldGroup in [RecordType]"));
  EXPECT_THAT(said.out, HasSubstr("action view appliesTo { principal: User"));
}

}  // namespace
}  // namespace hub::cli
