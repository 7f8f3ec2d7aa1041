// The other side of the local door, for hubctl and the console: one request at a time, blocking.
// One object per thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/transport/door_frame.h"

namespace hub::transport {

class LocalClient {
 public:
  using OnBlock = std::function<void(Bytes)>;
  // The next part of an upload, of at most 256 KiB; nothing: that was all.
  using NextInput = std::function<std::optional<Buffer>()>;

  // Connects at the first call.
  explicit LocalClient(std::filesystem::path socket);

  // Sends the request, hands over the answer's blocks as they come, and returns the status; the
  // payload of the end goes to `end_payload` where there is one. Throws EnvError when the daemon
  // cannot be reached, hangs up, or speaks nonsense. What `on_block` or `next_input` throws ends
  // the request at the daemon, too, and is passed on. The object can be used again after any throw.
  [[nodiscard]] int call(std::string_view verb, Bytes payload, const OnBlock& on_block = {},
                         std::string* end_payload = nullptr, const NextInput& next_input = {});

 private:
  void connect();
  int exchange(const OnBlock& on_block, std::string* end_payload, const NextInput& next_input);
  Frame receive();
  void send(Bytes bytes);
  [[nodiscard]] std::string nonsense() const;

  std::filesystem::path path_;
  FileDescriptor socket_;
  FrameDecoder decoder_;
  std::uint32_t request_ = 0;
};

}  // namespace hub::transport
