// What is wrong with a pack: each line names the member. Inside audit/pack.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/pack/zip_archive.h"

namespace hub::audit {

inline constexpr std::size_t kMostPackFindings = 1000;

class PackFindings {
 public:
  void add(std::string_view member, std::string_view what) {
    if (lines_.size() < kMostPackFindings) {
      lines_.push_back(std::string(member).append(": ").append(what));
    }
  }
  // False, and a finding, where it does not hold.
  bool insist(bool holds, std::string_view member, std::string_view what) {
    if (!holds) add(member, what);
    return holds;
  }
  [[nodiscard]] std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

// A member's content; empty where it is missing.
inline std::string_view content_of(const ZipMembers& members, std::string_view name) {
  const auto found = members.find(std::string(name));
  return found == members.end() ? std::string_view() : std::string_view(found->second);
}
inline bool has_member(const ZipMembers& members, std::string_view name) {
  return members.contains(std::string(name));
}

}  // namespace hub::audit
