#include "agent/own_epochs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/result.h"
#include "core/crypto/hash.h"
#include "core/crypto/key_file.h"

namespace hub::agent {
namespace {

using schemas::DeliveryClass;
using schemas::EpochId;

constexpr std::array kClasses = {DeliveryClass::Ordinary, DeliveryClass::Violence};
constexpr std::chrono::hours kGrace{24};
constexpr std::size_t kMaxStatement = 4096;
constexpr std::chrono::seconds kGenerationTick{10};

// Counted in ticks of time, a day's keys are told apart and in order even when those made before
// were lost together with all memory of them: what is made later has the higher generation.
std::uint16_t generation_at(Time now, std::uint32_t day) {
  const auto from = Time(std::chrono::days(day)) - std::chrono::days(schemas::kEpochsAhead + 1);
  const auto ticks = (now - from) / kGenerationTick;
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(ticks, 0, 0xfffe));
}

}  // namespace

OwnEpochs::OwnEpochs(std::filesystem::path folder, std::string authority,
                     const crypto::IdentityKey& identity)
    : folder_(std::move(folder)), authority_(std::move(authority)), identity_(identity) {
  make_private_folder(folder_);
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() != ".key") continue;
    auto statement_file = entry.path();
    statement_file.replace_extension(".statement");
    auto statement = read_file_if_there(statement_file, kMaxStatement);
    // A crash between the two files: the key was never published, nobody can have used it.
    if (!statement) {
      crypto::destroy_key_file(entry.path());
      continue;
    }
    auto parsed = schemas::UnverifiedEpochKey::parse(*statement);
    if (!parsed || parsed->claimed_authority() != authority_) {
      throw EnvError(statement_file.string() + " is not an epoch key of " + authority_);
    }
    auto key = parsed->claims();
    held_.emplace(key.epoch, Held{crypto::read_key_file<crypto::EpochKind>(entry.path()), key,
                                  std::move(*statement)});
  }
}

std::filesystem::path OwnEpochs::file_of(const EpochId& epoch, std::string_view suffix) const {
  return folder_ / fmt::format("{}-{}-g{}{}", word(epoch.delivery_class), epoch.day,
                               epoch.generation, suffix);
}

void OwnEpochs::make(std::string_view hub, const EpochId& epoch) {
  auto secret = crypto::EpochSecret::random();
  schemas::EpochKey key;
  key.authority = authority_;
  key.epoch = epoch;
  key.key = crypto::public_of(secret);
  key.not_before = Time(std::chrono::days(epoch.day));
  key.not_after = key.not_before + schemas::kEpochLength;
  for (const auto& [other, held] : held_) {
    if (other.delivery_class == epoch.delivery_class) key.previous = crypto::sha256(held.statement);
  }
  auto statement = schemas::sign_epoch_key(hub, key, identity_);
  crypto::write_key_file(file_of(epoch, ".key"), secret);
  replace_file(file_of(epoch, ".statement"), statement);
  held_.emplace(epoch, Held{std::move(secret), std::move(key), std::move(statement)});
}

bool OwnEpochs::make_ahead(std::string_view hub, Time now) {
  const std::scoped_lock lock(mutex_);
  bool made = false;
  const auto today = static_cast<std::uint32_t>(day_of(now));
  for (const auto klass : kClasses) {
    for (auto day = today; day <= today + schemas::kEpochsAhead; ++day) {
      const auto first = held_.lower_bound(EpochId{klass, day, 0});
      const bool there =
          first != held_.end() && first->first.delivery_class == klass && first->first.day == day;
      if (there) continue;
      make(hub, EpochId{klass, day, generation_at(now, day)});
      made = true;
    }
  }
  return made;
}

bool OwnEpochs::replace_lost(std::string_view hub, const schemas::EpochKey& published, Time now) {
  const std::scoped_lock lock(mutex_);
  auto next = published.epoch;
  const auto held = held_.find(next);
  if (held != held_.end() && held->second.key.key == published.key) return false;
  if (next.generation == 0xffff) return false;
  ++next.generation;
  const auto newer = held_.lower_bound(next);
  if (newer != held_.end() && newer->first.delivery_class == next.delivery_class &&
      newer->first.day == next.day) {
    return false;  // replaced before
  }
  next.generation = std::max(next.generation, generation_at(now, next.day));
  make(hub, next);
  return true;
}

std::vector<Buffer> OwnEpochs::statements(Time now) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Buffer> out;
  for (const auto& [epoch, held] : held_) {
    if (held.key.not_after > now) out.push_back(held.statement);
  }
  return out;
}

std::optional<crypto::HpkeRecipient> OwnEpochs::open(const EpochId& epoch,
                                                     const crypto::Encapsulated& encapsulated,
                                                     Bytes info) const {
  const std::scoped_lock lock(mutex_);
  const auto held = held_.find(epoch);
  if (held == held_.end()) return std::nullopt;
  return crypto::HpkeRecipient::setup(held->second.secret, encapsulated, info);
}

std::vector<EpochId> OwnEpochs::destroy_due(Time now, bool drained) {
  const std::scoped_lock lock(mutex_);
  std::vector<EpochId> out;
  for (const auto& [epoch, held] : held_) {
    const auto end = held.key.not_after;
    const bool due = (drained && now >= end + kGrace) ||
                     now >= end + schemas::longest_delivery(epoch.delivery_class);
    if (due) out.push_back(epoch);
  }
  for (const auto& epoch : out) {
    held_.erase(epoch);
    ++destroyed_;
    crypto::destroy_key_file(file_of(epoch, ".key"));
    std::filesystem::remove(file_of(epoch, ".statement"));
  }
  return out;
}

}  // namespace hub::agent
