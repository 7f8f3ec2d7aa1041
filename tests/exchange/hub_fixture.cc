#include "tests/exchange/hub_fixture.h"

#include <nlohmann/json.hpp>

#include "agent/identifiers.h"
#include "agent/tables.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/crypto/note.h"
#include "schemas/message.h"

namespace hub::exchange {
namespace {

using nlohmann::json;

json public_of(const PartySecrets& secrets, const std::string& code) {
  const std::string name = std::string(kHub) + "/audit/" + code;
  return {{"code", code},
          {"name", code},
          {"identity", to_base64(secrets.identity.verify_key().bytes)},
          {"envelope", to_base64(secrets.envelope.verify_key().bytes)},
          {"transport", to_base64(crypto::public_of(secrets.transport))},
          {"log", crypto::NoteVerifier(name, secrets.log.verify_key().bytes).vkey()},
          {"witness", crypto::CosignatureVerifier(std::string(kHub) + "/witness/" + code,
                                                  secrets.witness.verify_key().bytes)
                          .vkey()}};
}

storage::StoreOptions store_options(const std::filesystem::path& file) {
  storage::StoreOptions out;
  out.file = file;
  out.application_id = agent::kApplicationId;
  out.migrations = agent::migrations();
  return out;
}

template <class Value, class Error>
Value hold(Result<Value, Error> result) {
  if (!result) throw std::runtime_error("the fixture is wrong");
  return std::move(*result);
}

}  // namespace

Folder::Folder() {
  auto name = (std::filesystem::temp_directory_path() / "hub-exchange-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw_errno("make the folder", name);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TestHub::TestHub(std::vector<std::string> authorities) : authorities_(std::move(authorities)) {
  secrets_.try_emplace(std::string(schemas::kBrokerParty));
  for (const auto& code : authorities_) secrets_.try_emplace(code);
  const auto note = register_note(1, "");
  const auto content = hold(schemas::Register::unsigned_content(note));
  parties_ = hold(schemas::Register::first(note, content->note().hash));
  bundle_ = hold(schemas::Bundle::read(bundle_note(1, "", london_files()),
                                       std::span(&parties_->electorate(), 1)));
}

std::string TestHub::register_note(std::uint64_t number, const std::string& previous,
                                   const std::vector<std::string>& suspended) const {
  json content{{"kind", "register"},
               {"hub", kHub},
               {"number", number},
               {"previous", previous},
               {"quorum", 1},
               {"broker", public_of(secrets_.at("broker"), "broker")},
               {"authorities", json::array()}};
  for (const auto& code : authorities_) {
    auto party = public_of(secrets_.find(code)->second, code);
    const bool out = std::ranges::find(suspended, code) != suspended.end();
    party["standing"] = out ? "suspended" : "active";
    party["backups"] = false;
    if (code == authorities_.front()) {
      party["governance"] =
          crypto::NoteVerifier(code + "/governance", governance_.verify_key().bytes).vkey();
    }
    content["authorities"].push_back(std::move(party));
  }
  return crypto::sign_note(content.dump(1) + "\n", authorities_.front() + "/governance",
                           governance_);
}

std::string TestHub::bundle_note(std::uint64_t number, const std::string& previous,
                                 const std::map<std::string, std::string>& files) const {
  return crypto::sign_note(schemas::bundle_text(kHub, number, previous, 1, files),
                           authorities_.front() + "/governance", governance_);
}

std::map<std::string, std::string> TestHub::london_files() {
  std::map<std::string, std::string> out;
  const std::filesystem::path root(HUB_SOURCE_DIR);
  for (const auto& [kind, folder] : {std::pair("catalogue/", root / "schemas/catalogue"),
                                     std::pair("policy/", root / "policy/london/policy"),
                                     std::pair("links/", root / "policy/london/links"),
                                     std::pair("agreements/", root / "policy/london/agreements")}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".md") continue;
      out.emplace(kind + entry.path().filename().string(),
                  to_text(read_file(entry.path(), 1U << 20U)));
    }
  }
  return out;
}

std::shared_ptr<const agent::Snapshot> TestHub::agent_snapshot() const {
  return hold(agent::make_snapshot(parties_, bundle_));
}

std::shared_ptr<const broker::Snapshot> TestHub::broker_snapshot() const {
  return hold(broker::make_snapshot(parties_, bundle_));
}

const PartySecrets& TestHub::secrets(std::string_view party) const {
  return secrets_.find(party)->second;
}

Borough::Borough(TestHub& owner, std::string_view own_code)
    : hub(owner),
      code(own_code),
      secrets(owner.secrets(own_code)),
      epochs(folder.path() / "epochs", code, secrets.identity),
      ids(owner.clock, crypto::fill_random),
      log(std::string(kHub) + "/audit/" + code, code, owner.clock,
          audit::search_key_of(crypto::StoreKey::random())),
      outbox(code, secrets.envelope, peers, log, sent_subjects, ids),
      inbox(code, secrets.envelope, log, identifiers),
      opener(code, epochs) {
  storage::Store::create(store_options(store_file()), store_key);
  open(store_file());
  (void)epochs.make_ahead(kHub, hub.clock.now());
}

