// Mirroring: this agent's log is kept, sealed, by two others; it keeps the leaves of those logs
// that the register assigns to it; and gets its own back when its store was put back. The broker
// carries all of it and can open nothing.

#include <future>

#include "agent/agent.h"
#include "core/base/log.h"

namespace hub::agent {
namespace {

using namespace std::chrono_literals;
using schemas::MessageKind;

constexpr std::size_t kMostKept = 16;   // blocks not stored yet
constexpr auto kHolderAnswersIn = 20s;  // else the next one is asked
constexpr auto kFilesFollowIn = 60s;

}  // namespace

audit::MirrorRound::Parts Agent::mirror_parts() {
  return {store_,
          snapshot()->parties->hub(),
          log_.origin(),
          audit::WitnessRound::cosigned_beside(checkpoint_file()),
          keys_.recovery,
          keys_.identity,
          [this](const std::string& holder, Buffer body) {
            if (!in_session_) return;
            send(MessageKind::MirrorRequest,
                 encode(schemas::MirrorRequest{config_.authority, holder, std::move(body)}));
          },
          [this](std::function<void()> work) {
            // Where there is no room now, there is in the next round.
            (void)lanes_.try_post("mirror", std::move(work));
          },
          [this](std::function<void()> work) { loop_.post(std::move(work)); }};
}

void Agent::begin_mirror_round() {
  const auto now = snapshot();
  std::map<std::string, crypto::VerifyKey<crypto::Identity>> holders;
  for (const auto& code : now->parties->mirror_holders(config_.authority)) {
    holders.emplace(code, now->parties->find(code)->keys.identity);
  }
  mirror_round_.begin(holders);
}

void Agent::on_mirror_answer(Bytes content) {
  const auto answer = schemas::parse_mirror_answer(content);
  if (!answer) return end_session(describe(answer.error()));
  if (answer->log != config_.authority) return end_session("a holder's answer for another party");
  auto reply = audit::parse_reply(answer->body);
  if (!reply) return end_session("a holder's answer that is none");
  if (auto* given = std::get_if<audit::MirrorGiven>(&*reply)) {
    if (fetch_ && fetch_->holder == answer->holder) {
      auto fetch = std::move(*fetch_);
      fetch_.reset();
      fetch.answer.set_value(std::move(given->block));
    }
    return;
  }
  const auto alarm = mirror_round_.answered(answer->holder, *reply);
  if (!alarm) return;
  // Told once, and counted: a holder or the broker could say it without end.
  if (alarms_[std::string(*alarm)]++ > 0) return;
  log_warning("mirror-answer", {{"holder", answer->holder}, {"reason", *alarm}});
}

void Agent::on_mirror_request(Bytes content) {
  auto request = schemas::parse_mirror_request(content);
  if (!request) return end_session(describe(request.error()));
  if (request->holder != config_.authority) {
    return end_session("a mirror's request for another party");
  }
  // Whoever floods us is not answered; it asks again.
  if (mirror_requests_ >= kMostKept) return;
  const bool taken = lanes_.try_post("mirror", [this, request = std::move(*request)] {
    const auto now = snapshot();
    auto admitted = mirror_desk_.admit(*now->parties, request);
    auto answer = std::make_shared<schemas::MirrorAnswer>();
    const auto finish = [this, answer](bool committed) {
      loop_.post([this, answer, committed] {
        --mirror_requests_;
        if (committed && in_session_) send(MessageKind::MirrorAnswer, encode(*answer));
      });
    };
    if (!admitted) return finish(false);
    const auto hub = now->parties->hub();
    if (!std::holds_alternative<audit::MirrorBlock>(admitted->question)) {
      bool read = true;
      try {
        *answer = store_.read(
            [&](storage::Connection& store) { return mirror_desk_.answer(store, hub, *admitted); });
      } catch (const EnvError& error) {
        log_error("mirror-unreadable", {{"log", request.log}, {"reason", error.what()}});
        read = false;
      }
      return finish(read);
    }
    storage::Job job;
    job.act = [this, answer, hub, admitted = std::move(*admitted)](storage::Connection& store) {
      *answer = mirror_desk_.answer(store, hub, admitted);
    };
    job.done = finish;
    job.may_wait = true;
    if (!store_.try_submit(job)) finish(false);
  });
  if (taken) ++mirror_requests_;
}

// Waits for the holder: for a worker.
std::optional<audit::MirrorBlock> Agent::fetch_block(const std::string& holder,
                                                     const audit::MirrorGive& question) {
  std::promise<std::optional<audit::MirrorBlock>> promise;
  auto answer = promise.get_future();
  loop_.post([this, holder, body = audit::write_question(question),
              promise = std::make_shared<decltype(promise)>(std::move(promise))]() mutable {
    if (!in_session_) return promise->set_value(std::nullopt);
    fetch_ = Fetch{holder, std::move(*promise)};
    send(MessageKind::MirrorRequest,
         encode(schemas::MirrorRequest{config_.authority, holder, std::move(body)}));
  });
  if (answer.wait_for(kHolderAnswersIn) != std::future_status::ready) return std::nullopt;
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return std::nullopt;  // The session ended, or this agent does.
  }
}

