#include "core/transport/lookout.h"

#include <utility>

namespace hub::transport {

Lookout::Lookout(Loop& loop, Loop::Callback look)
    : loop_(loop), posted_(std::make_shared<Posted>(Posted{std::move(look)})) {}

void Lookout::soon() {
  if (depth_ > 0 || posted_->waiting) return;
  posted_->waiting = true;
  loop_.post([weak = std::weak_ptr<Posted>(posted_)] {
    const auto posted = weak.lock();
    if (!posted) return;
    posted->waiting = false;
    posted->look();
  });
}

Lookout::Looking::Looking(Lookout& lookout) : lookout_(lookout) { ++lookout_.depth_; }
Lookout::Looking::~Looking() { --lookout_.depth_; }

}  // namespace hub::transport
