// A hub in memory: a broker's and some authorities' keys, the register and London's bundle signed
// by their governance key, and for each authority the parts of an agent over a store of its own in
// a temporary folder. No process, no socket; time is moved by hand.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/erasure.h"
#include "agent/inbox.h"
#include "agent/outbox.h"
#include "agent/own_epochs.h"
#include "agent/peer_epochs.h"
#include "agent/snapshot.h"
#include "audit/log/log.h"
#include "broker/snapshot.h"
#include "core/base/clock.h"
#include "core/storage/store.h"
#include "schemas/record.h"

namespace hub::exchange {

inline constexpr std::string_view kHub = "test.hub.example";
inline constexpr std::string_view kCamden = "E09000007";
inline constexpr std::string_view kHackney = "E09000012";
inline constexpr std::string_view kNewham = "E09000025";

// 2026-11-21 12:00 UTC, moved by hand.
class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return from_ms(1'795'262'400'000 + passed_.load()); }
  [[nodiscard]] SteadyTime steady() const override {
    return SteadyTime(std::chrono::hours(1) + std::chrono::milliseconds(passed_.load()));
  }
  void advance(std::chrono::milliseconds by) { passed_ += by.count(); }

 private:
  std::atomic<std::int64_t> passed_{0};
};

class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;
  ~Folder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The secret keys of one party.
struct PartySecrets {
  crypto::IdentityKey identity = crypto::IdentityKey::generate();
  crypto::EnvelopeKey envelope = crypto::EnvelopeKey::generate();
  crypto::LogKey log = crypto::LogKey::generate();
  crypto::WitnessKey witness = crypto::WitnessKey::generate();
  crypto::TransportSecret transport = crypto::TransportSecret::random();
};

// Register, bundle and everybody's keys.
class TestHub {
 public:
  explicit TestHub(std::vector<std::string> authorities = {
                       std::string(kCamden), std::string(kHackney), std::string(kNewham)});

  [[nodiscard]] std::shared_ptr<const schemas::Register> parties() const { return parties_; }
  [[nodiscard]] std::shared_ptr<const schemas::Bundle> bundle() const { return bundle_; }
  [[nodiscard]] std::shared_ptr<const agent::Snapshot> agent_snapshot() const;
  [[nodiscard]] std::shared_ptr<const broker::Snapshot> broker_snapshot() const;
  [[nodiscard]] const PartySecrets& secrets(std::string_view party) const;

  // The register's text with these authorities suspended, as number `number` after `previous`,
  // signed.
  [[nodiscard]] std::string register_note(std::uint64_t number, const std::string& previous,
                                          const std::vector<std::string>& suspended = {}) const;
  [[nodiscard]] std::string bundle_note(std::uint64_t number, const std::string& previous,
                                        const std::map<std::string, std::string>& files) const;
  // London's catalogue, policies and agreements, as in the repository.
  [[nodiscard]] static std::map<std::string, std::string> london_files();

  HandClock clock;

 private:
  std::vector<std::string> authorities_;
  std::map<std::string, PartySecrets, std::less<>> secrets_;
  crypto::GovernanceKey governance_ = crypto::GovernanceKey::generate();
  std::shared_ptr<const schemas::Register> parties_;
  std::shared_ptr<const schemas::Bundle> bundle_;
};

// One authority: the parts of an agent that work on the store, driven from the test.
class Borough : public storage::CommitParticipant {
 public:
  Borough(TestHub& hub, std::string_view code);
  ~Borough() override;

  // Takes over another borough's published epoch keys.
  void learn_keys_of(const Borough& other);

  // Records of a section 208 notice to `recipient`, each with a case reference of its own.
  [[nodiscard]] std::vector<agent::ClearedRecord> notices(
      std::string_view recipient, int count, schemas::Priority priority = schemas::Priority::Bulk);
  // Commits the records to the outbox; the slices that were sealed.
  std::vector<agent::SliceRef> send(std::vector<agent::ClearedRecord> records);
  // Opens and takes a slice as if the broker had delivered it.
  agent::Inbox::Taken receive(const schemas::SharedBytes& bytes);
  // As receive(), for a slice that is refused as a whole.
  [[nodiscard]] std::optional<schemas::WireError> refuses(const schemas::SharedBytes& bytes);
  // The receipts as the sender's outbox takes them in; false when they were refused.
  bool take_receipts(const Buffer& receipts);

  // Closes the store, and opens this one instead.
  void open(const std::filesystem::path& file);
  [[nodiscard]] std::filesystem::path store_file() const { return folder.path() / "agent.db"; }
  [[nodiscard]] static std::string case_reference_of(const Uuid& id);

  [[nodiscard]] std::int64_t count_of(std::string_view table);
  [[nodiscard]] std::vector<audit::Entry> entries();
  void commit(const std::function<void(storage::Connection&)>& act);

  TestHub& hub;
  const std::string code;
  const PartySecrets& secrets;
  Folder folder;
  agent::OwnEpochs epochs;
  agent::PeerEpochs peers;
  UuidSource ids;
  audit::Log log;
  storage::KeyRuns identifiers{2};
  agent::SentSubjects sent_subjects{3};
  agent::Eraser eraser{log, identifiers, sent_subjects};
  agent::Outbox outbox;
  agent::Inbox inbox;
  agent::Opener opener;
  const crypto::StoreKey store_key = crypto::StoreKey::random();
  std::unique_ptr<storage::Store> store;

  // storage::CommitParticipant: the log, and the outbox's cache.
  storage::TreeHead load(storage::Connection& connection) override { return log.load(connection); }
  storage::TreeHead before_commit(storage::Connection& connection) override {
    return log.before_commit(connection);
  }
  void committed() noexcept override { log.committed(); }
  void rolled_back() noexcept override {
    log.rolled_back();
    outbox.forget_cache();
  }
};

[[nodiscard]] std::vector<schemas::Outcome> outcomes_of(const Buffer& receipts);

}  // namespace hub::exchange
