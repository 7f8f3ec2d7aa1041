#include "core/storage/reader_pool.h"

#include <utility>

namespace hub::storage {

void ReaderPool::add(std::unique_ptr<Connection> reader) { give_back(std::move(reader)); }

std::unique_ptr<Connection> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  free_.wait(lock, [this] { return !idle_.empty(); });
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void ReaderPool::give_back(std::unique_ptr<Connection> reader) {
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(reader));
  free_.notify_one();
}

}  // namespace hub::storage
