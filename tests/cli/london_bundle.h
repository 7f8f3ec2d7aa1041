// London's bundle in a folder of the test's own, to be changed there.
#pragma once

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/hubctl.h"

namespace hub::cli {

struct LondonBundle : Hubctl {
  void SetUp() override {
    copy_to("london");
    std::filesystem::create_directories(folder.path() / "schemas");
    std::filesystem::copy(source() / "schemas/catalogue", folder.path() / "schemas/catalogue");
  }

  static std::filesystem::path source() { return HUB_SOURCE_DIR; }

  void copy_to(const std::string& name) const {
    std::filesystem::copy(source() / "policy/london", folder.path() / name,
                          std::filesystem::copy_options::recursive);
  }
  void put(const std::string& name, const std::string& text) const {
    replace_file(folder.path() / name, as_bytes(text));
  }
  void change(const std::string& name, const std::string& what, const std::string& with) const {
    auto text = text_of(name);
    const auto at = text.find(what);
    ASSERT_NE(at, std::string::npos) << name << ": " << what;
    text.replace(at, what.size(), with);
    put(name, text);
  }
  // Takes one policy out of a file of many.
  void take_out(const std::string& name, const std::string& id) const {
    auto text = text_of(name);
    const auto begin = text.find("@id(\"" + id + "\")");
    ASSERT_NE(begin, std::string::npos) << id;
    text.erase(begin, std::min(text.find("\n@id(", begin), text.size()) - begin);
    put(name, text);
  }

  // Takes one link out of a file of many.
  void take_out_link(const std::string& name, const std::string& id) const {
    auto file = nlohmann::json::parse(text_of(name));
    auto& links = file.at("links");
    const auto begin =
        std::ranges::find_if(links, [&](const auto& one) { return one["id"] == id; });
    ASSERT_NE(begin, links.end()) << id;
    links.erase(begin);
    put(name, file.dump(2));
  }

  // hubctl policy VERB with both folders.
  [[nodiscard]] Said policy(const std::string& verb,
                            const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"policy", verb, at("schemas"), at("london")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hubctl(arguments);
  }
};

inline const std::vector<std::string> kOnTheDay{"--today", "2026-11-22"};

}  // namespace hub::cli
