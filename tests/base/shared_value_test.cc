#include "core/base/shared_value.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace hub {
namespace {

TEST(SharedValue, LeavesAReaderTheValueItGot) {
  SharedValue<int> shared(std::make_shared<const int>(1));
  const auto held = shared.get();
  shared.set(std::make_shared<const int>(2));
  EXPECT_EQ(*held, 1);
  EXPECT_EQ(*shared.get(), 2);
}

TEST(SharedValue, LetsGoOfTheOldValueWithItsLastReader) {
  SharedValue<int> shared(std::make_shared<const int>(1));
  std::weak_ptr<const int> old;
  {
    const auto held = shared.get();
    old = held;
    shared.set(std::make_shared<const int>(2));
    EXPECT_FALSE(old.expired());
  }
  EXPECT_TRUE(old.expired());
}

// Asks for the value in force while it goes: with the lock still held, that would never end.
struct Asks {
  const SharedValue<Asks>* shared = nullptr;
  bool* answered = nullptr;

  Asks() = default;
  Asks(const Asks&) = delete;
  Asks& operator=(const Asks&) = delete;
  Asks(Asks&&) = delete;
  Asks& operator=(Asks&&) = delete;
  ~Asks() {
    if (shared != nullptr) *answered = shared->get() != nullptr;
  }
};

TEST(SharedValue, LetsGoOfTheOldValueOutsideItsLock) {
  bool answered = false;
  SharedValue<Asks> shared(nullptr);
  {
    auto asking = std::make_shared<Asks>();
    asking->shared = &shared;
    asking->answered = &answered;
    shared.set(std::move(asking));
  }
  shared.set(std::make_shared<const Asks>());
  EXPECT_TRUE(answered);
}

TEST(SharedValue, IsSeenWholeByEveryThread) {
  constexpr int rounds = 2000;
  using Wide = std::array<int, 64>;
  SharedValue<Wide> shared(std::make_shared<const Wide>());
  std::vector<std::thread> readers;
  std::array<bool, 2> torn{};
  readers.reserve(torn.size());
  for (auto& found : torn) {
    readers.emplace_back([&] {
      for (int last = 0; last < rounds;) {
        const auto value = shared.get();
        for (const int part : *value) found = found || part != value->front();
        found = found || value->front() < last;
        last = value->front();
      }
    });
  }
  for (int round = 1; round <= rounds; ++round) {
    auto next = std::make_shared<Wide>();
    next->fill(round);
    shared.set(std::move(next));
  }
  for (auto& reader : readers) reader.join();
  EXPECT_FALSE(torn[0] || torn[1]);
}

}  // namespace
}  // namespace hub
