#include "core/transport/door_call.h"

#include <algorithm>
#include <utility>

namespace hub::transport {

void DoorOutlet::send(const std::shared_ptr<DoorOutlet>& outlet, std::uint64_t connection,
                      std::uint32_t request, Buffer frame) {
  const std::scoped_lock lock(outlet->mutex_);
  if (outlet->loop_ == nullptr) return;
  outlet->loop_->post([outlet, connection, request, bytes = std::move(frame)]() mutable {
    if (outlet->sink_) outlet->sink_(connection, request, std::move(bytes));
  });
}

void DoorOutlet::close() {
  const std::scoped_lock lock(mutex_);
  loop_ = nullptr;
  sink_ = nullptr;
}

DoorCall::DoorCall(std::shared_ptr<DoorOutlet> outlet, std::uint64_t connection,
                   std::uint32_t request)
    : outlet_(std::move(outlet)), connection_(connection), request_(request) {}

void DoorCall::send(Buffer frame) {
  DoorOutlet::send(outlet_, connection_, request_, std::move(frame));
}

bool DoorCall::block(Bytes bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kMaxDoorBlock));
    bytes = bytes.subspan(piece.size());
    auto frame = encode_frame(FrameKind::Block, request_, piece);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return credit_ > 0 || cancelled_ || ended_; });
    if (cancelled_ || ended_) return false;
    --credit_;
    send(std::move(frame));
  }
  return !cancelled();
}

void DoorCall::end(int status, std::string_view payload) {
  auto frame = encode_end(request_, status, payload);
  const std::scoped_lock lock(mutex_);
  if (std::exchange(ended_, true)) return;
  inputs_.clear();
  changed_.notify_all();
  send(std::move(frame));
}

bool DoorCall::cancelled() const {
  const std::scoped_lock lock(mutex_);
  return cancelled_;
}

std::optional<Buffer> DoorCall::next_input() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !inputs_.empty() || input_ended_ || cancelled_ || ended_; });
  if (cancelled_ || ended_ || inputs_.empty()) return std::nullopt;
  auto out = std::move(inputs_.front());
  inputs_.pop_front();
  send(encode_credit(request_, 1));
  return out;
}

bool DoorCall::add_credit(std::uint32_t blocks) {
  const std::scoped_lock lock(mutex_);
  if (blocks > kDoorCredit - credit_) return false;
  credit_ += blocks;
  changed_.notify_all();
  return true;
}

bool DoorCall::add_input(Bytes bytes) {
  const std::scoped_lock lock(mutex_);
  if (ended_) return true;  // crossed with the end: nobody wants it
  if (input_ended_ || inputs_.size() >= kDoorCredit) return false;
  if (!cancelled_) inputs_.push_back(to_buffer(bytes));
  changed_.notify_all();
  return true;
}

bool DoorCall::end_input() {
  const std::scoped_lock lock(mutex_);
  const bool first = !std::exchange(input_ended_, true);
  changed_.notify_all();
  return first;
}

void DoorCall::cancel() {
  const std::scoped_lock lock(mutex_);
  cancelled_ = true;
  inputs_.clear();
  changed_.notify_all();
}

}  // namespace hub::transport
