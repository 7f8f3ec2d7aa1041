// The process is killed at random moments of its work. What it had acknowledged is there.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "core/storage/verify_store.h"
#include "tests/storage/temporary_store.h"

namespace hub::storage {
namespace {

constexpr int kKills = 40;
constexpr std::int64_t kRoundSpan = 1'000'000;

// Commits numbers until it is killed and reports each one that was acknowledged.
[[noreturn]] void work(const TemporaryStore& temporary, std::int64_t first, int report) {
  const auto store = temporary.open();
  for (auto number = first;; ++number) {
    store->submit({.act = [number](Connection& c) { put_item(c, number, 3000); },
                   .done =
                       [number, report](bool ok) {
                         if (ok && ::write(report, &number, sizeof number) != sizeof number) {
                           ::_exit(1);
                         }
                       }});
    if (number % 64 == 0) store->request_checkpoint();
  }
}

// Kills the child once it has reported `reports` numbers; gives all that it reported.
std::set<std::int64_t> kill_after(pid_t child, int reports_fd, std::size_t reports) {
  std::set<std::int64_t> out;
  std::int64_t number = 0;
  while (out.size() < reports && ::read(reports_fd, &number, sizeof number) == sizeof number) {
    out.insert(number);
  }
  EXPECT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
  while (::read(reports_fd, &number, sizeof number) == sizeof number) out.insert(number);
  return out;
}

TEST(Crash, LosesNothingThatWasAcknowledged) {
  TemporaryStore temporary;
  temporary.options.checkpoint_frames = 30;
  temporary.options.queue_jobs = 8;
  temporary.create();
  std::mt19937_64 random(42);
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < kKills; ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      work(temporary, round * kRoundSpan, ends[1]);
    }
    ::close(ends[1]);
    acknowledged.merge(kill_after(child, ends[0], random() % 120));
    ::close(ends[0]);

    if (round % 4 == 0) {
      const auto report = verify_store(temporary.file(), temporary.key);
      EXPECT_TRUE(report.sound()) << report.findings.front();
    }
    const auto there = items(*temporary.open());
    EXPECT_TRUE(std::includes(there.begin(), there.end(), acknowledged.begin(), acknowledged.end()))
        << "round " << round;
  }
  EXPECT_GT(acknowledged.size(), 1000U);
  EXPECT_TRUE(verify_store(temporary.file(), temporary.key).sound());
}

}  // namespace
}  // namespace hub::storage
