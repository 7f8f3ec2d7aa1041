#include "audit/mirror/mirror_talk.h"

#include <utility>

#include "core/base/byte_reader.h"
#include "core/base/byte_writer.h"

namespace hub::audit {
namespace {

// The first bytes of questions and replies.
constexpr std::uint8_t kStanding = 1;
constexpr std::uint8_t kKeep = 2;
constexpr std::uint8_t kGive = 3;
constexpr std::uint8_t kRefused = 2;
constexpr std::uint8_t kBlock = 3;

void write_name(ByteWriter& out, const MirrorName& name) {
  out.prefixed(name.origin).raw(name.key);
}

MirrorName read_name(ByteReader& in) {
  MirrorName out;
  out.origin = to_text(in.prefixed());
  out.key = in.array<32>();
  return out;
}

template <class Value>
auto if_whole(const ByteReader& in, Value value) -> std::optional<Value> {
  return in.finished() ? std::optional(std::move(value)) : std::nullopt;
}

Buffer standing_input(const MirrorHas& has, std::string_view hub, std::string_view holder) {
  ByteWriter out;
  out.prefixed(kMirrorContext).prefixed("standing").prefixed(hub).prefixed(holder);
  write_name(out, has.name);
  return out.u64(has.standing.entries).u64(has.standing.last).take();
}

struct QuestionWriter {
  ByteWriter& out;

  void operator()(const MirrorAsk& ask) const { write_name(out.u8(kStanding), ask.name); }
  void operator()(const MirrorBlock& block) const { out.u8(kKeep).raw(write_block(block)); }
  void operator()(const MirrorGive& give) const {
    write_name(out.u8(kGive), give.name);
    out.u64(give.from);
  }
};

struct ReplyWriter {
  ByteWriter& out;

  void operator()(const MirrorHas& has) const {
    write_name(out.u8(kStanding), has.name);
    out.u64(has.standing.entries).u64(has.standing.last).raw(has.signature);
  }
  void operator()(MirrorRefusal refusal) const {
    out.u8(kRefused).u8(static_cast<std::uint8_t>(refusal));
  }
  void operator()(const MirrorGiven& given) const {
    out.u8(kBlock);
    if (given.block) out.raw(write_block(*given.block));
  }
};

std::optional<MirrorReply> read_standing(ByteReader in) {
  MirrorHas out;
  out.name = read_name(in);
  out.standing.entries = in.u64();
  out.standing.last = in.u64();
  out.signature = in.array<64>();
  return if_whole(in, MirrorReply(std::move(out)));
}

std::optional<MirrorReply> read_refusal(ByteReader in) {
  const auto code = in.u8();
  const bool known = code >= static_cast<std::uint8_t>(MirrorRefusal::NotHolder) &&
                     code <= static_cast<std::uint8_t>(MirrorRefusal::Full);
  return known ? if_whole(in, MirrorReply(static_cast<MirrorRefusal>(code))) : std::nullopt;
}

std::optional<MirrorReply> read_given(Bytes rest) {
  MirrorGiven out;
  if (!rest.empty()) {
    out.block = parse_block(rest);
    if (!out.block) return std::nullopt;
  }
  return out;
}

}  // namespace

std::string_view describe(MirrorRefusal refusal) {
  switch (refusal) {
    case MirrorRefusal::NotHolder: return "by its register it does not keep this log";
    case MirrorRefusal::NotBelieved: return "it does not believe the block";
    case MirrorRefusal::Full: return "it keeps no more of this log";
  }
  return "it does not believe the block";
}

Buffer write_question(const MirrorQuestion& question) {
  ByteWriter out;
  std::visit(QuestionWriter{out}, question);
  return out.take();
}

std::optional<MirrorQuestion> parse_question(Bytes body) {
  if (body.empty()) return std::nullopt;
  const auto kind = body.front();
  ByteReader in(body.subspan(1));
  if (kind == kStanding) {
    MirrorAsk ask{read_name(in)};
    return if_whole(in, MirrorQuestion(std::move(ask)));
  }
  if (kind == kKeep) {
    auto block = parse_block(body.subspan(1));
    return block ? std::optional<MirrorQuestion>(std::move(*block)) : std::nullopt;
  }
  if (kind != kGive) return std::nullopt;
  MirrorGive give{read_name(in), in.u64()};
  return if_whole(in, MirrorQuestion(std::move(give)));
}

Buffer write_reply(const MirrorReply& reply) {
  ByteWriter out;
  std::visit(ReplyWriter{out}, reply);
  return out.take();
}

std::optional<MirrorReply> parse_reply(Bytes body) {
  if (body.empty()) return std::nullopt;
  const auto rest = body.subspan(1);
  switch (body.front()) {
    case kStanding: return read_standing(ByteReader(rest));
    case kRefused: return read_refusal(ByteReader(rest));
    case kBlock: return read_given(rest);
    default: return std::nullopt;
  }
}

MirrorHas signed_standing(MirrorName name, MirrorStanding standing, std::string_view hub,
                          std::string_view holder, const crypto::IdentityKey& key) {
  MirrorHas out{std::move(name), standing, {}};
  out.signature = key.sign(standing_input(out, hub, holder));
  return out;
}

bool is_signed_by(const MirrorHas& has, std::string_view hub, std::string_view holder,
                  const crypto::VerifyKey<crypto::Identity>& key) {
  return key.verify(standing_input(has, hub, holder), has.signature);
}

}  // namespace hub::audit
