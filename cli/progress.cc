#include "cli/progress.h"

#include <algorithm>
#include <ostream>

namespace hub::cli {
namespace {

constexpr std::uint64_t kWidth = 40;
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::ostream& err, bool terminal, std::string what)
    : err_(err), terminal_(terminal), what_(std::move(what)) {}

Progress::~Progress() {
  if (shown_) err_ << "\r\033[K" << std::flush;
}

void Progress::update(std::uint64_t done, std::uint64_t all) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || all == 0 || (shown_ && now - last_ < kInterval && done < all)) return;
  last_ = now;
  shown_ = true;
  done = std::min(done, all);  // What is counted may grow meanwhile.
  const auto filled = kWidth * done / all;
  err_ << '\r' << what_ << " [" << std::string(filled, '#') << std::string(kWidth - filled, '.')
       << "] " << 100 * done / all << " %" << std::flush;
}

}  // namespace hub::cli
