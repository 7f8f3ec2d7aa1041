#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include "core/transport/local_door.h"
#include "core/transport/loop.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using transport::LocalDoor;

// Answers each verb with what the test laid out, and keeps what was asked.
class FakeDaemon {
 public:
  struct Reply {
    std::string blocks;
    int status = 0;
    std::string end;
  };
  struct Asked {
    std::string verb;
    json request;
    std::string upload;
  };

  explicit FakeDaemon(const std::filesystem::path& socket)
      : door_(std::make_unique<LocalDoor>(
            loop_, socket,
            [this](LocalDoor::Caller, const std::string& verb, const Buffer& payload,
                   std::shared_ptr<LocalDoor::Answer> answer) {
              workers_.emplace_back([this, verb, payload, reply = std::move(answer)] {
                serve(verb, payload, *reply);
              });
            })),
        thread_([this] { loop_.run(); }) {}
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  FakeDaemon(FakeDaemon&&) = delete;
  FakeDaemon& operator=(FakeDaemon&&) = delete;
  ~FakeDaemon() {
    loop_.stop();
    thread_.join();
    for (auto& worker : workers_) worker.join();
  }

  void reply(const std::string& verb, Reply reply) {
    const std::scoped_lock lock(mutex_);
    replies_[verb] = std::move(reply);
  }
  [[nodiscard]] Asked asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  void serve(const std::string& verb, const Buffer& payload, LocalDoor::Answer& answer) {
    Asked asked{verb, json::parse(as_text(payload)), ""};
    if (verb == "send" || verb == "note.apply") {
      while (const auto part = answer.next_input()) asked.upload += as_text(*part);
    }
    Reply reply;
    {
      const std::scoped_lock lock(mutex_);
      asked_ = std::move(asked);
      reply = replies_[verb];
    }
    if (!reply.blocks.empty()) static_cast<void>(answer.block(as_bytes(reply.blocks)));
    answer.end(reply.status, reply.end);
  }

  SystemClock clock_;
  transport::Loop loop_{clock_};
  std::mutex mutex_;
  std::map<std::string, Reply> replies_;
  Asked asked_;
  std::vector<std::thread> workers_;  // the loop's while it runs
  std::unique_ptr<LocalDoor> door_;
  std::thread thread_;
};

struct DoorVerbs : Hubctl {
  FakeDaemon daemon{folder.path() / "door.sock"};

  [[nodiscard]] Said ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--socket", at("door.sock")});
    return hubctl(arguments);
  }
};

json agent_status() {
  return {
      {"party", "E09000007"},
      {"hub", "test.hub"},
      {"register", 1},
      {"bundle", 2},
      {"link", {{"state", "in-session"}, {"since", "2026-11-21T12:00:00.000Z"}}},
      {"records_without_receipt", 3},
      {"waiting_for_key", json::array()},
      {"siem",
       {{{"target", "file"}, {"sent", 6}, {"behind", 0}, {"skipped", 0}},
        {{"target", "syslog"},
         {"sent", 4},
         {"behind", 2},
         {"skipped", 3},
         {"fault", "the server cannot be reached"},
         {"since", "2026-11-21T12:34:56.000Z"}}}},
      {"store", {{"log_entries", 6}, {"in_outage", true}}},
      {"alarms_since_start", {{"time-jumped", 1}}},
      {"tally", {{{"what", "outcome"}, {"party", "E09000012"}, {"detail", "held"}, {"count", 2}}}}};
}

