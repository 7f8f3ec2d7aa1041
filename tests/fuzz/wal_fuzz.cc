#include <algorithm>
#include <cstdlib>

#include "core/storage/wal_reader.h"

using hub::Buffer;
using hub::Bytes;

// A log that is read holds whole transactions only, and never more than there are bytes for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const auto log = hub::storage::read_wal([&](std::uint64_t offset, std::size_t wanted) {
    if (offset >= input.size()) return Buffer();
    return hub::to_buffer(input.subspan(offset, std::min(wanted, input.size() - offset)));
  });
  if (!log.frames.empty() && !log.frames.back().commits()) std::abort();
  if (!log.frames.empty() && hub::storage::frame_offset(log.frames.size()) > size) std::abort();
  return 0;
}
