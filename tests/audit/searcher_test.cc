#include "audit/search/searcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "audit/search/question.h"
#include "tests/audit/temporary_log.h"

namespace hub::audit {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// 3,000 entries, one a minute: every third a look by ann or ben, the others sent to Hackney.
class SearcherTest : public testing::Test {
 protected:
  SearcherTest() {
    for (int page = 0; page < 30; ++page) {
      EXPECT_TRUE(temporary.store->commit([&](Connection& c) {
        for (int i = 0; i < 100; ++i) append(c, static_cast<std::uint64_t>(100 * page + i));
      }));
    }
  }

  void append(Connection& c, std::uint64_t number) {
    temporary.temporary.clock.advance(std::chrono::minutes(1));
    auto entry = TemporaryLog::entry(number);
    entry.recipient = "E09000012";
    entry.agreement = number % 2 == 0 ? "even" : "odd";
    auto detail = detail_by("agent");
    detail.record_ids = {Uuid{{static_cast<std::uint8_t>(number % 200)}}};
    if (number % 3 == 0) {
      entry.act = "consultation";
      entry.roles = {"housing-officer"};
      detail.actor = number % 600 == 0 ? "ann" : "ben";
    }
    temporary.log->append(c, entry, detail);
  }

  std::vector<std::uint64_t> found(std::string_view text, std::uint64_t before = UINT64_MAX) {
    std::vector<std::uint64_t> out;
    searcher().run(*parse_query(text), before, [&](const FoundEntry& entry) {
      out.push_back(entry.stored.index);
      return true;
    });
    return out;
  }
  [[nodiscard]] Searcher searcher() { return {*temporary.store, *temporary.log}; }

  // What the slow way finds: every entry looked at.
  std::vector<std::uint64_t> expected(std::string_view text) {
    const auto query = *parse_query(text);
    std::vector<std::uint64_t> out;
    for (const auto& stored :
         temporary.store->read([](Connection& c) { return Log::entries(c, 0, 1'000'000); })) {
      if (matches(query, *parse_leaf(stored.leaf), stored.detail)) out.push_back(stored.index);
    }
    std::ranges::reverse(out);
    return out;
  }

  TemporaryLog temporary;
};

TEST_F(SearcherTest, FindsTheSameByIndexAndByLooking) {
  const auto day = iso_date(day_of(temporary.temporary.clock.now()));
  const auto before = iso_date(day_of(temporary.temporary.clock.now()) - 1);
  for (const std::string& text :
       std::vector<std::string>{"actor:ann", "actor:ann actor:ben", "actor:ann agreement:even",
                                "actor:agent agreement:odd", "actor:agent actor:ann",
                                "record:07000000-0000-0000-0000-000000000000",
                                "record:07000000-0000-0000-0000-000000000000 actor:ben",
                                "-actor:ben action:consultation", "agreement:odd", "agreement:none",
                                "role:housing-officer", "created:" + day, "created:.." + before,
                                "actor:ben created:" + day, "subject:nhs_number=1", ""}) {
    const auto by_search = found(text);
    EXPECT_EQ(by_search, expected(text)) << text;
  }
  EXPECT_EQ(found("actor:ann"), (std::vector<std::uint64_t>{2400, 1800, 1200, 600, 0}));
}

TEST_F(SearcherTest, FindsByTheRecordsOfASubject) {
  auto query = *parse_query("subject:nhs_number=9434765919");
  query.terms[0].records = {Uuid{{7}}, Uuid{{8}}};
  std::uint64_t count = 0;
  searcher().run(query, UINT64_MAX, [&](const FoundEntry&) { return ++count > 0; });
  EXPECT_EQ(count, 30U);
}

TEST_F(SearcherTest, StopsWhenToldAndGoesOnBelow) {
  EXPECT_THAT(found("actor:ann", 1800), ElementsAre(1200, 600, 0));
  EXPECT_THAT(found("actor:ann agreement:even", 1), ElementsAre(0));
  std::uint64_t seen = 0;
  searcher().run({}, UINT64_MAX, [&](const FoundEntry&) { return ++seen < 5; });
  EXPECT_EQ(seen, 5U);
}

TEST_F(SearcherTest, FindsNothingThatWasErased) {
  ASSERT_TRUE(temporary.store->commit([&](Connection& c) {
    temporary.log->erase(c, {{600}, {{1200, 0}}}, TemporaryLog::entry(0), {});
  }));
  EXPECT_THAT(found("actor:ann"), ElementsAre(2400, 1800, 0));
}

class QuestionTest : public SearcherTest {
 protected:
  std::pair<std::vector<json>, json> ask(const json& request) {
    const auto question = question_in(request);
    EXPECT_TRUE(question) << (question ? "" : question.error());
    std::vector<json> lines;
    const auto end = answer(searcher(), *question, [&](Bytes line) {
      lines.push_back(json::parse(as_text(line)));
      return true;
    });
    EXPECT_TRUE(end) << (end ? "" : end.error());
    return {lines, json::parse(*end)};
  }
};

TEST_F(QuestionTest, ShowsPagesThatJoin) {
  const auto [first, first_end] =
      ask({{"purpose", "lawfulness"}, {"query", "actor:ann"}, {"limit", 3}});
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[0].at("index"), 2400);
  EXPECT_EQ(first[0].at("detail").at("actor"), "ann");
  EXPECT_EQ(first[0].at("entry").at("act"), "consultation");
  EXPECT_EQ(first_end, (json{{"shown", 3}, {"next", 601}}));
  const auto [rest, rest_end] = ask({{"purpose", "lawfulness"},
                                     {"query", "actor:ann"},
                                     {"limit", 3},
                                     {"before", first_end.at("next")}});
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].at("index"), 600);
  EXPECT_EQ(rest_end, (json{{"shown", 2}}));
}

