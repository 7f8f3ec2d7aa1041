#include "agent/mirror_desk.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "audit/proof/checkpoint.h"
#include "core/crypto/note.h"

namespace hub::agent {

std::optional<MirrorDesk::Admitted> MirrorDesk::admit(const schemas::Register& parties,
                                                      const schemas::MirrorRequest& request) const {
  auto question = audit::parse_question(request.body);
  if (!question) return std::nullopt;
  Admitted out{request.log, std::move(*question), std::nullopt};
  const auto holders = parties.mirror_holders(request.log);
  const auto* owner = parties.active_keys(request.log);
  const auto* block = std::get_if<audit::MirrorBlock>(&out.question);
  // Who has kept a log gives it back, whoever keeps it now.
  const bool is_holder = std::ranges::find(holders, authority_) != holders.end();
  if (owner == nullptr || (block != nullptr && !is_holder)) {
    out.refusal = audit::MirrorRefusal::NotHolder;
  } else if (block != nullptr && !is_believed(*owner, parties.hub(), *block)) {
    out.refusal = audit::MirrorRefusal::NotBelieved;
  }
  return out;
}

bool MirrorDesk::is_believed(const schemas::PartyKeys& owner, const std::string& hub,
                             const audit::MirrorBlock& block) {
  const auto log = crypto::NoteVerifier::parse(owner.log_vkey);
  if (!log || block.origin != owner.log_origin) return false;
  if (!audit::is_signed_by(block, hub, owner.identity)) return false;
  const auto checkpoint = audit::open_checkpoint(block.checkpoint, *log);
  return checkpoint && checkpoint->size >= block.to;
}

schemas::MirrorAnswer MirrorDesk::answer(storage::Connection& store, const std::string& hub,
                                         const Admitted& admitted, std::uint64_t most) const {
  schemas::MirrorAnswer out{admitted.log, authority_, {}};
  const auto has = [&](const audit::MirrorName& name) {
    return audit::signed_standing(name, audit::mirror_standing(store, name), hub, authority_, key_);
  };
  const auto reply = [&]() -> audit::MirrorReply {
    if (admitted.refusal) return *admitted.refusal;
    if (const auto* give = std::get_if<audit::MirrorGive>(&admitted.question)) {
      return audit::MirrorGiven{audit::kept_block(store, give->name, give->from)};
    }
    if (const auto* ask = std::get_if<audit::MirrorAsk>(&admitted.question)) return has(ask->name);
    const auto& block = std::get<audit::MirrorBlock>(admitted.question);
    if (!audit::keep_block(store, block, most)) return audit::MirrorRefusal::Full;
    return has({block.origin, block.key});
  };
  out.body = audit::write_reply(reply());
  return out;
}

}  // namespace hub::agent
