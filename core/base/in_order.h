// Things to be sent in order, some of which are still being fetched: one that is not there yet
// holds back those behind it.
#pragma once

#include <deque>
#include <optional>
#include <utility>

namespace hub {

template <class Id, class Content>
class InOrder {
 public:
  void push(Id id, std::optional<Content> content) {
    items_.emplace_back(std::move(id), std::move(content));
  }
  // Content for the first of this id that lacks it; too late is fine.
  void fill(const Id& id, Content content) {
    for (auto& [item, there] : items_) {
      if (item != id || there) continue;
      there = std::move(content);
      return;
    }
  }
  // The first, if its content is there.
  [[nodiscard]] std::optional<std::pair<Id, Content>> pop_ready() {
    if (items_.empty()) return std::nullopt;
    auto& [id, content] = items_.front();
    if (!content) return std::nullopt;
    auto out = std::pair(std::move(id), std::move(*content));
    items_.pop_front();
    return out;
  }
  void clear() { items_.clear(); }

 private:
  std::deque<std::pair<Id, std::optional<Content>>> items_;
};

}  // namespace hub
