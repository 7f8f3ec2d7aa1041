#include "core/base/byte_writer.h"

#include <array>
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
  std::array<std::uint8_t, sizeof value> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes.at(i) = static_cast<std::uint8_t>(value >> (8 * (bytes.size() - 1 - i)));
  }
  return raw(Bytes(bytes).last(size));
}

}  // namespace hub
