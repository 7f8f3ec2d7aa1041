// The rows that a filter selects are those that policy allows when it is asked row by row: random
// policies, principals, contexts and rows, with NULL where the schema has optional attributes, and
// where it has not.
#include <gmock/gmock.h>

#include <functional>

#include "tests/policy/document_store.h"
#include "tests/policy/random_documents.h"

namespace hub::policy {
namespace {

using Change = std::function<void(RowFilter&)>;

struct Tally {
  std::size_t decisions = 0;
  std::size_t allowed = 0;
  std::size_t of_unfit_rows = 0;
  std::size_t allowed_but_unfit = 0;  // what authorize() alone would show of rows that do not fit
  std::size_t shown_too_much = 0;
  std::size_t shown_too_little = 0;
  std::size_t sets_outside = 0;  // of policies with something in them that cannot be asked
  std::size_t refused = 0;
  std::string example;
};

// A store with rows, and policies asked about all of them in both ways.
class Comparison {
 public:
  Comparison(std::uint64_t seed, std::size_t rows, bool others = false)
      : chance_(seed), others_(others) {
    rows_ = random_documents(rows, chance_);
    store_.put(rows_);
  }

  Tally run(std::size_t sets, const Change& change, const std::string& more = {}) {
    Tally out;
    for (std::size_t i = 0; i < sets; ++i) {
      const auto text = PolicyWriter(chance_, others_).set() + more;
      const auto policies = PolicySet::parse(text, "p.cedar", PolicyIds::Positional);
      if (!policies) {
        ADD_FAILURE() << to_text(policies.error().front()) << "\n" << text;
        return out;
      }
      const auto findings = row_filter_findings(*policies, table_);
      for (const auto& finding : findings) {
        if (others_ && finding.kind == FindingKind::OutsideFragment) continue;
        ADD_FAILURE() << show(finding) << text;
      }
      out.sets_outside += findings.empty() ? 0 : 1;
      may_refuse_ = !findings.empty();
      for (std::size_t user = 0; user < 5; user += 1 + chance_.below(2)) {
        ask(*policies, text, "u" + std::to_string(user), change, out);
      }
      if (testing::Test::HasFailure()) return out;
    }
    return out;
  }

 private:
  void ask(const PolicySet& policies, const std::string& text, const std::string& user,
           const Change& change, Tally& out) {
    const EntityUid principal{"User", user};
    const Record context{{"hour", Value(static_cast<std::int64_t>(chance_.below(6)))},
                         {"place", text_value(chance_.one_of(kTexts))}};
    auto filter = row_filter(policies, entities_, {principal, std::nullopt, context}, table_);
    if (!filter && may_refuse_) {
      ++out.refused;
      return;
    }
    if (!filter) {
      ADD_FAILURE() << show(filter.error().front()) << text;
      return;
    }
    change(*filter);
    const auto selected = store_.selected(*filter);
    for (const auto& row : rows_) {
      const auto all = promised(entities_.with(row.entity()), "the row is new");
      const bool allowed = hub_allows(policies, all, row.request(principal, context));
      const bool fits = row.fits();
      const bool shown = selected.contains(row.id);
      ++out.decisions;
      out.allowed += allowed && fits ? 1 : 0;
      out.of_unfit_rows += fits ? 0 : 1;
      out.allowed_but_unfit += allowed && !fits ? 1 : 0;
      out.shown_too_much += shown && !(allowed && fits) ? 1 : 0;
      out.shown_too_little += !shown && allowed && fits ? 1 : 0;
      if (shown != (allowed && fits) && out.example.empty()) {
        out.example = text + "\n" + principal.id + " " + row.id +
                      (shown ? " shown" : " not shown") + "\n" + filter->where;
      }
    }
  }

  Chance chance_;
  bool others_;
  bool may_refuse_ = false;
  std::vector<Document> rows_;
  DocumentStore store_;
  RowTable table_ = documents_table();
  Entities entities_ = documents_entities();
};

TEST(RowFilterProperty, SelectsTheRowsThatPolicyAllowsRowByRow) {
  const auto tally = Comparison(20261122, 80).run(150, [](RowFilter&) {});
  EXPECT_EQ(tally.shown_too_much, 0U) << tally.example;
  EXPECT_EQ(tally.shown_too_little, 0U) << tally.example;
  EXPECT_GE(tally.decisions, 30'000U);
  EXPECT_GE(tally.allowed, 3'000U);
  EXPECT_GE(tally.decisions - tally.allowed, 10'000U);
  EXPECT_GE(tally.of_unfit_rows, 5'000U);
  EXPECT_GE(tally.allowed_but_unfit, 100U);
  RecordProperty("decisions", static_cast<int>(tally.decisions));
  RecordProperty("allowed", static_cast<int>(tally.allowed));
}

TEST(RowFilterProperty, RefusesNothingInWhichNothingWasFound) {
  const auto tally = Comparison(20261123, 60, true).run(150, [](RowFilter&) {});
  EXPECT_EQ(tally.shown_too_much, 0U) << tally.example;
  EXPECT_EQ(tally.shown_too_little, 0U) << tally.example;
  EXPECT_GE(tally.sets_outside, 20U);
  EXPECT_LE(tally.sets_outside, 130U);
  EXPECT_GE(tally.refused, 20U);
  EXPECT_GE(tally.decisions, 10'000U);
}

void replace_all(std::string& in, const std::string& what, const std::string& by) {
  for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size())) {
    in.replace(at, what.size(), by);
  }
}

// The comparison is one that can fail.
TEST(RowFilterProperty, CatchesAFilterThatTakesAnErringForbidForSilent) {
  const auto tally = Comparison(1, 40).run(
      80,
      [](RowFilter& filter) {
        replace_all(filter.where, "(0, 1)", "(0,1)");
        replace_all(filter.where, ", 1)", ", 0)");
      },
      "forbid(principal, action == Action::\"view\", resource) when { context.from.size > 9 };");
  EXPECT_GT(tally.shown_too_much, 0U);
}

TEST(RowFilterProperty, CatchesAFilterWithoutItsGuard) {
  const auto tally = Comparison(2, 40).run(80, [](RowFilter& filter) {
    const auto guard = documents_table().guard();
    const auto at = filter.where.find(guard.text);
    if (at == std::string::npos) return;
    filter.where.replace(at, guard.text.size(), "1");
    filter.values.erase(filter.values.begin(),
                        filter.values.begin() + static_cast<std::ptrdiff_t>(guard.values.size()));
  });
  EXPECT_GT(tally.shown_too_much, 0U);
}

TEST(RowFilterProperty, CatchesAPatternThatIgnoresCase) {
  const auto tally = Comparison(4, 40).run(
      80,
      [](RowFilter& filter) {
        replace_all(filter.where, " GLOB ?", " LIKE replace(replace(?, '*', '%'), '?', '_')");
      },
      "permit(principal, action == Action::\"view\", resource) when { resource.title like \"a*\" "
      "};");
  EXPECT_GT(tally.shown_too_much, 0U);
}

}  // namespace
}  // namespace hub::policy
