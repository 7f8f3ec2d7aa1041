// The local door's frames, as they come in pieces: the first byte says how long the pieces are.
// Whatever comes out must encode to the very bytes that went in.
#include <algorithm>

#include "core/base/result.h"
#include "core/transport/door_frame.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const hub::Bytes input(data, size);
  const std::size_t piece = std::size_t{input[0]} + 1;
  const auto stream = input.subspan(1);
  hub::transport::FrameDecoder decoder;
  std::size_t done = 0;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    decoder.add(stream.subspan(at, std::min(piece, stream.size() - at)));
    while (true) {
      const auto next = decoder.next();
      if (!next) return 0;
      const auto& frame = *next;
      if (!frame) break;
      const auto again = hub::transport::encode_frame(frame->kind, frame->request, frame->payload);
      hub::require(hub::same_bytes(again, stream.subspan(done, again.size())),
                   "a frame encodes to the bytes it came from");
      done += again.size();
    }
  }
  return 0;
}
