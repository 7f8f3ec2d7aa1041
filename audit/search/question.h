// Questions about a log as a local door gets them, and their answers. A request is a JSON object:
//
//   {"purpose": "lawfulness", "query": "record:...", "limit": 100, "before": 4711}
//   {"purpose": "lawfulness", "query": "agreement:...", "by": ["action", "outcome"]}
//
// An answer is a line an entry ({"index", "entry", "detail"}), newest first, or a line a group
// ({its values, "entries", "records", "first", "last"}), and an object at the end: {"shown",
// "next"}.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "audit/log/purpose.h"
#include "audit/search/query.h"
#include "audit/search/searcher.h"
#include "audit/search/summary.h"
#include "core/base/bytes.h"

namespace hub::audit {

inline constexpr std::uint64_t kMostShown = 10'000;

// What every use of a log says: why. The error is a sentence for the caller.
[[nodiscard]] Result<LogPurpose, std::string> purpose_in(const nlohmann::json& request);

struct LogQuestion {
  LogPurpose purpose = LogPurpose::Lawfulness;
  std::string text;  // the query, as asked
  Query query;
  std::uint64_t before = 0;
  std::uint64_t limit = 0;
  std::vector<GroupBy> by;  // empty: the entries themselves
};
[[nodiscard]] Result<LogQuestion, std::string> question_in(const nlohmann::json& request);

// What the log says of the question before it is answered.
[[nodiscard]] Entry entry_about(const LogQuestion& question, Entry entry);
[[nodiscard]] Detail detail_about(const LogQuestion& question, Detail detail);

// `line` gets each line with its end; false stops. The text that the answer ends with; an error is
// a sentence for the caller.
using OnLine = std::function<bool(Bytes line)>;
[[nodiscard]] Result<std::string, std::string> answer(const Searcher& searcher,
                                                      const LogQuestion& question,
                                                      const OnLine& line);

}  // namespace hub::audit
