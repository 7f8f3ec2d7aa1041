// The log into a file: each entry once, whatever dies.
#include "audit/siem/forwarder.h"

#include "audit/siem/file_target.h"
#include "core/base/encoding.h"
#include "core/crypto/merkle.h"
#include "tests/audit/forwarder_fixture.h"
#include "tests/audit/ocsf_schema.h"

namespace hub::audit {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class FileForwarder : public ForwarderTest {};

TEST_F(FileForwarder, WritesEveryEntryOnceWithTheHashOfItsLeaf) {
  temporary.append(300);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  temporary.append(5);
  run(forwarding);
  run(forwarding);
  const auto events = written();
  EXPECT_EQ(numbers(events), from_to(0, 304));
  const auto entries =
      temporary.store->read([](Connection& store) { return Log::entries(store, 0, 1000); });
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(ocsf_faults(events[i]), std::vector<std::string>());
    EXPECT_EQ(events[i]["raw_data_hash"]["value"],
              to_hex(crypto::leaf_hash(as_bytes(entries[i].leaf))));
  }
  EXPECT_EQ(forwarding.standing().sent, 305U);
  EXPECT_EQ(forwarding.standing().behind, 0U);
}

TEST_F(FileForwarder, CarriesNothingOfTheDetails) {
  temporary.append(20);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  EXPECT_EQ(to_text(read_file(file, 1U << 20U)).find("user-"), std::string::npos);
}

TEST_F(FileForwarder, SendsNothingThatIsNotCommitted) {
  temporary.append(3);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  EXPECT_FALSE(temporary.store->commit([&](Connection& store) {
    temporary.log->append(store, TemporaryLog::entry(3), {});
    run(forwarding);
    throw EnvError("taken back");
  }));
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(0, 2));
}

TEST_F(FileForwarder, GoesOnWhereItWasAfterARestart) {
  temporary.append(10);
  FileTarget target(file);
  {
    auto forwarding = forwarder(target);
    run(forwarding);
    forwarding.save();
  }
  temporary.append(3);
  auto again = forwarder(target);
  EXPECT_EQ(again.standing().sent, 10U);
  EXPECT_EQ(again.standing().behind, 3U);
  run(again);
  EXPECT_EQ(numbers(written()), from_to(0, 12));
}

TEST_F(FileForwarder, LosesNothingWhenItIsKilledBetweenWritingAndKeepingItsPlace) {
  temporary.append(5);
  FileTarget target(file);
  auto killed = forwarder(target);
  run(killed);  // keeps its place
  temporary.append(3);
  run(killed);  // not again within the second
  auto again = forwarder(target);
  run(again);
  auto expected = from_to(0, 7);
  for (const auto twice : {5, 6, 7}) expected.push_back(twice);
  EXPECT_EQ(numbers(written()), expected);
}

TEST_F(FileForwarder, KeepsItsPlaceAtMostOnceASecond) {
  FileTarget target(file);
  auto forwarding = forwarder(target);
  const auto kept = [&] { return to_text(read_file(cursor, 100)); };
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(kept(), "1\n");
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(kept(), "1\n");
  clock().advance(1s);
  run(forwarding);
  EXPECT_EQ(kept(), "2\n");
}

TEST_F(FileForwarder, OpensTheNewFileAfterARotation) {
  temporary.append(3);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  const auto old = folder.path() / "siem.jsonl.1";
  std::filesystem::rename(file, old);
  temporary.append(2);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(3, 4));
  std::filesystem::remove(file);
  folder.put("siem.jsonl", "");
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(5, 5));
  std::filesystem::resize_file(file, 0);  // what copytruncate does
  temporary.append(1);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(6, 6));
  file = old;
  EXPECT_EQ(numbers(written()), from_to(0, 2));
}

TEST_F(FileForwarder, EndsALineThatACrashTore) {
  temporary.append(2);
  folder.put("siem.jsonl", R"({"activity_id":1,"ac)");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  auto events = written();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(events.front().is_discarded());
  events.erase(events.begin());
  EXPECT_EQ(numbers(events), from_to(0, 1));
}

TEST_F(FileForwarder, WaitsForAFileThatCannotBeWritten) {
  temporary.append(2);
  const auto missing = folder.path() / "missing";
  file = missing / "siem.jsonl";
  FileTarget target(file);
  auto forwarding = forwarder(target);
  EXPECT_EQ(forwarding.step(), 1s);
  EXPECT_EQ(forwarding.step(), 2s);
  EXPECT_EQ(forwarding.standing().fault, "the file cannot be opened");
  EXPECT_EQ(forwarding.standing().since, clock().now());
  EXPECT_EQ(forwarding.standing().behind, 2U);
  for (int i = 0; i < 10; ++i) EXPECT_LE(forwarding.step(), 60s);
  EXPECT_EQ(forwarding.step(), 60s);
  std::filesystem::create_directory(missing);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(0, 1));
  EXPECT_EQ(forwarding.standing().fault, std::nullopt);
  EXPECT_EQ(forwarding.standing().since, std::nullopt);
  std::filesystem::remove_all(missing);
  EXPECT_EQ(forwarding.step(), 1s) << "patience begins anew";
}

