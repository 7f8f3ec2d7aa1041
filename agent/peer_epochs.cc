#include "agent/peer_epochs.h"

#include "core/crypto/hpke.h"

namespace hub::agent {
namespace {

using schemas::EpochKey;

bool usable(const EpochKey& key) {
  return crypto::HpkeSender::setup(key.key, {}, crypto::EpochSecret::random()).has_value();
}

}  // namespace

void PeerEpochs::load(storage::Connection& store, Time now) {
  auto query = store.prepare(
      "SELECT authority, delivery_class, day, generation, public_key, not_before, not_after "
      "FROM peer_epoch WHERE not_after > ?");
  query.bind(1, to_ms(now));
  while (query.step()) {
    EpochKey key;
    key.authority = query.text(0);
    key.epoch = {schemas::delivery_class(static_cast<std::uint8_t>(query.int64(1)))
                     .value_or(schemas::DeliveryClass::Ordinary),
                 static_cast<std::uint32_t>(query.int64(2)),
                 static_cast<std::uint16_t>(query.int64(3))};
    const auto bytes = query.bytes(4);
    std::copy_n(bytes.begin(), std::min(bytes.size(), key.key.size()), key.key.begin());
    key.not_before = from_ms(query.int64(5));
    key.not_after = from_ms(query.int64(6));
    add(key);
  }
}

void PeerEpochs::keep(storage::Connection& store, const EpochKey& key, Bytes statement, Time now) {
  store.run(
      "INSERT INTO peer_epoch(authority, delivery_class, day, generation, public_key, not_before, "
      "not_after, statement) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      key.authority, static_cast<int>(key.epoch.delivery_class), key.epoch.day,
      key.epoch.generation, Bytes(key.key), to_ms(key.not_before), to_ms(key.not_after), statement);
  store.run("DELETE FROM peer_epoch WHERE not_after < ?", to_ms(now));
}

void PeerEpochs::add(const EpochKey& key) {
  if (!usable(key)) return;
  const std::scoped_lock lock(mutex_);
  auto& days = keys_[{key.authority, key.epoch.delivery_class}];
  const auto known = days.find(key.epoch.day);
  if (known != days.end() && known->second.epoch.generation >= key.epoch.generation) return;
  days.insert_or_assign(key.epoch.day, key);
  while (days.size() > 8) days.erase(days.begin());
}

std::optional<EpochKey> PeerEpochs::current(std::string_view authority,
                                            schemas::DeliveryClass delivery_class, Time now) const {
  const std::scoped_lock lock(mutex_);
  const auto days = keys_.find({std::string(authority), delivery_class});
  if (days == keys_.end()) return std::nullopt;
  for (const auto& [day, key] : days->second) {
    if (key.not_before <= now && now < key.not_after) return key;
  }
  return std::nullopt;
}

}  // namespace hub::agent
