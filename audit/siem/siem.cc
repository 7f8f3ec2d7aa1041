#include "audit/siem/siem.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "audit/siem/file_target.h"
#include "audit/siem/forwarder.h"
#include "audit/siem/syslog_target.h"
#include "core/base/wakeup.h"

namespace hub::audit {
namespace {

std::string own_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

std::filesystem::path cursor_beside(std::filesystem::path store, std::string_view target) {
  store += ".siem-";
  store += target;
  return store;
}

void wait_until_stopped(const Wakeup& stop, std::chrono::milliseconds longest) {
  pollfd one{stop.fd(), POLLIN, 0};
  (void)::poll(&one, 1, static_cast<int>(longest.count()));
}

bool is_stopped(const Wakeup& stop) {
  pollfd one{stop.fd(), POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

}  // namespace

// One target, its forwarder and its thread.
class Siem::Feed {
 public:
  using MakeTarget = std::function<std::unique_ptr<SiemTarget>(const Wakeup& stop)>;

  Feed(const Parts& parts, std::uint64_t max_behind, const MakeTarget& make)
      : target_(make(stop_)),
        forwarder_({parts.store, parts.log, parts.clock, parts.source, *target_,
                    cursor_beside(parts.beside, target_->name()), max_behind}) {}
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  Feed(Feed&&) = delete;
  Feed& operator=(Feed&&) = delete;
  ~Feed() { stop(); }

  void start() {
    thread_ = std::thread([this] {
      while (!is_stopped(stop_)) wait_until_stopped(stop_, forwarder_.step());
      forwarder_.save();
    });
  }
  void ask_to_stop() const { stop_.signal(); }
  void stop() {
    ask_to_stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] Forwarder::Standing standing() const { return forwarder_.standing(); }
  void read_again_from(std::uint64_t entry) { forwarder_.read_again_from(entry); }

 private:
  Wakeup stop_;
  std::unique_ptr<SiemTarget> target_;
  Forwarder forwarder_;
  std::thread thread_;
};

Siem::Siem(const SiemSettings& settings, const Parts& parts) {
  if (settings.file) {
    feeds_.push_back(std::make_unique<Feed>(parts, settings.max_behind, [&](const Wakeup&) {
      return std::make_unique<FileTarget>(*settings.file);
    }));
  }
  if (settings.syslog) {
    feeds_.push_back(std::make_unique<Feed>(parts, settings.max_behind, [&](const Wakeup& stop) {
      return std::make_unique<SyslogTarget>(parts.source, own_host(), *settings.syslog, stop);
    }));
  }
}

Siem::~Siem() { stop(); }

void Siem::start() {
  for (const auto& feed : feeds_) feed->start();
}

void Siem::stop() {
  for (const auto& feed : feeds_) feed->ask_to_stop();
  for (const auto& feed : feeds_) feed->stop();
}

void Siem::read_again_from(std::uint64_t entry) {
  for (const auto& feed : feeds_) feed->read_again_from(entry);
}

nlohmann::json Siem::status() const {
  auto out = nlohmann::json::array();
  for (const auto& feed : feeds_) {
    const auto standing = feed->standing();
    nlohmann::json each{{"target", standing.target},
                        {"sent", standing.sent},
                        {"behind", standing.behind},
                        {"skipped", standing.skipped}};
    if (standing.fault) each["fault"] = *standing.fault;
    if (standing.since) each["since"] = to_iso(*standing.since);
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace hub::audit
