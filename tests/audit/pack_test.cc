#include <gmock/gmock.h>

#include <functional>

#include "audit/pack/manifest.h"
#include "core/base/file.h"
#include "tests/audit/packed_log.h"

namespace hub::audit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Pack : testing::Test {
  PackedLog log;
  ZipMembers sound = log.pack();

  static std::string& at(ZipMembers& members, std::string_view name) {
    return members.at(std::string(name));
  }
  // What somebody does who changes a pack and knows how packs are made.
  static ZipMembers with_fitting_manifest(ZipMembers members, std::int64_t more_entries = 0) {
    auto manifest = parse_manifest(at(members, kManifestMember));
    EXPECT_TRUE(manifest);
    manifest->members = members_of(members);
    manifest->entries += static_cast<std::uint64_t>(more_entries);
    at(members, kManifestMember) = write_manifest(*manifest);
    return members;
  }
  [[nodiscard]] std::vector<std::string> findings(const ZipMembers& members) const {
    return log.verify(members).findings;
  }
  static void replace(std::string& text, std::string_view what, std::string_view by) {
    const auto place = text.find(what);
    ASSERT_NE(place, std::string::npos) << what;
    text.replace(place, what.size(), by);
  }
};

TEST_F(Pack, IsSoundAsItWasMadeAndSaysWhatItShows) {
  const auto report = log.verify(sound);
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.checkpoint, log.checkpoint(PackedLog::kSize).checkpoint);
  EXPECT_EQ(report.entries, 6U);
  EXPECT_EQ(report.witnessed_entries, 4U);  // 2, 3, 8, 9
  EXPECT_EQ(report.opened, 7U);
  EXPECT_EQ(report.closed, 5U);
  EXPECT_EQ(report.erased, 1U);
  EXPECT_EQ(report.erased_details, 1U);
  EXPECT_EQ(report.request, PackedLog::kSize - 1);
  ASSERT_TRUE(report.cosigned);
  EXPECT_EQ(report.cosigned->checkpoint.size, PackedLog::kCosigned);
  EXPECT_EQ(report.cosigned->quorum_time, 1'795'262'400U);
  EXPECT_EQ(report.quorum, 3U);
  EXPECT_EQ(report.since, log.checkpoint(7).checkpoint);
  EXPECT_TRUE(report.log_key_given);
  EXPECT_FALSE(report.witnesses_given);
  EXPECT_FALSE(report.stamp);
}

TEST_F(Pack, IsTheSameAgainFromItsArchiveWhichIsTheSameBytes) {
  const auto archive = write_zip(sound);
  EXPECT_EQ(archive, write_zip(sound));
  const auto content = read_zip(archive, is_pack_member);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->members, sound);
  EXPECT_THAT(content->strange, IsEmpty());
  EXPECT_FALSE(content->doubled);
}

TEST_F(Pack, NeedsNoWitnessesAndNoEarlierCheckpoint) {
  PackGround bare{policy_of(log.verifier(), {}), log.checkpoint(PackedLog::kSize), {}, {}, 0,
                  PackedLog::kSize - 1};
  const auto report = log.verify(log.pack(bare));
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.witnessed_entries, 0U);
  EXPECT_FALSE(report.cosigned);
}

TEST_F(Pack, IsBelievedOnItsOwnWordOnlyWhereTheReportSaysSo) {
  const auto alone = verify_pack({sound, {}, false}, {});
  EXPECT_TRUE(alone.sound());
  EXPECT_FALSE(alone.log_key_given);
  const auto pinned = verify_pack({sound, {}, false}, {std::nullopt, log.policy(), ""});
  EXPECT_TRUE(pinned.sound());
  EXPECT_TRUE(pinned.log_key_given);
  EXPECT_TRUE(pinned.witnesses_given);
  const PackedLog stranger;
  EXPECT_THAT(verify_pack({sound, {}, false}, {stranger.verifier(), std::nullopt, ""}).findings,
              ElementsAre(HasSubstr("policy: it names another key"),
                          HasSubstr("checkpoint: the log's own key did not sign"), testing::_,
                          testing::_, testing::_, testing::_, testing::_, testing::_));
  EXPECT_FALSE(verify_pack({sound, {}, false}, {std::nullopt, stranger.policy(), ""}).sound());
}

struct Tampering {
  const char* what;
  std::function<void(ZipMembers&)> act;
  const char* found;  // in one of the findings
};

