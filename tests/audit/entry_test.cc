#include "audit/log/entry.h"

#include <gtest/gtest.h>

namespace hub::audit {
namespace {

Leaf full_leaf() {
  Leaf leaf;
  leaf.entry = {.act = "disclosure",
                .outcome = "permitted",
                .record_type = "vru.referral",
                .sender = "E09000007",
                .recipient = "E09000003",
                .agreement = "vru-2026",
                .purpose = "safeguarding",
                .legal_basis = "dpa2018-s35",
                .reason = "a \"reason\"\nin two lines",
                .regime = "law-enforcement",
                .handling = "C",
                .originator = "E09000020",
                .view = "placed-here",
                .roles = {"housing-officer"},
                .policies = {"share-7", "share-9"},
                .field_groups = {"core", "risk"},
                .withheld = {"health"},
                .bundle = 12,
                .register_number = 3,
                .count = 2,
                .envelopes = {crypto::sha256(as_bytes("a")), crypto::sha256(as_bytes("b"))},
                .erased = {{1, 1}, {4, 9}},
                .erased_items = {{10, 0}, {10, 3}},
                .restored = {{20, 29}}};
  leaf.party = "E09000007";
  leaf.index = 77;
  leaf.time = from_ms(1'790'000'000'123);
  leaf.detail = crypto::sha256(as_bytes("detail"));
  return leaf;
}

TEST(Leaf, HasSortedKeysNoSpacesAndNoEmptyFields) {
  Leaf leaf;
  leaf.entry.act = "admin";
  leaf.entry.count = 1;
  leaf.party = "hub";
  leaf.time = from_ms(5);
  EXPECT_EQ(write_leaf(leaf), R"({"act":"admin","count":1,"party":"hub","seq":0,"time":5,"v":1})");
  EXPECT_EQ(
      write_leaf(full_leaf()),
      R"({"act":"disclosure","agreement":"vru-2026","bundle":12,"count":2,)"
      R"("detail":"nAIRxR0EV0/a7m1R9T9BlSVwsL9opyGaquAc4A+muN0=",)"
      R"("envelopes":"ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs+I+gWADlZSjOJT2Vk4bE0i716AIjULErLc+6u1ZwAnQ==",)"
      R"("erased":[[1,1],[4,9]],"erased_items":[[10,0],[10,3]],"field_groups":["core","risk"],"handling":"C","legal_basis":"dpa2018-s35","originator":"E09000020","outcome":"permitted",)"
      R"("party":"E09000007","policies":["share-7","share-9"],"purpose":"safeguarding",)"
      R"("reason":"a \"reason\"\nin two lines","recipient":"E09000003",)"
      R"("record_type":"vru.referral","regime":"law-enforcement","register":3,"restored":[[20,29]],"roles":["housing-officer"],"sender":"E09000007","seq":77,)"
      R"("time":1790000000123,"v":1,"view":"placed-here","withheld":["health"]})");
}

TEST(Leaf, ReadsBackWhatWasWritten) {
  for (const auto& leaf : {full_leaf(), Leaf{}}) {
    const auto parsed = parse_leaf(write_leaf(leaf));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, leaf);
  }
}

TEST(Leaf, KeepsEveryLetterAndReplacesWhatIsNone) {
  Leaf leaf;
  leaf.entry.reason = "caf\xc3\xa9 \xe2\x82\xac \x7f \x01";
  auto parsed = parse_leaf(write_leaf(leaf));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, leaf);
  leaf.entry.reason = "no UTF-8: \xff\xc3";
  parsed = parse_leaf(write_leaf(leaf));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->entry.reason, "no UTF-8: \xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Leaf, RefusesAnyOtherSpelling) {
  const std::string leaf = R"({"act":"admin","count":1,"party":"hub","seq":0,"time":5,"v":1})";
  ASSERT_TRUE(parse_leaf(leaf));
  for (const std::string text :
       {R"({"count":1,"act":"admin","party":"hub","seq":0,"time":5,"v":1})",
        R"({"act": "admin","count":1,"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","count":1.0,"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","count":"1","party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"\u0061dmin","count":1,"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","count":1,"party":"hub","seq":0,"time":5,"v":2})",
        R"({"act":"admin","count":1,"party":"hub","seq":0,"time":5,"v":1,"x":1})",
        R"({"act":"admin","act":"admin","count":1,"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","count":0,"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","detail":"AAAA","party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","envelopes":"AAAA","party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","erased":[[3,2]],"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","erased":[[3]],"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","erased_items":[[3,-1]],"party":"hub","seq":0,"time":5,"v":1})",
        R"({"act":"admin","party":"hub","policies":[1],"seq":0,"time":5,"v":1})",
        R"({"act":"admin","party":"hub","seq":-1,"time":5,"v":1})",
        R"({"act":"admin","party":"hub","seq":0,"time":9223372036854775808,"v":1})",
        R"([])",
        R"("text")",
        R"({})"}) {
    EXPECT_FALSE(parse_leaf(text)) << text;
  }
  EXPECT_FALSE(parse_leaf(leaf + " "));
  EXPECT_EQ(parse_leaf(std::string(kLargestLeaf + 1, ' ')).error(), LeafError::TooLarge);
}

TEST(Leaf, RefusesEveryTruncationAndReadsEveryFlippedBitDifferently) {
  const auto text = write_leaf(full_leaf());
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_leaf(text.substr(0, size)));
  }
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    auto changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const auto parsed = parse_leaf(changed);
    EXPECT_TRUE(!parsed || *parsed != full_leaf()) << "bit " << bit;
  }
}

TEST(Leaf, HoldsAsManyEnvelopesAsItSays) {
  auto leaf = full_leaf();
  leaf.entry.envelopes.assign(kMostEnvelopes, crypto::sha256({}));
  EXPECT_LE(write_leaf(leaf).size(), kLargestLeaf);
}

}  // namespace
}  // namespace hub::audit
