#include "audit/log/verify_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/signing.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class VerifyLog : public testing::Test {
 protected:
  VerifyLog() {
    temporary.append(600);
    EXPECT_TRUE(temporary.store->commit([&](Connection& c) {
      Entry erasure;
      erasure.act = "erasure";
      temporary.log->erase(c, {{7, 8, 300}, {{20, 0}}}, erasure, {});
    }));
    head = temporary.log->head();
    note = signed_for(head);
  }

  std::string signed_for(const TreeHead& tree) {
    return crypto::sign_note(checkpoint_text({kTestOrigin, tree.size, tree.root}), kTestOrigin,
                             key);
  }
  LogReport verify() {
    const crypto::NoteVerifier verifier(kTestOrigin, key.verify_key().bytes);
    return temporary.store->read(
        [&](Connection& c) { return verify_log(c, {head, verifier, note}); });
  }

  TemporaryLog temporary;
  crypto::LogKey key = crypto::LogKey::generate();
  TreeHead head;
  std::optional<std::string> note;
};

TEST_F(VerifyLog, FindsNothingInASoundLogAndCountsIt) {
  const auto report = verify();
  EXPECT_THAT(report.findings, IsEmpty());
  EXPECT_EQ(report.tree, head);
  EXPECT_EQ(report.details, 597U);
  EXPECT_EQ(report.erased, 3U);
  EXPECT_EQ(report.erased_items, 1U);
  ASSERT_TRUE(report.checkpoint);
  EXPECT_EQ(report.checkpoint->size, 602U);
}

TEST_F(VerifyLog, TakesACheckpointThatIsABeginningOfTheLog) {
  temporary.append(50);
  head = temporary.log->head();
  EXPECT_THAT(verify().findings, IsEmpty());
}

TEST_F(VerifyLog, SaysHowFarItIs) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seen;
  const crypto::NoteVerifier verifier(kTestOrigin, key.verify_key().bytes);
  temporary.store->read([&](Connection& c) {
    return verify_log(c, {head, verifier, note},
                      [&](std::uint64_t done, std::uint64_t all) { seen.emplace_back(done, all); });
  });
  EXPECT_THAT(seen, Contains(testing::Pair(602U, 602U)));
}

TEST_F(VerifyLog, FindsEveryChangeOfTheTables) {
  struct Case {
    storage::Sql sql;
    std::string finding;
  };
  const std::vector<Case> cases{
      {"UPDATE log_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'permitted', 'refused') AS "
       "BLOB)"
       " WHERE idx = 10",
       "the entries are not those that the head file names"},
      {"UPDATE log_entry SET leaf = x'00' WHERE idx = 10", "entry 10: it is not a log entry"},
      {"DELETE FROM log_entry WHERE idx = 601", "601 are there, 602 were committed"},
      {"DELETE FROM log_entry WHERE idx = 5", "entry 5 is missing"},
      {"UPDATE log_entry SET detail = NULL WHERE idx = 11", "entry 11: its detail is missing"},
      {"UPDATE log_entry SET detail = zeroblob(40) WHERE idx = 11",
       "entry 11: its detail was changed"},
      {"UPDATE log_entry SET detail = (SELECT detail FROM log_entry WHERE idx = 12) WHERE idx = 11",
       "entry 11: its detail was changed"},
      {"UPDATE log_entry SET detail = zeroblob(40) WHERE idx = 7",
       "entry 7: its detail was changed"},
      // The commitment of item 0 is what is left: 2, 1, then 32 bytes.
      {"UPDATE log_entry SET detail = (SELECT detail FROM log_entry WHERE idx = 20) WHERE idx = 21",
       "entry 21: its detail was changed"},
      {"UPDATE log_entry SET detail = zeroblob(40) WHERE idx = 600",
       "entry 600 has a detail that it does not commit to"},
      {"UPDATE log_tile SET hashes = zeroblob(8192) WHERE tile = 1", "tile 1 of level 0"},
      {"DELETE FROM log_tile WHERE tile = 0", "tile 0 of level 0"},
      {"INSERT INTO log_tile VALUES (1, 0, zeroblob(8192))", "more or fewer tiles"},
      {"UPDATE log_frontier SET state = zeroblob(8)", "the stored edge"},
      {"DELETE FROM log_frontier", "the stored edge"}};
  for (const auto& [sql, finding] : cases) {
    // Each change is looked at inside its own transaction, which is then rolled back.
    LogReport report;
    const crypto::NoteVerifier verifier(kTestOrigin, key.verify_key().bytes);
    EXPECT_FALSE(temporary.store->commit([&](Connection& c) {
      c.run(sql);
      report = verify_log(c, {head, verifier, note});
      throw EnvError("rolled back on purpose");
    }));
    EXPECT_THAT(report.findings, Contains(HasSubstr(finding))) << sql.text();
  }
  EXPECT_THAT(verify().findings, IsEmpty());
}

// Erased and kept behind the log's back, by who holds the store's key.
TEST_F(VerifyLog, FindsAnItemThatNoEntryErasedAndOneThatWasErasedAndIsThere) {
  const auto findings_after = [&](std::uint64_t index, const std::vector<Item>& items) {
    LogReport report;
    const crypto::NoteVerifier verifier(kTestOrigin, key.verify_key().bytes);
    EXPECT_FALSE(temporary.store->commit([&](Connection& c) {
      c.run("UPDATE log_entry SET detail = ? WHERE idx = ?", write_items(items), index);
      report = verify_log(c, {head, verifier, note});
      throw EnvError("rolled back on purpose");
    }));
    return report.findings;
  };
  auto open = temporary.store->read([](Connection& c) { return Log::items(c, 30); });
  EXPECT_THAT(
      findings_after(30, {erased(open[0])}),
      testing::ElementsAre("entry 30: item 0 of its detail is missing and no entry erased it"));
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    temporary.log->erase(c, {{}, {{30, 0}}}, TemporaryLog::entry(0), {});
  }));
  head = temporary.log->head();
  note = signed_for(head);
  EXPECT_THAT(findings_after(30, open),
              testing::ElementsAre("entry 30: item 0 of its detail was erased and is there"));
}

TEST_F(VerifyLog, FindsACheckpointOfAnotherKeyOrAnotherTree) {
  note.reset();
  EXPECT_THAT(verify().findings, Contains(HasSubstr("no checkpoint")));
  note = crypto::sign_note(checkpoint_text({kTestOrigin, head.size, head.root}), kTestOrigin,
                           crypto::LogKey::generate());
  EXPECT_THAT(verify().findings, Contains(HasSubstr("did not sign")));
  note = signed_for({100, head.root});
  EXPECT_THAT(verify().findings, Contains(HasSubstr("another tree than the first 100")));
  note = signed_for({head.size + 1, head.root});
  EXPECT_THAT(verify().findings, Contains(HasSubstr("more entries than there are")));
}

TEST_F(VerifyLog, FindsAnErasureOfEntriesYetToCome) {
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    Entry early;
    early.act = "erasure";
    early.erased = {{5000, 6000}};
    temporary.log->append(c, early, {});
    Entry single;
    single.act = "erasure";
    single.erased_items = {{5000, 0}};
    temporary.log->append(c, single, {});
  }));
  head = temporary.log->head();
  EXPECT_THAT(verify().findings,
              testing::ElementsAre("entry 602 says that later entries were erased",
                                   "entry 603 says that later entries were erased"));
}

}  // namespace
}  // namespace hub::audit
