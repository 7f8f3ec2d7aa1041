#include "core/storage/page_integrity.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <string_view>

namespace hub::storage {
namespace {

constexpr std::string_view kWord = "page ";

// The rows are sentences that name "page N"; one that names none counts as page 0.
std::uint64_t page_named(std::string_view row) {
  const auto at = row.find(kWord);
  std::uint64_t page = 0;
  if (at != std::string_view::npos) {
    const auto number = row.substr(at + kWord.size());
    (void)std::from_chars(std::to_address(number.begin()), std::to_address(number.end()), page);
  }
  return page;
}

}  // namespace

std::vector<std::uint64_t> unsound_pages(Connection& connection,
                                         std::span<const std::uint32_t> logged) {
  std::vector<std::uint64_t> out;
  auto rows = connection.prepare("PRAGMA cipher_integrity_check");
  while (rows.step()) {
    const auto page = page_named(rows.text(0));
    if (!std::ranges::binary_search(logged, page)) out.push_back(page);
  }
  return out;
}

}  // namespace hub::storage
