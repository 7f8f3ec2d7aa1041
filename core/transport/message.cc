#include "core/transport/message.h"

#include <zmq.h>

#include <algorithm>
#include <new>
#include <utility>

namespace hub::transport {
namespace {

using Owner = std::shared_ptr<const Buffer>;

void release(void*, void* owner) { delete static_cast<Owner*>(owner); }  // NOLINT(*-owning-memory)

}  // namespace

void Message::Close::operator()(zmq_msg_t* message) const {
  zmq_msg_close(message);
  delete message;  // NOLINT(cppcoreguidelines-owning-memory): this is the owner
}

Message::Message() : Message(std::unique_ptr<zmq_msg_t, Close>(new zmq_msg_t)) {
  zmq_msg_init(raw_.get());
}

Message::Message(std::unique_ptr<zmq_msg_t, Close> raw) : raw_(std::move(raw)) {}

Message Message::copy_of(Bytes bytes) {
  Message out;
  if (zmq_msg_init_size(out.raw_.get(), bytes.size()) != 0) throw std::bad_alloc();
  std::ranges::copy(bytes, static_cast<std::uint8_t*>(zmq_msg_data(out.raw_.get())));
  return out;
}

Message Message::share(std::shared_ptr<const Buffer> buffer) {
  Message out;
  auto owner = std::make_unique<Owner>(std::move(buffer));
  // ZeroMQ's interface has no const; it reads only: what it encrypts goes to memory of its own.
  auto* const data = const_cast<std::uint8_t*>((*owner)->data());  // NOLINT(*-const-cast)
  if (zmq_msg_init_data(out.raw_.get(), data, (*owner)->size(), &release, owner.get()) != 0) {
    throw std::bad_alloc();
  }
  owner.release();  // NOLINT(bugprone-unused-return-value): ZeroMQ's from here on
  return out;
}

Message Message::again() const {
  Message out;
  if (zmq_msg_copy(out.raw_.get(), raw_.get()) != 0) throw std::bad_alloc();
  return out;
}

Bytes Message::bytes() const {
  return {static_cast<const std::uint8_t*>(zmq_msg_data(raw_.get())), zmq_msg_size(raw_.get())};
}

}  // namespace hub::transport