TEST_F(FileForwarder, WritesToNothingButAFile) {
  temporary.append(1);
  FileTarget target("/dev/null");
  auto forwarding = forwarder(target);
  EXPECT_EQ(forwarding.step(), 1s);
  EXPECT_EQ(forwarding.standing().fault, "it is not a regular file");
}

TEST_F(FileForwarder, AnnouncesTheGapWhenItIsTooFarBehind) {
  temporary.append(1000);
  FileTarget target(file);
  auto forwarding = forwarder(target, 100);
  run(forwarding);
  const auto events = written();
  ASSERT_EQ(events.size(), 101U);
  EXPECT_EQ(ocsf_faults(events[0]), std::vector<std::string>());
  EXPECT_EQ(events[0]["unmapped"], (json{{"first", 0}, {"last", 899}, {"entries", 900}}));
  EXPECT_EQ(events[0]["status_code"], "too-far-behind");
  EXPECT_EQ(numbers({events.begin() + 1, events.end()}), from_to(900, 999));
  EXPECT_EQ(forwarding.standing().skipped, 900U);
  temporary.append(100);
  run(forwarding);
  EXPECT_EQ(forwarding.standing().skipped, 900U) << "as far behind as it may be";
  EXPECT_EQ(written().size(), 201U);
}

TEST_F(FileForwarder, AnnouncesEntriesThatAreNotInTheLogAnyMore) {
  temporary.append(20);
  temporary.tamper("DELETE FROM log_entry WHERE idx < 5 OR idx IN (8, 9) OR idx > 17");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  const auto events = written();
  EXPECT_EQ(numbers(events),
            (std::vector<std::int64_t>{-1, 5, 6, 7, -1, 10, 11, 12, 13, 14, 15, 16, 17, -1}));
  EXPECT_EQ(events[0]["unmapped"]["last"], 4);
  EXPECT_EQ(events[4]["unmapped"], (json{{"first", 8}, {"last", 9}, {"entries", 2}}));
  EXPECT_EQ(events.back()["unmapped"], (json{{"first", 18}, {"last", 19}, {"entries", 2}}));
  EXPECT_EQ(events[0]["status_code"], "not-in-log");
  EXPECT_EQ(forwarding.standing().behind, 0U);
}

TEST_F(FileForwarder, SendsTheFactsOfAnEntryThatItCannotRead) {
  temporary.append(3);
  temporary.tamper("UPDATE log_entry SET leaf = CAST('{\"v\":99}' AS BLOB) WHERE idx = 1");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  const auto events = written();
  EXPECT_EQ(numbers(events), from_to(0, 2));
  EXPECT_EQ(events[1]["class_uid"], 6008);
  EXPECT_EQ(events[1]["raw_data_hash"]["value"], to_hex(crypto::leaf_hash(as_bytes("{\"v\":99}"))));
}

TEST_F(FileForwarder, BeginsAtTheEndOfALogThatWasPutBack) {
  temporary.append(4);
  folder.put("cursor", "10\n");
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  EXPECT_TRUE(written().empty());
  temporary.append(2);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(4, 5));
}

// The log was put back, and restored: its own entries stand behind those that came back.
TEST_F(FileForwarder, SendsAgainFromWhereOtherEntriesStandNow) {
  temporary.append(8);
  FileTarget target(file);
  auto forwarding = forwarder(target);
  run(forwarding);
  forwarding.read_again_from(9);
  run(forwarding);
  EXPECT_EQ(numbers(written()), from_to(0, 7)) << "it has not been so far";
  forwarding.read_again_from(6);
  forwarding.read_again_from(5);
  temporary.append(2);
  run(forwarding);
  auto expected = from_to(0, 7);
  for (const auto number : from_to(5, 9)) expected.push_back(number);
  EXPECT_EQ(numbers(written()), expected);
  forwarding.save();
  EXPECT_EQ(forwarder(target).standing().sent, 10U);
}

TEST_F(FileForwarder, BeginsAnewWithACursorThatIsNone) {
  temporary.append(2);
  for (const auto* const rubbish :
       {"", "x", "1", "1 \n", "-1\n", "1\n1\n", "99999999999999999999\n"}) {
    folder.put("cursor", rubbish);
    std::filesystem::remove(file);
    FileTarget target(file);
    auto forwarding = forwarder(target);
    run(forwarding);
    EXPECT_EQ(numbers(written()), from_to(0, 1)) << rubbish;
  }
}

}  // namespace
}  // namespace hub::audit
