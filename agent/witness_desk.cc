#include "agent/witness_desk.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "audit/log/witnessed_logs.h"
#include "audit/witness/add_checkpoint.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/base/log.h"

namespace hub::agent {
WitnessDesk::WitnessDesk(std::string authority, const crypto::WitnessKey& key, audit::Log& log,
                         std::filesystem::path forks, const std::vector<std::string>& outside_logs)
    : authority_(std::move(authority)), key_(key), log_(log), forks_(std::move(forks)) {
  for (const auto& vkey : outside_logs) {
    auto verifier = crypto::NoteVerifier::parse(vkey);
    if (!verifier) throw EnvError("[audit.outside_logs] names a vkey that is none");
    outside_.push_back(std::move(*verifier));
  }
}

std::optional<crypto::NoteVerifier> WitnessDesk::log_key(const schemas::Register& parties,
                                                         const std::string& party) {
  if (party == schemas::kBrokerParty) return crypto::NoteVerifier::parse(parties.broker().log_vkey);
  const auto* authority = parties.find(party);
  if (authority == nullptr || authority->suspended) return std::nullopt;
  return crypto::NoteVerifier::parse(authority->keys.log_vkey);
}

WitnessDesk::Decision WitnessDesk::answer(storage::Connection& store,
                                          const schemas::Register& parties,
                                          const schemas::WitnessRequest& request, Time now) {
  // Nobody is the witness of its own log.
  const auto key = request.log == authority_ ? std::nullopt : log_key(parties, request.log);
  return decide(store, request.log, key, request.body, parties.hub(), now);
}

WitnessDesk::Decision WitnessDesk::answer_outside(storage::Connection& store,
                                                  const std::string& hub, std::string_view body,
                                                  Time now) {
  const auto asked = audit::parse_add_checkpoint(body);
  const auto origin = asked ? audit::claimed_origin(asked->note) : std::nullopt;
  if (!origin) {
    return {{"", authority_, static_cast<std::uint16_t>(audit::WitnessStatus::Malformed), {}}};
  }
  const auto found = std::ranges::find(outside_, *origin, &crypto::NoteVerifier::name);
  const auto key = found == outside_.end() ? std::nullopt : std::optional(*found);
  return decide(store, *origin, key, body, hub, now);
}

WitnessDesk::Decision WitnessDesk::decide(storage::Connection& store, const std::string& log,
                                          const std::optional<crypto::NoteVerifier>& key,
                                          std::string_view body, const std::string& hub, Time now) {
  Decision out;
  const auto status = [&](audit::WitnessStatus is) {
    out.answer.status = static_cast<std::uint16_t>(is);
  };
  out.answer = {log, authority_, 0, {}};
  status(audit::WitnessStatus::UnknownLog);
  if (!key) return out;
  const auto asked = audit::parse_add_checkpoint(body);
  status(audit::WitnessStatus::Malformed);
  if (!asked) return out;
  const auto last = audit::witnessed_log(store, key->name());
  const auto decided = audit::answer_add_checkpoint(*asked, *key, last);
  status(decided.status);
  if (decided.status == audit::WitnessStatus::OtherSize) {
    out.answer.body = std::to_string(decided.last_size) + "\n";
  }
  if (decided.fork) {
    out.suspicion = Suspicion::Forked;
    keep(key->name(), *decided.fork);
  } else if (decided.status == audit::WitnessStatus::Inconsistent) {
    out.suspicion = Suspicion::NotContinued;
  }
  if (!is_news(log, out.suspicion, now)) out.suspicion = Suspicion::None;
  if (out.suspicion != Suspicion::None) record(store, log, out.suspicion);
  if (!decided.store) return out;
  audit::keep_witnessed_log(store, key->name(), *decided.store);
  out.answer.body = audit::cosign(*decided.store, static_cast<std::uint64_t>(to_ms(now)) / 1000,
                                  hub + "/witness/" + authority_, key_);
  return out;
}

bool WitnessDesk::is_news(const std::string& party, Suspicion suspicion, Time now) {
  if (suspicion == Suspicion::None) return false;
  const auto [told, first] = told_.try_emplace({party, suspicion}, now);
  if (!first && now - told->second < std::chrono::hours(1)) return false;
  told->second = now;
  return true;
}

void WitnessDesk::record(storage::Connection& store, const std::string& party,
                         Suspicion suspicion) {
  audit::Entry entry;
  entry.act = "admin";
  entry.outcome = suspicion == Suspicion::Forked ? "log-forked" : "log-not-continued";
  entry.sender = party;
  entry.reason = suspicion == Suspicion::Forked
                     ? "its log has signed two trees of one size"
                     : "its log does not show that it continues what was cosigned of it";
  log_.append(store, entry, {});
}

// The first proof of a log is as good as any later one.
void WitnessDesk::keep(const std::string& origin, const audit::ForkProof& proof) const {
  make_private_folder(forks_);
  const auto file = forks_ / (to_hex(crypto::sha256(as_bytes(origin))) + ".fork-proof");
  if (std::filesystem::exists(file)) return;
  replace_file(file, as_bytes(audit::write_fork_proof(proof)));
}

}  // namespace hub::agent
