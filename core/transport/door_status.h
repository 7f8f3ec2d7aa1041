// What a request through the local door ends with; the exit codes of hubctl.
#pragma once

#include <cstdint>

namespace hub::transport {

enum class DoorStatus : std::uint8_t { Ok = 0, Refused = 1, Usage = 2, Failed = 3 };

}  // namespace hub::transport
