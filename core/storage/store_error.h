// What can be wrong with a store, in the operator's terms.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace hub::storage {

enum class StoreFault : std::uint8_t {
  Missing,            // there is no store at that place
  AlreadyThere,       // create() found something and touched nothing
  WrongKeyOrDamaged,  // the key does not open it
  Foreign,            // another program's store
  TooNew,             // written by a later version of this program
  Damaged,            // bytes changed, are missing or do not fit together
  Stale,              // genuine bytes, but not those of the last commit
  Full,               // no room on the disk; goes on by itself once there is
  Unavailable,        // the machine refused: permissions, I/O, in use elsewhere
};

[[nodiscard]] std::string_view describe(StoreFault fault);

// The text says which file, what happened and what the operator does next; it never holds data.
class StoreError : public EnvError {
 public:
  StoreError(StoreFault fault, const std::string& text) : EnvError(text), fault_(fault) {}

  [[nodiscard]] StoreFault fault() const { return fault_; }

 private:
  StoreFault fault_;
};

}  // namespace hub::storage
