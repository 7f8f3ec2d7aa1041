// A witness is killed at every single step of answering, run after run over the same files, by logs
// that show it two histories each time. It never cosigns both.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "agent/tables.h"
#include "agent/witness_desk.h"
#include "audit/log/witnessed_logs.h"
#include "audit/witness/add_checkpoint.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"
#include "tests/audit/kill_points.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

namespace points = kill_points;

constexpr std::uint64_t kMostCalls = 1000;
constexpr char kCosigned = 'C';  // the checkpoint whose cosignature has left

// A log's tree as its leaves.
struct History {
  std::vector<crypto::Digest> leaves;

  [[nodiscard]] std::uint64_t size() const { return leaves.size(); }
  [[nodiscard]] crypto::Digest root() const { return crypto::merkle_root(leaves); }
  [[nodiscard]] bool begins_with(const audit::Checkpoint& other) const {
    return other.size <= size() &&
           crypto::merkle_root(std::span(leaves).first(other.size)) == other.root;
  }
  // With `more` leaves that nobody else has.
  [[nodiscard]] History continued(std::size_t more) const {
    auto out = *this;
    for (std::size_t i = 0; i < more; ++i) crypto::fill_random(out.leaves.emplace_back());
    return out;
  }
};

class LeafSource final : public audit::HashSource {
 public:
  explicit LeafSource(const History& history) : leaves_(history.leaves) {}
  [[nodiscard]] crypto::Digest hash(unsigned level, std::uint64_t index) override {
    return crypto::merkle_root(std::span(leaves_).subspan(index << level, std::size_t{1} << level));
  }

 private:
  const std::vector<crypto::Digest>& leaves_;
};

class DyingWitness : public testing::Test {
 protected:
  DyingWitness() {
    options_.file = folder_.path() / "agent.db";
    options_.application_id = agent::kApplicationId;
    options_.migrations = agent::migrations();
    storage::Store::create(options_, store_key_);
  }

  // A life of the witness, in which these histories are shown to it, each as what continues the one
  // before them both.
  void live(const std::vector<History>& histories, std::uint64_t call, bool after, int pipe) {
    points::arm({folder_.path(), call, after, {}});
    const std::string code(kHackney);
    audit::Log log(std::string(kHub) + "/audit/" + code, code, hub_.clock,
                   audit::search_key_of(store_key_));
    agent::WitnessDesk desk(code, hub_.secrets(code).witness, log, folder_.path() / "forks");
    {
      storage::Store store(options_, store_key_, &log, hub_.clock);
      std::uint64_t size = known_.size();
      for (const auto& history : histories) {
        // From where the witness was, and then from where it says that it is.
        for (int ask = 0; ask < 2; ++ask) {
          const auto request = request_for(history, size);
          agent::WitnessDesk::Decision decision;
          const bool committed = store.commit([&](storage::Connection& c) {
            decision = desk.answer(c, *hub_.parties(), request, hub_.clock.now());
          });
          if (!committed) throw EnvError("a commit failed");
          if (decision.answer.status == 200) {
            points::tell(pipe, kCosigned, as_bytes(note_of(history)));
          }
          if (decision.answer.status != 409) break;
          size = std::stoull(decision.answer.body);
        }
      }
    }
    points::disarm();
  }

  [[nodiscard]] std::string note_of(const History& history) const {
    return crypto::sign_note(
        audit::checkpoint_text({log_key().name(), history.size(), history.root()}),
        log_key().name(), hub_.secrets(kCamden).log);
  }
  [[nodiscard]] crypto::NoteVerifier log_key() const {
    return *agent::WitnessDesk::log_key(*hub_.parties(), std::string(kCamden));
  }
  // That the history continues its own first `old_size` leaves, as far as it has so many.
  [[nodiscard]] schemas::WitnessRequest request_for(const History& history,
                                                    std::uint64_t old_size) const {
    audit::AddCheckpoint body{std::min(old_size, history.size()), {}, note_of(history)};
    LeafSource source(history);
    if (body.old_size > 0) {
      body.proof = audit::consistency_proof(source, body.old_size, history.size());
    }
    return {std::string(kCamden), std::string(kHackney), audit::write_add_checkpoint(body)};
  }

  // What the witness remembers after that life must be one of these, and all that it has cosigned
  // the beginning of it.
  void look_at(const std::vector<History>& histories, Bytes told) {
    points::each_told(told, [this](char, Bytes note) {
      cosigned_.push_back(*audit::open_checkpoint(as_text(note), log_key()));
    });
    audit::Log log(std::string(kHub) + "/audit/E09000012", "E09000012", hub_.clock,
                   audit::search_key_of(store_key_));
    const storage::Store store(options_, store_key_, &log, hub_.clock);
    const auto last = store.read(
        [&](storage::Connection& c) { return audit::witnessed_log(c, log_key().name()); });
    for (const auto& history : histories) {
      if (last && last->root == history.root()) known_ = history;
    }
    EXPECT_EQ(last ? last->size : 0, known_.size());
    EXPECT_EQ(last ? last->root : crypto::merkle_root({}), known_.root());
    for (const auto& checkpoint : cosigned_) {
      EXPECT_TRUE(known_.begins_with(checkpoint)) << "it has cosigned another history";
    }
  }

  TestHub hub_;
  Folder folder_;
  crypto::StoreKey store_key_ = crypto::StoreKey::random();
  storage::StoreOptions options_;
  History known_;
  std::vector<audit::Checkpoint> cosigned_;
};

TEST_F(DyingWitness, NeverCosignsTwoHistories) {
  std::uint64_t deaths = 0;
  for (const bool after : {false, true}) {
    std::uint64_t call = 1;
    for (auto fate = points::Fate::Killed; fate == points::Fate::Killed; ++call) {
      ASSERT_LT(call, kMostCalls) << "a life has an end";
      // The second is longer, or as long and a fork, or shorter than the first.
      const std::vector<History> histories{known_.continued(2), known_.continued(1 + call % 3)};
      const auto death = points::run_child([&](int pipe) { live(histories, call, after, pipe); });
      fate = death.fate;
      ASSERT_NE(fate, points::Fate::Failed) << "at call " << call;
      if (fate == points::Fate::Killed) ++deaths;
      SCOPED_TRACE((after ? "after call " : "before call ") + std::to_string(call));
      look_at(histories, death.told);
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(deaths, 30U);
  EXPECT_GT(cosigned_.size(), 2U);
}

}  // namespace
}  // namespace hub::exchange
