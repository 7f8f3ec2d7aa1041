#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "audit/evidence/evidence_answer.h"
#include "audit/evidence/packed_entry.h"
#include "audit/log/checkpointer.h"
#include "audit/log/witness_round.h"
#include "core/base/encoding.h"
#include "core/base/file.h"
#include "core/crypto/merkle.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using transport::DoorStatus;

Uuid uuid(std::uint8_t number) {
  Uuid out;
  out.bytes[15] = number;
  return out;
}

struct Evidence : testing::Test {
  TemporaryLog temporary;
  crypto::LogKey key = crypto::LogKey::generate();
  std::vector<json> lines;

  // 300 entries, of which 7 and 290 name record 1, and 290 record 2 as well.
  Evidence() {
    temporary.append(7);
    append({uuid(1)});
    temporary.append(282);
    append({uuid(1), uuid(2)});
    temporary.append(9);
  }
  void append(std::vector<Uuid> records) {
    auto detail = detail_by("ann");
    detail.record_ids = std::move(records);
    ASSERT_TRUE(temporary.store->commit(
        [&](Connection& c) { temporary.log->append(c, TemporaryLog::entry(0), detail); }));
  }
  [[nodiscard]] std::filesystem::path file() const {
    return Checkpointer::beside(temporary.temporary.options.file);
  }
  void sign() const {
    const Checkpoint checkpoint{kTestOrigin, temporary.log->head().size,
                                temporary.log->head().root};
    replace_file(file(),
                 as_bytes(crypto::sign_note(checkpoint_text(checkpoint), kTestOrigin, key)));
  }
  EvidenceAnswer ask(const EvidenceRequest& request) {
    lines.clear();
    std::string text;
    const EvidenceSource source{
        *temporary.store, *temporary.log, file(), "vkey", {}, std::chrono::milliseconds(0)};
    auto answer = answer_evidence(source, request, {}, detail_by("auditor"), [&](Bytes block) {
      text += as_text(block);
      return true;
    });
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return answer;
  }
  static EvidenceRequest of_entries(std::vector<EntryRange> ranges, std::set<ItemKind> open = {}) {
    return {std::move(ranges), std::nullopt, std::move(open), "integrity", 0};
  }
  static EvidenceRequest of_record(std::uint8_t number, std::set<ItemKind> open) {
    return {{}, uuid(number), std::move(open), "lawfulness", 0};
  }
  [[nodiscard]] PackedEntry entry(std::size_t line) const {
    const auto parsed = parse_packed_entry(lines.at(line).at("entry").dump());
    EXPECT_TRUE(parsed && check_packed_entry(*parsed));
    return *parsed;
  }
  [[nodiscard]] std::vector<std::uint64_t> indices() const {
    std::vector<std::uint64_t> out;
    for (std::size_t i = 1; i < lines.size(); ++i) out.push_back(entry(i).index);
    return out;
  }
  [[nodiscard]] StoredEntry newest_entry() const {
    return temporary.store->read(
        [&](Connection& c) { return Log::entries(c, temporary.log->head().size - 1, 1).at(0); });
  }
};

TEST_F(Evidence, GivesFactsThenEachEntryWithAPathToTheSignedRoot) {
  sign();
  const auto root = temporary.log->head().root;
  ASSERT_EQ(ask(of_entries({{0, 2}, {298, 298}})).end, DoorStatus::Ok);
  EXPECT_EQ(lines.at(0).at("log"), "vkey");
  EXPECT_EQ(lines.at(0).at("request"), 300);
  EXPECT_EQ(lines.at(0).at("not_signed_yet"), 0);
  EXPECT_THAT(indices(), ElementsAre(0, 1, 2, 298));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    std::vector<crypto::Digest> path;
    for (const auto& hash : lines[i].at("path")) {
      const auto bytes = from_base64(hash.get<std::string>()).value();
      path.emplace_back();
      std::ranges::copy(bytes, path.back().begin());
    }
    const auto leaf = crypto::leaf_hash(as_bytes(entry(i).leaf));
    EXPECT_EQ(crypto::root_of_path(leaf, entry(i).index, 300, path), root) << i;
  }
}