TEST_F(Pack, IsRefusedForEveryChangeAlsoByWhoMakesTheManifestFit) {
  const auto entries = [](const char* what, const char* by) {
    return [=](ZipMembers& m) { replace(at(m, kEntriesMember), what, by); };
  };
  const auto drop = [](std::string name) { return [=](ZipMembers& m) { m.erase(name); }; };
  const PackedLog other;
  const auto others = other.pack();
  const auto proof = [](std::uint64_t index) { return proof_member(index); };
  const auto lines = [](ZipMembers& m) { return at(m, kEntriesMember); };
  const auto swap_items = [&](ZipMembers& m) {
    auto& text = at(m, kEntriesMember);
    auto entry = parse_packed_entry(text.substr(0, text.find('\n')));
    ASSERT_TRUE(entry);
    std::swap(entry->items[1], entry->items[2]);
    text.replace(0, text.find('\n'), write_packed_entry(*entry));
  };
  const std::vector<Tampering> tamperings{
      {"a leaf changed", entries("disclosure", "collection"),
       "proofs/2.tlog-proof: it is the proof of another entry"},
      {"a leaf that is none", entries(R"(\"act\")", R"(\"axt\")"),
       "entry 2: its leaf is not a log"},
      {"a count in a leaf changed", entries(R"(\"count\":2)", R"(\"count\":3)"),
       "proofs/2.tlog-proof: it is the proof of another entry"},
      {"an opened value changed", entries("Hackney", "Camden"), "entry 2: its items are not those"},
      {"a salt changed", entries(R"("salt":")", R"("salt":"AAAA)"), "line 1: the line is no entry"},
      {"items swapped", swap_items, "entry 2: its items are not those"},
      {"an item called otherwise", entries(R"("kind":"actor")", R"("kind":"device")"),
       "entry 2: its items are not those"},
      {"a detail said to be erased",
       entries(R"({"index":3,)", R"({"detail_erased":true,"index":3,)"),
       "entry 3: it has items that its leaf does not commit to"},
      {"an erased detail left out", entries(R"("detail_erased":true,)", ""),
       "entry 9: its leaf commits to a detail that is left out"},
      {"an entry dropped",
       [&](ZipMembers& m) {
         auto& text = at(m, kEntriesMember);
         text.erase(0, text.find('\n') + 1);
       },
       "proofs/2.tlog-proof: it proves an entry that is not"},
      {"an entry twice",
       [&](ZipMembers& m) {
         at(m, kEntriesMember) = lines(m).substr(0, lines(m).find('\n') + 1) + lines(m);
       },
       "entry 2 stands in the wrong place, or twice"},
      {"a line in another spelling", entries(R"({"index":2)", R"({ "index":2)"),
       "line 1: the line is no entry"},
      {"a line that breaks off", [&](ZipMembers& m) { at(m, kEntriesMember).pop_back(); },
       "entries.ndjson: it breaks off"},
      {"a proof dropped", drop(proof(8)), "entry 8 comes without its proof"},
      {"a proof of another entry", [&](ZipMembers& m) { at(m, proof(8)) = at(m, proof(2)); },
       "proofs/8.tlog-proof: it is the proof of another entry"},
      {"a hash of a proof changed",
       [&](ZipMembers& m) {
         auto& text = at(m, proof(8));
         const auto place = text.find('\n', text.find("index ")) + 1;
         text[place] = text[place] == 'A' ? 'B' : 'A';
       },
       "proofs/8.tlog-proof: the entry is not in the log at that place"},
      {"a proof with another checkpoint",
       [&](ZipMembers& m) {
         replace(at(m, proof(8)), log.cosigned(PackedLog::kCosigned).note,
                 log.checkpoint(PackedLog::kCosigned).note);
       },
       "proofs/8.tlog-proof: its checkpoint is none of this pack's"},
      {"a checkpoint of another log",
       [&](ZipMembers& m) { at(m, kCheckpointMember) = others.at("checkpoint"); },
       "checkpoint: the log's own key did not sign"},
      {"an older checkpoint",
       [&](ZipMembers& m) { at(m, kCheckpointMember) = log.checkpoint(18).note; },
       "manifest.json: it tells another size"},
      {"a signature changed",
       [&](ZipMembers& m) {
         auto& note = at(m, kCheckpointMember);
         note[note.size() - 20] = note[note.size() - 20] == 'A' ? 'B' : 'A';
       },
       "checkpoint: the log's own key did not sign"},
      {"a cosignature by a wrong key",
       [&](ZipMembers& m) {
         const auto mine = log.cosigned(PackedLog::kCosigned);
         auto forged = log.checkpoint(PackedLog::kCosigned).note;
         for (std::size_t i = 0; i < 3; ++i) {
           forged += crypto::cosignature_line(checkpoint_text(mine.checkpoint), 7,
                                              PackedLog::witness_name(i), other.witness_keys[i]);
         }
         at(m, kCosignedMember) = forged;
       },
       "cosigned: only 0 of the witnesses have cosigned it, and 3 are needed"},
      {"a cosignature changed",
       [&](ZipMembers& m) {
         auto& note = at(m, kCosignedMember);
         note[note.size() - 20] = note[note.size() - 20] == 'A' ? 'B' : 'A';
       },
       "cosigned: a known witness's cosignature does not hold"},
      {"a cosignature too few",
       [&](ZipMembers& m) { at(m, kCosignedMember) = log.cosigned(PackedLog::kCosigned, 2).note; },
       "cosigned: only 2 of the witnesses"},
      {"a policy that asks for fewer",
       [&](ZipMembers& m) {
         replace(at(m, kPolicyMember), "group witnesses 3", "group witnesses 1");
       },
       "policy: it asks for fewer witnesses"},
      {"a policy of another log",
       [&](ZipMembers& m) { at(m, kPolicyMember) = others.at("policy"); },
       "policy: it names another key"},
      {"a policy with a line of another form",
       [&](ZipMembers& m) { at(m, kPolicyMember) += "group more 1 w1\n"; },
       "policy: it is no policy"},
      {"a cosigned tree that is no beginning",
       [&](ZipMembers& m) {
         auto fork = log.checkpoint(PackedLog::kCosigned).checkpoint;
         fork.root[0] ^= 1U;
         auto note = crypto::sign_note(checkpoint_text(fork), log.origin, log.key);
         for (std::size_t i = 0; i < 3; ++i) {
           note += crypto::cosignature_line(checkpoint_text(fork), 7, PackedLog::witness_name(i),
                                            log.witness_keys[i]);
         }
         at(m, kCosignedMember) = note;
       },
       "cosigned.consistency: it does not show that the signed log continues"},
      {"a consistency proof of other checkpoints",
       [&](ZipMembers& m) { at(m, kCosignedProofMember) = at(m, kSinceProofMember); },
       "cosigned.consistency: it is the proof for other checkpoints"},
      {"a consistency proof dropped", drop(std::string(kCosignedProofMember)),
       "archive: an earlier checkpoint comes without the proof"},
      {"a consistency proof that is none",
       [&](ZipMembers& m) { at(m, kSinceProofMember) = "old 7\n"; },
       "since.consistency: it is no proof of consistency"},
      {"an earlier checkpoint of another log",
       [&](ZipMembers& m) { at(m, kSinceMember) = others.at("since"); },
       "since: the log's own key did not sign"},
      {"a table that says something else",
       [&](ZipMembers& m) { replace(at(m, kTableMember), "sealed", "refused"); },
       "entries.csv: it says something else"},
      {"a table dropped", drop(std::string(kTableMember)), "entries.csv: it is missing"},
      {"a README dropped", drop(std::string(kReadmeMember)), "README.txt: it is missing"},
      {"a question about something else", [&](ZipMembers& m) { at(m, kQueryMember)[30] ^= 1; },
       "checkpoint.tsq: it does not ask about the checkpoint"},
      {"a time stamp of something else",
       [&](ZipMembers& m) {
         m["checkpoint.tsr"] = to_text(
             read_file(HUB_SOURCE_DIR "/tests/crypto/data/time_stamp/granted.tsr", 1U << 16U));
       },
       "checkpoint.tsr: the time stamp is of something else"},
      {"a time stamp that is none", [&](ZipMembers& m) { m["checkpoint.tsr"] = "rubbish"; },
       "checkpoint.tsr: this is no time stamp"},
  };
  for (const auto& tampering : tamperings) {
    SCOPED_TRACE(tampering.what);
    auto members = sound;
    tampering.act(members);
    EXPECT_TRUE(members != sound);
    EXPECT_THAT(findings(members), testing::Contains(testing::ContainsRegex("manifest")));
    EXPECT_THAT(findings(with_fitting_manifest(members)),
                testing::Contains(HasSubstr(tampering.found)));
  }
  EXPECT_GE(tamperings.size(), 30U);
}

