// Which sealed slices are to be submitted next, in memory: urgent ones first, else in order of
// sealing, never more under way than the broker's window. Loop thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "agent/outbox.h"

namespace hub::agent {

class Submissions {
 public:
  // A new session. Nothing is submitted before ready(): what the store still holds goes first.
  void begin(std::uint32_t window);
  void ready(std::vector<SliceRef> from_store);
  void end();

  // Ignored without a session: the next one finds it in the store.
  void add(SliceRef slice);
  // Nothing of this stream is to be submitted any more.
  void forget(const Uuid& stream);
  // To be submitted now; marked as under way.
  [[nodiscard]] std::vector<SliceRef> take();
  // The slice at this place was answered; nothing when it was not under way.
  [[nodiscard]] std::optional<SliceRef> answered(const Uuid& stream, std::uint64_t first_position);

  [[nodiscard]] std::size_t waiting() const { return urgent_.size() + bulk_.size(); }
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }

 private:
  using Place = std::pair<Uuid, std::uint64_t>;

  std::map<std::int64_t, SliceRef> urgent_;  // by id
  std::map<std::int64_t, SliceRef> bulk_;
  std::map<Place, SliceRef> under_way_;
  std::uint32_t window_ = 0;
  bool in_session_ = false;
  bool ready_ = false;
};

}  // namespace hub::agent
