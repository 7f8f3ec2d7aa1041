// Sessions: who is allowed to say what, the greeting, and what everybody is kept informed of
// (register, bundle, epoch keys).

#include <algorithm>
#include <array>

#include "broker/broker.h"
#include "core/base/encoding.h"
#include "core/base/log.h"
#include "schemas/epoch_key.h"

namespace hub::broker {
namespace {

using schemas::MessageKind;

constexpr std::size_t kMostKeysAtOnce = 64;

// What an agent may say, and whether it must have said hello before. Anything else ends the
// session.
struct Rule {
  MessageKind kind;
  bool after_hello;
};
constexpr std::array kRules = {
    Rule{MessageKind::Hello, false},        Rule{MessageKind::Submit, true},
    Rule{MessageKind::Settle, true},        Rule{MessageKind::Gap, true},
    Rule{MessageKind::ReceiptsTaken, true}, Rule{MessageKind::VoidConfirm, true},
    Rule{MessageKind::EpochKeys, true},     Rule{MessageKind::FetchNote, true},
    Rule{MessageKind::NoteDelivery, true},  Rule{MessageKind::Ping, true},
    Rule{MessageKind::Abandon, true},       Rule{MessageKind::WitnessRequest, true},
    Rule{MessageKind::WitnessAnswer, true}, Rule{MessageKind::MirrorRequest, true},
    Rule{MessageKind::MirrorAnswer, true},
};

bool allowed(MessageKind kind, bool greeted) {
  return std::ranges::any_of(
      kRules, [&](const Rule& rule) { return rule.kind == kind && rule.after_hello == greeted; });
}

// Same number, other content: somebody shows two faces. The proof stays in both parties' notes.
bool conflict(const schemas::NoteState& ours, const schemas::NoteState& theirs) {
  return ours.number == theirs.number && ours.hash != theirs.hash;
}

}  // namespace

Broker::Session* Broker::session_of(std::string_view party) {
  const auto peer = peers_.find(party);
  if (peer == peers_.end()) return nullptr;
  const auto session = sessions_.find(peer->second);
  return session == sessions_.end() ? nullptr : &session->second;
}

void Broker::connected(transport::PeerId peer, const std::string& user) {
  Session session;
  session.peer = peer;
  session.party = user;
  sessions_.insert_or_assign(peer, std::move(session));
}

void Broker::gone(transport::PeerId peer) {
  const auto session = sessions_.find(peer);
  if (session == sessions_.end()) return;
  const auto party = session->second.party;
  const auto current = peers_.find(party);
  if (current != peers_.end() && current->second == peer) {
    peers_.erase(current);
    delivery_.disconnected(party);
    outgoing_.erase(party);
    fresh_.clear();  // What was not sent is read again.
    log_info("agent-disconnected", {{"authority", party}});
  }
  sessions_.erase(session);
}

void Broker::received(transport::PeerId peer, const std::string&, transport::Message message) {
  const auto found = sessions_.find(peer);
  if (found == sessions_.end()) return;
  auto& session = found->second;
  const auto parsed = schemas::read_message(message.bytes());
  if (!parsed) return refuse(session, describe(parsed.error()));
  if (!allowed(parsed->kind, session.greeted)) return refuse(session, "message out of turn");
  dispatch(session, *parsed);
}

void Broker::dispatch(Session& session, const schemas::Message& message) {
  const Bytes content = *message.content;
  switch (message.kind) {
    case MessageKind::Hello: return on_hello(session, content);
    case MessageKind::Submit: return on_submit(session, message.content);
    case MessageKind::Settle: return on_settle(session, message.content);
    case MessageKind::Gap: return on_gap(session, content);
    case MessageKind::Abandon: return on_abandon(session, content);
    case MessageKind::ReceiptsTaken: return on_receipts_taken(session, content);
    case MessageKind::VoidConfirm: return on_void_confirm(session, content);
    case MessageKind::EpochKeys: return on_epoch_keys(session, content);
    case MessageKind::FetchNote: return on_fetch_note(session, content);
    case MessageKind::NoteDelivery: return on_note_delivery(session, content);
    case MessageKind::Ping: return on_ping(session);
    case MessageKind::WitnessRequest: return on_witness_request(session, content);
    case MessageKind::WitnessAnswer: return on_witness_answer(session, content);
    case MessageKind::MirrorRequest: return on_mirror_request(session, content);
    case MessageKind::MirrorAnswer: return on_mirror_answer(session, content);
    case MessageKind::Welcome:
    case MessageKind::Submitted:
    case MessageKind::Deliver:
    case MessageKind::ReceiptDelivery:
    case MessageKind::VoidRequest: break;  // never allowed by kRules
  }
}

// Ends the session. The peer is authenticated, so its misbehaviour goes into the audit log.
void Broker::refuse(Session& session, std::string_view reason) {
  ++refused_[std::string(reason)];
  log_warning("session-refused", {{"authority", session.party}, {"reason", reason}});
  storage::Job job;
  job.act = [this, party = session.party,
             reason = std::string(reason)](storage::Connection& store) {
    audit::Entry entry;
    entry.act = "refusal";
    entry.outcome = "session-refused";
    entry.sender = party;
    entry.reason = reason;
    log_.append(store, entry, {});
    Mailbox::count(store, party, "session-refused", reason, 1);
  };
  job.done = [](bool) {};
  job.may_wait = true;
  // A flood of rubbish is cut here and now; it is recorded as far as there is room.
  if (!store_.try_submit(job)) log_warning("refusal-not-recorded", {{"authority", session.party}});
  server_->cut(session.peer);
}

void Broker::on_hello(Session& session, Bytes content) {
  const auto hello = schemas::parse_hello(content);
  if (!hello) return refuse(session, describe(hello.error()));
  const auto now = snapshot();
  if (hello->party != session.party) return refuse(session, "hello names another authority");
  if (hello->hub != now->parties->hub()) return refuse(session, "hello names another hub");
  if (hello->protocol != schemas::kProtocolVersion) {
    return refuse(session, "hello speaks another protocol version");
  }
  if (conflict(now->parties->state(), hello->register_state)) {
    return refuse(session, "the agent's register of this number is another one");
  }
  if (conflict(now->bundle->state(), hello->bundle_state)) {
    return refuse(session, "the agent's bundle of this number is another one");
  }
  // One session per party: a newer one takes over, which is how an agent comes back.
  if (auto* older = session_of(session.party)) server_->cut(older->peer);
  session.greeted = true;
  peers_.insert_or_assign(session.party, session.peer);
  delivery_.connected(session.party, std::clamp<std::uint32_t>(hello->window, 1, 256));
  outgoing_.erase(session.party);
  log_info("agent-connected", {{"authority", session.party}});
  welcome(session, *hello);
}

void Broker::welcome(Session& session, const schemas::Hello& hello) {
  const auto now = snapshot();
  const auto& hub = now->parties->hub();
  send(session, MessageKind::Welcome,
       encode(schemas::Welcome{
           hub, schemas::kProtocolVersion, incarnation_,
           keys_.identity.sign(schemas::incarnation_signing_input(hub, incarnation_)), clock_.now(),
           now->parties->state(), now->bundle->state(), config_.window}));
  // Who is ahead is asked for the next note; an agent that is behind asks by itself.
  const auto ask = [&](schemas::NoteKind kind, std::uint64_t ours, std::uint64_t theirs) {
    if (theirs <= ours) return;
    send(session, MessageKind::FetchNote, encode(schemas::NoteDelivery{kind, ours + 1, {}}));
  };
  ask(schemas::NoteKind::Register, now->parties->note().number, hello.register_state.number);
  ask(schemas::NoteKind::Bundle, now->bundle->note().number, hello.bundle_state.number);
  send_epoch_keys(session.party);
  send_void_notices(session.party);
  session.receipts_waiting = true;
  read_receipts(session);
  pump(session.party);
}

void Broker::send(const Session& session, MessageKind kind, Bytes content) {
  auto message = std::make_shared<const Buffer>(schemas::write_message(kind, content));
  if (server_->send(session.peer, transport::Message::share(std::move(message)))) return;
  // Its window would keep an honest peer's queue from filling up; a new session starts clean.
  server_->cut(session.peer);
}

void Broker::on_ping(Session&) {}  // That it arrived is all that counts.

void Broker::ping_all() {
  for (const auto& [party, peer] : peers_) {
    const auto session = sessions_.find(peer);
    if (session == sessions_.end()) continue;
    send(
        session->second, MessageKind::Ping,
        encode(schemas::Ping{clock_.now(), delivery_.waiting(party) + delivery_.in_flight(party)}));
  }
}

void Broker::on_epoch_keys(Session& session, Bytes content) {
  auto statements = schemas::parse_epoch_keys(content);
  if (!statements || statements->size() > kMostKeysAtOnce) {
    return refuse(session, "epoch keys malformed");
  }
  const auto now = snapshot();
  const auto* authority = now->parties->find(session.party);
  std::vector<std::pair<schemas::EpochKey, Buffer>> keys;
  for (auto& statement : *statements) {
    auto parsed = schemas::UnverifiedEpochKey::parse(statement);
    if (!parsed || parsed->claimed_authority() != session.party || authority == nullptr) {
      return refuse(session, "epoch key of another authority");
    }
    auto key = std::move(*parsed).verify(authority->keys.identity, now->parties->hub());
    if (!key) return refuse(session, "epoch key not signed by its authority");
    keys.emplace_back(std::move(*key), std::move(statement));
  }
  storage::Job job;
  job.act = [keys, now = clock_.now()](storage::Connection& store) {
    for (const auto& [key, statement] : keys) {
      store.run(
          "INSERT INTO epoch_key(authority, delivery_class, day, generation, not_after, statement) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
          key.authority, static_cast<int>(key.epoch.delivery_class), key.epoch.day,
          key.epoch.generation, to_ms(key.not_after), Bytes(statement));
    }
    store.run("DELETE FROM epoch_key WHERE not_after < ?", to_ms(now));
  };
  job.done = [this, party = session.party, shared = to_buffer(content)](bool committed) {
    if (!committed) return;  // The agent publishes them again at its next session.
    loop_.post([this, party, shared] {
      for (const auto& [other, peer] : peers_) {
        const auto known = sessions_.find(peer);
        if (other != party && known != sessions_.end()) {
          send(known->second, MessageKind::EpochKeys, shared);
        }
      }
    });
  };
  store_.submit(std::move(job));
}

void Broker::send_epoch_keys(const std::string& party) {
  lanes_.post(party, [this, party] {
    auto statements = store_.read([&](storage::Connection& store) {
      std::vector<Buffer> out;
      auto query = store.prepare("SELECT statement FROM epoch_key WHERE not_after > ?");
      query.bind(1, to_ms(clock_.now()));
      while (query.step()) out.push_back(to_buffer(query.bytes(0)));
      return out;
    });
    loop_.post([this, party, content = schemas::encode_epoch_keys(statements)] {
      if (const auto* session = session_of(party)) send(*session, MessageKind::EpochKeys, content);
    });
  });
}

void Broker::send_void_notices(const std::string& party) {
  lanes_.post(party, [this, party] {
    auto notices =
        store_.read([&](storage::Connection& store) { return Mailbox::notices_for(store, party); });
    loop_.post([this, party, notices = std::move(notices)] {
      for (const auto& notice : notices) {
        const auto* session = session_of(party);
        if (session != nullptr) send(*session, MessageKind::VoidRequest, notice);
      }
    });
  });
}

void Broker::on_fetch_note(Session& session, Bytes content) {
  auto wanted = schemas::parse_note_delivery(content);
  if (!wanted) return refuse(session, describe(wanted.error()));
  auto note = notes_.stored(wanted->kind, wanted->number);
  if (!note) return;  // It asked for one that does not exist; there is nothing to say.
  wanted->note = std::move(*note);
  send(session, MessageKind::NoteDelivery, encode(*wanted));
}

void Broker::on_note_delivery(Session& session, Bytes content) {
  auto delivery = schemas::parse_note_delivery(content);
  if (!delivery) return refuse(session, describe(delivery.error()));
  const auto party = session.party;
  const auto kind = delivery->kind;
  const auto number = delivery->number;
  apply_note(kind, delivery->note, party, [this, party, kind, number](const auto& mistake) {
    if (mistake) {
      log_warning("note-not-taken",
                  {{"authority", party}, {"number", number}, {"reason", *mistake}});
      return;
    }
    if (const auto* again = session_of(party)) {
      send(*again, MessageKind::FetchNote, encode(schemas::NoteDelivery{kind, number + 1, {}}));
    }
  });
}

void Broker::adopt(const std::shared_ptr<const Snapshot>& next, schemas::NoteKind kind) {
  const auto number = kind == schemas::NoteKind::Register ? next->parties->note().number
                                                          : next->bundle->note().number;
  if (kind == schemas::NoteKind::Register) notes_.adopt(next->parties);
  if (kind == schemas::NoteKind::Bundle) notes_.adopt(next->bundle);
  snapshot_.set(next);
  log_info(kind == schemas::NoteKind::Register ? "register-in-force" : "bundle-in-force",
           {{"number", number}});
  // Whoever is no longer in the register is cut at once; everybody else gets the news.
  const auto& note =
      kind == schemas::NoteKind::Register ? next->parties->note().note : next->bundle->note().note;
  const auto content = encode(schemas::NoteDelivery{kind, number, note});
  for (const auto& [party, peer] : peers_) {
    const auto* authority = next->parties->find(party);
    const auto session = sessions_.find(peer);
    if (authority == nullptr || authority->suspended) {
      server_->cut(peer);
    } else if (session != sessions_.end()) {
      send(session->second, MessageKind::NoteDelivery, content);
    }
  }
}

}  // namespace hub::broker
