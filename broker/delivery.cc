#include "broker/delivery.h"

#include <algorithm>

namespace hub::broker {

Delivery::Box& Delivery::box(std::string_view recipient) {
  const auto found = boxes_.find(recipient);
  if (found != boxes_.end()) return found->second;
  return boxes_.emplace(recipient, Box{}).first->second;
}

const Delivery::Box* Delivery::find(std::string_view recipient) const {
  const auto found = boxes_.find(recipient);
  return found == boxes_.end() ? nullptr : &found->second;
}

void Delivery::enqueue(Box& box, Item item) {
  item.order = ++last_order_;
  box.of(item.priority).emplace(item.order, item);
}

void Delivery::add(const WaitingSlice& slice) {
  auto& target = box(slice.recipient);
  ++total_;
  const Item item{slice.id, slice.priority, slice.stream, slice.first_position, 0};
  const auto parked = target.parked.find(slice.stream);
  if (parked == target.parked.end()) {
    enqueue(target, item);
    return;
  }
  parked->second.items.emplace(item.first_position, item);
  if (parked->second.items.begin()->first > parked->second.expected) return;
  for (const auto& [position, waiting] : parked->second.items) enqueue(target, waiting);
  target.parked.erase(parked);
}

void Delivery::remove(std::string_view recipient, SliceId id) {
  auto& target = box(recipient);
  if (target.in_flight.erase(id) == 1) {
    --total_;
    return;
  }
  // Only an expired slice is looked for among the waiting.
  const auto has_id = [id](const auto& entry) { return entry.second.id == id; };
  total_ -= std::erase_if(target.urgent, has_id) + std::erase_if(target.bulk, has_id);
  for (auto& [stream, parked] : target.parked) total_ -= std::erase_if(parked.items, has_id);
}

void Delivery::connected(std::string_view recipient, std::uint32_t window) {
  disconnected(recipient);
  auto& target = box(recipient);
  target.connected = true;
  target.window = window;
}

void Delivery::disconnected(std::string_view recipient) {
  auto& target = box(recipient);
  for (const auto& [id, item] : target.in_flight)
    target.of(item.priority).emplace(item.order, item);
  target.in_flight.clear();
  for (const auto& [stream, parked] : target.parked) {
    for (const auto& [position, item] : parked.items) enqueue(target, item);
  }
  target.parked.clear();
  target.connected = false;
}

bool Delivery::is_connected(std::string_view recipient) const {
  const auto* found = find(recipient);
  return found != nullptr && found->connected;
}

std::vector<SliceId> Delivery::take(std::string_view recipient) {
  std::vector<SliceId> out;
  auto& target = box(recipient);
  if (!target.connected) return out;
  for (const auto priority : {schemas::Priority::Urgent, schemas::Priority::Bulk}) {
    auto& waiting = target.of(priority);
    while (!waiting.empty() && target.in_flight.size() < target.window) {
      const auto item = waiting.begin()->second;
      waiting.erase(waiting.begin());
      target.in_flight.emplace(item.id, item);
      out.push_back(item.id);
    }
  }
  return out;
}

bool Delivery::rewind(std::string_view recipient, const Uuid& stream, std::uint64_t expected) {
  auto& target = box(recipient);
  Parked found{expected, {}};
  const auto collect = [&](auto& entries) {
    std::erase_if(entries, [&](const auto& entry) {
      if (entry.second.stream != stream) return false;
      found.items.emplace(entry.second.first_position, entry.second);
      return true;
    });
  };
  collect(target.in_flight);
  collect(target.urgent);
  collect(target.bulk);
  if (const auto parked = target.parked.find(stream); parked != target.parked.end()) {
    found.items.merge(parked->second.items);
    target.parked.erase(parked);
  }
  if (found.items.empty() || found.items.begin()->first > expected) {
    target.parked.insert_or_assign(stream, std::move(found));
    return false;
  }
  for (const auto& [position, item] : found.items) enqueue(target, item);
  return true;
}

std::size_t Delivery::waiting(std::string_view recipient) const {
  const auto* found = find(recipient);
  if (found == nullptr) return 0;
  auto count = found->urgent.size() + found->bulk.size();
  for (const auto& [stream, parked] : found->parked) count += parked.items.size();
  return count;
}

std::size_t Delivery::in_flight(std::string_view recipient) const {
  const auto* found = find(recipient);
  return found == nullptr ? 0 : found->in_flight.size();
}

std::vector<std::string> Delivery::disconnected_recipients() const {
  std::vector<std::string> out;
  for (const auto& [recipient, target] : boxes_) {
    if (!target.connected) out.push_back(recipient);
  }
  return out;
}

std::vector<std::string> Delivery::recipients() const {
  std::vector<std::string> out;
  out.reserve(boxes_.size());
  for (const auto& [recipient, target] : boxes_) out.push_back(recipient);
  return out;
}

}  // namespace hub::broker
