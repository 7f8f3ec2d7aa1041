// The local door: how people and programs of this machine reach a daemon, over an AF_UNIX stream
// (frames: core/transport/door_frame.h). Who calls is what the kernel says (SO_PEERCRED).
//
// A slow or hostile caller holds up nobody: the loop writes without blocking, and per connection at
// most `requests` requests run, each with four blocks of 256 KiB under way either way. Garbage, or
// more than was allowed, closes the connection, and with it its requests are cancelled.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/transport/door_status.h"
#include "core/transport/loop.h"

namespace hub::transport {

class DoorCall;

struct DoorLimits {
  std::size_t connections = 64;
  std::size_t requests = 8;  // in flight per connection
};

class LocalDoor {
 public:
  // The status of a request whose Answer was dropped without end(): the service had no answer.
  static constexpr int kNoAnswer = 255;

  struct Caller {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;
  };

  // The answer to one request, given by a worker: any thread but the loop's for what waits.
  // Outlives its connection and the door harmlessly. Dropped without end(), it ends the request
  // with kNoAnswer.
  class Answer {
   public:
    explicit Answer(std::shared_ptr<DoorCall> call);
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    Answer(Answer&&) = delete;
    Answer& operator=(Answer&&) = delete;
    ~Answer();

    // Sends the bytes, in blocks of at most 256 KiB; waits while four are not yet taken by the
    // caller. False when the request was cancelled or its caller is gone: stop working.
    [[nodiscard]] bool block(Bytes bytes);
    // The answer is whole. Never waits; only the first call counts. Any thread. A payload that does
    // not fit a frame of 1 MiB throws std::length_error.
    void end(int status, std::string_view payload);
    void end(DoorStatus status, std::string_view payload) {
      end(static_cast<int>(status), payload);
    }
    [[nodiscard]] bool cancelled() const;
    // Waits for the next part of an upload; nothing when it is whole, or was cancelled: then
    // cancelled() says so.
    [[nodiscard]] std::optional<Buffer> next_input();

   private:
    std::shared_ptr<DoorCall> call_;
  };

  // Called on the loop thread; hands over to a worker for anything slow.
  using Handler = std::function<void(Caller caller, std::string verb, Buffer payload,
                                     std::shared_ptr<Answer> answer)>;

  // Listens, mode 0660. A socket file left by a dead process is replaced; a live one, or a file
  // of another sort, is refused with EnvError. Constructed and destroyed on the loop's thread or
  // while it does not run; the loop must outlive the door.
  LocalDoor(Loop& loop, std::filesystem::path socket, Handler handler, DoorLimits limits = {});
  LocalDoor(const LocalDoor&) = delete;
  LocalDoor& operator=(const LocalDoor&) = delete;
  LocalDoor(LocalDoor&&) = delete;
  LocalDoor& operator=(LocalDoor&&) = delete;
  // Removes the socket file and cancels every request.
  ~LocalDoor();

  [[nodiscard]] std::size_t connections() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hub::transport
