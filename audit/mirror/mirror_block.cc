#include "audit/mirror/mirror_block.h"

#include "audit/proof/entry_stream.h"
#include "audit/proof/note_lines.h"
#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"
#include "core/base/result.h"

namespace hub::audit {
namespace {

constexpr std::uint8_t kBlockVersion = 1;
constexpr std::size_t kLongestOrigin = 512;
constexpr std::size_t kTag = 16;

ByteWriter unsigned_block(const MirrorBlock& block) {
  ByteWriter out(block.sealed.size() + block.checkpoint.size() + kLongestOrigin);
  out.u8(kBlockVersion).prefixed(block.origin).u64(block.from).u64(block.to).raw(block.key);
  out.prefixed(block.checkpoint).raw(block.encapsulated).prefixed(block.sealed);
  return out;
}

Buffer signing_input(const MirrorBlock& block, std::string_view hub) {
  const auto content = unsigned_block(block);
  return ByteWriter(content.view().size() + 64)
      .prefixed(kMirrorContext)
      .prefixed(hub)
      .prefixed(content.view())
      .take();
}

Buffer sealing_info(std::string_view hub) {
  return ByteWriter().prefixed(kMirrorContext).prefixed(hub).take();
}

Buffer associated_data(const MirrorBlock& block) {
  return ByteWriter().prefixed(block.origin).u64(block.from).u64(block.to).take();
}

}  // namespace

Buffer write_block(const MirrorBlock& block) {
  return unsigned_block(block).raw(block.signature).take();
}

std::optional<MirrorBlock> parse_block(Bytes bytes) {
  if (bytes.size() > kLargestBlock) return std::nullopt;
  ByteReader in(bytes);
  MirrorBlock out;
  const auto version = in.u8();
  out.origin = to_text(in.prefixed());
  out.from = in.u64();
  out.to = in.u64();
  out.key = in.array<32>();
  out.checkpoint = to_text(in.prefixed());
  out.encapsulated = in.array<32>();
  out.sealed = to_buffer(in.prefixed());
  out.signature = in.array<64>();
  if (!in.finished() || version != kBlockVersion) return std::nullopt;
  const bool sizes = out.origin.size() <= kLongestOrigin &&
                     out.checkpoint.size() <= kLargestMirrorNote &&
                     out.sealed.size() <= kLargestRow + kTag;
  const bool places = out.from < out.to && out.to <= kMostEntries;
  return sizes && places ? std::optional(std::move(out)) : std::nullopt;
}

bool is_signed_by(const MirrorBlock& block, std::string_view hub,
                  const crypto::VerifyKey<crypto::Identity>& owner) {
  return owner.verify(signing_input(block, hub), block.signature);
}

void seal_leaves(MirrorBlock& block, std::span<const std::string> leaves, std::string_view hub,
                 const crypto::IdentityKey& owner) {
  Buffer row;
  for (const auto& leaf : leaves) append_entry(row, as_bytes(leaf));
  require(!leaves.empty() && row.size() <= kLargestRow, "the leaves of a block fit a row");
  block.to = block.from + leaves.size();
  auto sender = promised(
      crypto::HpkeSender::setup(block.key, sealing_info(hub), crypto::EpochSecret::random()),
      "a recovery key is no point of low order");
  block.encapsulated = sender.encapsulated();
  block.sealed = sender.seal(associated_data(block), row);
  block.signature = owner.sign(signing_input(block, hub));
}

std::optional<std::vector<std::string>> open_leaves(const MirrorBlock& block, std::string_view hub,
                                                    const crypto::RecoverySecret& secret) {
  // HPKE takes its keys as epoch keys; they are X25519 keys alike.
  const auto key = promised(crypto::EpochSecret::from(secret.expose()), "a key has 32 bytes");
  const auto recipient = crypto::HpkeRecipient::setup(key, block.encapsulated, sealing_info(hub));
  const auto row =
      recipient ? recipient->open(0, associated_data(block), block.sealed) : std::nullopt;
  if (!row) return std::nullopt;
  std::vector<std::string> out;
  EntryStream stream;
  stream.feed(*row, [&](Bytes leaf) { out.push_back(to_text(leaf)); });
  if (!stream.is_whole() || out.size() != block.to - block.from) return std::nullopt;
  return out;
}

}  // namespace hub::audit
