// The frames of the local door, an AF_UNIX stream between a daemon and the programs of its machine.
//
//   u32 length of what follows | u8 kind | u32 request id | payload        (big-endian)
//
//   Request   client  prefixed verb, then the payload      opens a request under an id not in use
//   Cancel    client  empty                                the answer is no longer wanted
//   Input     client  up to 256 KiB of an upload
//   InputEnd  client  empty                                the upload is whole
//   Credit    both    u32 blocks taken                     so many more blocks may be sent
//   Block     server  up to 256 KiB of the answer
//   End       server  u32 status, then the payload         the answer is whole, the id free again
//
// Either side may have four blocks (Block, Input) of one request under way without credit.
// A client may be anybody who can open the socket, so the decoder takes any bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace hub::transport {

inline constexpr std::size_t kMaxDoorFrame = std::size_t{1} << 20U;    // after the length
inline constexpr std::size_t kMaxDoorBlock = std::size_t{256} << 10U;  // of Block and Input
inline constexpr std::size_t kMaxDoorVerb = 64;
inline constexpr std::uint32_t kDoorCredit = 4;  // blocks under way

enum class FrameKind : std::uint8_t {
  Request = 1,
  Cancel = 2,
  Input = 3,
  InputEnd = 4,
  Credit = 5,
  Block = 6,
  End = 7,
};

enum class FrameError : std::uint8_t { TooLong, TooShort, UnknownKind, BadPayload };

struct Frame {
  FrameKind kind;
  std::uint32_t request;
  Bytes payload;
};

// Cuts a stream of bytes into frames and checks each payload's form. After an error the stream is
// lost: next() repeats the error.
class FrameDecoder {
 public:
  void add(Bytes bytes);
  // The next whole frame; nothing: more bytes are needed. The payload is a view that holds until
  // the next call of add() or next().
  [[nodiscard]] Result<std::optional<Frame>, FrameError> next();
  // Bytes held back because their frame is not whole; never more than one frame after next() has
  // said that more are needed.
  [[nodiscard]] std::size_t pending() const { return buffer_.size() - start_; }

 private:
  Buffer buffer_;
  std::size_t start_ = 0;
  std::optional<FrameError> error_;
};

// A whole frame, its length included. Longer than kMaxDoorFrame, or kMaxDoorBlock where that is the
// limit, throws std::length_error.
[[nodiscard]] Buffer encode_frame(FrameKind kind, std::uint32_t request, Bytes payload);
[[nodiscard]] Buffer encode_request(std::uint32_t request, std::string_view verb, Bytes payload);
[[nodiscard]] Buffer encode_credit(std::uint32_t request, std::uint32_t blocks);
[[nodiscard]] Buffer encode_end(std::uint32_t request, int status, std::string_view payload);

// A verb is 1 to kMaxDoorVerb characters of a-z, 0-9, '-', '_', '.', '/'; safe in a log line.
[[nodiscard]] bool is_verb(std::string_view text);

struct RequestPayload {
  std::string_view verb;
  Bytes payload;
};
struct EndPayload {
  int status;
  std::string_view payload;
};
[[nodiscard]] Result<RequestPayload, FrameError> parse_request(Bytes payload);
[[nodiscard]] Result<std::uint32_t, FrameError> parse_credit(Bytes payload);
[[nodiscard]] Result<EndPayload, FrameError> parse_end(Bytes payload);

}  // namespace hub::transport
