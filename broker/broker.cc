#include "broker/broker.h"

#include <nlohmann/json.hpp>

#include "core/base/log.h"

namespace hub::broker {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLanes = 2;
// More than every window together can have under way, so a lane that is full means a peer that
// does not keep to its window.
constexpr std::size_t kLaneQueue = 16384;
constexpr auto kPingInterval = 5s;
constexpr auto kExpiryInterval = 30s;
constexpr std::chrono::days kKeepSettled{30};

// The search index stays behind by less than a second.
constexpr auto kIndexPeriod = 500ms;
constexpr int kIndexJobs = 8;

storage::StoreOptions store_options(const Config& config) {
  storage::StoreOptions options;
  options.file = config.state / "broker.db";
  options.application_id = kApplicationId;
  options.migrations = migrations();
  return options;
}

std::shared_ptr<const Snapshot> first_snapshot(const schemas::NoteFolder& notes) {
  auto made = make_snapshot(notes.current_register(), notes.current_bundle());
  if (!made) throw EnvError("the bundle in force cannot be used:\n" + made.error());
  return *made;
}

transport::ServerOptions server_options(const Config& config, const Keys& keys) {
  return {.endpoints = {config.listen},
          .secret = keys.transport.clone(),
          .max_message_bytes = schemas::kMaxMessageBytes,
          .max_undelivered_bytes = schemas::kMaxMessageBytes +
                                   std::size_t{2} * config.window * (std::size_t{512} << 10U)};
}

}  // namespace

void Broker::create_store(const Config& config, const Keys& keys) {
  storage::Store::create(store_options(config), keys.store);
}

Broker::Broker(const Config& config, Keys keys, transport::Loop& loop, const Clock& clock)
    : config_(config),
      keys_(std::move(keys)),
      loop_(loop),
      clock_(clock),
      notes_(config.state / "notes", config.genesis),
      snapshot_(first_snapshot(notes_)),
      log_(notes_.current_register()->broker().log_origin, std::string(schemas::kBrokerParty),
           clock, audit::search_key_of(keys_.store)),
      store_(store_options(config), keys_.store, &log_, clock),
      lanes_(kLanes, kLaneQueue),
      witness_round_(round_parts()),
      mirror_round_(mirror_parts()) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    admissions_.push_back(std::make_unique<Admission>());
  }
  checkpointer_ = store_.read([this](storage::Connection& store) {
    return std::make_unique<audit::Checkpointer>(log_, keys_.log, checkpoint_file(), clock_, store);
  });
  witness_round_.start(!std::filesystem::exists(checkpoint_file()) || witnesses().empty());
  const bool recorded = store_.commit([this](storage::Connection& store) {
    incarnation_ = Mailbox::incarnation(store, clock_.now());
    audit::Entry entry;
    entry.act = "admin";
    if (const auto& retired = checkpointer_->retired()) {
      entry.outcome = "log-opened-anew";
      entry.reason = audit::one_line(*retired);
      log_.append(store, entry, {});
      entry.reason.clear();
    }
    entry.outcome = "started";
    entry.bundle = notes_.current_bundle()->note().number;
    entry.register_number = notes_.current_register()->note().number;
    log_.append(store, entry, {});
  });
  if (!recorded) throw EnvError("cannot record the start in the audit log; is the disk full?");
  store_.read([this](storage::Connection& store) {
    for (const auto& slice : Mailbox::waiting(store)) delivery_.add(slice);
    return 0;
  });
  for (const auto& recipient : delivery_.recipients()) count_waiting(recipient);
  (void)checkpointer_->sign();
  store_.every(1s, [this] { (void)checkpointer_->run(); });
  store_.every(kIndexPeriod, [this] { (void)log_.search().tend(store_, kIndexJobs); });
  store_.every(1h, [this] {
    storage::Job purge;
    purge.act = [before = clock_.now() - kKeepSettled](storage::Connection& store) {
      Mailbox::purge_settled(store, before, 10'000);
    };
    purge.done = [](bool) {};
    store_.submit(std::move(purge));
  });
  loop_.every(kPingInterval, [this] { ping_all(); });
  loop_.every(kExpiryInterval, [this] { void_expired(); });
  loop_.every(config_.witness_every, [this] { begin_witness_round(); });
  siem_ = std::make_unique<audit::Siem>(
      config_.siem,
      audit::Siem::Parts{store_,
                         log_,
                         clock_,
                         {log_.origin(), "hub-broker", std::string(schemas::kBrokerParty)},
                         store_options(config_).file});
  server_ = std::make_unique<transport::Server>(
      loop_, server_options(config_, keys_),
      [this](const crypto::TransportPublic& key) -> std::optional<std::string> {
        const auto now = snapshot();
        const auto* party = now->parties->party_of(key);
        if (party == nullptr || *party == schemas::kBrokerParty) return std::nullopt;
        return *party;
      },
      static_cast<transport::Server::Handler&>(*this));
  siem_->start();
}

