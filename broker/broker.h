// The broker: agents call in, their slices are admitted, recorded, held and delivered, and the
// recipients' receipts go home. It holds ciphertext and headers, never a key that opens one.
//
// Threads: the loop owns sockets, sessions and the delivery queues; lanes do admission and reading;
// the store's writer commits; its maintenance thread checkpoints and purges. Whatever a peer is
// told has been committed before.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/checkpointer.h"
#include "audit/log/log.h"
#include "audit/log/witness_round.h"
#include "audit/mirror/mirror_round.h"
#include "audit/siem/siem.h"
#include "broker/admission.h"
#include "broker/config.h"
#include "broker/delivery.h"
#include "broker/keys.h"
#include "broker/mailbox.h"
#include "broker/peer_traffic.h"
#include "broker/snapshot.h"
#include "broker/waiting_counts.h"
#include "core/base/clock.h"
#include "core/base/in_order.h"
#include "core/base/lanes.h"
#include "core/base/shared_value.h"
#include "core/storage/store.h"
#include "core/transport/loop.h"
#include "core/transport/server.h"
#include "schemas/message.h"
#include "schemas/note_folder.h"

namespace hub::broker {

class Broker final : private transport::Server::Handler {
 public:
  // Loop and clock must outlive the broker. Opens the store, which must exist.
  Broker(const Config& config, Keys keys, transport::Loop& loop, const Clock& clock);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  Broker(Broker&&) = delete;
  Broker& operator=(Broker&&) = delete;
  ~Broker() override;

  // Makes the store of a new broker. Throws when there is one already.
  static void create_store(const Config& config, const Keys& keys);

  // Where it listens, wildcards resolved.
  [[nodiscard]] const std::vector<std::string>& endpoints() const;

  // For the local door, on the loop thread.
  [[nodiscard]] std::string status_json() const;
  [[nodiscard]] storage::Store& store() { return store_; }
  [[nodiscard]] audit::Log& log() { return log_; }
  [[nodiscard]] std::string log_vkey() const;
  [[nodiscard]] std::filesystem::path checkpoint_file() const;
  // Of this log, by party. Any thread.
  [[nodiscard]] std::map<std::string, crypto::CosignatureVerifier> witnesses() const;
  [[nodiscard]] Lanes& lanes() { return lanes_; }
  // Checks, records and puts in force a register or bundle note. Answers with what was wrong, or
  // nothing, on the loop thread.
  void apply_note(schemas::NoteKind kind, std::string note, std::string by,
                  std::function<void(std::optional<std::string>)> answer);

 private:
  using SnapshotRef = std::shared_ptr<const Snapshot>;
  using NoteAnswer = std::function<void(std::optional<std::string>)>;

  // A note that waits for the one before it to be in force: each is judged by what then is.
  struct PendingNote {
    schemas::NoteKind kind = schemas::NoteKind::Register;
    std::string note;
    std::string by;
    NoteAnswer answer;
  };

  struct Session {
    transport::PeerId peer = 0;
    std::string party;
    bool greeted = false;
    std::uint32_t submits = 0;       // not answered yet
    std::uint32_t receipts = 0;      // sent and not taken yet
    std::uint64_t last_receipt = 0;  // the highest number sent
    bool receipts_waiting = false;   // in the store, behind the ones sent
    bool reading_receipts = false;
    std::uint32_t gaps = 0;
  };
  // transport::Server::Handler
  void connected(transport::PeerId peer, const std::string& user) override;
  void received(transport::PeerId peer, const std::string& user,
                transport::Message message) override;
  void gone(transport::PeerId peer) override;

  // broker_session.cc: greeting, notes, keys
  void dispatch(Session& session, const schemas::Message& message);
  void refuse(Session& session, std::string_view reason);
  void on_hello(Session& session, Bytes content);
  void welcome(Session& session, const schemas::Hello& hello);
  void on_epoch_keys(Session& session, Bytes content);
  void on_fetch_note(Session& session, Bytes content);
  void on_note_delivery(Session& session, Bytes content);
  void on_ping(Session& session);
  void ping_all();
  void send(const Session& session, schemas::MessageKind kind, Bytes content);
  void send_epoch_keys(const std::string& party);
  void send_void_notices(const std::string& party);
  [[nodiscard]] Session* session_of(std::string_view party);
  void adopt(const std::shared_ptr<const Snapshot>& next, schemas::NoteKind kind);

