#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "audit/log/entry.h"
#include "audit/proof/checkpoint.h"
#include "audit/proof/tree_files.h"
#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/crypto/key_file.h"
#include "core/crypto/merkle.h"
#include "core/crypto/note.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t kMinute = 60'000;

crypto::Digest envelope(int number) {
  return crypto::leaf_hash(as_bytes("envelope " + std::to_string(number)));
}

// Exports of a sender, the broker and a recipient; two records, the second of them as `lost` says.
struct AuditReconcile : Hubctl {
  void SetUp() override {
    for (const auto* party : {"E09000007", "broker", "E09000012"}) make_keys(party);
    for (int i = 0; i < 2; ++i) {
      add("E09000007", "disclosure", "sealed", kMinute * i, i);
      add("broker", "relay", "relayed", kMinute * i + 100, i);
      add("E09000012", "collection", "held", kMinute * i + 200, i);
      add("broker", "receipt", "passed-on", kMinute * i + 300, i);
      add("E09000007", "receipt", "held", kMinute * i + 400, i);
    }
    for (const auto* party : {"E09000007", "broker", "E09000012"}) {
      add(party, "admin", "started", 300 * kMinute, -1);
    }
  }

  void add(const std::string& party, const std::string& act, const std::string& outcome,
           std::int64_t at, int number) {
    audit::Leaf leaf;
    leaf.party = party;
    leaf.index = logs[party].size();
    leaf.time = from_ms(1'795'262'400'000 + at);
    leaf.entry.act = act;
    leaf.entry.outcome = outcome;
    leaf.entry.sender = "E09000007";
    leaf.entry.recipient = "E09000012";
    leaf.entry.purpose = act == "receipt" ? "" : "homelessness-duty";
    if (number >= 0) leaf.entry.envelopes = {envelope(number)};
    logs[party].push_back(leaf);
  }
  void lose_relay() { logs["broker"][2].entry.envelopes.clear(); }

  [[nodiscard]] std::string vkey(const std::string& party) const {
    return json_of(party + "/public.json").at("log");
  }
  // A log's entries as they are given, under a checkpoint of this size or theirs.
  void write_export(const std::string& party, const std::vector<std::string>& entries,
                    std::optional<std::uint64_t> size = std::nullopt) const {
    const auto to = folder.path() / ("of-" + party);
    std::filesystem::remove_all(to);
    make_private_folder(to);
    audit::TreeFiles tree([&](const std::string& path, Bytes content) {
      make_private_folder((to / path).parent_path());
      replace_file(to / path, content);
    });
    for (const auto& entry : entries) tree.append(as_bytes(entry));
    tree.finish();
    const auto origin = "test.hub/audit/" + party;
    const crypto::LogKey key(crypto::read_key_file<crypto::LogKind>(at(party + "/log.key")));
    const auto text = audit::checkpoint_text({origin, size.value_or(tree.size()), tree.root()});
    replace_file(to / "checkpoint", as_bytes(crypto::sign_note(text, origin, key)));
    replace_file(to / "policy", as_bytes("log " + vkey(party) + "\nquorum none\n"));
  }
  void write_exports() const {
    for (const auto& [party, leaves] : logs) {
      std::vector<std::string> entries;
      for (const auto& leaf : leaves) entries.push_back(audit::write_leaf(leaf));
      write_export(party, entries);
    }
  }

  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& more) const {
    std::vector<std::string> out{"audit", "reconcile"};
    for (const auto& [party, leaves] : logs) out.push_back(at("of-" + party));
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }
  // With every log's key.
  [[nodiscard]] Said reconcile(const std::vector<std::string>& more = {},
                               bool terminal = false) const {
    auto arguments = command(more);
    for (const auto& [party, leaves] : logs) {
      arguments.insert(arguments.end(), {"--log-key", vkey(party)});
    }
    return hubctl(arguments, terminal);
  }
  [[nodiscard]] static std::vector<json> lines_of(const std::string& text) {
    std::vector<json> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
    return out;
  }

  std::map<std::string, std::vector<audit::Leaf>> logs;
};

TEST_F(AuditReconcile, FindsNothingInCompleteLogs) {
  write_exports();
  const auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_EQ(said.out,
            "2 envelopes in 3 logs: 2 complete, 0 too new, 0 too old, 0 with a log not given, 0 "
            "findings\n");
  EXPECT_EQ(said.err, "");
}

TEST_F(AuditReconcile, PrintsATableOfFindingsAndEndsWithOne) {
  lose_relay();
  write_exports();
  const auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, StartsWith("finding        envelope          log "));
  EXPECT_THAT(said.out,
              AllOf(HasSubstr("\nnever-relayed  " + to_hex(envelope(1)).substr(0, 16) +
                              "  test.hub/audit/E09000007      2  2026-11-21T12:01:00.000Z  "
                              "broker   "),
                    HasSubstr("\n\n2 envelopes in 3 logs: 1 complete, 0 too new, 0 too old, 0 "
                              "with a log not given, 1 findings\n")));
}