TEST_F(Evidence, IsRecordedBeforeItIsGivenWithWhatWasAskedAndWhy) {
  sign();
  ASSERT_EQ(ask(of_record(1, {ItemKind::Record, ItemKind::Actor})).end, DoorStatus::Ok);
  const auto recorded = newest_entry();
  const auto leaf = parse_leaf(recorded.leaf);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->entry.act, "consultation");
  EXPECT_EQ(leaf->entry.outcome, "evidence-packed");
  EXPECT_EQ(leaf->entry.purpose, "lawfulness");
  EXPECT_EQ(leaf->entry.count, 2U);
  ASSERT_TRUE(recorded.detail);
  EXPECT_EQ(recorded.detail->actor, "auditor");
  EXPECT_EQ(recorded.detail->note, "opened: actor, record");
  EXPECT_THAT(recorded.detail->record_ids, ElementsAre(uuid(1)));
}

TEST_F(Evidence, OpensOfARecordAskedForNoOthersOfItsBatch) {
  sign();
  ASSERT_EQ(ask(of_record(1, {ItemKind::Record})).end, DoorStatus::Ok);
  EXPECT_THAT(indices(), ElementsAre(7, 290));
  const auto items = entry(2).items;
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].item.open(), nullptr);
  ASSERT_NE(items[1].item.open(), nullptr);
  EXPECT_EQ(shown_value(items[1].item), to_string(uuid(1)));
  EXPECT_EQ(items[2].item.open(), nullptr);
  EXPECT_THAT(lines.at(2).dump(), testing::Not(HasSubstr("ann")));
  ASSERT_EQ(ask(of_entries({{290, 290}}, {ItemKind::Record})).end, DoorStatus::Ok);
  EXPECT_NE(entry(1).items[2].item.open(), nullptr);
  ASSERT_EQ(ask(of_entries({{290, 290}})).end, DoorStatus::Ok);
  for (const auto& item : entry(1).items) EXPECT_EQ(item.item.open(), nullptr);
}

TEST_F(Evidence, TellsWhatWasErased) {
  Erasure gone;
  gone.details = {3};
  gone.items = {{290, 1}};
  Entry erasure;
  erasure.act = "erasure";
  ASSERT_TRUE(temporary.store->commit(
      [&](Connection& c) { static_cast<void>(temporary.log->erase(c, gone, erasure, {})); }));
  sign();
  ASSERT_EQ(ask(of_entries({{3, 3}, {290, 290}}, {ItemKind::Record, ItemKind::Actor})).end,
            DoorStatus::Ok);
  EXPECT_TRUE(entry(1).detail_erased);
  EXPECT_TRUE(entry(2).items[1].erased);
  EXPECT_FALSE(entry(2).items[0].erased);
  EXPECT_NE(entry(2).items[2].item.open(), nullptr);
}

TEST_F(Evidence, LeavesOutWhatNoCheckpointCoversAndSaysSo) {
  EXPECT_EQ(ask(of_entries({{0, 0}})).end, DoorStatus::Failed);  // nothing is signed
  sign();
  append({uuid(2)});
  ASSERT_EQ(ask(of_record(2, {})).end, DoorStatus::Ok);
  EXPECT_THAT(indices(), ElementsAre(290));
  EXPECT_EQ(lines.at(0).at("not_signed_yet"), 1);
  EXPECT_EQ(ask(of_entries({{301, 301}})).end, DoorStatus::Failed);
}

TEST_F(Evidence, NamesNoEntryThatIsNotThere) {
  sign();
  const auto size = temporary.log->head().size;
  EXPECT_EQ(ask(of_entries({{0, 300}})).end, DoorStatus::Usage);
  EXPECT_EQ(temporary.log->head().size, size);
  // Looking for a record is a look, also where there is none.
  EXPECT_EQ(ask(of_record(9, {})).end, DoorStatus::Refused);
  EXPECT_EQ(temporary.log->head().size, size + 1);
}

TEST_F(Evidence, ProvesThatTheLogContinuesACheckpointFromBefore) {
  sign();
  auto request = of_entries({{0, 0}});
  request.since = 100;
  ASSERT_EQ(ask(request).end, DoorStatus::Ok);
  EXPECT_GT(lines.at(0).at("since").size(), 0U);
  request.since = 400;
  const auto answer = ask(request);
  EXPECT_EQ(answer.end, DoorStatus::Refused);
  EXPECT_THAT(answer.why, HasSubstr("the log is shorter"));
}