  // broker_mail.cc: from submission to receipt
  void on_submit(Session& session, const schemas::SharedBytes& bytes);
  void admit(const std::string& party, const schemas::SharedBytes& bytes);
  void record_refusal(const std::string& party, const NotAdmitted& refused);
  void record_admission(const std::shared_ptr<Admitted>& admitted, SnapshotRef snapshot);
  struct Fate;  // what became of a slice that a lane admitted
  [[nodiscard]] Fate keep_admitted(storage::Connection& store, Admitted& admitted,
                                   SnapshotRef& snapshot);
  void kept(const Admitted& admitted, const Fate& fate);
  void answer_submit(const std::string& party, const Uuid& stream, std::uint64_t first_position,
                     schemas::Answer answer);
  void pump(const std::string& recipient);
  void flush(const std::string& recipient);
  void on_settle(Session& session, const schemas::SharedBytes& bytes);
  void settle(const std::string& party, const schemas::SharedBytes& bytes);
  // Says in `fault` why not.
  [[nodiscard]] std::shared_ptr<const schemas::Receipts> believed(const std::string& party,
                                                                  Bytes bytes,
                                                                  std::string_view& fault) const;
  void on_gap(Session& session, Bytes content);
  void on_abandon(Session& session, Bytes content);
  void count_waiting(std::string_view recipient);
  void send_receipt(const std::string& sender, std::uint64_t number, Bytes receipts);
  void read_receipts(Session& session);
  void on_receipts_taken(Session& session, Bytes content);

  // broker_voids.cc: positions that are never delivered
  void on_void_confirm(Session& session, Bytes content);
  void confirm_void(const std::string& party, const schemas::VoidConfirmation& confirmation);
  void void_expired();
  void void_expired_for(const std::string& recipient);
  void void_expired_in(const std::string& recipient, SliceId id);

  // broker_witness.cc: what witnesses are asked and answer
  [[nodiscard]] audit::WitnessRound::Parts round_parts();
  void begin_witness_round();
  void on_witness_request(Session& session, Bytes content);
  void on_witness_answer(Session& session, Bytes content);

  // broker_mirror.cc: leaves that others keep
  [[nodiscard]] audit::MirrorRound::Parts mirror_parts();
  void begin_mirror_round();
  void on_mirror_request(Session& session, Bytes content);
  void on_mirror_answer(Session& session, Bytes content);

  void apply_next();

  [[nodiscard]] SnapshotRef snapshot() const { return snapshot_.get(); }

  const Config config_;
  Keys keys_;
  transport::Loop& loop_;
  const Clock& clock_;
  schemas::NoteFolder notes_;  // loop thread
  SharedValue<Snapshot> snapshot_;
  audit::Log log_;
  storage::Store store_;
  std::unique_ptr<audit::Checkpointer> checkpointer_;  // maintenance thread
  std::unique_ptr<audit::Siem> siem_;                  // threads of its own
  Lanes lanes_;
  std::vector<std::unique_ptr<Admission>> admissions_;  // one per lane
  Admission writer_admission_;
  Time incarnation_;
  WaitingCounts waiting_counts_;

  // Loop thread.
  audit::WitnessRound witness_round_;
  audit::MirrorRound mirror_round_;
  PeerTraffic witness_traffic_;
  PeerTraffic mirror_traffic_;
  std::map<transport::PeerId, Session> sessions_;
  std::map<std::string, transport::PeerId, std::less<>> peers_;  // greeted sessions by party
  Delivery delivery_;
  std::map<SliceId, schemas::SharedBytes> fresh_;  // just admitted, about to be delivered
  std::map<std::string, InOrder<SliceId, schemas::SharedBytes>, std::less<>> outgoing_;
  std::deque<PendingNote> pending_notes_;         // the first is being put in force
  std::map<std::string, std::uint64_t> refused_;  // reason -> how often, since the start
  std::unique_ptr<transport::Server> server_;
};

}  // namespace hub::broker
