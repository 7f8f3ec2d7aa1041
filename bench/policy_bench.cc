// How long a policy decision takes: the median and the 99th of a hundred, each decision timed by
// itself, over a thousand requests of each workload.
//
//   bench_policy [--london FOLDER] [--export FOLDER] [--json] [--only NAME]
//
// `--london` is where London's bundle stands, policy/london unless said otherwise; `--export`
// writes each workload into a file of that folder; `--json` prints a line for each workload instead
// of a table. Times include reading the clock twice, which the first line tells.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/policy_export.h"
#include "bench/policy_workloads.h"
#include "core/base/bytes.h"
#include "core/base/file.h"
#include "core/base/result.h"
#include "policy/record_decider.h"

namespace hub::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostFileBytes = 16U << 20U;
constexpr std::size_t kTimed = 20'000;  // decisions in a round
constexpr std::size_t kRounds = 5;

struct Options {
  fs::path london = "policy/london";
  std::optional<fs::path> out;
  bool json = false;
  std::string only;
};

struct Times {
  double median = 0;  // ns
  double p99 = 0;
};

struct Timed {
  std::string name;
  std::size_t policies = 0;
  std::size_t entities = 0;
  std::function<double(std::size_t)> time;  // ns, for the question of a number
  std::optional<Times> best;
};

// The question is copied before the clock starts: whoever asks has just made it.
template <class Question, class Decide>
std::function<double(std::size_t)> time_each(const std::vector<Question>& questions,
                                             Decide decide) {
  return [&questions, decide](std::size_t i) {
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization)
    const Question question = questions[i % questions.size()];
    const auto begun = Clock::now();
    static_cast<void>(decide(question));
    const std::chrono::duration<double, std::nano> took = Clock::now() - begun;
    return took.count();
  };
}

Times time_once(const Timed& timed) {
  std::vector<double> times;
  times.reserve(kTimed);
  for (std::size_t i = 0; i < kTimed; ++i) times.push_back(timed.time(i));
  std::ranges::sort(times);
  return {times[kTimed / 2], times[kTimed * 99 / 100]};
}

Timed timed(const Workload& workload) {
  return {workload.name, workload.policies.policies().size(), workload.entities.size(),
          time_each(workload.requests,
                    [&workload](const policy::Request& request) {
                      return authorize(workload.policies, workload.entities, request);
                    }),
          std::nullopt};
}

// What the hub asks: its own question, answered with reasons and words.
Timed timed(const London& london) {
  return {london.workload.name, london.workload.policies.policies().size(),
          london.workload.entities.size(),
          time_each(london.questions,
                    [&london](const policy::Question& question) {
                      return london.rulebook->decide(question);
                    }),
          std::nullopt};
}

// As the broker asks: a decision is kept for as long as it holds, and each of these has been asked
// before.
Timed timed_kept(const London& london) {
  return {london.workload.name + "-kept", london.workload.policies.policies().size(),
          london.workload.entities.size(),
          time_each(london.questions,
                    [&london, decider = std::make_shared<policy::RecordDecider>(
                                  policy::Door::Relay)](const policy::Question& question) {
                      const std::array<std::string_view, 1> groups{question.field_group};
                      return decider->decide(
                          *london.rulebook,
                          {question.sender, question.recipient, question.record_type,
                           question.purpose, question.agreement, question.legal_basis,
                           question.regime, question.handling, question.originator, groups},
                          question.now);
                    }),
          std::nullopt};
}

// What reading the clock takes, as part of each of the others.
Timed timed_clock(const std::vector<int>& questions) {
  return {"clock", 0, 0, time_each(questions, [](int) { return true; }), std::nullopt};
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    out[entry.path().lexically_relative(folder).string()] =
        to_text(read_file(entry.path(), kMostFileBytes));
  }
  return out;
}

void print_json(const Timed& timed, const Times& times) {
  std::cout << R"({"workload": ")" << timed.name << R"(", "policies": )" << timed.policies
            << R"(, "entities": )" << timed.entities << R"(, "median_ns": )" << times.median
            << R"(, "p99_ns": )" << times.p99 << "}\n";
}

void print_row(const Timed& timed, const Times& times) {
  std::cout << std::left << std::setw(18) << timed.name << std::right << std::setw(7)
            << timed.policies << " policies" << std::setw(6) << timed.entities
            << " entities   median " << std::setw(7) << times.median / 1000 << " us   p99 "
            << std::setw(7) << times.p99 / 1000 << " us\n";
}

// Rounds over all of them in turn, so that a slow minute of the machine falls on each alike.
void time_all(std::vector<Timed>& all) {
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (auto& each : all) {
      const auto times = time_once(each);
      if (!each.best || times.median < each.best->median) each.best = times;
    }
  }
}

// The hub's programs have threads, which makes shared pointers and memory dearer than in one that
// never had any.
void become_threaded() {
  std::thread([] {}).join();
}

int run(const Options& options) {
  become_threaded();
  std::vector<Workload> workloads;
  workloads.push_back(drive());
  workloads.push_back(repositories());
  for (const auto heads : {Heads::Equal, Heads::In, Heads::Links}) {
    for (const std::size_t count : {100U, 1'000U, 10'000U}) workloads.push_back(many(heads, count));
  }
  const auto of_london = london(files_below(options.london));
  if (options.out) {
    fs::create_directories(*options.out);
    const auto write = [&](const Workload& workload) {
      const auto text = to_json(workload);
      replace_file(*options.out / (workload.name + ".json"), as_bytes(text));
    };
    for (const auto& workload : workloads) write(workload);
    write(of_london.workload);
  }
  std::vector<Timed> all;
  const std::vector<int> nothing{0};
  all.push_back(timed_clock(nothing));
  all.push_back(timed(of_london));
  all.push_back(timed_kept(of_london));
  for (const auto& workload : workloads) all.push_back(timed(workload));
  if (!options.only.empty()) {
    std::erase_if(all, [&](const Timed& each) { return each.name != options.only; });
  }
  time_all(all);
  std::cout << std::fixed << std::setprecision(options.json ? 0 : 2);
  for (const auto& each : all) {
    (options.json ? print_json : print_row)(each, each.best.value_or(Times()));
  }
  return 0;
}

std::optional<Options> options_of(std::span<char*> words) {
  Options out;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool last = i + 1 == words.size();
    if (word == "--json") {
      out.json = true;
    } else if (word == "--london" && !last) {
      out.london = words[++i];
    } else if (word == "--export" && !last) {
      out.out = words[++i];
    } else if (word == "--only" && !last) {
      out.only = words[++i];
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace
}  // namespace hub::bench

int main(int argc, char** argv) {
  try {
    const auto options = hub::bench::options_of(std::span(argv, static_cast<std::size_t>(argc)));
    if (!options) {
      std::cerr << "bench_policy [--london FOLDER] [--export FOLDER] [--json] [--only NAME]\n";
      return 2;
    }
    return hub::bench::run(*options);
  } catch (const std::exception& problem) {
    std::cerr << "bench_policy: " << problem.what() << '\n';
    return 1;
  }
}
