#include "core/base/byte_writer.h"

#include <limits>
#include <stdexcept>

namespace hub {

ByteWriter& ByteWriter::raw(Bytes bytes) {
  append(out_, bytes);
  return *this;
}

ByteWriter& ByteWriter::prefixed(Bytes bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error("a field of more than 4 GiB cannot be length-prefixed");
  }
  u32(static_cast<std::uint32_t>(bytes.size()));
  return raw(bytes);
}

ByteWriter& ByteWriter::big_endian(std::uint64_t value, unsigned size) {
  for (unsigned shift = 8 * size; shift > 0; shift -= 8) {
    out_.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
  }
  return *this;
}

}  // namespace hub
