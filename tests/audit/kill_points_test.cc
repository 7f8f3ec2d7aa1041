// The process of a party is killed at every single step between an entry's commit and its cosigned
// checkpoint, run after run over the same files. Whatever died: the log verifies, it holds all that
// was acknowledged, and no tree was ever signed that it does not begin with.
#include "tests/audit/kill_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/log/checkpointer.h"
#include "audit/log/log.h"
#include "audit/log/verify_log.h"
#include "audit/log/witness_round.h"
#include "audit/witness/add_checkpoint.h"
#include "audit/witness/witness.h"
#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"
#include "tests/audit/plain_tree.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

namespace points = kill_points;

constexpr int kRounds = 2;
constexpr std::uint64_t kMostCalls = 1000;
constexpr char kAcknowledged = 'A';  // an entry: its number and its count
constexpr char kSigned = 'S';        // a checkpoint, before the file has it
constexpr char kWitnessed = 'W';     // a checkpoint that the witness has stored

// What outlives the process: files, keys, and the witness, which is another machine.
struct Party {
  Party() {
    temporary.options.migrations = migrations;
    temporary.create();
  }
  [[nodiscard]] crypto::NoteVerifier log_key() const {
    return {kTestOrigin, key.verify_key().bytes};
  }

  std::vector<storage::Migration> migrations{
      {1, storage::kTestMigrations[0].sql}, {2, kLogTables}, {3, storage::kKeyRunsTables}};
  storage::TemporaryStore temporary;
  crypto::LogKey key = crypto::LogKey::generate();
  crypto::WitnessKey witness = crypto::WitnessKey::generate();
  std::filesystem::path file = Checkpointer::beside(temporary.file());
  std::optional<Witnessed> witnessed;
  std::uint64_t next_count = 1;
};

// One life of the party's process: opened, some rounds, closed.
class Life {
 public:
  using Tell = std::function<void(char kind, Bytes content)>;

