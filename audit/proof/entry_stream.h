// A log's entries in a row, as bundles of C2SP tlog-tiles hold them and as they travel: each behind
// its length, 16 bits, the high byte first.
#pragma once

#include <functional>

#include "core/base/bytes.h"

namespace hub::audit {

// At most 65,535 bytes, else a bug of ours.
void append_entry(Buffer& out, Bytes entry);

// Reads a row that comes in blocks, cut anywhere.
class EntryStream {
 public:
  using Take = std::function<void(Bytes entry)>;

  // Hands over each entry that the block completes. What `take` throws is passed on.
  void feed(Bytes block, const Take& take);
  // False when the row broke off within an entry.
  [[nodiscard]] bool is_whole() const { return held_.empty(); }

 private:
  Buffer held_;  // the beginning of an entry
};

}  // namespace hub::audit