TEST_F(DoorVerbs, ShowTheStatusOfAnAgent) {
  daemon.reply("status", {"", 0, agent_status().dump()});
  const auto said = ask({"status"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("E09000007 on test.hub, register 1, bundle 2\n"));
  EXPECT_THAT(said.out, HasSubstr("3 records without receipt"));
  EXPECT_THAT(said.out, HasSubstr("CANNOT WRITE"));
  EXPECT_THAT(said.out, HasSubstr("siem     file: 6 of 6 log entries sent\n"));
  EXPECT_THAT(said.out, HasSubstr("siem     syslog: 4 of 6 log entries sent, 3 SKIPPED, AWAY since "
                                  "2026-11-21T12:34:56.000Z: the server cannot be reached\n"));
  EXPECT_THAT(said.out, HasSubstr("ALARM    time-jumped (1 times)"));
  EXPECT_THAT(said.out, HasSubstr("outcome  E09000012  held        2\n"));
}

TEST_F(DoorVerbs, ShowTheStatusOfABroker) {
  const json status{{"hub", "test.hub"},
                    {"register", 1},
                    {"bundle", 2},
                    {"incarnation", "2026-11-21T12:00:00.000Z"},
                    {"store", {{"in_outage", false}}},
                    {"refused_since_start", {{"bad-signature", 4}}},
                    {"agents",
                     {{{"authority", "E09000007"},
                       {"name", "Camden"},
                       {"connected", true},
                       {"waiting_slices", 0},
                       {"slices_on_their_way", 1}},
                      {{"authority", "E09000012"},
                       {"name", "Hackney"},
                       {"suspended", true},
                       {"connected", true},
                       {"waiting_slices", 12},
                       {"slices_on_their_way", 0}}}}};
  daemon.reply("status", {"", 0, status.dump()});
  const auto said = ask({"status"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("REFUSED  bad-signature (4 times)"));
  EXPECT_THAT(said.out, HasSubstr("E09000007  Camden   connected               0             1\n"));
  EXPECT_THAT(said.out, HasSubstr("E09000012  Hackney  suspended              12             0\n"));
}

TEST_F(DoorVerbs, GiveMachinesWhatTheDaemonSaid) {
  daemon.reply("status", {"", 0, agent_status().dump()});
  EXPECT_EQ(json::parse(ask({"status", "--json"}).out), agent_status());
  const json record{{"id", "1"}, {"type", "ta.placement_notice"}};
  daemon.reply("records.list", {record.dump() + "\n" + record.dump() + "\n", 0, "{}"});
  std::istringstream lines(ask({"records", "list", "--json"}).out);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_EQ(json::parse(line), record);
  EXPECT_EQ(count, 2);
}

TEST_F(DoorVerbs, AskForWhatTheCommandLineSays) {
  daemon.reply("records.list", {"", 0, "{}"});
  ASSERT_EQ(ask({"records", "list", "--type", "a.b", "--find", "case_reference", "ABC/1", "--limit",
                 "7", "--role", "auditor"})
                .exit,
            Exit::Ok);
  const json expected{{"type", "a.b"},
                      {"sender", ""},
                      {"limit", 7},
                      {"find", {{"identifier", "case_reference"}, {"value", "ABC/1"}}},
                      {"role", "auditor"}};
  EXPECT_EQ(daemon.asked().verb, "records.list");
  EXPECT_EQ(daemon.asked().request, expected);
}

// While it lives, a variable of the environment has this value.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  Environment(Environment&&) = delete;
  Environment& operator=(Environment&&) = delete;
  ~Environment() { ::unsetenv(name_); }

 private:
  const char* name_;
};

TEST_F(DoorVerbs, TakeFromTheEnvironmentOnlyWhatTheCommandLineDoesNotSay) {
  const Environment role("HUB_ROLE", "operator");
  const Environment purpose("HUB_LOG_PURPOSE", "integrity");
  daemon.reply("audit.search", {"", 0, R"({"shown": 0})"});
  ASSERT_EQ(ask({"audit", "search", "actor:ann"}).exit, Exit::Ok);
  const json from_environment{
      {"query", "actor:ann"}, {"limit", 100}, {"role", "operator"}, {"purpose", "integrity"}};
  EXPECT_EQ(daemon.asked().request, from_environment);
  ASSERT_EQ(ask({"audit", "search", "actor:ann", "--role", "auditor", "--purpose", "lawfulness",
                 "--because", "a complaint", "--created", "2026-11-01..", "--before", "7"})
                .exit,
            Exit::Ok);
  const json said{{"query", "actor:ann created:2026-11-01.."},
                  {"limit", 100},
                  {"before", 7},
                  {"role", "auditor"},
                  {"purpose", "lawfulness"},
                  {"because", "a complaint"}};
  EXPECT_EQ(daemon.asked().request, said);
}

TEST_F(DoorVerbs, HaveALogOutsideTheHubCosignedOrSayWhyNot) {
  folder.put("request", "old 0\n\nnote");
  daemon.reply("witness.add-checkpoint", {"", 0, R"({"status": 200, "body": "a line\n"})"});
  auto said = ask({"witness", "add-checkpoint", at("request")});
  EXPECT_EQ(said.exit, Exit::Ok);
  EXPECT_EQ(said.out, "a line\n");
  EXPECT_EQ(daemon.asked().request, (json{{"body", "old 0\n\nnote"}}));
  daemon.reply("witness.add-checkpoint", {"", 0, R"({"status": 409, "body": "17\n"})"});
  said = ask({"witness", "add-checkpoint", at("request")});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_EQ(said.out, "17\n");
  EXPECT_THAT(said.err, HasSubstr("409, another tree was cosigned last"));
}

TEST_F(DoorVerbs, ShowRecordsAndWhatWasWithheld) {
  const json record{{"id", "1"},
                    {"type", "ta.placement_notice"},
                    {"sender", "E09000007"},
                    {"received", "2026-11-21"},
                    {"priority", "bulk"},
                    {"fields", {{"applicant_name", "Sample\x1b[2J"}, {"other_persons", 1}}}};
  daemon.reply("records.list",
               {record.dump() + "\n", 0, R"({"withheld": 2, "why": "no policy permits it"})"});
  const auto said = ask({"records", "list"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("applicant_name=Sample?[2J, other_persons=1"));
  EXPECT_EQ(said.err, "2 records withheld: no policy permits it\n");
}

TEST_F(DoorVerbs, ProposeErasuresAndSayWhatIsMeant) {
  const json record{{"id", "1"}, {"type", "a.b"}, {"sender", "E09000007"}, {"ended", false}};
  daemon.reply("erase.propose", {record.dump() + "\n", 0, R"({"proposal": "p-1", "records": 1})"});
  const auto said = ask({"erase", "propose", "--record", "1", "--record", "2", "--ground",
                         "court-order", "--reference", "C/1", "--because", "the order"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_THAT(said.out, HasSubstr("a.b   E09000007"));
  EXPECT_THAT(said.out, HasSubstr("proposal p-1, records 1\n"));
  const json expected{{"records", {"1", "2"}},
                      {"ground", "court-order"},
                      {"reference", "C/1"},
                      {"because", "the order"}};
  EXPECT_EQ(daemon.asked().request, expected);
}

TEST_F(DoorVerbs, ListTheRecordsOfANameWithTheRefusal) {
  const json record{{"id", "id-7"}, {"type", "a.b"}};
  daemon.reply("erase.propose", {record.dump() + "\n", 1, "name those that are meant"});
  const auto said = ask({"erase", "propose", "--subject", "person_name", "Sample", "--ground",
                         "objection", "--reference", "C/1", "--because", "why"});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("id-7"));
  EXPECT_THAT(said.err, HasSubstr("name those that are meant"));
  EXPECT_EQ(daemon.asked().request.at("subject"),
            (json{{"identifier", "person_name"}, {"value", "Sample"}}));
}

TEST_F(DoorVerbs, DecideOnErasuresAndHoldsByTheirIds) {
  for (const auto& [verb, arguments] : std::map<std::string, std::vector<std::string>>{
           {"erase.approve", {"erase", "approve", "x-1", "--because", "checked"}},
           {"erase.withdraw", {"erase", "withdraw", "x-1", "--because", "checked"}},
           {"hold.lift", {"hold", "lift", "x-1", "--because", "checked"}}}) {
    daemon.reply(verb, {"", 0, "a sentence"});
    const auto said = ask(arguments);
    EXPECT_EQ(said.exit, Exit::Ok) << said.err;
    EXPECT_EQ(said.out, "a sentence\n");
    EXPECT_EQ(daemon.asked().verb, verb);
    EXPECT_EQ(daemon.asked().request, (json{{"id", "x-1"}, {"because", "checked"}}));
  }
  EXPECT_EQ(ask({"erase", "approve", "x-1"}).exit, Exit::Usage) << "nobody erases without a why";
}

TEST_F(DoorVerbs, EndWithTheDaemonsAnswer) {
  for (const auto& [status, exit] :
       {std::pair(1, Exit::Refused), std::pair(2, Exit::Usage), std::pair(3, Exit::Environment),
        std::pair(LocalDoor::kNoAnswer, Exit::Environment)}) {
    for (const auto& [verb, arguments] : std::map<std::string, std::vector<std::string>>{
             {"status", {"status"}},
             {"records.list", {"records", "list"}},
             {"records.show", {"records", "show", "1"}},
             {"policy.explain", {"policy", "explain", "1"}},
             {"audit.entries", {"audit", "tail", "--purpose", "integrity"}},
             {"audit.search", {"audit", "search", "--purpose", "integrity"}}}) {
      daemon.reply(verb, {"", status, "not for you"});
      const auto said = ask(arguments);
      EXPECT_EQ(said.exit, exit) << verb;
      EXPECT_EQ(said.err, "hubctl: not for you\n") << verb;
      EXPECT_EQ(said.out, "") << verb;
    }
  }
}

TEST_F(DoorVerbs, TellWhyARecordWasRefusedAndWhichPermitCameNearest) {
  const json group{{"field_group", "needs"},
                   {"allowed", false},
                   {"policies", json::array()},
                   {"why", "No policy lets it."},
                   {"full",
                    "Question   may it?\nNearest    a-permit (Title), a.cedar:3\n"
                    "           does not hold, a.cedar:5:\n           1 == 2\n"}};
  daemon.reply("policy.explain", {json{{"recorded",
                                        {{"act", "refusal"},
                                         {"outcome", "refused-by-policy"},
                                         {"time", "2026-11-22"},
                                         {"entry", 3},
                                         {"policies", {"a-forbid"}},
                                         {"reason", "Refused."},
                                         {"bundle", 1}}},
                                       {"door", "share"},
                                       {"bundle_now", 2},
                                       {"field_groups", {group}}}
                                      .dump(),
                                  0, ""});
  const auto said = ask({"policy", "explain", "id"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_EQ(daemon.asked().request, (json{{"id", "id"}}));
  EXPECT_THAT(said.out, HasSubstr("by        a-forbid\nbecause   Refused.\n"));
  EXPECT_THAT(said.out,
              HasSubstr("  refused   needs\n              No policy lets it.\n"
                        "              Nearest    a-permit (Title), a.cedar:3\n"
                        "              does not hold, a.cedar:5:\n              1 == 2\n"));
}

TEST_F(DoorVerbs, SendAFileWholeUnderItsOwnNameOrAnother) {
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i) + "\n";
  folder.put("a.csv", content);
  daemon.reply("send", {"", 0,
                        R"({"rows": 5, "sent": 4, "already_sent": 0, "rejected": 1,
                            "refused": {"no agreement": 1}, "withheld": {"health": 2}})"});
  const auto said = ask({"send", at("a.csv"), "--wait"});
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_EQ(daemon.asked().upload, content);
  EXPECT_EQ(daemon.asked().request, (json{{"name", "a.csv"}, {"wait", true}}));
  EXPECT_THAT(said.out, HasSubstr("4  sent\n"));
  EXPECT_THAT(said.out, HasSubstr("1  refused: no agreement\n"));
  EXPECT_THAT(said.out, HasSubstr("2  without field group health\n"));
  EXPECT_EQ(said.err, "") << "a bar where there is no terminal";
  ASSERT_EQ(ask({"send", at("a.csv"), "--name", "b.csv"}).exit, Exit::Ok);
  EXPECT_EQ(daemon.asked().request.at("name"), "b.csv");
}

TEST_F(DoorVerbs, ApplyANoteOfItsKind) {
  folder.put("note", "a note\n");
  for (const auto* kind : {"register", "bundle"}) {
    daemon.reply("note.apply", {"", 0, "in force"});
    const auto said = ask({kind, "apply", at("note")});
    EXPECT_EQ(said.exit, Exit::Ok) << said.err;
    EXPECT_EQ(said.out, "in force\n");
    EXPECT_EQ(daemon.asked().request.at("kind"), kind);
    EXPECT_EQ(daemon.asked().upload, "a note\n");
  }
}

}  // namespace
}  // namespace hub::cli