  // Dies at that call; 0: not at all.
  Life(Party& party, Tell tell, std::uint64_t call, bool after)
      : party_(party), tell_(std::move(tell)) {
    points::arm({party.temporary.folder(), call, after, [this](const auto& at) { watch(at); }});
    store_ = party.temporary.open(&log_);
    checkpointer_ = store_->read([&](Connection& c) {
      return std::make_unique<Checkpointer>(log_, party_.key, party_.file, party_.temporary.clock,
                                            c);
    });
    witnessing_.emplace(parts());
    witnessing_->start(!std::filesystem::exists(party_.file));
    go_round();
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;
  Life(Life&&) = delete;
  Life& operator=(Life&&) = delete;
  ~Life() {
    store_.reset();
    points::disarm();
  }

  // Appends, commits, signs, has it witnessed and keeps what was cosigned.
  void round() {
    const auto count = party_.next_count++;
    std::uint64_t index = 0;
    const bool committed = store_->commit([&](Connection& c) {
      for (int i = 0; i < 2; ++i) {
        auto entry = TemporaryLog::entry(0);
        entry.count = count;
        index = log_.append(c, entry, TemporaryLog::detail(count));
      }
    });
    if (!committed) throw EnvError("a commit failed");
    tell_(kAcknowledged, ByteWriter(16).u64(index).u64(count).view());
    sign();
    go_round();
  }

  [[nodiscard]] storage::Store& store() { return *store_; }
  [[nodiscard]] const Log& log() const { return log_; }
  [[nodiscard]] std::uint64_t witnessed_size() const { return witnessing_->standing().size; }

 private:
  // Signs at every step of the store, too, as the thread that signs may come at any time.
  void watch(const points::Call& call) {
    if (call.name == "pwrite" && call.path == party_.file.string() + ".new") {
      tell_(kSigned, call.bytes);
    }
    sign();
  }
  void sign() {
    if (!checkpointer_ || std::exchange(signing_, true)) return;
    (void)checkpointer_->sign();
    signing_ = false;
  }

  WitnessRound::Parts parts() {
    return {*store_,
            log_,
            party_.log_key(),
            party_.file,
            party_.temporary.clock,
            [this](const std::string&, std::string body) { requests_.push_back(std::move(body)); },
            [](const std::function<void()>& work) { work(); },
            [this](bool may) { checkpointer_->may_sign(may); }};
  }
  void go_round() {
    const crypto::CosignatureVerifier witness("test/witness", party_.witness.verify_key().bytes);
    witnessing_->begin({{"witness", witness}}, std::chrono::minutes(3));
    while (!requests_.empty()) {
      const auto request = parse_add_checkpoint(requests_.front());
      requests_.erase(requests_.begin());
      if (!request) throw EnvError("a request to the witness is malformed");
      ask_witness(*request);
    }
  }
  // The witness, which stores before it answers.
  void ask_witness(const AddCheckpoint& request) {
    const auto answer = answer_add_checkpoint(request, party_.log_key(), party_.witnessed);
    std::string body;
    if (answer.status == WitnessStatus::OtherSize) {
      body = std::to_string(answer.last_size) + "\n";
    } else if (answer.status == WitnessStatus::Cosign) {
      tell_(kWitnessed, as_bytes(answer.store->note));
      party_.witnessed = answer.store;
      body = cosign(*answer.store, 1'790'000'000, "test/witness", party_.witness);
    } else {
      throw EnvError("the witness does not believe this log");
    }
    (void)witnessing_->answered("witness", static_cast<std::uint16_t>(answer.status), body);
  }

  Party& party_;
  Tell tell_;
  Log log_{kTestOrigin, "E09000007", party_.temporary.clock, search_key_of(storage::test_key())};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<Checkpointer> checkpointer_;
  std::optional<WitnessRound> witnessing_;
  std::vector<std::string> requests_;
  bool signing_ = false;
};

// MTH(D) of RFC 6962 section 2.1 over these leaves.
crypto::Digest plain_root_of(std::span<const crypto::Digest> leaves) {
  if (leaves.empty()) return crypto::sha256({});
  if (leaves.size() == 1) return leaves.front();
  const auto k = plain_split(leaves.size());
  return plain_hash(1, plain_root_of(leaves.first(k)), plain_root_of(leaves.subspan(k)));
}

class KillPoints : public testing::Test {
 protected:
  // What was told, by a child or by ourselves.
  void hear(char kind, Bytes content) {
    if (kind == kAcknowledged) {
      ByteReader in(content);
      const auto index = in.u64();
      acknowledged_[index] = in.u64();
      party.next_count = acknowledged_[index] + 1;
      return;
    }
    const auto checkpoint = open_checkpoint(as_text(content), party.log_key());
    ASSERT_TRUE(checkpoint) << "what is signed is whole";
    signed_.push_back(*checkpoint);
    if (kind == kWitnessed) {
      party.witnessed = Witnessed{checkpoint->size, checkpoint->root, to_text(content)};
    }
  }

  points::Fate die_at(std::uint64_t call, bool after) {
    const auto death = points::run_child([&](int pipe) {
      Life life(
          party, [pipe](char kind, Bytes content) { points::tell(pipe, kind, content); }, call,
          after);
      for (int i = 0; i < kRounds; ++i) life.round();
    });
    points::each_told(death.told, [this](char kind, Bytes content) { hear(kind, content); });
    // Another count than any that a child may have committed and not told.
    party.next_count += kRounds + 1;
    return death.fate;
  }

  // Goes on after a death, and looks at everything.
  void go_on() {
    Life life(party, [this](char kind, Bytes content) { hear(kind, content); }, 0, false);
    check(life);
    life.round();
    check(life);
    EXPECT_EQ(life.witnessed_size(), life.log().head().size) << "it is witnessed again";
  }

  void check(Life& life) {
    life.store().read([&](Connection& c) {
      const auto note = read_file(party.file, 10'000);
      const auto report =
          verify_log(c, {life.log().head(), party.log_key(), std::string(as_text(note))});
      EXPECT_TRUE(report.sound()) << report.findings.front();
      check_entries(Log::entries(c, 0, 1'000'000));
      check_signed(c, life.log());
    });
    const auto cosigned = read_file(WitnessRound::cosigned_beside(party.file), 10'000);
    EXPECT_TRUE(open_checkpoint(as_text(cosigned), party.log_key()));
  }

  // All that was there before, and all that was acknowledged.
  void check_entries(const std::vector<StoredEntry>& entries) {
    std::vector<crypto::Digest> now;
    now.reserve(entries.size());
    for (const auto& entry : entries) now.push_back(crypto::leaf_hash(as_bytes(entry.leaf)));
    ASSERT_GE(now.size(), leaves_.size());
    EXPECT_TRUE(std::ranges::equal(std::span(now).first(leaves_.size()), leaves_))
        << "an entry that was there is another";
    leaves_ = std::move(now);
    for (const auto& [index, count] : acknowledged_) {
      ASSERT_LT(index, entries.size()) << "an acknowledged entry is lost";
      EXPECT_EQ(parse_leaf(entries[index].leaf)->entry.count, count);
    }
    acknowledged_.clear();
  }

  // Each tree signed is a beginning of the log, and of the next one signed.
  void check_signed(Connection& connection, const Log& log) {
    std::ranges::sort(signed_, {}, &Checkpoint::size);
    for (const auto& checkpoint : signed_) {
      ASSERT_LE(checkpoint.size, leaves_.size()) << "more was signed than is there";
      EXPECT_EQ(checkpoint.root, plain_root_of(std::span(leaves_).first(checkpoint.size)));
      const auto& [older, newer] = std::minmax(
          last_, checkpoint, [](const auto& a, const auto& b) { return a.size < b.size; });
      // Everything continues nothing.
      if (older.size > 0) {
        const auto proof = log.consistency(connection, older.size, newer.size);
        EXPECT_TRUE(is_consistent(older.size, older.root, newer.size, newer.root, proof));
      }
      last_ = checkpoint;
    }
    trees_ += signed_.size();
    signed_.clear();
  }

  Party party;
  std::map<std::uint64_t, std::uint64_t> acknowledged_;  // counts, by number
  std::vector<Checkpoint> signed_;                       // since the last look
  std::vector<crypto::Digest> leaves_;                   // at the last look
  Checkpoint last_;
  std::size_t trees_ = 0;
};

TEST_F(KillPoints, BetweenCommitAndPublicationNeverLeaveTwoHistories) {
  {
    Life first(party, [this](char kind, Bytes content) { hear(kind, content); }, 0, false);
    first.round();
    check(first);
  }
  std::uint64_t deaths = 0;
  for (const bool after : {false, true}) {
    std::uint64_t call = 1;
    for (auto fate = points::Fate::Killed; fate == points::Fate::Killed; ++call) {
      ASSERT_LT(call, kMostCalls) << "a life has an end";
      fate = die_at(call, after);
      ASSERT_NE(fate, points::Fate::Failed) << "at call " << call;
      if (fate == points::Fate::Killed) ++deaths;
      SCOPED_TRACE((after ? "after call " : "before call ") + std::to_string(call));
      ASSERT_NO_FATAL_FAILURE(go_on());
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(deaths, 80U) << "commit, head file, signing, publication and closing have steps";
  EXPECT_GT(trees_, deaths);
}

}  // namespace
}  // namespace hub::audit
