#include "core/transport/local_door.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <stdexcept>

#include "core/base/result.h"
#include "core/transport/local_client.h"
#include "core/transport/unix_socket.h"
#include "tests/transport/wire.h"

namespace hub::transport {
namespace {

// A caller without manners: writes what it likes and reads what comes.
class RawCaller {
 public:
  explicit RawCaller(const std::filesystem::path& path) : socket_(unix_socket(0)) {
    EXPECT_TRUE(connect_unix(socket_, unix_address(path)));
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  // False when the door has hung up.
  [[nodiscard]] bool write(Bytes bytes) const {
    while (!bytes.empty()) {
      const auto put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return true;
  }
  // Nothing when the door has hung up.
  std::optional<std::pair<FrameKind, Buffer>> read() {
    std::array<std::uint8_t, 65536> bytes{};
    while (true) {
      const auto frame = decoder_.next();
      if (frame && *frame) return std::pair((*frame)->kind, to_buffer((*frame)->payload));
      const auto got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
      if (got <= 0) return std::nullopt;
      decoder_.add(Bytes(bytes).first(static_cast<std::size_t>(got)));
    }
  }
  bool is_hung_up_on() {
    while (read()) {
    }
    std::uint8_t byte = 0;
    const auto got = ::recv(socket_.get(), &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
  }
  void leave() { socket_.close(); }

 private:
  FileDescriptor socket_;
  FrameDecoder decoder_;
};

// A daemon whose verbs each show one thing, with a thread for every request.
struct Door : testing::Test {
  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("door-" + std::to_string(::getpid()));
  std::filesystem::path path = folder / "door.sock";
  Noticeboard board;
  std::vector<LocalDoor::Caller> callers;
  std::size_t blocks_sent = 0;
  std::size_t cancelled = 0;
  std::size_t held = 0;
  std::size_t running = 0;
  RunningLoop loop;
  std::unique_ptr<LocalDoor> door;
  std::mutex threads_mutex;
  std::vector<std::thread> threads;

  void SetUp() override {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    open();
  }
  void TearDown() override {
    close();
    for (auto& thread : threads) thread.join();
    std::filesystem::remove_all(folder);
  }
  void open(DoorLimits limits = {}) {
    door = loop.in([&] { return make(limits); });
  }
  void close() {
    loop.in([&] { door.reset(); });
  }
  std::unique_ptr<LocalDoor> make(DoorLimits limits = {}) {
    return std::make_unique<LocalDoor>(
        loop.get(), path,
        [this](LocalDoor::Caller caller, const std::string& verb, Buffer payload,
               std::shared_ptr<LocalDoor::Answer> answer) {
          board.note([&] {
            callers.push_back(caller);
            ++running;
          });
          const std::scoped_lock lock(threads_mutex);
          threads.emplace_back(
              [this, verb, bytes = std::move(payload), reply = std::move(answer)]() mutable {
                serve(verb, bytes, *reply);
                reply.reset();
                board.note([&] { --running; });
              });
        },
        limits);
  }

  void serve(const std::string& verb, const Buffer& payload, LocalDoor::Answer& answer) {
    if (verb == "echo") {
      static_cast<void>(answer.block(payload));
      answer.end(0, "done");
    } else if (verb == "flow") {
      // Until it is told to stop.
      while (answer.block(Buffer(kMaxDoorBlock, 'x'))) {
        board.note([&] { ++blocks_sent; });
      }
      board.note([&] { ++cancelled; });
      answer.end(1, "cancelled");
    } else if (verb == "sum") {
      std::size_t bytes = 0;
      while (const auto part = answer.next_input()) bytes += part->size();
      if (answer.cancelled()) board.note([&] { ++cancelled; });
      answer.end(0, std::to_string(bytes));
    } else if (verb == "hold") {
      // Takes nothing of its input until it is cancelled.
      board.note([&] { ++held; });
      while (answer.block(as_bytes("x"))) {
      }
      answer.end(1, "");
    }
    // Any other verb is forgotten about.
  }
  bool until(const std::function<bool()>& holds) { return board.until(holds); }
};

TEST_F(Door, CarriesARequestItsAnswerAndItsEnd) {
  LocalClient client(path);
  std::string answer;
  std::string end;
  const auto status = client.call(
      "echo", as_bytes("a question"), [&](Bytes block) { answer += as_text(block); }, &end);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(answer, "a question");
  EXPECT_EQ(end, "done");
}

TEST_F(Door, KnowsItsCallerFromTheKernel) {
  LocalClient client(path);
  EXPECT_EQ(client.call("echo", {}), 0);
  ASSERT_EQ(callers.size(), 1U);
  EXPECT_EQ(callers[0].uid, ::getuid());
  EXPECT_EQ(callers[0].gid, ::getgid());
  EXPECT_EQ(callers[0].pid, ::getpid());
}

TEST_F(Door, IsOpenToItsGroupAndNobodyElse) {
  struct stat found{};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0660U);
}

TEST_F(Door, CutsALongAnswerIntoBlocks) {
  const std::string question(kMaxDoorFrame - 100, 'q');
  LocalClient client(path);
  std::vector<std::size_t> sizes;
  EXPECT_EQ(
      client.call("echo", as_bytes(question), [&](Bytes block) { sizes.push_back(block.size()); }),
      0);
  ASSERT_EQ(sizes.size(), 4U);
  EXPECT_EQ(sizes[0], kMaxDoorBlock);
  EXPECT_EQ(sizes[3], question.size() - (3 * kMaxDoorBlock));
}

TEST_F(Door, ServesOneConnectionAgainAndAgain) {
  LocalClient client(path);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.call("echo", as_bytes("x")), 0);
  EXPECT_EQ(loop.in([&] { return door->connections(); }), 1U);
}

TEST_F(Door, TakesAnUpload) {
  LocalClient client(path);
  std::string end;
  int parts = 0;
  const auto status = client.call("sum", {}, {}, &end, [&]() -> std::optional<Buffer> {
    if (++parts > 20) return std::nullopt;
    return Buffer(kMaxDoorBlock, 'u');
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(end, std::to_string(20 * kMaxDoorBlock));
}

TEST_F(Door, SendsFourBlocksAndThenWaitsForCredit) {
  RawCaller caller(path);
  ASSERT_TRUE(caller.write(encode_request(1, "flow", {})));
  for (std::size_t i = 0; i < kDoorCredit; ++i) ASSERT_TRUE(caller.read());
  ASSERT_TRUE(until([&] { return blocks_sent == kDoorCredit; }));
  // The next one comes when one was taken, and only one.
  ASSERT_TRUE(caller.write(encode_credit(1, 1)));
  ASSERT_TRUE(caller.read());
  ASSERT_TRUE(until([&] { return blocks_sent == kDoorCredit + 1; }));
  ASSERT_TRUE(caller.write(encode_frame(FrameKind::Cancel, 1, {})));
  const auto end = caller.read();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->first, FrameKind::End);
  EXPECT_EQ(board.read([&] { return blocks_sent; }), kDoorCredit + 1);
}

TEST_F(Door, CancelsWhatRunsWhenTheCallerLeaves) {
  RawCaller caller(path);
  ASSERT_TRUE(caller.write(encode_request(1, "flow", {})));
  ASSERT_TRUE(caller.write(encode_request(2, "sum", {})));
  ASSERT_TRUE(until([&] { return running == 2; }));
  caller.leave();
  EXPECT_TRUE(until([&] { return running == 0 && cancelled == 2; }));
}

TEST_F(Door, CancelsWhatRunsWhenTheDoorCloses) {
  const RawCaller caller(path);
  ASSERT_TRUE(caller.write(encode_request(1, "flow", {})));
  ASSERT_TRUE(until([&] { return blocks_sent == kDoorCredit; }));
  close();
  EXPECT_TRUE(until([&] { return running == 0 && cancelled == 1; }));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Door, EndsARequestThatWasForgottenAbout) {
  LocalClient client(path);
  EXPECT_EQ(client.call("forget", {}), LocalDoor::kNoAnswer);
}

TEST_F(Door, ServesOthersWhileOneCallerDoesNotRead) {
  const RawCaller slow(path);
  for (std::uint32_t id = 0; id < 8; ++id) {
    ASSERT_TRUE(slow.write(encode_request(id, "flow", {})));
  }
  ASSERT_TRUE(until([&] { return blocks_sent == std::size_t{8} * kDoorCredit; }));
  LocalClient client(path);
  EXPECT_EQ(client.call("echo", as_bytes("x")), 0);
}

TEST_F(Door, HangsUpOnGarbage) {
  const std::vector<std::pair<const char*, Buffer>> cases{
      {"noise", to_buffer(as_bytes("GET / HTTP/1.1\r\n\r\n"))},
      {"a frame that is too long", Buffer{0, 0x10, 0, 1, 1, 0, 0, 0, 0}},
      {"a block from a client", encode_frame(FrameKind::Block, 1, {})},
      {"an end from a client", encode_end(1, 0, "")},
      {"a verb nobody may write", Buffer{0, 0, 0, 10, 1, 0, 0, 0, 1, 0, 0, 0, 1, '\n'}},
  };
  for (const auto& [what, bytes] : cases) {
    RawCaller caller(path);
    static_cast<void>(caller.write(bytes));
    EXPECT_TRUE(caller.is_hung_up_on()) << what;
  }
  EXPECT_TRUE(loop.until([&] { return door->connections() == 0; }));
}

TEST_F(Door, HangsUpOnWhoBreaksTheRulesOfARequest) {
  const auto request = encode_request(1, "hold", {});
  const auto input = encode_frame(FrameKind::Input, 1, as_bytes("x"));
  const auto input_end = encode_frame(FrameKind::InputEnd, 1, {});
  const std::vector<std::pair<const char*, std::vector<Buffer>>> cases{
      {"an id that is in use", {request, request}},
      {"credit for what was never sent", {encode_request(1, "sum", {}), encode_credit(1, 1)}},
      {"more input than there is credit for", {request, input, input, input, input, input}},
      {"input after its end", {request, input_end, input}},
      {"two ends of input", {request, input_end, input_end}},
  };
  for (const auto& [what, frames] : cases) {
    RawCaller caller(path);
    for (const auto& frame : frames) static_cast<void>(caller.write(frame));
    EXPECT_TRUE(caller.is_hung_up_on()) << what;
  }
  EXPECT_TRUE(until([&] { return running == 0; }));
}

TEST_F(Door, HangsUpOnWhoOpensTooManyRequests) {
  RawCaller caller(path);
  for (std::uint32_t id = 0; id < 9; ++id) {
    static_cast<void>(caller.write(encode_request(id, "hold", {})));
  }
  EXPECT_TRUE(caller.is_hung_up_on());
  EXPECT_TRUE(until([&] { return running == 0; }));
  EXPECT_EQ(board.read([&] { return callers.size(); }), 8U);
}

TEST_F(Door, HangsUpOnWhoAsksForEverWithoutReading) {
  const RawCaller caller(path);
  const std::string question(kMaxDoorBlock, 'q');
  bool open = true;
  // Each is answered and ended, so there are never many in flight, but nobody takes the answers.
  for (std::uint32_t id = 0; open && id < 200; ++id) {
    ASSERT_TRUE(until([&] { return running < 8; }));
    open = caller.write(encode_request(id, "echo", as_bytes(question)));
  }
  EXPECT_FALSE(open);
}

TEST_F(Door, IgnoresWhatCrossedWithTheEndOfItsRequest) {
  RawCaller caller(path);
  ASSERT_TRUE(caller.write(encode_frame(FrameKind::Cancel, 5, {})));
  ASSERT_TRUE(caller.write(encode_credit(5, 1)));
  ASSERT_TRUE(caller.write(encode_frame(FrameKind::Input, 5, as_bytes("x"))));
  ASSERT_TRUE(caller.write(encode_frame(FrameKind::InputEnd, 5, {})));
  ASSERT_TRUE(caller.write(encode_request(5, "echo", {})));
  const auto end = caller.read();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->first, FrameKind::End);
}

TEST_F(Door, TakesNoMoreConnectionsThanAllowed) {
  close();
  open({.connections = 2, .requests = 8});
  const RawCaller first(path);
  RawCaller second(path);
  ASSERT_TRUE(loop.until([&] { return door->connections() == 2; }));
  RawCaller third(path);
  EXPECT_TRUE(third.is_hung_up_on());
  second.leave();
  ASSERT_TRUE(loop.until([&] { return door->connections() == 1; }));
  LocalClient client(path);
  EXPECT_EQ(client.call("echo", {}), 0);
}

TEST_F(Door, TakesThePlaceOfADeadProcess) {
  close();
  {
    // What a killed process leaves behind.
    const auto dead = unix_socket(0);
    ASSERT_TRUE(bind_unix(dead, unix_address(path)));
    ASSERT_EQ(::listen(dead.get(), 1), 0);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  open();
  LocalClient client(path);
  EXPECT_EQ(client.call("echo", {}), 0);
}

TEST_F(Door, LeavesTheLivingAndOtherPeoplesFilesAlone) {
  const auto refused = [&] {
    try {
      loop.in([&] { make(); });
      return std::string();
    } catch (const EnvError& error) {
      return std::string(error.what());
    }
  };
  EXPECT_NE(refused().find("another process listens there"), std::string::npos);
  LocalClient client(path);
  EXPECT_EQ(client.call("echo", {}), 0);
  close();
  std::ofstream(path) << "precious";
  EXPECT_NE(refused().find("no socket"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
  std::filesystem::remove(path);
  path = folder / std::string(120, 'x');
  EXPECT_NE(refused().find("1 to 107 bytes"), std::string::npos);
}

TEST_F(Door, SpeaksToManyClientsAtOnce) {
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  clients.reserve(16);
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&, i] {
      LocalClient client(path);
      const std::string question(static_cast<std::size_t>(10000 * i), static_cast<char>('a' + i));
      for (int round = 0; round < 5; ++round) {
        std::string answer;
        const auto status =
            client.call("echo", as_bytes(question), [&](Bytes block) { answer += as_text(block); });
        if (status == 0 && answer == question) ++good;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(good, 80);
}

TEST(LocalClient, SaysWhatToDoWhenNobodyAnswers) {
  LocalClient client(std::filesystem::path(testing::TempDir()) / "nobody.sock");
  try {
    static_cast<void>(client.call("echo", {}));
    FAIL() << "somebody answered";
  } catch (const EnvError& error) {
    EXPECT_NE(std::string(error.what()).find("is the service running"), std::string::npos);
  }
}

TEST_F(Door, IsFoundAgainByAClientAfterARestart) {
  LocalClient client(path);
  EXPECT_EQ(client.call("echo", {}), 0);
  close();
  EXPECT_THROW(static_cast<void>(client.call("echo", {})), EnvError);
  open();
  EXPECT_EQ(client.call("echo", {}), 0);
}

TEST_F(Door, CancelsARequestWhoseClientThrows) {
  LocalClient client(path);
  EXPECT_THROW(
      static_cast<void>(client.call("flow", {}, [](Bytes) { throw std::runtime_error("enough"); })),
      std::runtime_error);
  EXPECT_TRUE(until([&] { return cancelled == 1; }));
  EXPECT_EQ(client.call("echo", {}), 0);
}

TEST(LocalClientAndAStranger, SaysWhenWhatAnswersIsNoLocalDoor) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / ("stranger-" + std::to_string(::getpid()));
  std::filesystem::remove(path);
  const auto listener = unix_socket(0);
  ASSERT_TRUE(bind_unix(listener, unix_address(path)));
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  std::thread stranger([&] {
    for (const std::string_view answer : {"\1\2\3\4\5\6\7\10", "", "\0\0\0\5\2\0\0\0\3"}) {
      const FileDescriptor caller(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::array<char, 64> question{};
      EXPECT_GT(::recv(caller.get(), question.data(), question.size(), 0), 0);
      ::send(caller.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  });
  LocalClient client(path);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(static_cast<void>(client.call("echo", {})), EnvError);
  stranger.join();
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace hub::transport
