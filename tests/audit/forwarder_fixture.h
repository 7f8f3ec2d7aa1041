// A log, a forwarder of it, and what it has written.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "audit/siem/forwarder.h"
#include "core/base/file.h"
#include "tests/audit/temporary_log.h"
#include "tests/base/temporary_folder.h"

namespace hub::audit {

// Far more than it takes for another thread to have its turn.
inline constexpr int kMostSteps = 10'000'000;

// Numbers of the entries, -1 for a gap.
inline std::vector<std::int64_t> numbers(const std::vector<nlohmann::json>& events) {
  std::vector<std::int64_t> out;
  for (const auto& event : events) {
    const auto& metadata = event.at("metadata");
    out.push_back(metadata.contains("sequence") ? metadata["sequence"].get<std::int64_t>() : -1);
  }
  return out;
}

inline std::vector<std::int64_t> from_to(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(last - first + 1));
  std::iota(out.begin(), out.end(), first);
  return out;
}

class ForwarderTest : public testing::Test {
 protected:
  Forwarder forwarder(SiemTarget& target, std::uint64_t max_behind = 1000) {
    return Forwarder(
        {*temporary.store, *temporary.log, clock(), source, target, cursor, max_behind});
  }
  [[nodiscard]] storage::HandClock& clock() const { return temporary.temporary.clock; }

  // Until there is nothing to do, or something is wrong.
  static void run(Forwarder& forwarder) {
    for (int i = 0; i < kMostSteps; ++i) {
      if (forwarder.step() > std::chrono::milliseconds(0)) return;
    }
    FAIL() << "it never comes to an end";
  }

  std::vector<nlohmann::json> written() const {
    std::vector<nlohmann::json> out;
    if (!std::filesystem::exists(file)) return out;
    const auto text = to_text(read_file(file, 64U << 20U));
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      EXPECT_NE(end, std::string::npos) << "a torn line";
      if (end == std::string::npos) break;
      out.push_back(nlohmann::json::parse(line, nullptr, false));
      at = end + 1;
    }
    return out;
  }

  TemporaryFolder folder;
  TemporaryLog temporary;
  LogSource source{kTestOrigin, "hub-agent", "E09000007"};
  std::filesystem::path cursor = folder.path() / "cursor";
  std::filesystem::path file = folder.path() / "siem.jsonl";
};

}  // namespace hub::audit