TEST_F(AuditReconcile, SaysTheSameToMachinesOneObjectALine) {
  lose_relay();
  write_exports();
  const auto said = reconcile({"--json"});
  EXPECT_EQ(said.exit, Exit::Refused);
  const auto lines = lines_of(said.out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("finding"), "never-relayed");
  EXPECT_EQ(lines[0].at("envelope"), to_hex(envelope(1)));
  EXPECT_EQ(lines[0].at("log"), "test.hub/audit/E09000007");
  EXPECT_EQ(lines[0].at("entry"), 2);
  EXPECT_EQ(lines[0].at("time"), "2026-11-21T12:01:00.000Z");
  EXPECT_EQ(lines[0].at("answers"), "broker");
  EXPECT_EQ(lines[1].at("summary"), (json{{"envelopes", 2},
                                          {"logs", 3},
                                          {"complete", 1},
                                          {"too_new", 0},
                                          {"too_old", 0},
                                          {"not_given", 0},
                                          {"with_findings", 1},
                                          {"findings", 1}}));
}

TEST_F(AuditReconcile, TellsTheTimelineOfOneEnvelope) {
  lose_relay();
  write_exports();
  const auto hex = to_hex(envelope(0));
  auto said = reconcile({"--envelope", hex.substr(0, 8)});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;  // what is found about others is not asked for
  EXPECT_THAT(said.out, StartsWith("envelope " + hex + "\n\ntime (UTC) "));
  std::size_t after = 0;
  for (const auto* step : {"sent", "relayed", "taken in", "receipt passed on", "receipt settled"}) {
    const auto found = said.out.find(std::string("  ") + step + "  ", after);
    EXPECT_NE(found, std::string::npos) << step;
    after = found;
  }
  EXPECT_THAT(said.out, HasSubstr("\n1 envelopes in 3 logs: 1 complete"));

  said = reconcile({"--envelope", to_hex(envelope(1)), "--json"});
  EXPECT_EQ(said.exit, Exit::Refused);
  const auto lines = lines_of(said.out);
  ASSERT_EQ(lines.size(), 6U);  // four steps, a finding, the summary
  EXPECT_EQ(lines[0].at("step"), "sent");
  EXPECT_EQ(lines[0].at("purpose"), "homelessness-duty");
  EXPECT_EQ(lines[4].at("finding"), "never-relayed");
}

TEST_F(AuditReconcile, RefusesAnEnvelopeThatIsNoneOrIsNotThere) {
  write_exports();
  for (const auto* text : {"abc", "ABCDEF01", "xyzxyzxyz", "0x12345678"}) {
    const auto said = reconcile({"--envelope", text});
    EXPECT_EQ(said.exit, Exit::Usage) << text;
    EXPECT_THAT(said.err, HasSubstr("8 to 64 digits")) << text;
  }
  const auto said = reconcile({"--envelope", std::string(64, '0')});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("no envelope in these logs"));
}

TEST_F(AuditReconcile, TakesTimesInSecondsMinutesHoursAndDays) {
  logs["E09000012"][0].time += std::chrono::seconds(90);
  write_exports();
  for (const auto* late : {"90s", "1m", "0s", "0h"}) {
    EXPECT_EQ(reconcile({"--late", late}).exit, Exit::Refused) << late;
  }
  for (const auto* late : {"91s", "2m", "1h", "1d", "3660d"}) {
    EXPECT_EQ(reconcile({"--late", late}).exit, Exit::Ok) << late;
  }
  for (const auto* late :
       {"", "h", "1", "-1h", "1w", "1.5h", "1h30m", "3661d", "99999999999999999999s"}) {
    const auto said = reconcile({"--late", late});
    EXPECT_EQ(said.exit, Exit::Usage) << late;
  }
  EXPECT_THAT(reconcile({"--late", "soon"}).err, HasSubstr("--late soon is no time: "));
}

// ---- keys

TEST_F(AuditReconcile, NeedsAKeyForEachLogOrTheWordThatTheExportsAreBelieved) {
  write_exports();
  auto said = hubctl(command({"--log-key", vkey("broker")}));
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, AllOf(HasSubstr("no --log-key is that of test.hub/audit/E09000007"),
                              HasSubstr("--trust-policy-files")));
  said = hubctl(command({"--log-key", vkey("broker"), "--trust-policy-files"}));
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  said = hubctl(command({"--log-key", "nonsense"}));
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("--log-key nonsense is no vkey"));
}

