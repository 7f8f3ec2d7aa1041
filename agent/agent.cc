#include "agent/agent.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agent/erasure_requests.h"
#include "agent/tables.h"
#include "core/base/log.h"

namespace hub::agent {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLanes = 2;
constexpr std::size_t kLaneQueue = 16384;
constexpr std::int64_t kSentRows = 1;  // numbers of the store's key runs
constexpr std::int64_t kIdentifiers = 2;
constexpr std::int64_t kSentSubjects = 3;
// The indexes follow what is written at 65,000 entries a second at most, so that checkpoints and
// signatures keep their turn.
constexpr auto kIndexPeriod = 500ms;
constexpr int kIndexJobs = 8;
constexpr auto kRetentionPeriod = 5s;
constexpr int kRetentionSteps = 8;  // a period

storage::StoreOptions store_options(const Config& config) {
  storage::StoreOptions options;
  options.file = config.state / "agent.db";
  options.application_id = kApplicationId;
  options.migrations = migrations();
  return options;
}

std::shared_ptr<const Snapshot> first_snapshot(const schemas::NoteFolder& notes) {
  auto made = make_snapshot(notes.current_register(), notes.current_bundle());
  if (!made) throw EnvError("the bundle in force cannot be used:\n" + made.error());
  return *made;
}

std::string log_origin(const schemas::Register& parties, const std::string& authority) {
  const auto* self = parties.find(authority);
  if (self == nullptr) {
    throw EnvError(authority + " is not in the register; ask the hub's operator to enrol it");
  }
  return self->keys.log_origin;
}

transport::ClientOptions client_options(const Config& config, const Keys& keys,
                                        const schemas::Register& parties) {
  return {.endpoint = config.broker,
          .server_key = parties.broker().transport,
          .secret = keys.transport.clone(),
          .max_message_bytes = schemas::kMaxMessageBytes};
}

alerts::AlertSettings alert_settings(const Config& config) {
  alerts::AlertSettings out;
  out.shifts = config.shifts;
  return out;
}

std::string_view phase_name(transport::Client::State::Phase phase) {
  using Phase = transport::Client::State::Phase;
  switch (phase) {
    case Phase::Stopped: return "stopped";
    case Phase::Waiting: return "waiting";
    case Phase::Connecting: return "connecting";
    case Phase::Connected: return "connected";
  }
  return "unknown";
}

nlohmann::json tallies(storage::Connection& store) {
  auto out = nlohmann::json::array();
  auto query = store.prepare("SELECT what, party, detail, count FROM tally ORDER BY 1, 2, 3");
  while (query.step()) {
    out.push_back({{"what", query.text(0)},
                   {"party", query.text(1)},
                   {"detail", query.text(2)},
                   {"count", query.int64(3)}});
  }
  return out;
}

// Numbers for an operator: how much is where, and since when the oldest waits.
nlohmann::json queues(storage::Connection& store) {
  nlohmann::json out;
  {
    auto query = store.prepare(
        "SELECT count(*), coalesce(sum(count), 0), min(sealed) FROM outgoing_slice "
        "WHERE settled < count");
    if (query.step()) {
      out["slices_without_receipt"] = query.int64(0);
      out["records_without_receipt"] = query.int64(1);
      if (!query.is_null(2)) out["oldest_without_receipt"] = to_iso(from_ms(query.int64(2)));
    }
  }
  auto query = store.prepare(
      "SELECT recipient, count(*), min(created) FROM waiting_record GROUP BY recipient");
  out["waiting_for_key"] = nlohmann::json::array();
  while (query.step()) {
    out["waiting_for_key"].push_back({{"recipient", query.text(0)},
                                      {"records", query.int64(1)},
                                      {"oldest", to_iso(from_ms(query.int64(2)))}});
  }
  return out;
}

}  // namespace

void Agent::create_store(const Config& config, const Keys& keys) {
  storage::Store::create(store_options(config), keys.store);
}