TEST_F(Evidence, StopsWhenNobodyListens) {
  sign();
  const EvidenceSource source{
      *temporary.store, *temporary.log, file(), "vkey", {}, std::chrono::milliseconds(0)};
  EXPECT_EQ(answer_evidence(source, of_entries({{0, 0}}), {}, detail_by("auditor"),
                            [](Bytes) { return false; })
                .end,
            DoorStatus::Failed);
}

TEST(EvidenceRequest, IsReadAsItIsWritten) {
  const EvidenceRequest entries{{{5, 5}, {20, 40}}, {}, {ItemKind::Actor}, "integrity", 12};
  EXPECT_EQ(parse_evidence_request(to_json(entries).dump()), entries);
  const EvidenceRequest record{{}, uuid(3), {}, "criminal-proceedings", 0};
  EXPECT_EQ(parse_evidence_request(to_json(record).dump()), record);
}

TEST(EvidenceRequest, MakesSenseOrIsRefused) {
  for (
      const auto* text :
      {"",
       "[]",
       "{}",
       R"({"purpose":"integrity"})",
       R"({"entries":[],"purpose":"integrity"})",
       R"({"entries":[[2,1]],"purpose":"integrity"})",
       R"({"entries":[[1,2],[2,3]],"purpose":"integrity"})",
       R"({"entries":[[0,10000]],"purpose":"integrity"})",
       R"({"entries":[[0,5000],[6000,11000]],"purpose":"integrity"})",
       R"({"entries":[[0,18446744073709551615]],"purpose":"integrity"})",
       R"({"entries":[[-1,2]],"purpose":"integrity"})",
       R"({"entries":[[1]],"purpose":"integrity"})",
       R"({"entries":[[1,1]],"record":"00000000-0000-0000-0000-000000000001","purpose":"integrity"})",
       R"({"record":"rubbish","purpose":"integrity"})",
       R"({"entries":[[1,1]],"purpose":"fun"})",
       R"({"entries":[[1,1]],"purpose":7})",
       R"({"entries":[[1,1]]})",
       R"({"entries":[[1,1]],"open":["all"],"purpose":"integrity"})",
       R"({"entries":[[1,1]],"open":"actor","purpose":"integrity"})",
       R"({"entries":[[1,1]],"since":-1,"purpose":"integrity"})"}) {
    EXPECT_FALSE(parse_evidence_request(text)) << text;
  }
}

TEST(EvidenceRequest, ReadsListsOfNumbersAndKinds) {
  EXPECT_EQ(entry_ranges_of("5,7,20-40"), (std::vector<EntryRange>{{5, 5}, {7, 7}, {20, 40}}));
  for (const auto* text : {"", ",", "5,", "5,5", "7,5", "5-", "-5", "5-4", "a", "05", "1 ,2",
                           "0-10000", "18446744073709551615"}) {
    EXPECT_FALSE(entry_ranges_of(text)) << text;
  }
  EXPECT_EQ(item_kinds_of("all")->size(), 7U);
  EXPECT_EQ(item_kinds_of("none"), std::set<ItemKind>());
  EXPECT_EQ(names_of(*item_kinds_of("record,actor")), "actor, record");
  EXPECT_FALSE(item_kinds_of("actor,all"));
  EXPECT_FALSE(item_kinds_of(""));
}

TEST(PackedEntry, KeepsAValueThatIsNoTextAsBytes) {
  Detail detail = detail_by("caf\xe9");
  Leaf leaf;
  leaf.party = "p";
  const auto items = items_of(detail);
  leaf.detail = commitment_to(items);
  const PackedEntry entry{0, write_leaf(leaf), {{items[0], false}}, false};
  const auto line = write_packed_entry(entry);
  EXPECT_THAT(line, HasSubstr("\"value_base64\""));
  EXPECT_EQ(parse_packed_entry(line), entry);
  EXPECT_TRUE(check_packed_entry(entry));
}

}  // namespace
}  // namespace hub::audit