Broker::~Broker() {
  server_.reset();
  lanes_.close();
  siem_->stop();
  store_.close();
  checkpointer_->sign_last();
}

const std::vector<std::string>& Broker::endpoints() const { return server_->endpoints(); }

std::string Broker::log_vkey() const {
  return crypto::NoteVerifier(log_.origin(), keys_.log.verify_key().bytes).vkey();
}

std::filesystem::path Broker::checkpoint_file() const {
  return audit::Checkpointer::beside(store_options(config_).file);
}

std::string Broker::status_json() const {
  using nlohmann::json;
  const auto now = snapshot();
  json agents = json::array();
  for (const auto& [code, authority] : now->parties->authorities()) {
    agents.push_back({{"authority", code},
                      {"name", authority.name},
                      {"connected", peers_.contains(code)},
                      {"suspended", authority.suspended},
                      {"waiting_slices", delivery_.waiting(code)},
                      {"slices_on_their_way", delivery_.in_flight(code)}});
  }
  const auto counters = server_->counters();
  const auto store = store_.status();
  return json{{"party", schemas::kBrokerParty},
              {"hub", now->parties->hub()},
              {"register", now->parties->note().number},
              {"bundle", now->bundle->note().number},
              {"incarnation", to_iso(incarnation_)},
              {"agents", std::move(agents)},
              {"witnessed", audit::to_json(witness_round_.standing())},
              {"mirrored", mirror_round_.status()},
              {"siem", siem_->status()},
              {"refused_since_start", refused_},
              {"connections",
               {{"open", server_->connections()},
                {"refused_handshakes", counters.refused_handshakes},
                {"unregistered", counters.unregistered},
                {"oversized", counters.oversized},
                {"multipart", counters.multipart},
                {"flooded", counters.flooded},
                {"silent", counters.silent}}},
              {"store",
               {{"commits", store.commits},
                {"rollbacks", store.rollbacks},
                {"pages", store.pages},
                {"in_outage", store.in_outage},
                {"log_entries", store.tree.size}}}}
      .dump();
}

void Broker::apply_note(schemas::NoteKind kind, std::string note, std::string by,
                        NoteAnswer answer) {
  pending_notes_.push_back({kind, std::move(note), std::move(by), std::move(answer)});
  if (pending_notes_.size() == 1) apply_next();
}

// Takes the first of the pending notes; what it makes of the register or bundle is in force before
// the next one is looked at.
void Broker::apply_next() {
  if (pending_notes_.empty()) return;
  const auto& pending = pending_notes_.front();
  const auto finish = [this](std::optional<std::string> wrong) {
    const auto done = std::move(pending_notes_.front());
    pending_notes_.pop_front();
    done.answer(std::move(wrong));
    apply_next();
  };
  auto parties = notes_.current_register();
  auto bundle = notes_.current_bundle();
  if (pending.kind == schemas::NoteKind::Register) {
    auto next = notes_.check_register(pending.note);
    if (!next) return finish(next.error().what);
    parties = *next;
  } else {
    auto next = notes_.check_bundle(pending.note);
    if (!next) return finish(next.error().what);
    bundle = *next;
  }
  auto made = make_snapshot(parties, bundle);
  if (!made) return finish(made.error());
  auto next = *made;
  storage::Job job;
  job.act = [this, kind = pending.kind, by = pending.by, next](storage::Connection& store) {
    audit::Entry entry;
    entry.act = "admin";
    entry.outcome = kind == schemas::NoteKind::Register ? "register-in-force" : "bundle-in-force";
    entry.bundle = next->bundle->note().number;
    entry.register_number = next->parties->note().number;
    log_.append(store, entry, audit::detail_by(by));
  };
  job.done = [this, kind = pending.kind, next, finish](bool committed) {
    loop_.post([this, kind, next, finish, committed] {
      if (!committed) return finish("it could not be recorded in the audit log; is the disk full?");
      adopt(next, kind);
      finish(std::nullopt);
    });
  };
  store_.submit(std::move(job));
}

}  // namespace hub::broker