TEST_F(Pack, CountsItsEntriesByWhatTheLogSaysOfItsMaking) {
  auto dropped = log.pack(log.ground(), [](PackedEntry& entry) { return entry.index != 8; });
  EXPECT_THAT(findings(dropped),
              ElementsAre("entries.ndjson: by entry 19 5 entries were packed, and 4 are accounted "
                          "for"));
  auto ground = log.ground();
  ground.request = 2;
  EXPECT_THAT(findings(log.pack(ground)),
              ElementsAre("manifest.json: entry 2 does not record the making of this pack"));
  ground.request.reset();
  const auto report = log.verify(log.pack(ground));
  EXPECT_TRUE(report.sound());
  EXPECT_FALSE(report.request);
  ground.request = PackedLog::kSize - 1;
  ground.not_signed_yet = 1;
  EXPECT_THAT(findings(log.pack(ground)), ElementsAre(HasSubstr("6 are accounted for")));
}

TEST_F(Pack, HasNoOtherMembersThanItsManifestNames) {
  auto more = sound;
  more["checkpoint.tsr"] = "something";
  EXPECT_THAT(findings(more), testing::Contains("checkpoint.tsr: the manifest does not name it"));
  auto fewer = sound;
  fewer.erase("README.txt");
  EXPECT_THAT(findings(fewer),
              testing::Contains("README.txt: the manifest names it, and it is missing"));
  auto without = sound;
  without.erase("manifest.json");
  EXPECT_THAT(findings(without), ElementsAre("manifest.json: it is missing"));
  without["manifest.json"] = "{}";
  EXPECT_THAT(findings(without),
              ElementsAre("manifest.json: it is no manifest of a pack in its one valid form"));
}