Agent::Agent(const Config& config, Keys keys, transport::Loop& loop, const Clock& clock)
    : config_(config),
      keys_(std::move(keys)),
      loop_(loop),
      clock_(clock),
      notes_(config.state / "notes", config.genesis),
      snapshot_(first_snapshot(notes_)),
      time_guard_(clock),
      own_epochs_(config.keys / "epochs", config.authority, keys_.identity),
      stream_ids_(clock, crypto::fill_random),
      sent_rows_(kSentRows),
      identifiers_(kIdentifiers),
      sent_subjects_(kSentSubjects),
      log_(log_origin(*notes_.current_register(), config.authority), config.authority, clock,
           audit::search_key_of(keys_.store)),
      eraser_(log_, identifiers_, sent_subjects_),
      outbox_(config.authority, keys_.envelope, peer_epochs_, log_, sent_subjects_, stream_ids_),
      inbox_(config.authority, keys_.envelope, log_, identifiers_),
      writer_clearing_(config.authority, {}, clock),
      writer_opener_(config.authority, own_epochs_),
      witness_desk_(config.authority, keys_.witness, log_, forks_folder(config),
                    config.outside_logs),
      mirror_desk_(config.authority, keys_.identity),
      in_step_(log_, outbox_),
      store_(store_options(config), keys_.store, &in_step_, clock),
      alert_desk_(store_, log_, alert_settings(config)),
      staff_file_(config.staff),
      retention_({store_, log_, eraser_, identifiers_, sent_subjects_, clock},
                 config.detail_periods),
      lanes_(kLanes, kLaneQueue),
      witness_round_(round_parts()),
      mirror_round_(mirror_parts()) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    openers_.push_back(std::make_unique<Opener>(config_.authority, own_epochs_));
  }
  store_.read([this](storage::Connection& store) {
    peer_epochs_.load(store, clock_.now());
    checkpointer_ =
        std::make_unique<audit::Checkpointer>(log_, keys_.log, checkpoint_file(), clock_, store);
    return 0;
  });
  witness_round_.start(!std::filesystem::exists(checkpoint_file()) ||
                       snapshot()->parties->witnesses(config_.authority).empty());
  const bool recorded = store_.commit([this](storage::Connection& store) {
    audit::Entry entry;
    entry.act = "admin";
    if (const auto& retired = checkpointer_->retired()) {
      entry.outcome = "log-opened-anew";
      entry.reason = audit::one_line(*retired);
      log_.append(store, entry, {});
      entry.reason.clear();
    }
    entry.outcome = "started";
    entry.bundle = snapshot()->bundle->note().number;
    entry.register_number = snapshot()->parties->note().number;
    log_.append(store, entry, {});
  });
  if (!recorded) throw EnvError("cannot record the start in the audit log; is the disk full?");
  (void)checkpointer_->sign();
  intake_ = std::make_unique<Intake>(
      IntakeParts{config_.authority, clock_, store_, outbox_, log_, sent_rows_,
                  [this] { return snapshot(); },
                  [this](std::vector<SliceRef> slices) { sealed(std::move(slices)); }},
      config_.send);
  spool_ = std::make_unique<Spool>(config_.spool, *intake_);
  siem_ = std::make_unique<audit::Siem>(
      config_.siem, audit::Siem::Parts{store_,
                                       log_,
                                       clock_,
                                       {log_.origin(), "hub-agent", config_.authority},
                                       store_options(config_).file});
  client_ = std::make_unique<transport::Client>(
      loop_, client_options(config_, keys_, *snapshot()->parties),
      static_cast<transport::Client::Handler&>(*this), crypto::fill_random);
}

Agent::~Agent() {
  spool_->stop();
  client_.reset();
  lanes_.close();
  siem_->stop();
  store_.close();
  checkpointer_->sign_last();
}

std::string Agent::log_vkey() const {
  return crypto::NoteVerifier(log_.origin(), keys_.log.verify_key().bytes).vkey();
}

std::filesystem::path Agent::checkpoint_file() const {
  return audit::Checkpointer::beside(store_options(config_).file);
}

