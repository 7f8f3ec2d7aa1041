#include "core/transport/local_client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/base/result.h"
#include "core/transport/unix_socket.h"

namespace hub::transport {
namespace {

constexpr std::size_t kAnswerBytes = std::size_t{64} << 10U;

// A connection on which nothing is asked says nothing, unless the daemon has hung up.
bool has_ended(const FileDescriptor& socket) {
  pollfd item{socket.get(), POLLIN, 0};
  return ::poll(&item, 1, 0) != 0;
}

}  // namespace

LocalClient::LocalClient(std::filesystem::path socket) : path_(std::move(socket)) {}

int LocalClient::call(std::string_view verb, Bytes payload, const OnBlock& on_block,
                      std::string* end_payload, const NextInput& next_input) {
  require(is_verb(verb), "a verb is short and of plain characters");
  if (socket_.is_open() && has_ended(socket_)) socket_.close();
  if (!socket_.is_open()) connect();
  try {
    send(encode_request(++request_, verb, payload));
    return exchange(on_block, end_payload, next_input);
  } catch (...) {
    // The daemon cancels what it was asked when the connection ends.
    socket_.close();
    throw;
  }
}

void LocalClient::connect() {
  decoder_ = FrameDecoder();
  auto socket = unix_socket(0);
  if (!connect_unix(socket, unix_address(path_))) {
    const auto reason = std::generic_category().message(errno);
    throw EnvError("cannot reach " + path_.string() + ": " + reason +
                   "; is the service running, and may you use it?");
  }
  socket_ = std::move(socket);
}

int LocalClient::exchange(const OnBlock& on_block, std::string* end_payload,
                          const NextInput& next_input) {
  std::uint32_t credit = kDoorCredit;
  bool uploading = static_cast<bool>(next_input);
  while (true) {
    // The daemon reads whatever happens, so sending first cannot make both wait for ever.
    while (uploading && credit > 0) {
      const auto part = next_input();
      uploading = part.has_value();
      if (part) --credit;
      send(part ? encode_frame(FrameKind::Input, request_, *part)
                : encode_frame(FrameKind::InputEnd, request_, {}));
    }
    const auto frame = receive();
    if (frame.kind == FrameKind::Credit) {
      credit = std::min(credit + parse_credit(frame.payload).value(), kDoorCredit);
    } else if (frame.kind == FrameKind::Block) {
      if (on_block) on_block(frame.payload);
      send(encode_credit(request_, 1));
    } else if (frame.kind == FrameKind::End) {
      const auto end = parse_end(frame.payload).value();
      if (end_payload != nullptr) *end_payload = end.payload;
      return end.status;
    } else {
      throw EnvError(nonsense());
    }
  }
}

// The next frame about this request.
Frame LocalClient::receive() {
  std::array<std::uint8_t, kAnswerBytes> bytes{};
  while (true) {
    const auto next = decoder_.next();
    if (!next) throw EnvError(nonsense());
    const auto& frame = *next;
    // Credit for an upload that the daemon ended early may still be under way.
    if (frame && frame->request == request_) return *frame;
    if (frame) continue;
    const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read from", path_);
    if (got == 0) {
      throw EnvError("cannot read from " + path_.string() +
                     ": the service hung up before its answer was whole");
    }
    decoder_.add(Bytes(bytes).first(static_cast<std::size_t>(got)));
  }
}

void LocalClient::send(Bytes bytes) {
  while (!bytes.empty()) {
    const auto put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno("write to", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

std::string LocalClient::nonsense() const {
  return "cannot understand what answers at " + path_.string() + ": it is no local door";
}

}  // namespace hub::transport
