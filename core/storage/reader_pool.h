// Read-only connections that callers share.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "core/storage/connection.h"

namespace hub::storage {

class ReaderPool {
 public:
  void add(std::unique_ptr<Connection> reader);
  // Waits for a free one.
  [[nodiscard]] std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> reader);

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace hub::storage
