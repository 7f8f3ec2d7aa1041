// hubctl: keys, notes, status, records, decisions and logs, for people at a terminal.

#include <unistd.h>

#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "cli/verb.h"
#include "core/crypto/secret.h"

int main(int argc, char** argv) {
  try {
    hub::crypto::protect_process();
    const std::span all(argv, static_cast<std::size_t>(argc));
    const std::vector<std::string> arguments(all.begin() + 1, all.end());
    return static_cast<int>(hub::cli::run(
        arguments,
        {std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1}));
  } catch (const std::exception& error) {
    std::cerr << "hubctl: " << error.what() << '\n';
    return static_cast<int>(hub::cli::Exit::Environment);
  }
}
