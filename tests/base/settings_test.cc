#include "core/base/settings.h"

#include <gtest/gtest.h>

#include "tests/base/flipped.h"
#include "tests/base/temporary_folder.h"

namespace hub {
namespace {

struct Configured : testing::Test {
  TemporaryFolder folder;

  [[nodiscard]] Settings read(std::string_view toml) const {
    return Settings::read(folder.put("agent.toml", toml));
  }
  // The list of mistakes without the folder's name; empty when there are none.
  [[nodiscard]] std::string mistakes(Settings& settings) const {
    try {
      settings.finish();
      return "";
    } catch (const SettingsError& error) {
      std::string text = error.what();
      const auto name = folder.path().string() + "/";
      for (auto at = text.find(name); at != std::string::npos; at = text.find(name)) {
        text.erase(at, name.size());
      }
      return text;
    }
  }
};

std::optional<std::string> is_tcp(const std::string& text) {
  return text.starts_with("tcp://") ? std::nullopt : std::optional<std::string>("is no endpoint");
}

TEST_F(Configured, ValuesAreGivenAsTheyStand) {
  auto settings = read(R"(
[agent]
authority = "E09000007"
broker = "tcp://127.0.0.1:7000"
[limits]
window = 64
urgent = true
)");
  EXPECT_EQ(settings.text("agent.authority", "a code"), "E09000007");
  EXPECT_EQ(settings.text("agent.broker", "tcp://ADDRESS:PORT", is_tcp), "tcp://127.0.0.1:7000");
  EXPECT_EQ(settings.number_or("limits.window", 32, 1, 256), 64);
  EXPECT_TRUE(settings.flag_or("limits.urgent", false));
  EXPECT_EQ(mistakes(settings), "");
}

TEST_F(Configured, ValuesThatAreNotThereAreTheirFallbacks) {
  auto settings = read("");
  EXPECT_EQ(settings.text_or("a.b", "fallback", "a text"), "fallback");
  EXPECT_EQ(settings.number_or("a.c", 7, 1, 10), 7);
  EXPECT_TRUE(settings.flag_or("a.d", true));
  EXPECT_EQ(settings.path_or("a.e", "state"), folder.path() / "state");
  EXPECT_TRUE(settings.lists("a.f", "lists").empty());
  EXPECT_TRUE(settings.tables("a.g").empty());
  EXPECT_EQ(mistakes(settings), "");
}

TEST_F(Configured, PathsAreTakenFromTheFolderOfTheFile) {
  auto settings = read("state = \"var/state\"\nkeys = \"/etc/hub/keys\"\nspool = \"../in\"\n");
  EXPECT_EQ(settings.path("state", "a folder"), folder.path() / "var/state");
  EXPECT_EQ(settings.path("keys", "a folder"), "/etc/hub/keys");
  EXPECT_EQ(settings.path_or("spool", "spool"), folder.path() / "../in");
  EXPECT_EQ(mistakes(settings), "");
}

TEST_F(Configured, MistakesAreAllListedAtOnceByLineWithWhatIsExpected) {
  auto settings = read(R"([agent]
authority = 7
broker = "udp://x"
colour = "red"
[limits]
window = 0
most = 1.5
urgent = "yes"
)");
  EXPECT_EQ(settings.flag_or("limits.urgent", true), true);
  EXPECT_EQ(settings.number_or("limits.most", 5, 1, 10), 5);
  EXPECT_EQ(settings.number_or("limits.window", 32, 1, 256), 32);
  EXPECT_EQ(settings.text("agent.broker", "tcp://ADDRESS:PORT", is_tcp), "");
  EXPECT_EQ(settings.text("agent.authority", "a GSS code"), "");
  EXPECT_EQ(settings.text("agent.genesis", "64 digits"), "");
  EXPECT_EQ(mistakes(settings),
            "agent.toml:1: agent.genesis is missing; expected 64 digits\n"
            "agent.toml:2: agent.authority must be a text in quotes; expected a GSS code\n"
            "agent.toml:3: agent.broker is no endpoint; expected tcp://ADDRESS:PORT\n"
            "agent.toml:4: agent.colour is not a setting; take it out\n"
            "agent.toml:6: limits.window must be a whole number from 1 to 256\n"
            "agent.toml:7: limits.most must be a whole number from 1 to 10\n"
            "agent.toml:8: limits.urgent must be true or false");
}

TEST_F(Configured, NumbersMayBeTheLeastAndTheMostAndNoOther) {
  auto settings = read("a = 1\nb = 256\nc = 257\nd = -1\ne = 9223372036854775807\n");
  EXPECT_EQ(settings.number_or("a", 32, 1, 256), 1);
  EXPECT_EQ(settings.number_or("b", 32, 1, 256), 256);
  EXPECT_EQ(settings.number_or("c", 32, 1, 256), 32);
  EXPECT_EQ(settings.number_or("d", 32, 0, 256), 32);
  EXPECT_EQ(settings.number_or("e", 32, 0, 256), 32);
  EXPECT_EQ(mistakes(settings),
            "agent.toml:3: c must be a whole number from 1 to 256\n"
            "agent.toml:4: d must be a whole number from 0 to 256\n"
            "agent.toml:5: e must be a whole number from 0 to 256");
}

TEST_F(Configured, KeysThatNobodyAskedForAreMistakesWhateverTheyHold) {
  auto settings = read("a = 1\n[b]\nc = [1]\n[b.d]\ne = 1979-05-27\n[[f]]\ng = 1\n");
  EXPECT_EQ(mistakes(settings),
            "agent.toml:1: a is not a setting; take it out\n"
            "agent.toml:3: b.c is not a setting; take it out\n"
            "agent.toml:5: b.d.e is not a setting; take it out\n"
            "agent.toml:6: f is not a setting; take it out");
}

TEST_F(Configured, MistakesOfTheCallerStandAtTheLineOfTheirKey) {
  auto settings = read("\n[agent]\nkeys = \"k\"\n");
  (void)settings.path("agent.keys", "a folder");
  settings.mistake("agent.keys", "holds no identity.key");
  settings.mistake("agent.state.disk", "is full");
  EXPECT_EQ(mistakes(settings),
            "agent.toml:2: agent.state.disk is full\n"
            "agent.toml:3: agent.keys holds no identity.key");
}

TEST_F(Configured, ListsAreTextsByName) {
  auto settings = read(R"(
[door.roles]
ann = ["operator", "auditor"]
"first.last" = ["caseworker"]
)");
  const std::map<std::string, std::vector<std::string>> expected{{"ann", {"operator", "auditor"}},
                                                                 {"first.last", {"caseworker"}}};
  EXPECT_EQ(settings.lists("door.roles", "USER = [\"operator\"]"), expected);
  EXPECT_EQ(mistakes(settings), "");
}

TEST_F(Configured, ListsOfAnythingElseAreMistakes) {
  auto settings = read("[door.roles]\nann = \"operator\"\nbob = [1]\ncid = [\"auditor\", 1]\n");
  (void)settings.lists("door.roles", "USER = [\"operator\"]");
  EXPECT_EQ(mistakes(settings),
            "agent.toml:2: door.roles.ann: expected USER = [\"operator\"]\n"
            "agent.toml:3: door.roles.bob: expected USER = [\"operator\"]\n"
            "agent.toml:4: door.roles.cid: expected USER = [\"operator\"]");
  auto other = read("[door]\nroles = 7\n");
  EXPECT_TRUE(other.lists("door.roles", "USER = [\"operator\"]").empty());
  EXPECT_EQ(mistakes(other),
            "agent.toml:2: door.roles must be a table; expected USER = [\"operator\"]");
}

TEST_F(Configured, TablesAreListedByName) {
  auto settings = read("[send.notices]\nrecord_type = \"n\"\n[send.referrals]\n");
  EXPECT_EQ(settings.tables("send"), (std::vector<std::string>{"notices", "referrals"}));
  EXPECT_EQ(settings.text("send.notices.record_type", "a record type"), "n");
  EXPECT_EQ(mistakes(settings), "");
}

TEST_F(Configured, TablesThatAreNoneAreAMistake) {
  auto settings = read("send = \"notices\"\n");
  EXPECT_TRUE(settings.tables("send").empty());
  EXPECT_EQ(mistakes(settings), "agent.toml:1: send must be a table");
}

TEST_F(Configured, PathsThatAreEmptyAreAMistake) {
  auto settings = read("state = \"\"\nspool = \"\"\n");
  EXPECT_EQ(settings.path("state", "a folder"), "");
  EXPECT_EQ(settings.path_or("spool", "spool"), folder.path() / "spool");
  EXPECT_EQ(mistakes(settings),
            "agent.toml:1: state must not be empty; expected a folder\n"
            "agent.toml:2: spool must not be empty; expected a path");
}

// What could not be read is not missing: only the fault itself helps.
TEST_F(Configured, FileThatIsNoTomlIsOneMistakeAtItsLine) {
  auto settings = read("[agent]\nauthority = \"E09000007\"\nbroker = tcp\n");
  EXPECT_EQ(settings.text("agent.authority", "a GSS code"), "");
  EXPECT_EQ(settings.text("agent.broker", "tcp://ADDRESS:PORT"), "");
  const auto text = mistakes(settings);
  EXPECT_TRUE(text.starts_with("agent.toml:3: ")) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST_F(Configured, FileWithTheSameKeyTwiceIsAMistake) {
  auto settings = read("a = 1\na = 2\n");
  EXPECT_TRUE(mistakes(settings).starts_with("agent.toml:2: "));
}

TEST_F(Configured, FileThatIsCutOffNeverCrashesNorPassesForTheWholeOne) {
  const std::string toml = "[agent]\nauthority = \"E09000007\"\nroles = { ann = [\"auditor\"] }\n";
  for (std::size_t size = 0; size + 1 < toml.size(); ++size) {
    auto settings = read(toml.substr(0, size));
    (void)settings.text("agent.authority", "a GSS code");
    const auto roles = settings.lists("agent.roles", "lists");
    EXPECT_FALSE(mistakes(settings).empty() && roles.contains("ann")) << size;
  }
}

TEST_F(Configured, FileWithAnyBitFlippedNeverCrashes) {
  const std::string toml = "[agent]\nauthority = \"E09000007\"\nwindow = 32\n";
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * toml.size(); ++bit) {
    const auto changed = flipped(toml, bit);
    auto settings = read(changed);
    (void)settings.text("agent.authority", "a GSS code");
    (void)settings.number_or("agent.window", 32, 32, 32);
    refused += mistakes(settings).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 4 * toml.size());
}

TEST_F(Configured, FileThatIsMissingOrTooLargeIsAnErrorOfTheEnvironment) {
  EXPECT_THROW((void)Settings::read(folder.path() / "none.toml"), EnvError);
  EXPECT_THROW((void)read(std::string((1U << 20U) + 1, '\n')), EnvError);
}

}  // namespace
}  // namespace hub