TEST_F(QuestionTest, SumsUp) {
  const auto [lines, end] = ask(
      {{"purpose", "integrity"}, {"query", "action:consultation"}, {"by", {"actor", "agreement"}}});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].at("actor"), "ann");
  EXPECT_EQ(lines[0].at("agreement"), "even");
  EXPECT_EQ(lines[0].at("entries"), 5);
  EXPECT_EQ(lines[1].at("entries"), 495);
  EXPECT_EQ(lines[2].at("entries"), 500);
  EXPECT_EQ(end, (json{{"shown", 3}}));
}

TEST_F(QuestionTest, RefusesMoreGroupsThanItHolds) {
  Summary summary({GroupBy::Actor});
  FoundEntry entry;
  for (std::size_t i = 0; i < Summary::kMostGroups; ++i) {
    entry.stored.detail = detail_by(std::to_string(i));
    ASSERT_TRUE(summary.add(entry));
  }
  EXPECT_TRUE(summary.add(entry));
  entry.stored.detail = detail_by("one more");
  EXPECT_FALSE(summary.add(entry));
}

TEST(Question, NeedsOneOfTheFourPurposes) {
  for (const auto* purpose :
       {"lawfulness", "self-monitoring", "integrity", "criminal-proceedings"}) {
    const auto question = question_in({{"purpose", purpose}});
    ASSERT_TRUE(question);
    EXPECT_EQ(entry_about(*question, Entry{}).purpose, purpose);
  }
  for (const json& request :
       {json::object(), json{{"purpose", "curiosity"}}, json{{"purpose", 1}}}) {
    const auto question = question_in(request);
    ASSERT_FALSE(question);
    EXPECT_THAT(question.error(), HasSubstr("62(4)"));
  }
}

TEST(Question, RefusesWhatItCannotAnswer) {
  for (const json& more :
       {json{{"query", 1}}, json{{"query", "ann"}}, json{{"limit", "x"}}, json{{"before", -1}},
        json{{"by", "actor"}}, json{{"by", {"salary"}}}, json{{"by", json::array()}},
        json{{"by", {"actor", "role", "day", "type", "sender", "action"}}}}) {
    json request{{"purpose", "lawfulness"}};
    request.update(more);
    EXPECT_FALSE(question_in(request)) << request.dump();
  }
}

TEST(Question, IsRecordedWithWhatWasAsked) {
  const auto question = *question_in(
      {{"purpose", "lawfulness"}, {"query", "record:01000000-0000-0000-0000-000000000000"}});
  const auto entry = entry_about(question, Entry{});
  EXPECT_EQ(entry.act, "consultation");
  EXPECT_EQ(entry.outcome, "log-searched");
  const auto detail = detail_about(question, detail_by("ann"));
  EXPECT_EQ(detail.actor, "ann");
  EXPECT_EQ(detail.asked, "record:01000000-0000-0000-0000-000000000000");
  EXPECT_THAT(detail.record_ids, ElementsAre(Uuid{{1}}));
}

}  // namespace
}  // namespace hub::audit
