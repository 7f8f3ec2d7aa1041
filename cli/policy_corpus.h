// Tests of the format of Cedar's official corpus, run through our engine.
#pragma once

#include <filesystem>

#include "cli/verb.h"

namespace hub::cli {

// Prints a line for each disagreement and the counts. Refused when there is any; throws EnvError
// where the folder holds no such test or one that cannot be read.
[[nodiscard]] Exit run_corpus(const std::filesystem::path& folder, Streams streams);

}  // namespace hub::cli
