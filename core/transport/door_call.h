// One request at the local door, seen from both sides: the worker that answers it, and the loop
// that carries its frames. Inside this folder only.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/transport/door_frame.h"
#include "core/transport/loop.h"

namespace hub::transport {

// Where the workers' frames go: to the loop, as long as there is a door.
class DoorOutlet {
 public:
  using Sink = std::function<void(std::uint64_t connection, std::uint32_t request, Buffer frame)>;

  DoorOutlet(Loop& loop, Sink sink) : loop_(&loop), sink_(std::move(sink)) {}

  // From any thread: the sink gets the frame on the loop, in the order sent.
  static void send(const std::shared_ptr<DoorOutlet>& outlet, std::uint64_t connection,
                   std::uint32_t request, Buffer frame);
  // On the loop thread; nothing reaches the sink afterwards.
  void close();

 private:
  std::mutex mutex_;
  Loop* loop_;  // nullptr: closed
  Sink sink_;   // loop thread only
};

class DoorCall {
 public:
  DoorCall(std::shared_ptr<DoorOutlet> outlet, std::uint64_t connection, std::uint32_t request);

  // The worker's side: see LocalDoor::Answer.
  [[nodiscard]] bool block(Bytes bytes);
  void end(int status, std::string_view payload);
  [[nodiscard]] bool cancelled() const;
  [[nodiscard]] std::optional<Buffer> next_input();

  // The loop's side. False: the caller has broken the rules.
  [[nodiscard]] bool add_credit(std::uint32_t blocks);
  [[nodiscard]] bool add_input(Bytes bytes);
  [[nodiscard]] bool end_input();
  void cancel();

 private:
  void send(Buffer frame);

  const std::shared_ptr<DoorOutlet> outlet_;
  const std::uint64_t connection_;
  const std::uint32_t request_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t credit_ = kDoorCredit;
  std::deque<Buffer> inputs_;
  bool input_ended_ = false;
  bool cancelled_ = false;
  bool ended_ = false;
};

}  // namespace hub::transport
