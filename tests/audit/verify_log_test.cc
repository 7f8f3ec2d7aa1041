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
      temporary.log->erase_details(c, {7, 8, 300}, erasure, {});
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
  ASSERT_TRUE(report.checkpoint);
  EXPECT_EQ(report.checkpoint->size, 601U);
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
  EXPECT_THAT(seen, Contains(testing::Pair(601U, 601U)));
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
      {"DELETE FROM log_entry WHERE idx = 600", "600 are there, 601 were committed"},
      {"DELETE FROM log_entry WHERE idx = 5", "entry 5 is missing"},
      {"UPDATE log_entry SET detail = NULL WHERE idx = 11", "entry 11: its detail is missing"},
      {"UPDATE log_entry SET detail = zeroblob(40) WHERE idx = 11",
       "entry 11: its detail was changed"},
      {"UPDATE log_entry SET detail = (SELECT detail FROM log_entry WHERE idx = 12) WHERE idx = 11",
       "entry 11: its detail was changed"},
      {"UPDATE log_entry SET detail = zeroblob(40) WHERE idx = 7",
       "entry 7: its detail was changed"},
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
  }));
  head = temporary.log->head();
  EXPECT_THAT(verify().findings, Contains(HasSubstr("later entries were erased")));
}

}  // namespace
}  // namespace hub::audit