void Borough::open(const std::filesystem::path& file) {
  if (store) store->close();
  store.reset();
  store = std::make_unique<storage::Store>(store_options(file), store_key, this, hub.clock);
}

std::string Borough::case_reference_of(const Uuid& id) { return "CASE/" + to_string(id).substr(9); }

Borough::~Borough() { store->close(); }

void Borough::learn_keys_of(const Borough& other) {
  for (const auto& statement : other.epochs.statements(hub.clock.now())) {
    auto parsed = hold(schemas::UnverifiedEpochKey::parse(statement));
    peers.add(hold(std::move(parsed).verify(other.secrets.identity.verify_key(), kHub)));
  }
}

std::vector<agent::ClearedRecord> Borough::notices(std::string_view recipient, int count,
                                                   schemas::Priority priority) {
  const auto snapshot = hub.agent_snapshot();
  const auto& type = *snapshot->catalogue->find("ta.placement_notice");
  agent::Terms terms;
  terms.record_type = type.name();
  terms.type_version = static_cast<std::uint16_t>(type.version());
  terms.recipient = recipient;
  terms.purpose = "section-208-notice";
  terms.agreement = "london-ta-notice-2026";
  terms.legal_basis = "ha1996-s208";
  terms.regime = "uk-gdpr";
  terms.handling = "official-sensitive";
  terms.priority = priority;
  terms.field_groups = {"notice"};
  terms.policies = {"ta-notice-share"};
  const auto shared = std::make_shared<const agent::Terms>(std::move(terms));
  std::vector<agent::ClearedRecord> out;
  for (int i = 0; i < count; ++i) {
    const auto id = ids.next();
    const auto reference = case_reference_of(id);
    const std::string to(recipient);
    const std::vector<schemas::NamedText> values{{"case_reference", reference},
                                                 {"host_authority", to},
                                                 {"applicant_name", "Sample Person"},
                                                 {"other_persons", "1"},
                                                 {"accommodation_address", "1 Sample Street"},
                                                 {"accommodation_postcode", "QM1 7IC"},
                                                 {"available_from", "2026-11-20"},
                                                 {"placement_function", "s193"}};
    const auto draft = hold(schemas::RecordDraft::check_named(type, values));
    auto body = draft.encode(shared->field_groups);
    auto found_by = agent::identifier_keys(hold(schemas::RecordView::open(type, body)));
    out.push_back({id, shared, std::move(body), hub.clock.now(),
                   hub.clock.now() + std::chrono::days(15), 1, std::move(found_by)});
  }
  return out;
}

void Borough::commit(const std::function<void(storage::Connection&)>& act) {
  ASSERT_TRUE(store->commit(act));
}

std::vector<agent::SliceRef> Borough::send(std::vector<agent::ClearedRecord> records) {
  std::vector<agent::SliceRef> out;
  commit([&](storage::Connection& connection) {
    out = outbox.send(connection, records, {std::string(kHub), 1, 1}, hub.clock.now());
  });
  return out;
}

agent::Inbox::Taken Borough::receive(const schemas::SharedBytes& bytes) {
  const auto opened = hold(opener.open(hub.agent_snapshot(), bytes, hub.clock.now()));
  agent::Inbox::Taken out;
  commit([&](storage::Connection& connection) {
    out = inbox.take(connection, opened, hub.clock.now());
  });
  return out;
}

std::optional<schemas::WireError> Borough::refuses(const schemas::SharedBytes& bytes) {
  const auto opened = opener.open(hub.agent_snapshot(), bytes, hub.clock.now());
  return opened ? std::nullopt : std::optional(opened.error());
}

bool Borough::take_receipts(const Buffer& receipts) {
  auto parsed = schemas::UnverifiedReceipts::parse(receipts);
  if (!parsed) return false;
  const auto* recipient = hub.parties()->find(parsed->claimed_recipient());
  if (recipient == nullptr) return false;
  const auto verified = std::move(*parsed).verify(recipient->keys.envelope, kHub);
  if (!verified) return false;
  bool taken = false;
  commit([&](storage::Connection& connection) {
    taken = outbox.settle(connection, *verified).has_value();
  });
  return taken;
}

std::int64_t Borough::count_of(std::string_view table) {
  return store->read([&](storage::Connection& connection) {
    auto query =
        connection.prepare(storage::BuiltSql("SELECT count(*) FROM " + std::string(table)));
    return query.step() ? query.int64(0) : -1;
  });
}

std::vector<audit::Entry> Borough::entries() {
  const auto stored = store->read(
      [](storage::Connection& connection) { return audit::Log::entries(connection, 0, 10'000); });
  std::vector<audit::Entry> out;
  for (const auto& entry : stored) out.push_back(hold(audit::parse_leaf(entry.leaf)).entry);
  return out;
}

std::vector<schemas::Outcome> outcomes_of(const Buffer& receipts) {
  auto parsed = schemas::UnverifiedReceipts::parse(receipts);
  if (!parsed) return {};
  return parsed->claims().outcomes;
}

}  // namespace hub::exchange
