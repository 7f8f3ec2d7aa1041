#include "core/storage/store_error.h"

namespace hub::storage {

std::string_view describe(StoreFault fault) {
  switch (fault) {
    case StoreFault::Missing: return "missing";
    case StoreFault::AlreadyThere: return "already there";
    case StoreFault::WrongKeyOrDamaged: return "wrong key or damaged";
    case StoreFault::Foreign: return "another program's store";
    case StoreFault::TooNew: return "written by a later version";
    case StoreFault::Damaged: return "damaged";
    case StoreFault::Stale: return "not as last committed";
    case StoreFault::Full: return "no room";
    case StoreFault::Unavailable: return "unavailable";
  }
  return "unavailable";
}

}  // namespace hub::storage
