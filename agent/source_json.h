// JSON: an array of objects, or one object a line (NDJSON). One object at a time is in memory, at
// most 1 MiB.
//
// Keys are column names. A value is a text, a number, true or false (yes or no), null (no value)
// or an array of texts or numbers (joined by ';'). Anything else is a problem of its row.
#pragma once

#include "agent/source.h"

namespace hub::agent {

// The type outlives the source. A read error of the stream throws EnvError.
[[nodiscard]] Result<std::unique_ptr<RecordSource>, FileProblem> open_json(
    std::unique_ptr<std::istream> file, const schemas::RecordType& type);

}  // namespace hub::agent
