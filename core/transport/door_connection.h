// One caller at the local door: its requests, and what waits to be written to it. Inside this
// folder only; loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/base/file.h"
#include "core/transport/door_call.h"
#include "core/transport/door_frame.h"
#include "core/transport/local_door.h"

namespace hub::transport {

class DoorConnection {
 public:
  struct Setup {
    std::uint64_t id;
    LocalDoor::Caller caller;
    std::size_t max_requests;
  };
  DoorConnection(Loop& loop, FileDescriptor socket, Setup setup, std::shared_ptr<DoorOutlet> outlet,
                 const LocalDoor::Handler& handler, std::function<void()> close);
  DoorConnection(const DoorConnection&) = delete;
  DoorConnection& operator=(const DoorConnection&) = delete;
  DoorConnection(DoorConnection&&) = delete;
  DoorConnection& operator=(DoorConnection&&) = delete;
  // Cancels every request.
  ~DoorConnection();

  // A frame of an answer; the request is over when it is the end. May call `close`.
  void send(std::uint32_t request, Buffer frame);

 private:
  void readable();
  void writable();
  [[nodiscard]] bool handle_all();
  [[nodiscard]] bool handle(const Frame& frame);
  [[nodiscard]] bool open(const Frame& frame);
  [[nodiscard]] bool write_some();
  void close();

  Loop& loop_;
  const FileDescriptor socket_;
  const Setup setup_;
  const std::shared_ptr<DoorOutlet> outlet_;
  const LocalDoor::Handler& handler_;
  const std::function<void()> close_;  // destroys this object

  FrameDecoder decoder_;
  std::unordered_map<std::uint32_t, std::shared_ptr<DoorCall>> calls_;
  std::deque<Buffer> out_;
  std::size_t written_ = 0;  // of the first
  std::size_t queued_ = 0;   // bytes in out_
  bool waits_to_write_ = false;
};

}  // namespace hub::transport
