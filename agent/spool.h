// The spool folder: case systems write files there, and one thread takes them in, one at a time,
// oldest name first.
//
//   SPOOL/NAME                     taken when it is closed after writing or moved in; names that
//                                  start with "." or end in ".part" or ".tmp" are left alone
//   SPOOL/done/NAME                the file, afterwards
//   SPOOL/done/NAME.report.txt     what became of it
//   SPOOL/rejects/NAME.rejects.csv rows to correct and drop again
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "agent/intake.h"
#include "core/base/file.h"
#include "core/base/wakeup.h"

namespace hub::agent {

class Spool {
 public:
  using OnReport = std::function<void(const IntakeReport&)>;

  // Makes the folders. The intake must outlive the spool.
  Spool(std::filesystem::path folder, Intake& intake);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  Spool(Spool&&) = delete;
  Spool& operator=(Spool&&) = delete;
  ~Spool();

  void start();
  // Waits for the batch in hand; the rest of its file is taken at the next start.
  void stop();

  // A name in the spool folder to write an upload to; unique, and left alone by the spool.
  [[nodiscard]] std::filesystem::path place_for_upload(const std::string& name) const;
  // Takes in a file written to place_for_upload(); `done` is called on the spool thread.
  void take_upload(const std::filesystem::path& upload, OnReport done);

  // Names of files that wait.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  void run();
  void take_all();
  void take(const std::filesystem::path& file);
  void wait_for_news() const;

  const std::filesystem::path folder_;
  Intake& intake_;
  FileDescriptor inotify_;
  Wakeup wakeup_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> waiting_ = 0;
  std::mutex mutex_;
  std::map<std::string, OnReport> uploads_;  // by file name
  std::thread thread_;
};

}  // namespace hub::agent
