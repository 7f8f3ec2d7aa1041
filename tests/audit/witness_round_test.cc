// When a round writes what was cosigned to its file: how its witnesses answer stands in
// tests/exchange/witness_test.cc.
#include "audit/log/witness_round.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audit/log/checkpointer.h"
#include "audit/witness/add_checkpoint.h"
#include "core/base/file.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

constexpr int kWitnesses = 7;  // of which five are a quorum

class WitnessRoundFile : public testing::Test {
 protected:
  WitnessRoundFile() {
    for (int i = 0; i < kWitnesses; ++i) {
      const auto name = std::to_string(i);
      const auto& key = keys_.emplace(name, crypto::WitnessKey::generate()).first->second;
      witnesses_.emplace(name,
                         crypto::CosignatureVerifier("witness/" + name, key.verify_key().bytes));
    }
    round_.start(true);
    temporary_.append(3);
    temporary_.store->read([&](Connection& c) {
      return Checkpointer(*temporary_.log, key_, file_, temporary_.temporary.clock, c).sign();
    });
  }

  void begin() { round_.begin(witnesses_, std::chrono::minutes(3)); }
  void answer(int witness, std::uint64_t time) {
    const auto name = std::to_string(witness);
    const auto note = to_text(read_file(file_, 10'000));
    const auto line = cosign({3, {}, note}, time, "witness/" + name, keys_.at(name));
    EXPECT_EQ(round_.answered(name, 200, line), std::nullopt);
  }
  // The oldest cosignature that the file has.
  [[nodiscard]] std::uint64_t oldest() const {
    std::vector<crypto::CosignatureVerifier> keys;
    keys.reserve(witnesses_.size());
    for (const auto& [name, key] : witnesses_) keys.push_back(key);
    const auto note = read_file(WitnessRound::cosigned_beside(file_), 10'000);
    const auto cosigned = crypto::open_cosignatures(as_text(note), keys);
    std::uint64_t out = UINT64_MAX;
    for (const auto& each : *cosigned) out = std::min(out, each.time);
    return out;
  }

  TemporaryLog temporary_;
  crypto::LogKey key_ = crypto::LogKey::generate();
  std::filesystem::path file_ = Checkpointer::beside(temporary_.temporary.file());
  std::map<std::string, crypto::WitnessKey> keys_;
  std::map<std::string, crypto::CosignatureVerifier> witnesses_;
  int writes_ = 0;
  WitnessRound round_{{*temporary_.store, *temporary_.log,
                       crypto::NoteVerifier(kTestOrigin, key_.verify_key().bytes), file_,
                       temporary_.temporary.clock, [](const std::string&, const std::string&) {},
                       [this](const std::function<void()>& work) {
                         ++writes_;
                         work();
                       },
                       [](bool) {}}};
};

TEST_F(WitnessRoundFile, IsWrittenAtTheQuorumAndWhenAllHaveAnswered) {
  begin();
  for (int i = 0; i < 4; ++i) answer(i, 101 + static_cast<std::uint64_t>(i));
  EXPECT_EQ(writes_, 0);
  answer(4, 105);
  EXPECT_EQ(writes_, 1);
  EXPECT_EQ(oldest(), 101U);
  answer(5, 106);
  EXPECT_EQ(writes_, 1);
  answer(6, 107);
  EXPECT_EQ(writes_, 2);
  EXPECT_EQ(oldest(), 103U) << "the freshest five";
  begin();
  EXPECT_EQ(writes_, 2) << "nothing has come since";
}

TEST_F(WitnessRoundFile, HasWhatCameLateWhenTheNextRoundBegins) {
  begin();
  for (int i = 0; i < 6; ++i) answer(i, 101 + static_cast<std::uint64_t>(i));
  EXPECT_EQ(oldest(), 101U);
  begin();
  EXPECT_EQ(writes_, 2);
  EXPECT_EQ(oldest(), 102U);
}

TEST_F(WitnessRoundFile, TellsWhatEachWitnessHoldsWithoutAQuorumToo) {
  begin();
  answer(2, 101);
  answer(4, 102);
  begin();
  const auto notes = nlohmann::json::parse(read_file(WitnessRound::seen_beside(file_), 10'000));
  ASSERT_EQ(notes.size(), 2U);
  for (const auto& note : notes) {
    std::vector<crypto::CosignatureVerifier> keys;
    for (const auto& [name, key] : witnesses_) keys.push_back(key);
    const auto cosigned = crypto::open_cosignatures(note.get<std::string>(), keys);
    ASSERT_TRUE(cosigned);
    EXPECT_EQ(cosigned->size(), 1U) << "its own line alone";
  }
  EXPECT_FALSE(std::filesystem::exists(WitnessRound::cosigned_beside(file_)));
}

}  // namespace
}  // namespace hub::audit
