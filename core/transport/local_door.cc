#include "core/transport/local_door.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <utility>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/result.h"
#include "core/transport/door_call.h"
#include "core/transport/door_connection.h"
#include "core/transport/unix_socket.h"

namespace hub::transport {
namespace {

constexpr mode_t kMode = 0660;
constexpr int kBacklog = 64;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

// Removes what a dead process left behind; throws when a live one listens there.
void clear_the_place(const std::filesystem::path& path) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return;
    throw_errno("look at", path);
  }
  if (!S_ISSOCK(found.st_mode)) {
    throw EnvError("cannot listen on " + path.string() + ": a file that is no socket is there");
  }
  const auto probe = unix_socket(SOCK_NONBLOCK);
  const auto address = unix_address(path);
  // EAGAIN: somebody listens and is busy.
  if (connect_unix(probe, address) || errno == EAGAIN) {
    throw EnvError("cannot listen on " + path.string() +
                   ": another process listens there; stop it first");
  }
  if (errno != ECONNREFUSED) throw_errno("try", path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_errno("remove", path);
}

LocalDoor::Caller caller_of(const FileDescriptor& socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    throw_errno("ask for the credentials of", "a caller");
  }
  return {.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
}

}  // namespace

class LocalDoor::Impl {
 public:
  Impl(Loop& loop, std::filesystem::path path, Handler handler, DoorLimits limits);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;
  ~Impl();

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }

 private:
  void listen();
  void accept_all();
  void pause();
  void admit(FileDescriptor socket);

  Loop& loop_;
  const std::filesystem::path path_;
  const Handler handler_;
  const DoorLimits limits_;
  FileDescriptor listener_;
  struct stat own_file_{};
  Loop::Timer resume_ = 0;
  std::shared_ptr<DoorOutlet> outlet_;
  std::map<std::uint64_t, std::unique_ptr<DoorConnection>> connections_;
};

LocalDoor::Impl::Impl(Loop& loop, std::filesystem::path path, Handler handler, DoorLimits limits)
    : loop_(loop),
      path_(std::move(path)),
      handler_(std::move(handler)),
      limits_(limits),
      outlet_(std::make_shared<DoorOutlet>(
          loop, [this](std::uint64_t connection, std::uint32_t request, Buffer frame) {
            const auto found = connections_.find(connection);
            if (found != connections_.end()) found->second->send(request, std::move(frame));
          })) {
  clear_the_place(path_);
  listen();
  loop_.watch(listener_.get(), [this] { accept_all(); });
}

LocalDoor::Impl::~Impl() {
  outlet_->close();
  loop_.cancel(resume_);
  loop_.forget(listener_.get());
  connections_.clear();
  struct stat now{};
  const bool still_ours = ::lstat(path_.c_str(), &now) == 0 && now.st_ino == own_file_.st_ino &&
                          now.st_dev == own_file_.st_dev;
  if (still_ours) ::unlink(path_.c_str());
}

void LocalDoor::Impl::listen() {
  listener_ = unix_socket(SOCK_NONBLOCK);
  const auto address = unix_address(path_);
  // The new file takes over the socket's mode, less the umask: never more than asked for.
  if (::fchmod(listener_.get(), kMode) != 0) throw_errno("set the mode of", path_);
  if (!bind_unix(listener_, address)) throw_errno("listen on", path_);
  if (::chmod(path_.c_str(), kMode) != 0) throw_errno("set the mode of", path_);
  if (::lstat(path_.c_str(), &own_file_) != 0) throw_errno("look at", path_);
  if (::listen(listener_.get(), kBacklog) != 0) throw_errno("listen on", path_);
}

void LocalDoor::Impl::accept_all() {
  while (true) {
    FileDescriptor socket(
        ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
      // Beyond the limit it is closed again at once.
      if (connections_.size() < limits_.connections) admit(std::move(socket));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) pause();
    return;
  }
}

// The caller stays in the queue, so the listener would stay readable and keep the loop spinning.
void LocalDoor::Impl::pause() {
  log_warning("door.no_descriptors");
  loop_.forget(listener_.get());
  resume_ = loop_.after(kPauseWithoutDescriptors,
                        [this] { loop_.watch(listener_.get(), [this] { accept_all(); }); });
}

void LocalDoor::Impl::admit(FileDescriptor socket) {
  const auto caller = caller_of(socket);
  const auto id = loop_.next_number();
  connections_.emplace(
      id, std::make_unique<DoorConnection>(
              loop_, std::move(socket),
              DoorConnection::Setup{.id = id, .caller = caller, .max_requests = limits_.requests},
              outlet_, handler_, [this, id] { connections_.erase(id); }));
}

LocalDoor::Answer::Answer(std::shared_ptr<DoorCall> call) : call_(std::move(call)) {}
LocalDoor::Answer::~Answer() {
  try {
    call_->end(kNoAnswer, {});
  } catch (const std::exception&) {
    log_error("door.answer_not_ended");  // The caller's connection ends with its daemon.
  }
}
bool LocalDoor::Answer::block(Bytes bytes) { return call_->block(bytes); }
void LocalDoor::Answer::end(int status, std::string_view payload) { call_->end(status, payload); }
bool LocalDoor::Answer::cancelled() const { return call_->cancelled(); }
std::optional<Buffer> LocalDoor::Answer::next_input() { return call_->next_input(); }

LocalDoor::LocalDoor(Loop& loop, std::filesystem::path socket, Handler handler, DoorLimits limits)
    : impl_(std::make_unique<Impl>(loop, std::move(socket), std::move(handler), limits)) {}

LocalDoor::~LocalDoor() = default;

std::size_t LocalDoor::connections() const { return impl_->connections(); }

}  // namespace hub::transport
