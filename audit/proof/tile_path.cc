#include "audit/proof/tile_path.h"

#include "core/base/result.h"

namespace hub::audit {
namespace {

std::string in_groups(std::uint64_t number) {
  const auto group = [](std::uint64_t part) {
    const auto digits = std::to_string(part);
    return std::string(3 - digits.size(), '0') + digits;
  };
  auto out = group(number % 1000);
  for (number /= 1000; number > 0; number /= 1000) out.insert(0, "x" + group(number % 1000) + "/");
  return out;
}

std::string path_below(const std::string& folder, std::uint64_t number, std::size_t width) {
  require(width > 0 && width <= kTileWidth, "a tile holds one hash at least and 256 at most");
  auto out = "tile/" + folder + "/" + in_groups(number);
  if (width < kTileWidth) out += ".p/" + std::to_string(width);
  return out;
}

}  // namespace

std::string tile_path(unsigned level, std::uint64_t number, std::size_t width) {
  return path_below(std::to_string(level), number, width);
}

std::string bundle_path(std::uint64_t number, std::size_t width) {
  return path_below("entries", number, width);
}

}  // namespace hub::audit
