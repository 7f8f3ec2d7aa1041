// hubctl called like a function, in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/verb.h"
#include "core/base/file.h"
#include "tests/base/temporary_folder.h"

namespace hub::cli {

// GoogleTest finds it by this name.
inline void PrintTo(Exit exit, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << "exit " << static_cast<int>(exit);
}

struct Said {
  Exit exit = Exit::Ok;
  std::string out;
  std::string err;
};

inline Said hubctl(const std::vector<std::string>& arguments, bool terminal = false) {
  std::ostringstream out;
  std::ostringstream err;
  const auto exit = run(arguments, {out, err, terminal});
  return {exit, out.str(), err.str()};
}

struct Hubctl : testing::Test {
  TemporaryFolder folder;

  [[nodiscard]] std::string at(const std::string& name) const {
    return (folder.path() / name).string();
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    return to_text(read_file(folder.path() / name, 8U << 20U));
  }
  [[nodiscard]] nlohmann::json json_of(const std::string& name) const {
    return nlohmann::json::parse(text_of(name));
  }
  [[nodiscard]] bool is_there(const std::string& name) const {
    return std::filesystem::exists(folder.path() / name);
  }
  // The keys of a party in a folder named after it; an authority's governance key beside it.
  void make_keys(const std::string& party) const {
    std::vector<std::string> arguments{"keys",  "new",      "--party", party,
                                       "--hub", "test.hub", "--out",   at(party)};
    if (party != "broker") {
      arguments.insert(arguments.end(), {"--governance", at(party + "-governance.key")});
    }
    const auto said = hubctl(arguments);
    ASSERT_EQ(said.exit, Exit::Ok) << said.err;
  }
};

}  // namespace hub::cli
