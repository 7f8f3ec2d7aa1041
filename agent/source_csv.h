// CSV (RFC 4180) with a header row: UTF-8 with or without a byte order mark, LF or CRLF, quoted
// line breaks. Fields up to 64 KiB, rows up to 1 MiB.
#pragma once

#include "agent/source.h"

namespace hub::agent {

// Reads the header: a column that is unknown, named twice or missing is a FileProblem that names
// it. The type outlives the source. A read error of the stream throws EnvError.
[[nodiscard]] Result<std::unique_ptr<RecordSource>, FileProblem> open_csv(
    std::unique_ptr<std::istream> file, const schemas::RecordType& type);

}  // namespace hub::agent
