// What is to be delivered to whom, in memory: which slices wait, which are on their way, and how
// many more a recipient takes. Urgent slices overtake bulk ones; within one priority the order of
// arrival here holds. A recipient that is slow or away holds up nobody else.
//
// A recipient that says "another position of this stream first" gets the stream's slices again in
// order of position; where the one it expects is not here, the stream is parked until it comes.
//
// Pure bookkeeping on the loop thread: no socket, no store, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broker/mailbox.h"
#include "core/base/uuid.h"
#include "schemas/codes.h"

namespace hub::broker {

class Delivery {
 public:
  void add(const WaitingSlice& slice);
  // Not to be delivered for now (void positions wait for confirmation).
  void remove(std::string_view recipient, SliceId id);

  // A new session: whatever was on its way is to be sent again.
  void connected(std::string_view recipient, std::uint32_t window);
  void disconnected(std::string_view recipient);
  [[nodiscard]] bool is_connected(std::string_view recipient) const;

  // The slices to send now, marked as on their way; as many as the recipient's window allows.
  [[nodiscard]] std::vector<SliceId> take(std::string_view recipient);
  void settled(std::string_view recipient, SliceId id) { remove(recipient, id); }
  // False when the expected position is not here: the stream is parked.
  [[nodiscard]] bool rewind(std::string_view recipient, const Uuid& stream, std::uint64_t expected);

  [[nodiscard]] std::size_t waiting(std::string_view recipient) const;
  [[nodiscard]] std::size_t in_flight(std::string_view recipient) const;
  [[nodiscard]] std::size_t total() const { return total_; }
  [[nodiscard]] std::vector<std::string> disconnected_recipients() const;
  [[nodiscard]] std::vector<std::string> recipients() const;

 private:
  struct Item {
    SliceId id = 0;
    schemas::Priority priority = schemas::Priority::Bulk;
    Uuid stream;
    std::uint64_t first_position = 0;
    std::uint64_t order = 0;
  };
  struct Parked {
    std::uint64_t expected = 0;
    std::map<std::uint64_t, Item> items;  // by first position
  };
  struct Box {
    std::map<std::uint64_t, Item> urgent;  // by order
    std::map<std::uint64_t, Item> bulk;
    std::map<SliceId, Item> in_flight;
    std::map<Uuid, Parked> parked;
    std::uint32_t window = 0;
    bool connected = false;

    std::map<std::uint64_t, Item>& of(schemas::Priority priority) {
      return priority == schemas::Priority::Urgent ? urgent : bulk;
    }
  };

  [[nodiscard]] Box& box(std::string_view recipient);
  [[nodiscard]] const Box* find(std::string_view recipient) const;
  void enqueue(Box& box, Item item);

  std::map<std::string, Box, std::less<>> boxes_;
  std::uint64_t last_order_ = 0;
  std::size_t total_ = 0;
};

}  // namespace hub::broker