TEST_F(AuditReconcile, BelievesNoPolicyFileWhereAKeyIsGiven) {
  write_exports();
  // Somebody signs another log under the same name and puts the key beside it.
  const auto real = vkey("broker");
  std::filesystem::remove_all(folder.path() / "broker");
  make_keys("broker");
  lose_relay();
  write_exports();
  const auto said = hubctl(command({"--trust-policy-files", "--log-key", real}));
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("of-broker/checkpoint: "));
  EXPECT_EQ(said.out, "");
}

TEST_F(AuditReconcile, RefusesAPolicyFileThatNamesNoKey) {
  write_exports();
  for (const auto* text : {"", "log", "log \n", "log x+y+z\n", "witness a\n"}) {
    replace_file(folder.path() / "of-broker" / "policy", as_bytes(text));
    const auto said = hubctl(command({"--trust-policy-files"}));
    EXPECT_EQ(said.exit, Exit::Refused) << text;
    EXPECT_THAT(said.err, HasSubstr("does not begin with \"log VKEY\"")) << text;
  }
}

// ---- folders

TEST_F(AuditReconcile, NeedsTwoDifferentLogsOfOneHub) {
  write_exports();
  auto said = hubctl({"audit", "reconcile", at("of-broker"), "--trust-policy-files"});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("at least two logs"));
  EXPECT_EQ(hubctl({"audit", "reconcile"}).exit, Exit::Usage);
  said = hubctl({"audit", "reconcile", at("of-broker"), at("of-broker"), "--trust-policy-files"});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("its log was given already"));
}

TEST_F(AuditReconcile, RefusesAFolderThatIsNoExport) {
  write_exports();
  const auto checkpoint = folder.path() / "of-broker" / "checkpoint";
  replace_file(checkpoint, as_bytes("hello\n"));
  auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("of-broker/checkpoint is no checkpoint"));
  std::filesystem::remove(checkpoint);
  said = reconcile();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("of-broker holds no checkpoint"));
}

TEST_F(AuditReconcile, BelievesNoEntriesThatDoNotLeadToTheSignedRoot) {
  write_exports();
  const auto bundle = folder.path() / "of-broker" / "tile" / "entries" / "000.p" / "5";
  const auto good = read_file(bundle, 1U << 20U);
  auto changed = good;
  changed[40] ^= 1;
  replace_file(bundle, changed);
  auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.err, HasSubstr("do not lead to the root that its checkpoint signs"));
  EXPECT_EQ(said.out, "");
  for (const std::size_t cut : {std::size_t{1}, good.size() / 2, good.size()}) {
    replace_file(bundle, Bytes(good).first(good.size() - cut));
    said = reconcile();
    EXPECT_EQ(said.exit, Exit::Environment) << cut;
    EXPECT_THAT(said.err, HasSubstr("does not hold what its name says")) << cut;
  }
  auto longer = good;
  append(longer, good);
  replace_file(bundle, longer);
  EXPECT_EQ(reconcile().exit, Exit::Environment);
  std::filesystem::remove(bundle);
  said = reconcile();
  EXPECT_EQ(said.exit, Exit::Environment);
  EXPECT_THAT(said.err, HasSubstr(bundle.string()));
}

TEST_F(AuditReconcile, AsksForNoMoreThanThereIsWhateverSizeIsSigned) {
  write_exports();
  write_export("broker", {"a"}, (std::uint64_t{1} << 63U) - 1);
  EXPECT_EQ(reconcile().exit, Exit::Environment);
}

TEST_F(AuditReconcile, GoesOnPastSignedEntriesThatAreNone) {
  write_exports();
  std::vector<std::string> entries;
  for (const auto& leaf : logs["broker"]) entries.push_back(audit::write_leaf(leaf));
  entries[4] = std::string("\x1b[2J\0\xff{", 7);
  write_export("broker", entries);
  const auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, AllOf(HasSubstr("unreadable"), HasSubstr("the first is 4"),
                              HasSubstr("2 complete"), Not(HasSubstr("\x1b"))));
}

TEST_F(AuditReconcile, ReadsALogWithNothingInIt) {
  write_exports();
  write_export("E09000012", {});
  const auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("0 complete, 2 too new"));
}

TEST_F(AuditReconcile, ShowsHostileValuesToATerminalHarmlessly) {
  logs["broker"][2].entry.purpose = "\x1b[31mred";
  write_exports();
  const auto said = reconcile();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, AllOf(HasSubstr("?[31mred"), Not(HasSubstr("\x1b"))));
}

TEST_F(AuditReconcile, ShowsProgressOnATerminalOnly) {
  write_exports();
  EXPECT_THAT(reconcile({}, true).err, HasSubstr("\rreading ["));
  EXPECT_THAT(reconcile().err, IsEmpty());
}

}  // namespace
}  // namespace hub::cli
