#include <cstdlib>

#include "audit/proof/entry_stream.h"
#include "audit/proof/tree_files.h"

// Blocks may be cut anywhere: the entries are the same, and what is written of them is the row
// again. The first byte says where the row is cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1U + data[0];
  const hub::Bytes row(data + 1, size - 1);
  hub::Buffer bundles;
  hub::audit::TreeFiles files([&](const std::string& path, hub::Bytes content) {
    if (path.starts_with("tile/entries/")) hub::append(bundles, content);
  });
  hub::audit::EntryStream stream;
  std::size_t taken = 0;
  for (std::size_t at = 0; at < row.size(); at += step) {
    stream.feed(row.subspan(at, std::min(step, row.size() - at)), [&](hub::Bytes entry) {
      taken += 2 + entry.size();
      files.append(entry);
    });
  }
  files.finish();
  if (stream.is_whole() != (taken == row.size())) std::abort();
  if (!hub::same_bytes(bundles, row.first(taken))) std::abort();
  return 0;
}
