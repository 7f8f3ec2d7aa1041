#include "agent/spool.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/log.h"
#include "core/base/result.h"

namespace hub::agent {
namespace {

bool is_taken(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  return !name.starts_with('.') && !name.ends_with(".part") && !name.ends_with(".tmp");
}

// A file of this name that is not there yet: NAME, then NAME-2 and so on before the extension.
std::filesystem::path free_name(const std::filesystem::path& wanted) {
  auto out = wanted;
  for (int i = 2; std::filesystem::exists(out); ++i) {
    out = wanted;
    out.replace_filename(wanted.stem().string() + "-" + std::to_string(i) +
                         wanted.extension().string());
  }
  return out;
}

}  // namespace

Spool::Spool(std::filesystem::path folder, Intake& intake)
    : folder_(std::move(folder)),
      intake_(intake),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  make_private_folder(folder_ / "done");
  make_private_folder(folder_ / "rejects");
  if (!inotify_.is_open() ||
      ::inotify_add_watch(inotify_.get(), folder_.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO) < 0) {
    throw_errno("watch the folder", folder_);
  }
}

Spool::~Spool() { stop(); }

void Spool::start() {
  thread_ = std::thread([this] { run(); });
}

void Spool::stop() {
  stopping_ = true;
  wakeup_.signal();
  if (thread_.joinable()) thread_.join();
}

std::filesystem::path Spool::place_for_upload(const std::string& name) const {
  return folder_ / ("." + name + ".upload");
}

void Spool::take_upload(const std::filesystem::path& upload, OnReport done) {
  const auto hidden = upload.filename().string();
  const auto name = hidden.substr(1, hidden.size() - 1 - std::string_view(".upload").size());
  {
    const std::scoped_lock lock(mutex_);
    uploads_.insert_or_assign(name, std::move(done));
  }
  std::filesystem::rename(upload, folder_ / name);
}

void Spool::run() {
  while (!stopping_) {
    try {
      take_all();
    } catch (const std::exception& error) {
      // The folder cannot be read: tried again at the next news, or after a while.
      log_error("spool-unreadable", {{"reason", error.what()}});
    }
    if (!stopping_) wait_for_news();
  }
}

void Spool::wait_for_news() const {
  std::array<pollfd, 2> fds{{{inotify_.get(), POLLIN, 0}, {wakeup_.fd(), POLLIN, 0}}};
  // The time-out is a second look, for file systems that tell no news.
  ::poll(fds.data(), fds.size(), 10'000);
  std::array<char, 4096> news{};
  while (::read(inotify_.get(), news.data(), news.size()) > 0) {
  }
}

void Spool::take_all() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.is_regular_file() && is_taken(entry.path())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  waiting_ = files.size();
  for (const auto& file : files) {
    if (stopping_) return;
    take(file);
    --waiting_;
  }
}

void Spool::take(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  IntakeReport report;
  // Written anew when a file is resumed, and given its name once it is whole.
  const auto rejects = folder_ / "rejects" / ("." + name + ".part");
  try {
    report = intake_.take(file, rejects, stopping_);
  } catch (const EnvError& error) {
    // Our own machine failed: the file stays where it is and is tried again.
    log_error("spool-file-not-taken", {{"file", name}, {"reason", error.what()}});
    return;
  }
  if (stopping_) return;
  if (std::filesystem::exists(rejects)) {
    std::filesystem::rename(rejects, free_name(folder_ / "rejects" / (name + ".rejects.csv")));
  }
  const auto done = free_name(folder_ / "done" / name);
  auto report_file = done;
  report_file += ".report.txt";
  replace_file(report_file, as_bytes(report.to_text()));
  std::filesystem::rename(file, done);
  log_info("spool-file-taken", {{"file", name},
                                {"rows", report.rows},
                                {"sent", report.sent},
                                {"rejected", report.rejected}});
  OnReport callback;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = uploads_.find(name);
    if (found == uploads_.end()) return;
    callback = std::move(found->second);
    uploads_.erase(found);
  }
  callback(report);
}

}  // namespace hub::agent
