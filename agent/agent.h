// One authority's agent: takes in what its case systems write, decides what may leave and what may
// come in, seals, opens, stores, and records every act. It has the borough's last word.
//
// Threads: the loop owns the link to the broker and the local door; the spool thread reads files;
// lanes open what arrives; the store's writer seals, stores and commits; its maintenance thread
// checkpoints, indexes and looks after the epoch keys.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/alert_desk.h"
#include "agent/clearing.h"
#include "agent/config.h"
#include "agent/erasure.h"
#include "agent/inbox.h"
#include "agent/intake.h"
#include "agent/keys.h"
#include "agent/log_restore.h"
#include "agent/mirror_desk.h"
#include "agent/outbox.h"
#include "agent/own_epochs.h"
#include "agent/peer_epochs.h"
#include "agent/projections.h"
#include "agent/retention.h"
#include "agent/sent_subjects.h"
#include "agent/snapshot.h"
#include "agent/spool.h"
#include "agent/staff_file.h"
#include "agent/submissions.h"
#include "agent/time_guard.h"
#include "agent/witness_desk.h"
#include "audit/log/checkpointer.h"
#include "audit/log/log.h"
#include "audit/log/witness_round.h"
#include "audit/mirror/mirror_round.h"
#include "audit/mirror/mirrored_log.h"
#include "audit/siem/siem.h"
#include "core/base/clock.h"
#include "core/base/in_order.h"
#include "core/base/lanes.h"
#include "core/base/shared_value.h"
#include "core/storage/key_runs.h"
#include "core/storage/store.h"
#include "core/transport/client.h"
#include "core/transport/loop.h"
#include "schemas/message.h"
#include "schemas/note_folder.h"

namespace hub::agent {

class Agent final : private transport::Client::Handler {
 public:
  // Loop and clock must outlive the agent. Opens the store, which must exist.
  Agent(const Config& config, Keys keys, transport::Loop& loop, const Clock& clock);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  Agent(Agent&&) = delete;
  Agent& operator=(Agent&&) = delete;
  ~Agent() override;

  // Makes the store of a new agent. Throws when there is one already.
  static void create_store(const Config& config, const Keys& keys);

  // Calls the broker and watches the spool. Before the loop runs.
  void start();

  // For the local door.
  [[nodiscard]] std::string status_json();  // loop thread
  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] storage::Store& store() { return store_; }
  [[nodiscard]] audit::Log& log() { return log_; }
  [[nodiscard]] std::string log_vkey() const;
  [[nodiscard]] std::filesystem::path checkpoint_file() const;
  [[nodiscard]] Spool& spool() { return *spool_; }
  [[nodiscard]] storage::KeyRuns& identifiers() { return identifiers_; }
  [[nodiscard]] SentSubjects& sent_subjects() { return sent_subjects_; }
  [[nodiscard]] Projections& projections() { return projections_; }
  [[nodiscard]] Eraser& eraser() { return eraser_; }
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const { return snapshot_.get(); }
  // What a witness answers to an outside log's add-checkpoint; nothing when it could not be kept.
  // Waits for the store: for a worker.
  [[nodiscard]] std::optional<schemas::WitnessAnswer> cosign_outside(const std::string& body);
  // Whether witnesses say that this log was longer: its store was put back to an older state. What
  // it holds may have been erased since, so it is not shown. Any thread.
  [[nodiscard]] bool put_back() const { return put_back_; }
  // Gets the log's later entries back from those who keep them; says why not. The entry has the
  // roles of who asks for it. Waits for others and for the store: for a worker.
  [[nodiscard]] Result<LogRestored, std::string> restore_log(const crypto::RecoverySecret& secret,
                                                             audit::Entry entry,
                                                             const audit::Detail& detail);
  [[nodiscard]] AlertDesk& alerts() { return alert_desk_; }
  [[nodiscard]] std::shared_ptr<const Staff> staff() { return staff_file_.current(); }
  // Calls back on the loop once every one of these slices is settled. Loop thread.
  void when_settled(std::vector<std::int64_t> slices, std::function<void()> callback);

 private:
  // What moves in step with the store's commits: the log, and what the outbox caches.
  class InStep final : public storage::CommitParticipant {
   public:
    InStep(audit::Log& log, Outbox& outbox) : log_(log), outbox_(outbox) {}
    storage::TreeHead load(storage::Connection& store) override { return log_.load(store); }
    storage::TreeHead before_commit(storage::Connection& store) override {
      return log_.before_commit(store);
    }
    void committed() noexcept override { log_.committed(); }
    void rolled_back() noexcept override {
      log_.rolled_back();
      outbox_.forget_cache();
    }

   private:
    audit::Log& log_;
    Outbox& outbox_;
  };
  struct Waiter {
    std::set<std::int64_t> slices;
    std::function<void()> callback;
  };

  // transport::Client::Handler
  void connected() override;
  void received(transport::Message message) override;
  void disconnected(transport::Client::Reason reason) override;

