// A list put in order, where equals stay as they were.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace hub::policy {

template <class Item, class Before>
void put_in_order(std::vector<Item>& items, Before before) {
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, [&](std::size_t left, std::size_t right) {
    if (before(items[left], items[right])) return true;
    return !before(items[right], items[left]) && left < right;
  });
  std::vector<Item> out;
  out.reserve(items.size());
  for (const auto place : places) out.push_back(std::move(items[place]));
  items = std::move(out);
}

}  // namespace hub::policy
