// store_pages STORE KEYFILE OUT: writes a store's pages in clear, so that a test can look for what
// must not be in them any more. For tests; it is not installed.

#include <cstdio>
#include <exception>
#include <span>

#include "core/base/file.h"
#include "core/crypto/key_file.h"
#include "tests/storage/plain_pages.h"

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 4) return 2;
  try {
    const auto key = hub::crypto::read_key_file<hub::crypto::StoreKeyKind>(arguments[2]);
    hub::replace_file(arguments[3], hub::storage::plain_pages(arguments[1], key));
    return 0;
  } catch (const std::exception& error) {
    static_cast<void>(std::fputs(error.what(), stderr));
    return 3;
  }
}