TEST_F(Pack, NamesStrangersSoThatTheySteerNoTerminal) {
  const auto report =
      verify_pack({sound, {"../../etc/passwd", "\x1b[2J", std::string(100, 'x')}, true},
                  {log.verifier(), {}, ""});
  EXPECT_THAT(report.findings,
              ElementsAre("\"../../etc/passwd\": no pack has a member of this name",
                          "\"?[2J\": no pack has a member of this name",
                          HasSubstr("xxx...\": no pack"), "archive: two members have one name"));
}

TEST_F(Pack, TakesNoNameButItsMembers) {
  for (const auto& [name, content] : sound) EXPECT_TRUE(is_pack_member(name)) << name;
  for (const auto* name :
       {"", "/checkpoint", "./checkpoint", "../checkpoint", "checkpoint/", "Checkpoint", "proofs",
        "proofs/", "proofs/.tlog-proof", "proofs/01.tlog-proof", "proofs/-1.tlog-proof",
        "proofs/../1.tlog-proof", "proofs/1.tlog-proof/", "proofs\\1.tlog-proof",
        "proofs/1.tlog-proof.exe", "proofs/99999999999999999999.tlog-proof"}) {
    EXPECT_FALSE(is_pack_member(name)) << name;
  }
}

TEST_F(Pack, IsNeverSoundWithAFlippedBitInWhatIsSigned) {
  const auto flipped = [&](std::string_view name, std::size_t at_byte) {
    auto members = sound;
    auto& text = at(members, name);
    text[at_byte] = static_cast<char>(text[at_byte] ^ (1 << (at_byte % 7)));
    return with_fitting_manifest(members);
  };
  for (const auto name : {kEntriesMember, kCheckpointMember, kCosignedMember, kCosignedProofMember,
                          kSinceMember, kSinceProofMember, kPolicyMember}) {
    const auto size = sound.at(std::string(name)).size();
    for (std::size_t place = 0; place < size; place += 1 + size / 200) {
      EXPECT_THAT(findings(flipped(name, place)), testing::Not(IsEmpty())) << name << " " << place;
    }
  }
}

TEST_F(Pack, TakesATimeStampOfItsCheckpoint) {
  const auto token =
      to_text(read_file(HUB_SOURCE_DIR "/tests/crypto/data/time_stamp/granted.tsr", 1U << 16U));
  const auto stamped = with_time_stamp(sound, as_bytes(token));
  EXPECT_EQ(stamped.at("checkpoint.tsr"), token);
  EXPECT_THAT(findings(stamped),
              ElementsAre("checkpoint.tsr: the time stamp is of something else"));
}

TEST_F(Pack, ShowsInItsTableWhatASpreadsheetMustNotRun) {
  const auto& table = sound.at("entries.csv");
  EXPECT_TRUE(table.starts_with("\xEF\xBB\xBF\"entry\",\"time\",\"party\""));
  EXPECT_THAT(table, HasSubstr(",\"'=ann\n\"\"of\"\" Hackney\","));
  EXPECT_THAT(table, HasSubstr("\"00000000-0000-0000-0000-000000000002; (closed)\"\r\n"));
  EXPECT_THAT(table, HasSubstr("\"(closed); (erased)\"\r\n"));
}

}  // namespace
}  // namespace hub::audit
