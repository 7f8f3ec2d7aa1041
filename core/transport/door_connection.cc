#include "core/transport/door_connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace hub::transport {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
constexpr int kReadsPerTurn = 4;
constexpr std::size_t kKindAt = 4;  // of a frame, after its length

// What a caller that keeps to the rules can make wait for it: four blocks and the end of each
// request. Who ends requests without reading their ends comes over it.
std::size_t most_queued(std::size_t requests) {
  return requests * ((kDoorCredit * (kMaxDoorBlock + 64)) + kMaxDoorFrame + 64);
}

}  // namespace

DoorConnection::DoorConnection(Loop& loop, FileDescriptor socket, Setup setup,
                               std::shared_ptr<DoorOutlet> outlet,
                               const LocalDoor::Handler& handler, std::function<void()> close)
    : loop_(loop),
      socket_(std::move(socket)),
      setup_(setup),
      outlet_(std::move(outlet)),
      handler_(handler),
      close_(std::move(close)) {
  loop_.watch(socket_.get(), [this] { readable(); });
}

DoorConnection::~DoorConnection() {
  loop_.forget(socket_.get());
  for (const auto& [request, call] : calls_) call->cancel();
}

void DoorConnection::readable() {
  std::array<std::uint8_t, kReadBytes> bytes{};
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      close();
      return;
    }
    decoder_.add(Bytes(bytes).first(static_cast<std::size_t>(got)));
    if (!handle_all()) {
      close();
      return;
    }
  }
}

bool DoorConnection::handle_all() {
  while (true) {
    const auto next = decoder_.next();
    if (!next) return false;
    const auto& frame = *next;
    if (!frame) return true;
    if (!handle(*frame)) return false;
  }
}

// False: the caller has broken the rules.
bool DoorConnection::handle(const Frame& frame) {
  if (frame.kind == FrameKind::Request) return open(frame);
  const auto found = calls_.find(frame.request);
  // Crossed with the end of its request, on the way.
  if (found == calls_.end()) return frame.kind != FrameKind::Block && frame.kind != FrameKind::End;
  auto& call = *found->second;
  switch (frame.kind) {
    case FrameKind::Cancel: call.cancel(); return true;
    case FrameKind::Credit: return call.add_credit(parse_credit(frame.payload).value());
    case FrameKind::Input: return call.add_input(frame.payload);
    case FrameKind::InputEnd: return call.end_input();
    case FrameKind::Request:
    case FrameKind::Block:
    case FrameKind::End: return false;
  }
  return false;
}

bool DoorConnection::open(const Frame& frame) {
  if (calls_.size() >= setup_.max_requests || calls_.contains(frame.request)) return false;
  const auto request = parse_request(frame.payload).value();
  auto call = std::make_shared<DoorCall>(outlet_, setup_.id, frame.request);
  calls_.emplace(frame.request, call);
  handler_(setup_.caller, std::string(request.verb), to_buffer(request.payload),
           std::make_shared<LocalDoor::Answer>(std::move(call)));
  return true;
}

void DoorConnection::send(std::uint32_t request, Buffer frame) {
  if (frame.at(kKindAt) == static_cast<std::uint8_t>(FrameKind::End)) calls_.erase(request);
  queued_ += frame.size();
  out_.push_back(std::move(frame));
  if (waits_to_write_ ? queued_ > most_queued(setup_.max_requests) : !write_some()) close();
}

// Called last: nothing of this object is there afterwards, so the callback is copied first.
void DoorConnection::close() {
  const auto close = close_;
  close();
}

void DoorConnection::writable() {
  if (!write_some()) close();
}

// As much as the socket takes without waiting; false: the caller is gone.
bool DoorConnection::write_some() {
  while (!out_.empty()) {
    const auto rest = Bytes(out_.front()).subspan(written_);
    const auto put = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN) return false;
    if (put < 0) {
      if (!std::exchange(waits_to_write_, true)) {
        loop_.watch_writable(socket_.get(), [this] { writable(); });
      }
      return true;
    }
    written_ += static_cast<std::size_t>(put);
    if (written_ < out_.front().size()) continue;
    queued_ -= out_.front().size();
    out_.pop_front();
    written_ = 0;
  }
  if (std::exchange(waits_to_write_, false)) loop_.forget_writable(socket_.get());
  return true;
}

}  // namespace hub::transport