void Agent::start() {
  store_.every(1s, [this] { (void)checkpointer_->run(); });
  store_.every(kIndexPeriod, [this] { (void)sent_rows_.tend(store_, kIndexJobs); });
  store_.every(kIndexPeriod, [this] { (void)identifiers_.tend(store_, kIndexJobs); });
  store_.every(kIndexPeriod, [this] { (void)sent_subjects_.tend(store_, kIndexJobs); });
  store_.every(kIndexPeriod, [this] { (void)log_.search().tend(store_, kIndexJobs); });
  store_.every(1s, [this] { projections_.tend(store_, *snapshot()->catalogue); });
  store_.every(kRetentionPeriod, [this] { tend_retention(); });
  loop_.every(60s, [this] { tend_epochs(); });
  loop_.every(config_.witness_every, [this] { begin_witness_round(); });
  tend_epochs();
  client_->start();
  spool_->start();
  siem_->start();
}

// What cannot be undone waits until the clock is to be trusted (docs/protocol.md 3).
void Agent::tend_retention() {
  if (!time_guard_.irreversible_allowed()) return;
  const auto now = clock_.now();
  const bool lapsed = store_.read([&](storage::Connection& store) {
    return std::ranges::any_of(all_requests(store),
                               [&](const ErasureRequest& each) { return each.lapses() <= now; });
  });
  if (lapsed) {
    (void)store_.commit(
        [&](storage::Connection& store) { (void)lapse_requests(store, log_, now); });
  }
  const auto in_force = snapshot();
  for (int step = 0; step < kRetentionSteps && retention_.tend(*in_force); ++step) {
  }
}

std::string Agent::status_json() {
  using nlohmann::json;
  const auto now = snapshot();
  const auto link = client_->state();
  const auto store = store_.status();
  json out = store_.read([](storage::Connection& connection) {
    json found = queues(connection);
    found["tally"] = tallies(connection);
    return found;
  });
  out["party"] = config_.authority;
  out["hub"] = now->parties->hub();
  out["register"] = now->parties->note().number;
  out["bundle"] = now->bundle->note().number;
  out["link"] = {{"state", in_session_ ? "in-session" : phase_name(link.phase)},
                 {"since", to_iso(link.since)},
                 {"failures", link.failures},
                 {"slices_to_submit", submissions_.waiting()},
                 {"slices_under_way", submissions_.under_way()}};
  if (link.last_reason) out["link"]["last_end"] = transport::name_of(*link.last_reason);
  if (link.next_attempt) out["link"]["next_attempt"] = to_iso(*link.next_attempt);
  out["spool"] = {{"files_waiting", spool_->waiting()}};
  out["witnessed"] = audit::to_json(witness_round_.standing());
  out["mirrored"] = mirror_round_.status();
  out["put_back"] = put_back();
  out["siem"] = siem_->status();
  out["alarms_since_start"] = alarms_;
  out["store"] = {{"commits", store.commits},
                  {"rollbacks", store.rollbacks},
                  {"pages", store.pages},
                  {"in_outage", store.in_outage},
                  {"log_entries", store.tree.size}};
  return out.dump();
}

void Agent::when_settled(std::vector<std::int64_t> slices, std::function<void()> callback) {
  // Some may be settled already: those that are not are waited for.
  lanes_.post("", [this, slices = std::move(slices), callback = std::move(callback)] {
    auto open = store_.read([&](storage::Connection& store) {
      std::set<std::int64_t> out;
      for (const auto id : slices) {
        auto query = store.prepare("SELECT 1 FROM outgoing_slice WHERE id = ? AND settled < count");
        query.bind(1, id);
        if (query.step()) out.insert(id);
      }
      return out;
    });
    loop_.post([this, open = std::move(open), callback] {
      if (open.empty()) return callback();
      waiters_.push_back({open, callback});
    });
  });
}

void Agent::settled(std::int64_t slice) {
  std::vector<std::function<void()>> ready;
  std::erase_if(waiters_, [&](Waiter& waiter) {
    waiter.slices.erase(slice);
    if (!waiter.slices.empty()) return false;
    ready.push_back(std::move(waiter.callback));
    return true;
  });
  for (const auto& callback : ready) callback();
}

InForce Agent::in_force() const {
  const auto now = snapshot();
  return {now->parties->hub(), now->parties->note().number, now->bundle->note().number};
}

}  // namespace hub::agent
