// Witnessing: this agent has its own log cosigned by the other agents, and cosigns theirs and the
// broker's. The broker carries both and can forge neither.

#include "agent/agent.h"
#include "core/base/log.h"

namespace hub::agent {
namespace {

using schemas::MessageKind;

constexpr std::size_t kMostWaiting = 512;  // requests not answered yet
constexpr int kRoundsMissed = 3;

}  // namespace

audit::WitnessRound::Parts Agent::round_parts() {
  return {store_,
          log_,
          crypto::NoteVerifier(log_.origin(), keys_.log.verify_key().bytes),
          checkpoint_file(),
          clock_,
          [this](const std::string& witness, std::string body) {
            if (!in_session_) return;
            send(MessageKind::WitnessRequest,
                 encode(schemas::WitnessRequest{config_.authority, witness, std::move(body)}));
          },
          [this](std::function<void()> work) { lanes_.post("witness", std::move(work)); },
          [this](bool may) { checkpointer_->may_sign(may); }};
}

void Agent::begin_witness_round() {
  begin_mirror_round();  // of what the round before has had cosigned
  const auto now = snapshot();
  witness_round_.begin(now->parties->witnesses(config_.authority),
                       config_.witness_every * kRoundsMissed);
  look_whether_put_back();
}

void Agent::look_whether_put_back() {
  const auto standing = witness_round_.standing();
  witnesses_have_ = standing.longer;
  witnesses_heard_ = standing.heard;
  put_back_ = standing.put_back;
}

void Agent::on_witness_answer(Bytes content) {
  const auto answer = schemas::parse_witness_answer(content);
  if (!answer) return end_session(describe(answer.error()));
  if (answer->log != config_.authority) return end_session("a witness's answer for another party");
  const auto alarm = witness_round_.answered(answer->witness, answer->status, answer->body);
  look_whether_put_back();
  if (!alarm) return;
  // Told once, and counted: a witness or the broker could say it without end.
  if (alarms_[std::string(*alarm)]++ > 0) return;
  log_warning("witness-answer", {{"witness", answer->witness}, {"reason", *alarm}});
}

void Agent::on_witness_request(Bytes content) {
  auto request = schemas::parse_witness_request(content);
  if (!request) return end_session(describe(request.error()));
  if (request->witness != config_.authority) {
    return end_session("a witness's request for another party");
  }
  // Whoever floods us is not answered; it asks again.
  if (witness_requests_ >= kMostWaiting) return;
  auto decision = std::make_shared<WitnessDesk::Decision>();
  storage::Job job;
  job.act = [this, decision, request = std::move(*request)](storage::Connection& store) {
    *decision = witness_desk_.answer(store, *snapshot()->parties, request, clock_.now());
  };
  job.done = [this, decision](bool committed) {
    loop_.post([this, decision, committed] {
      --witness_requests_;
      if (!committed) return;  // Not remembered, so not cosigned; it asks again.
      witnessed(decision->answer.log, decision->suspicion);
      if (in_session_) send(MessageKind::WitnessAnswer, encode(decision->answer));
    });
  };
  job.may_wait = true;
  if (store_.try_submit(job)) ++witness_requests_;
}

std::optional<schemas::WitnessAnswer> Agent::cosign_outside(const std::string& body) {
  WitnessDesk::Decision decision;
  const bool kept = store_.commit([&](storage::Connection& store) {
    decision = witness_desk_.answer_outside(store, snapshot()->parties->hub(), body, clock_.now());
  });
  if (!kept) return std::nullopt;
  loop_.post([this, log = decision.answer.log, suspicion = decision.suspicion] {
    witnessed(log, suspicion);
  });
  return std::move(decision.answer);
}

void Agent::witnessed(const std::string& party, WitnessDesk::Suspicion suspicion) {
  using Suspicion = WitnessDesk::Suspicion;
  switch (suspicion) {
    case Suspicion::None: return;
    case Suspicion::NotContinued:
      ++alarms_["a log does not show that it continues"];
      return log_error("log-not-continued", {{"log", party}});
    case Suspicion::Forked:
      ++alarms_["a log was forked"];
      return log_error("log-forked", {{"log", party}, {"proof", forks_folder(config_).string()}});
  }
}

std::filesystem::path Agent::forks_folder(const Config& config) { return config.state / "forks"; }

}  // namespace hub::agent