Result<audit::MirroredLeaves, std::string> Agent::fetch_leaves(const crypto::RecoverySecret& secret,
                                                               const std::string& holder,
                                                               const audit::Frontier& signed_tree) {
  const auto now = snapshot();
  const audit::MirrorName name{log_.origin(), crypto::public_of(secret)};
  audit::MirroredLog mirrored(name, now->parties->hub(), signed_tree);
  while (const auto block = fetch_block(holder, {name, mirrored.next()})) {
    const auto taken = mirrored.take(*block, secret);
    if (!taken) return fail(std::string(describe(taken.error())));
  }
  std::vector<crypto::CosignatureVerifier> witnesses;
  for (const auto& [party, key] : now->parties->witnesses(config_.authority)) {
    witnesses.push_back(key);
  }
  auto out = std::move(mirrored).verified(
      crypto::NoteVerifier(log_.origin(), keys_.log.verify_key().bytes), witnesses,
      witnesses_have_);
  if (!out) return fail(std::string(describe(out.error())));
  return std::move(*out);
}

Result<LogRestored, std::string> Agent::restore_log(const crypto::RecoverySecret& secret,
                                                    audit::Entry entry,
                                                    const audit::Detail& detail) {
  const std::unique_lock one_at_a_time(restoring_, std::try_to_lock);
  if (!one_at_a_time) return fail(std::string("somebody else restores this log just now"));
  if (!put_back_) {
    return fail(std::string(
        "the witnesses do not say that this log was longer, so there is nothing to restore"));
  }
  if (!witnesses_heard_) {
    return fail(
        std::string("too few witnesses have answered yet to know how far this log went; "
                    "wait for them, and try again"));
  }
  const audit::Checkpointer::Pause pause(*checkpointer_);
  const auto last_signed = pause.last_signed();
  const auto tree = store_.read([&](storage::Connection& store) {
    return audit::Log::frontier(store, last_signed ? last_signed->size : 0);
  });
  std::string reasons;
  for (const auto& holder : snapshot()->parties->mirror_holders(config_.authority)) {
    auto mirrored = fetch_leaves(secret, holder, tree);
    if (!mirrored) {
      reasons += "\n" + holder + ": " + mirrored.error();
      continue;
    }
    LogRestored out;
    const bool done = store_.commit([&](storage::Connection& store) {
      out = agent::restore_log(store, log_, eraser_, *snapshot()->catalogue, *mirrored, entry,
                               detail);
    });
    if (!done) return fail(std::string("it could not be stored, and nothing was changed"));
    pause.continue_from(mirrored->checkpoint, mirrored->note);
    siem_->read_again_from(out.first);
    loop_.post([this] { begin_witness_round(); });
    if (!store_.empty_log(kFilesFollowIn)) {
      log_warning("log-restored", {{"reason",
                                    "the last copies of what was erased leave the "
                                    "files as soon as no reader holds them"}});
    }
    log_info("log-restored", {{"entries", out.restored}, {"first", out.first}});
    return out;
  }
  return fail(
      "nothing was changed: no holder gave all that is missing. If none has it, open the "
      "log anew (`hubctl keys next-log`)" +
      reasons);
}

}  // namespace hub::agent
