// London's view policies asked of a store: the terms it selects are those under which the rulebook
// lets the user see the field group.
#include <gmock/gmock.h>

#include <array>
#include <random>
#include <set>

#include "policy/held_rows.h"
#include "tests/policy/london.h"
#include "tests/storage/temporary_store.h"

namespace hub::policy {
namespace {

std::string table_of_terms() {
  std::string out = "CREATE TABLE held (id INTEGER PRIMARY KEY";
  for (const auto& term : held_terms()) {
    out += ", " + term.column + (term.is_text ? " TEXT" : " INTEGER");
    if (term.required) out += " NOT NULL";
  }
  return out + ") STRICT";
}

// Terms of records: mostly what an agreement allows, with something else in one place.
class Terms {
 public:
  explicit Terms(const Rulebook& rulebook) : agreements_(rulebook.agreements()) {}

  Question next() {
    const auto& agreement = *agreements_[random_() % agreements_.size()];
    Question out;
    out.door = Door::View;
    out.agreement = agreement.id;
    out.sender = one_of(authorities());
    out.recipient = authority(12);
    out.purpose = one_of(agreement.purposes);
    out.legal_basis = one_of(agreement.legal_bases);
    out.regime = one_of(agreement.regimes);
    out.handling = one_of(agreement.handling);
    const std::array spoilt{&out.agreement,   &out.sender, &out.purpose,
                            &out.legal_basis, &out.regime, &out.handling};
    if (random_() % 2 == 0) *spoilt.at(random_() % spoilt.size()) = "other";
    if (random_() % 8 == 0) out.agreement = agreements_[random_() % agreements_.size()]->id;
    out.now = kToday;
    return out;
  }

 private:
  static std::vector<std::string> authorities() {
    return {authority(7), authority(12), authority(25), authority(33)};
  }
  std::string one_of(const std::vector<std::string>& from) {
    return from.at(random_() % from.size());
  }

  std::mt19937_64 random_{20261122};
  std::vector<const Agreement*> agreements_;
};

void put(storage::Connection& to, std::int64_t id, const Question& question) {
  const auto terms = held_terms_of(question);
  std::string places = "?";
  for (std::size_t i = 0; i < terms.size(); ++i) places += ", ?";
  auto insert = to.prepare(storage::BuiltSql("INSERT INTO held VALUES (" + places + ")"));
  int parameter = 1;
  insert.bind(parameter, id);
  for (const auto& term : terms) {
    ++parameter;
    if (term) {
      std::visit([&](const auto& held) { insert.bind(parameter, held); }, *term);
    } else {
      insert.bind(parameter, nullptr);
    }
  }
  insert.run();
}

std::set<std::int64_t> selected(storage::Store& store, const RowFilter& filter) {
  return store.read([&](storage::Connection& from) {
    auto query = from.prepare(storage::BuiltSql("SELECT id FROM held WHERE " + filter.where));
    int parameter = 0;
    for (const auto& value : filter.values) {
      std::visit([&](const auto& held) { query.bind(++parameter, held); }, value);
    }
    std::set<std::int64_t> out;
    while (query.step()) out.insert(query.int64(0));
    return out;
  });
}

TEST(ViewFilter, SelectsTheTermsUnderWhichTheRulebookAllows) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  storage::TemporaryStore temporary;
  const auto table = table_of_terms();
  const std::array migrations{storage::Migration{1, table.c_str()}};
  temporary.options.migrations = migrations;
  temporary.create();
  const auto store = temporary.open();
  Terms terms(*rulebook);
  std::vector<Question> rows;
  for (int i = 0; i < 150; ++i) rows.push_back(terms.next());
  ASSERT_TRUE(store->commit([&](storage::Connection& to) {
    for (std::size_t i = 0; i < rows.size(); ++i) put(to, static_cast<std::int64_t>(i), rows[i]);
  }));
  std::size_t decisions = 0;
  std::size_t allowed = 0;
  for (const auto& type : london_types()) {
    for (const auto& group : type.field_groups) {
      for (const auto* role :
           {"housing-officer", "notice-lead", "marac-coordinator", "idva", "analyst", "nobody"}) {
        auto question = rows.front();
        question.record_type = type.name;
        question.field_group = group;
        question.user = "u1";
        question.roles = {role};
        const auto filter = rulebook->view_filter(question);
        ASSERT_TRUE(filter);
        const auto shown = selected(*store, *filter);
        for (std::size_t i = 0; i < rows.size(); ++i) {
          auto one = rows[i];
          one.record_type = type.name;
          one.field_group = group;
          one.user = "u1";
          one.roles = {role};
          const bool may = rulebook->decide(one).allowed;
          ++decisions;
          allowed += may ? 1 : 0;
          ASSERT_EQ(shown.contains(static_cast<std::int64_t>(i)), may)
              << group << " " << role << " row " << i << "\n"
              << filter->where;
        }
      }
    }
  }
  EXPECT_GE(decisions, 15'000U);
  EXPECT_GE(allowed, 300U);
}

TEST(ViewFilter, SelectsNothingForWhatTheWorldDoesNotKnow) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  const auto sound = viewed(notice(), "housing-officer");
  ASSERT_TRUE(rulebook->view_filter(sound));
  EXPECT_NE(rulebook->view_filter(sound)->where, "0");
  for (const auto part :
       {&Question::user, &Question::recipient, &Question::record_type, &Question::field_group}) {
    auto question = sound;
    question.*part = "no such";
    EXPECT_EQ(rulebook->view_filter(question)->where, "0");
  }
}

TEST(ViewFilter, IsForViewsOnly) {
  const auto rulebook = make_rulebook(london_files());
  ASSERT_NE(rulebook, nullptr);
  EXPECT_FALSE(rulebook->view_filter(notice()));
}

// In a policy or in a template of which links are made: told once, where it stands.
TEST(Rulebook, IsNotMadeOfViewsThatNoStoreCanBeAsked) {
  const std::string condition =
      "when { if context.purpose == \"x\" then true else context.regime == \"y\" };";
  auto files = london_files();
  files["policy/extra.cedar"] =
      "@id(\"late\") @title(\"t\") @agreement(\"all\") @lawful_basis(\"b\") @owner(\"o\")\n"
      "@review_by(\"2027-06-30\") @advice(\"a\")\n"
      "forbid(principal, action == Action::\"view\", resource)\n" +
      condition;
  auto made = Rulebook::make(files, london_parties(), london_types());
  ASSERT_FALSE(made);
  ASSERT_EQ(made.error().size(), 1U);
  EXPECT_THAT(to_text(made.error().front()),
              testing::AllOf(testing::StartsWith("policy/extra.cedar:4:8: "),
                             testing::HasSubstr("cannot be asked of the store")));

  files = london_files();
  auto& templates = files["policy/templates.cedar"];
  const std::string head =
      "permit (principal in ?principal, action == Action::\"view\", resource in ?resource);";
  const auto at = templates.find(head);
  ASSERT_NE(at, std::string::npos);
  templates.replace(at + head.size() - 1, 1, condition);
  made = Rulebook::make(files, london_parties(), london_types());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().size(), 1U);
}

}  // namespace
}  // namespace hub::policy
