// Where C2SP tlog-tiles puts a log's tiles and entry bundles below its prefix.
//
//   tile/L/N[.p/W]        256 hashes of level 8 L, from number 256 N on
//   tile/entries/N[.p/W]  256 entries, each behind its length in 16 bits
//
// N stands in groups of three digits, all but the last behind an x: 1234067 is x001/x234/067. W is
// how many a part holds that is not full.
#pragma once

#include <cstdint>
#include <string>

namespace hub::audit {

inline constexpr std::size_t kTileWidth = 256;
inline constexpr unsigned kTileHeight = 8;  // levels of the tree within a tile

// 0 < width <= kTileWidth, else a bug of ours.
[[nodiscard]] std::string tile_path(unsigned level, std::uint64_t number,
                                    std::size_t width = kTileWidth);
[[nodiscard]] std::string bundle_path(std::uint64_t number, std::size_t width = kTileWidth);

}  // namespace hub::audit
