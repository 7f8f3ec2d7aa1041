// The session with the broker: the greeting, and what both keep each other informed of (register,
// bundle, epoch keys, time).

#include <algorithm>
#include <array>

#include "agent/agent.h"
#include "core/base/log.h"
#include "schemas/epoch_key.h"

namespace hub::agent {
namespace {

using schemas::MessageKind;

// What the broker may say, and whether it must have welcomed us before.
struct Rule {
  MessageKind kind;
  bool in_session;
};
constexpr std::array kRules = {
    Rule{MessageKind::Welcome, false},
    Rule{MessageKind::Submitted, true},
    Rule{MessageKind::Deliver, true},
    Rule{MessageKind::ReceiptDelivery, true},
    Rule{MessageKind::VoidRequest, true},
    Rule{MessageKind::EpochKeys, true},
    Rule{MessageKind::FetchNote, true},
    Rule{MessageKind::NoteDelivery, true},
    Rule{MessageKind::Gap, true},
    Rule{MessageKind::Ping, true},
    Rule{MessageKind::WitnessRequest, true},
    Rule{MessageKind::WitnessAnswer, true},
    Rule{MessageKind::MirrorRequest, true},
    Rule{MessageKind::MirrorAnswer, true},
};

bool allowed(MessageKind kind, bool in_session) {
  return std::ranges::any_of(
      kRules, [&](const Rule& rule) { return rule.kind == kind && rule.in_session == in_session; });
}

// No record may be sealed on the word of a broker whose mail would be irrecoverable: a drained
// mailbox is believed only when the broker said so after the key's day ended.
constexpr std::chrono::minutes kPingFresh{5};

}  // namespace

void Agent::connected() {
  const auto now = snapshot();
  send(MessageKind::Hello,
       encode(schemas::Hello{now->parties->hub(), config_.authority, schemas::kProtocolVersion,
                             now->parties->state(), now->bundle->state(), config_.window}));
}

void Agent::disconnected(transport::Client::Reason reason) {
  if (in_session_) {
    log_info("link-lost", {{"reason", transport::name_of(reason)}});
  } else if (reason != no_session_for_) {
    // Once for each reason, however often it is tried.
    log_warning("no-session", {{"reason", transport::name_of(reason)}});
    no_session_for_ = reason;
  }
  in_session_ = false;
  fetch_.reset();  // whoever waits for it is told
  submissions_.end();
  outgoing_.clear();
}

void Agent::end_session(std::string_view reason) {
  ++alarms_[std::string(reason)];
  log_warning("session-ended", {{"reason", reason}});
  client_->reset(transport::Client::Reason::Asked);
}

void Agent::send(MessageKind kind, Bytes content) {
  auto message = std::make_shared<const Buffer>(schemas::write_message(kind, content));
  if (client_->send(transport::Message::share(std::move(message)))) return;
  if (in_session_) client_->reset(transport::Client::Reason::Asked);
}

void Agent::received(transport::Message message) {
  const auto parsed = schemas::read_message(message.bytes());
  if (!parsed) return end_session(describe(parsed.error()));
  if (!allowed(parsed->kind, in_session_)) return end_session("message out of turn");
  dispatch(*parsed);
}

void Agent::dispatch(const schemas::Message& message) {
  const Bytes content = *message.content;
  switch (message.kind) {
    case MessageKind::Welcome: return on_welcome(content);
    case MessageKind::Submitted: return on_submitted(content);
    case MessageKind::Deliver: return on_deliver(message.content);
    case MessageKind::ReceiptDelivery: return on_receipt(content);
    case MessageKind::VoidRequest: return on_void_request(message.content);
    case MessageKind::EpochKeys: return on_epoch_keys(content);
    case MessageKind::FetchNote: return on_fetch_note(content);
    case MessageKind::NoteDelivery: return on_note_delivery(content);
    case MessageKind::Gap: return on_gap(content);
    case MessageKind::Ping: return on_ping(content);
    case MessageKind::WitnessRequest: return on_witness_request(content);
    case MessageKind::WitnessAnswer: return on_witness_answer(content);
    case MessageKind::MirrorRequest: return on_mirror_request(content);
    case MessageKind::MirrorAnswer: return on_mirror_answer(content);
    case MessageKind::Hello:
    case MessageKind::Submit:
    case MessageKind::Settle:
    case MessageKind::ReceiptsTaken:
    case MessageKind::VoidConfirm:
    case MessageKind::Abandon: break;  // never allowed by kRules
  }
}

void Agent::on_welcome(Bytes content) {
  const auto welcome = schemas::parse_welcome(content);
  if (!welcome) return end_session(describe(welcome.error()));
  const auto now = snapshot();
  if (welcome->hub != now->parties->hub()) return end_session("the broker serves another hub");
  if (!now->parties->broker().identity.verify(
          schemas::incarnation_signing_input(welcome->hub, welcome->incarnation),
          welcome->signature)) {
    return end_session("the broker's incarnation is not signed by its key");
  }
  if (incarnation_ && welcome->incarnation < *incarnation_) {
    return end_session("the broker went back to an earlier incarnation");
  }
  const auto conflict = [](const schemas::NoteState& ours, const schemas::NoteState& theirs) {
    return ours.number == theirs.number && ours.hash != theirs.hash;
  };
  if (conflict(now->parties->state(), welcome->register_state) ||
      conflict(now->bundle->state(), welcome->bundle_state)) {
    return end_session("the broker shows another register or bundle of the same number");
  }
  in_session_ = true;
  no_session_for_.reset();
  incarnation_ = welcome->incarnation;
  time_guard_.heard(welcome->time);
  log_info("in-session", {{"incarnation", to_iso(welcome->incarnation)}});
  newest_register_ = welcome->register_state.number;
  newest_bundle_ = welcome->bundle_state.number;
  catch_up();
  publish_epoch_keys();
  submissions_.begin(std::clamp<std::uint32_t>(welcome->window, 1, 256));
  submit_ready();
  seal_waiting();
  begin_witness_round();
}

void Agent::publish_epoch_keys() {
  const auto statements = own_epochs_.statements(clock_.now());
  send(MessageKind::EpochKeys, schemas::encode_epoch_keys(statements));
}

void Agent::on_epoch_keys(Bytes content) {
  auto statements = schemas::parse_epoch_keys(content);
  if (!statements) return end_session(describe(statements.error()));
  lanes_.post("epochs",
              [this, statements = std::move(*statements)] { take_epoch_keys(statements); });
}

// On a lane.
void Agent::take_epoch_keys(const std::vector<Buffer>& statements) {
  const auto now = snapshot();
  auto keys = std::make_shared<std::vector<std::pair<schemas::EpochKey, Buffer>>>();
  bool lost = false;
  for (const auto& statement : statements) {
    auto parsed = schemas::UnverifiedEpochKey::parse(statement);
    if (!parsed) continue;
    const auto* authority = now->parties->find(parsed->claimed_authority());
    if (authority == nullptr) continue;
    auto key = std::move(*parsed).verify(authority->keys.identity, now->parties->hub());
    if (!key) {
      log_warning("epoch-key-refused", {{"authority", authority->code}});
      continue;
    }
    if (key->authority == config_.authority) {
      lost = own_epochs_.replace_lost(now->parties->hub(), *key, clock_.now()) || lost;
    } else {
      keys->emplace_back(std::move(*key), statement);
    }
  }
  if (lost) loop_.post([this] { publish_epoch_keys(); });
  if (keys->empty()) return;
  storage::Job job;
  job.act = [keys, time = clock_.now()](storage::Connection& store) {
    for (const auto& [key, statement] : *keys) PeerEpochs::keep(store, key, statement, time);
  };
  job.done = [this, keys](bool committed) {
    if (!committed) return;  // The broker sends them again at the next session.
    for (const auto& [key, statement] : *keys) peer_epochs_.add(key);
    loop_.post([this] { seal_waiting(); });
  };
  store_.submit(std::move(job));
}

// Asks for the next note that is missing here. Bundles come first: each names the register it was
// made under, so the notes are taken in the order in which they came into force.
void Agent::catch_up() {
  const auto now = snapshot();
  const auto ask = [&](schemas::NoteKind kind, std::uint64_t ours) {
    send(MessageKind::FetchNote, encode(schemas::NoteDelivery{kind, ours + 1, {}}));
  };
  if (now->bundle->note().number < newest_bundle_ && !bundle_needs_register_) {
    ask(schemas::NoteKind::Bundle, now->bundle->note().number);
  } else if (now->parties->note().number < newest_register_) {
    ask(schemas::NoteKind::Register, now->parties->note().number);
  }
}

void Agent::on_fetch_note(Bytes content) {
  auto wanted = schemas::parse_note_delivery(content);
  if (!wanted) return end_session(describe(wanted.error()));
  auto note = notes_.stored(wanted->kind, wanted->number);
  if (!note) return;
  wanted->note = std::move(*note);
  send(MessageKind::NoteDelivery, encode(*wanted));
}

void Agent::on_note_delivery(Bytes content) {
  const auto delivery = schemas::parse_note_delivery(content);
  if (!delivery) return end_session(describe(delivery.error()));
  const bool is_register = delivery->kind == schemas::NoteKind::Register;
  auto& newest = is_register ? newest_register_ : newest_bundle_;
  newest = std::max(newest, delivery->number);
  const auto now = snapshot();
  const auto ours = is_register ? now->parties->note().number : now->bundle->note().number;
  // One at a time, each after the one before; news of a later one only says how far there is to go.
  if (taking_note_ || delivery->number != ours + 1) return taking_note_ ? void() : catch_up();
  auto parties = notes_.current_register();
  auto bundle = notes_.current_bundle();
  std::optional<std::string> wrong;
  if (is_register) {
    auto next = notes_.check_register(delivery->note);
    if (next) parties = *next;
    if (!next) wrong = next.error().what;
  } else {
    auto next = notes_.check_bundle(delivery->note);
    if (next) bundle = *next;
    if (!next) wrong = next.error().what;
    if (wrong && ours < newest_bundle_ && now->parties->note().number < newest_register_) {
      bundle_needs_register_ = true;  // It was made under a register that we do not have yet.
      return catch_up();
    }
  }
  auto made = wrong ? nullptr : make_snapshot(parties, bundle).value_or(nullptr);
  if (!made) {
    ++alarms_["register or bundle refused"];
    log_warning("note-refused", {{"number", delivery->number},
                                 {"reason", wrong.value_or("its content cannot be used")}});
    return;
  }
  take_note(made, delivery->kind);
}

void Agent::take_note(const std::shared_ptr<const Snapshot>& next, schemas::NoteKind kind) {
  taking_note_ = true;
  storage::Job job;
  job.act = [this, next, kind](storage::Connection& store) {
    audit::Entry entry;
    entry.act = "admin";
    entry.outcome = kind == schemas::NoteKind::Register ? "register-in-force" : "bundle-in-force";
    entry.bundle = next->bundle->note().number;
    entry.register_number = next->parties->note().number;
    log_.append(store, entry, {});
  };
  job.done = [this, next, kind](bool committed) {
    loop_.post([this, next, kind, committed] {
      taking_note_ = false;
      if (committed) adopt(next, kind);
    });
  };
  store_.submit(std::move(job));
}

void Agent::adopt(std::shared_ptr<const Snapshot> next, schemas::NoteKind kind) {
  const bool is_register = kind == schemas::NoteKind::Register;
  if (is_register) {
    notes_.adopt(next->parties);
    bundle_needs_register_ = false;
  } else {
    notes_.adopt(next->bundle);
  }
  log_info(is_register ? "register-in-force" : "bundle-in-force",
           {{"number", is_register ? next->parties->note().number : next->bundle->note().number}});
  snapshot_.set(std::move(next));
  if (in_session_) catch_up();
}

void Agent::on_ping(Bytes content) {
  const auto ping = schemas::parse_ping(content);
  if (!ping) return end_session(describe(ping.error()));
  time_guard_.heard(ping->time);
  if (ping->waiting == 0) last_drained_ = clock_.now();
  send(MessageKind::Ping, encode(schemas::Ping{clock_.now(), 0}));
}

// Makes keys for the coming days and destroys those whose time is over.
void Agent::tend_epochs() {
  const auto now = clock_.now();
  if (own_epochs_.make_ahead(snapshot()->parties->hub(), now) && in_session_) publish_epoch_keys();
  seal_waiting();
  if (!time_guard_.irreversible_allowed()) return;
  const bool drained = last_drained_ && now - *last_drained_ < kPingFresh;
  for (const auto& epoch : own_epochs_.destroy_due(now, drained)) {
    log_info("epoch-key-destroyed", {{"class", word(epoch.delivery_class)}, {"day", epoch.day}});
    storage::Job job;
    job.act = [this](storage::Connection& store) {
      audit::Entry entry;
      entry.act = "admin";
      entry.outcome = "epoch-key-destroyed";
      log_.append(store, entry, {});
    };
    job.done = [](bool) {};
    store_.submit(std::move(job));
  }
}

}  // namespace hub::agent