  // agent_session.cc: greeting, notes, epoch keys
  void dispatch(const schemas::Message& message);
  void end_session(std::string_view reason);
  void send(schemas::MessageKind kind, Bytes content);
  void on_welcome(Bytes content);
  void on_epoch_keys(Bytes content);
  void take_epoch_keys(const std::vector<Buffer>& statements);
  void publish_epoch_keys();
  void catch_up();
  void on_fetch_note(Bytes content);
  void on_note_delivery(Bytes content);
  void take_note(const std::shared_ptr<const Snapshot>& next, schemas::NoteKind kind);
  void adopt(std::shared_ptr<const Snapshot> next, schemas::NoteKind kind);
  void on_ping(Bytes content);
  void tend_epochs();

  // agent_mail.cc: slices out, slices in, receipts
  void sealed(std::vector<SliceRef> slices);
  void submit_ready();
  void pump();
  void flush();
  void on_submitted(Bytes content);
  void on_gap(Bytes content);
  void reopen_stream(const Uuid& stream);
  void on_deliver(const schemas::SharedBytes& bytes);
  void take_slice(const schemas::SharedBytes& bytes);
  void on_receipt(Bytes content);
  void take_receipts(std::uint64_t number, const Buffer& bytes);
  void on_void_request(const schemas::SharedBytes& bytes);
  void take_void(const schemas::SharedBytes& bytes);
  void seal_waiting();
  void settled(std::int64_t slice);
  [[nodiscard]] InForce in_force() const;

  void tend_retention();  // maintenance thread

  // agent_witness.cc: this log cosigned by others, others' by this agent
  [[nodiscard]] audit::WitnessRound::Parts round_parts();
  [[nodiscard]] static std::filesystem::path forks_folder(const Config& config);
  void begin_witness_round();
  void look_whether_put_back();
  void on_witness_answer(Bytes content);
  void on_witness_request(Bytes content);
  void witnessed(const std::string& party, WitnessDesk::Suspicion suspicion);

  // agent_mirror.cc: this log's leaves kept by others, others' by this agent
  struct Fetch {
    std::string holder;
    std::promise<std::optional<audit::MirrorBlock>> answer;
  };
  [[nodiscard]] audit::MirrorRound::Parts mirror_parts();
  void begin_mirror_round();
  void on_mirror_request(Bytes content);
  void on_mirror_answer(Bytes content);
  [[nodiscard]] std::optional<audit::MirrorBlock> fetch_block(const std::string& holder,
                                                              const audit::MirrorGive& question);
  [[nodiscard]] Result<audit::MirroredLeaves, std::string> fetch_leaves(
      const crypto::RecoverySecret& secret, const std::string& holder,
      const audit::Frontier& signed_tree);

  const Config config_;
  Keys keys_;
  transport::Loop& loop_;
  const Clock& clock_;
  schemas::NoteFolder notes_;  // loop thread
  SharedValue<Snapshot> snapshot_;
  TimeGuard time_guard_;
  OwnEpochs own_epochs_;
  PeerEpochs peer_epochs_;
  UuidSource stream_ids_;  // writer thread
  storage::KeyRuns sent_rows_;
  storage::KeyRuns identifiers_;
  SentSubjects sent_subjects_;
  audit::Log log_;
  Eraser eraser_;
  Outbox outbox_;
  Inbox inbox_;
  Projections projections_;
  Clearing writer_clearing_;  // writer thread
  Opener writer_opener_;      // writer thread
  WitnessDesk witness_desk_;  // writer thread
  MirrorDesk mirror_desk_;
  InStep in_step_;
  storage::Store store_;
  AlertDesk alert_desk_;
  StaffFile staff_file_;
  std::unique_ptr<audit::Checkpointer> checkpointer_;  // maintenance thread
  Retention retention_;                                // maintenance thread
  Lanes lanes_;
  std::vector<std::unique_ptr<Opener>> openers_;  // one per lane
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Spool> spool_;
  audit::WitnessRound witness_round_;  // loop thread
  audit::MirrorRound mirror_round_;    // loop thread
  std::unique_ptr<audit::Siem> siem_;  // threads of its own

  // Loop thread.
  bool in_session_ = false;
  std::optional<transport::Client::Reason> no_session_for_;  // as the log says already
  std::uint64_t newest_register_ = 0;                        // that the broker has told of
  std::uint64_t newest_bundle_ = 0;
  bool bundle_needs_register_ = false;  // the next bundle was made under a register to come
  bool taking_note_ = false;
  std::optional<Time> incarnation_;
  std::optional<Time> last_drained_;  // when the broker said last that it holds nothing for us
  Submissions submissions_;
  InOrder<std::int64_t, schemas::SharedBytes> outgoing_;
  std::vector<Waiter> waiters_;
  std::size_t witness_requests_ = 0;  // being decided
  std::size_t mirror_requests_ = 0;   // being stored
  std::optional<Fetch> fetch_;        // that a worker waits for
  std::atomic<bool> sealing_waiting_ = false;
  std::atomic<bool> put_back_ = false;
  std::atomic<bool> witnesses_heard_ = false;
  std::atomic<std::uint64_t> witnesses_have_ = 0;  // entries of this log, while it is put back
  std::mutex restoring_;
  std::map<std::string, std::uint64_t> alarms_;  // reason -> how often, since the start
  std::unique_ptr<transport::Client> client_;
};

}  // namespace hub::agent
