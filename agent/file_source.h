// Which record type and which format a file in the spool has: its name says so.
//   ta.placement_notice.csv   ta.placement_notice-2026-11-21.json ta.placement_notice.week47.ndjson
#pragma once

#include <filesystem>
#include <memory>

#include "agent/source.h"
#include "schemas/catalogue.h"

namespace hub::agent {

struct OpenedSource {
  const schemas::RecordType* type = nullptr;
  std::unique_ptr<RecordSource> source;
};

[[nodiscard]] Result<OpenedSource, FileProblem> open_source(const std::filesystem::path& file,
                                                            const schemas::Catalogue& catalogue);

}  // namespace hub::agent
