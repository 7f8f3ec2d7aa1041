#include "core/base/bytes.h"

#include <algorithm>

namespace hub {

bool same_bytes(Bytes left, Bytes right) { return std::ranges::equal(left, right); }

}  // namespace hub
