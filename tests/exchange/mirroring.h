// A hub of three whose logs are mirrored, the broker's carrying left out: a question goes straight
// to the holder's desk.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/mirror_desk.h"
#include "audit/log/witness_round.h"
#include "audit/mirror/mirror_round.h"
#include "audit/mirror/mirrored_log.h"
#include "core/base/file.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/note.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {

// An authority as a holder of others' leaves.
class Holder {
 public:
  Holder(TestHub& hub, std::string_view code)
      : borough(hub, code), desk(borough.code, borough.secrets.identity) {}

  // Nothing for what is no question.
  [[nodiscard]] std::optional<audit::MirrorReply> answer(const schemas::MirrorRequest& request) {
    const auto admitted = desk.admit(*borough.hub.parties(), request);
    if (!admitted) return std::nullopt;
    schemas::MirrorAnswer out;
    borough.commit([&](storage::Connection& store) {
      out = desk.answer(store, std::string(kHub), *admitted, most);
    });
    EXPECT_EQ(out.holder, borough.code);
    EXPECT_EQ(out.log, request.log);
    return audit::parse_reply(out.body);
  }
  [[nodiscard]] audit::MirrorStanding standing(const audit::MirrorName& name) const {
    return borough.store->read(
        [&](storage::Connection& store) { return audit::mirror_standing(store, name); });
  }

  Borough borough;
  agent::MirrorDesk desk;
  std::uint64_t most = audit::kMostMirrored;
};

// Camden's log is kept by Hackney and Newham, Hackney's by Newham and Camden.
class Mirroring : public testing::Test {
 protected:
  // Adds entries to the owner's log; the reason gives the leaf its size.
  void grow(int entries, std::size_t size = 10) {
    owner().commit([&](storage::Connection& store) {
      for (int i = 0; i < entries; ++i) {
        audit::Entry entry;
        entry.act = "consultation";
        entry.reason = std::string(size, 'x');
        owner().log.append(store, entry, audit::detail_by("officer-1"));
      }
    });
    cosign();
  }

  // Has the whole log cosigned by these.
  void cosign(const std::vector<std::string>& witnesses = {}) {
    const auto head = owner().log.head();
    const audit::Checkpoint checkpoint{owner().log.origin(), head.size, head.root};
    note = cosigned_note(checkpoint, witnesses);
    replace_file(file(), as_bytes(note));
  }
  [[nodiscard]] std::string cosigned_note(const audit::Checkpoint& checkpoint,
                                          std::vector<std::string> witnesses = {}) {
    if (witnesses.empty()) {
      for (const auto& [code, verifier] : hub.parties()->witnesses(owner().code)) {
        witnesses.push_back(code);
      }
    }
    const auto text = audit::checkpoint_text(checkpoint);
    auto out = crypto::sign_note(text, checkpoint.origin, owner().secrets.log);
    for (const auto& code : witnesses) {
      out += crypto::cosignature_line(text, 1'795'262'400, std::string(kHub) + "/witness/" + code,
                                      hub.secrets(code).witness);
    }
    return out;
  }

  [[nodiscard]] std::filesystem::path file() {
    return owner().folder.path() / "agent.db.checkpoint.cosigned";
  }
  [[nodiscard]] std::unique_ptr<audit::MirrorRound> new_round(
      std::optional<crypto::RecoveryPublic> to) {
    return std::make_unique<audit::MirrorRound>(
        audit::MirrorRound::Parts{*owner().store, std::string(kHub), owner().log.origin(), file(),
                                  to, owner().secrets.identity,
                                  [this](const std::string& holder, Buffer body) {
                                    questions.push_back({owner().code, holder, std::move(body)});
                                  },
                                  [](const std::function<void()>& work) { work(); },
                                  [](const std::function<void()>& work) { work(); }});
  }

  // One round, until nobody says anything more; the alarms.
  std::vector<std::string> go_round() {
    std::map<std::string, crypto::VerifyKey<crypto::Identity>> keys;
    for (const auto& code : hub.parties()->mirror_holders(owner().code)) {
      keys.emplace(code, hub.parties()->find(code)->keys.identity);
    }
    round->begin(std::move(keys));
    std::vector<std::string> alarms;
    while (!questions.empty()) {
      const auto question = questions.front();
      questions.erase(questions.begin());
      ++asked;
      const auto reply = holder(question.holder).answer(question);
      if (!reply) continue;
      if (const auto alarm = round->answered(question.holder, *reply)) alarms.emplace_back(*alarm);
    }
    return alarms;
  }

  [[nodiscard]] Borough& owner() { return camden.borough; }
  [[nodiscard]] Holder& holder(std::string_view code) {
    return code == kHackney ? hackney : newham;
  }
  [[nodiscard]] audit::MirrorName name() { return {owner().log.origin(), recovery}; }
  [[nodiscard]] std::vector<std::string> leaves() {
    std::vector<std::string> out;
    for (const auto& entry : owner().store->read(
             [](storage::Connection& store) { return audit::Log::entries(store, 0, 100'000); })) {
      out.push_back(entry.leaf);
    }
    return out;
  }

  TestHub hub;
  Holder camden{hub, kCamden};
  Holder hackney{hub, kHackney};
  Holder newham{hub, kNewham};
  crypto::RecoverySecret secret = crypto::RecoverySecret::random();
  crypto::RecoveryPublic recovery = crypto::public_of(secret);
  std::vector<schemas::MirrorRequest> questions;
  std::size_t asked = 0;
  std::string note;
  std::unique_ptr<audit::MirrorRound> round = new_round(recovery);
};

}  // namespace hub::exchange
