// What a row filter says, what it refuses, and what NULL does to it.
#include "policy/row_filter.h"

#include <gmock/gmock.h>

#include <functional>

#include "tests/policy/document_store.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PolicySet parsed(const std::string& text) {
  auto set = PolicySet::parse(text, "p.cedar", PolicyIds::Positional);
  if (!set) ADD_FAILURE() << to_text(set.error().front());
  return promised(std::move(set), "the policies are sound");
}

std::string permit_when(const std::string& condition) {
  return "permit(principal, action == Action::\"view\", resource) when { " + condition + " };";
}

RowQuestion asked_by(const char* user) {
  return {{"User", user},
          std::nullopt,
          {{"hour", Value(std::int64_t{9})}, {"place", text_value("office")}}};
}

RowFilter filter_of(const std::string& text, const char* user = "u1") {
  auto made = row_filter(parsed(text), documents_entities(), asked_by(user), documents_table());
  if (!made) {
    ADD_FAILURE() << show(made.error().front());
    return {};
  }
  return std::move(*made);
}

// Without the guard, which is the same for all.
std::string where_of(const std::string& condition) {
  const auto filter = filter_of(permit_when(condition));
  const auto prefix = "(" + documents_table().guard().text + " AND COALESCE(";
  if (!filter.where.starts_with(prefix)) return filter.where;
  return filter.where.substr(prefix.size(), filter.where.size() - prefix.size() - 5);
}

TEST(RowFilter, ComparesColumnsWithWhatIsKnown) {
  EXPECT_EQ(where_of("resource.pages < principal.level"), "(doc.pages_column < ?)");
  EXPECT_EQ(where_of("resource.title == \"a' OR 1\""), "(doc.title_column = ?)");
  EXPECT_EQ(where_of("resource.owner == principal && resource.public"),
            "((doc.owner_column = ?) AND doc.public_column)");
  EXPECT_EQ(where_of("resource has stars && resource.stars > 2"),
            "((doc.stars_column IS NOT NULL) AND (doc.stars_column > ?))");
  EXPECT_EQ(where_of("[\"a\", \"b\"].contains(resource.title)"), "(doc.title_column IN (?, ?))");
  EXPECT_EQ(where_of("resource.title like \"[a*\""),
            "(CASE WHEN instr(doc.title_column, char(0)) = 0 THEN doc.title_column GLOB ? END)");
  EXPECT_EQ(where_of("resource.owner == resource.author"), "0");
}

TEST(RowFilter, AsksSideTables) {
  EXPECT_EQ(where_of("resource.readers.contains(principal)"),
            "(? IN (SELECT doc_reader.reader FROM doc_reader WHERE doc_reader.doc = doc.id))");
  EXPECT_EQ(where_of("resource in Folder::\"f1\""),
            "(? IN (SELECT doc_folder.folder FROM doc_folder WHERE doc_folder.doc = doc.id))");
  EXPECT_EQ(where_of("resource in Project::\"p1\""), "(doc.project IS ?)");
  EXPECT_EQ(where_of("resource in Programme::\"g0\""),
            "(doc.project IS NOT NULL AND (doc.project IN (?)))");
}

TEST(RowFilter, TriesKnownEntitiesOut) {
  EXPECT_EQ(where_of("resource.owner.level > 2"), "(doc.owner_column IN (?, ?))");
  EXPECT_EQ(where_of("principal in context.from"), "(doc.from_team IN (?))");
  // Team `gone` is no entity: reading its size errs, which is NULL.
  EXPECT_EQ(where_of("context.from.size > 3"),
            "(CASE WHEN (doc.from_team IN (?)) THEN 1 WHEN (doc.from_team IN (?, ?)) THEN 0 END)");
}

TEST(RowFilter, BindsEveryValue) {
  const auto filter = filter_of(permit_when("resource.title == \"'; DROP TABLE doc\""));
  EXPECT_THAT(filter.where, Not(HasSubstr("DROP")));
  EXPECT_EQ(filter.values.back(), Binding("'; DROP TABLE doc"));
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(filter.where, '?')), filter.values.size());
}

TEST(RowFilter, SelectsNothingWithoutAPermitOrUnderAForbidThatHoldsOrErrs) {
  EXPECT_EQ(filter_of("forbid(principal, action, resource) when { false };").where, "0");
  const std::string all = "permit(principal, action, resource);";
  EXPECT_EQ(filter_of(all + "forbid(principal, action, resource);").where, "0");
  // u4's boss is nobody.
  const auto erring = all +
                      "forbid(principal, action == Action::\"view\", resource) "
                      "when { principal.boss.level > 9 };";
  EXPECT_EQ(filter_of(erring, "u4").where, "0");
  EXPECT_EQ(filter_of(erring, "u1").where, documents_table().guard().text);
}

std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> out;
  for (const auto& finding : row_filter_findings(parsed(text), documents_table())) {
    EXPECT_EQ(finding.file, "p.cedar");
    out.push_back(std::to_string(finding.line) + ":" + std::to_string(finding.column) + " " +
                  finding.what);
  }
  return out;
}

TEST(RowFilterFindings, NameWhatCannotBeAsked) {
  const auto refused = [](const std::string& condition, const std::string& what) {
    const auto text = permit_when(condition);
    EXPECT_THAT(faults_of(text), ElementsAre(HasSubstr(what))) << condition;
  };
  refused("resource.pages + 1 > 3", "`+`, which may overflow, cannot be asked of the store");
  refused("-resource.pages > 3", "`-`");
  refused("(resource.pages * 2) == 4", "`*`");
  refused("if resource.public then true else principal.active", "`if`");
  refused("(if principal.active then resource.public else resource is Doc) || -resource.pages > 3",
          "`-`");
  refused("resource.tags.containsAny([\"a\"])", "`containsAny`");
  refused("resource.tags.containsAll([\"a\"])", "`containsAll`");
  refused("resource.tags.isEmpty()", "`isEmpty`");
  refused("resource.tags == [\"a\"]", "only contains can be asked");
  refused("[resource.title].contains(\"a\")", "a set with an attribute of the row");
  refused("{a: resource.pages} == {a: 3}", "a record with an attribute of the row");
  refused("resource.home.city == \"x\"", "an attribute of what the row only names");
  refused("resource.unmapped > 3", "the store keeps no `unmapped`");
  refused("resource.author in Contact::\"c\"", "`in` between these two");
  refused("resource.title like \"*a*b*c*d*e*f*g*h*i*\"", "too much");
  refused("resource.title like \"a\\0\"", "too much");
  refused("Doc::\"d1\".public", "another row");
}

TEST(RowFilterFindings, TellThePlace) {
  EXPECT_THAT(faults_of("permit(principal, action, resource)\nwhen { resource.pages == 1 &&\n"
                        "  resource.pages * 2 > 3 };"),
              ElementsAre("3:3 `*`, which may overflow, cannot be asked of the store"));
}

TEST(RowFilterFindings, LookOnlyAtPoliciesThatApply) {
  EXPECT_THAT(faults_of("permit(principal, action == Action::\"print\", resource) "
                        "when { resource.pages + 1 > 3 };"),
              IsEmpty());
}

TEST(RowFilterFindings, BeginWithStrictValidation) {
  EXPECT_THAT(faults_of(permit_when("resource.note == \"a\"")), ElementsAre(HasSubstr("note")));
  EXPECT_THAT(faults_of(permit_when("resource.none == \"a\"")), ElementsAre(HasSubstr("none")));
}

TEST(RowFilterFindings, AreWhatTheFilterRefusesToo) {
  for (const auto* condition :
       {"resource.pages + 1 > 3", "resource.tags.isEmpty()", "resource.unmapped > 3",
        "resource.home.city == \"x\"", "[resource.title].contains(\"a\")"}) {
    const auto made = row_filter(parsed(permit_when(condition)), documents_entities(),
                                 asked_by("u1"), documents_table());
    ASSERT_FALSE(made) << condition;
    EXPECT_EQ(made.error().front().kind, FindingKind::OutsideFragment) << condition;
  }
}

TEST(RowFilter, RefusesWhatGetsTooLarge) {
  std::string items;
  for (int i = 0; i < 11'000; ++i) items += std::to_string(i) + ",";
  const auto made = row_filter(parsed(permit_when("[" + items + "].contains(resource.pages)")),
                               documents_entities(), asked_by("u1"), documents_table());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().front().kind, FindingKind::TooMuch);
  std::string nested = "resource.public";
  for (int i = 0; i < 45; ++i) nested = "!(" + nested + " && resource.public)";
  EXPECT_THAT(faults_of(permit_when(nested)), ElementsAre(HasSubstr("too much")));
}

Document sound_document() {
  Document out;
  out.id = "d1";
  out.title = "a";
  out.pages = 3;
  out.is_public = 1;
  out.owner = "u1";
  out.author = "c1";
  out.from = "t1";
  out.reason = "r";
  return out;
}

bool selects(const std::string& policies, const Document& row) {
  DocumentStore store;
  store.put({row});
  return store.selected(filter_of(policies)).contains(row.id);
}

TEST(RowFilterOnAStore, NeverSelectsARowWithNullInARequiredColumn) {
  const std::string all = "permit(principal, action, resource);";
  EXPECT_TRUE(selects(all, sound_document()));
  std::vector<Document> spoilt(9, sound_document());
  spoilt[0].title.reset();
  spoilt[1].pages.reset();
  spoilt[2].is_public.reset();
  spoilt[3].owner.reset();
  spoilt[4].author.reset();
  spoilt[5].from.reset();
  spoilt[6].reason.reset();
  spoilt[7].owner = "stranger";
  spoilt[8].is_public = 2;
  for (const auto& row : spoilt) EXPECT_FALSE(selects(all, row));
}

TEST(RowFilterOnAStore, DeniesWhereAForbidErrsBeforeAFalse) {
  // In SQL, NULL AND 0 is 0; in Cedar, error && false is an error.
  const auto policies = "permit(principal, action, resource);" +
                        std::string(
                            "forbid(principal, action == Action::\"view\", resource) "
                            "when { context.from.size < 9 && resource.pages > 100 };");
  auto row = sound_document();
  EXPECT_TRUE(selects(policies, row));
  row.from = "gone";  // known, and no entity
  EXPECT_FALSE(selects(policies, row));
}

TEST(RowFilterOnAStore, MatchesPatternsAsCedarDoes) {
  const auto matches_like = [](const char* pattern, std::string_view title) {
    auto row = sound_document();
    row.title = title;
    return selects(permit_when("resource.title like \"" + std::string(pattern) + "\""), row);
  };
  EXPECT_TRUE(matches_like("a*", "abc"));
  EXPECT_FALSE(matches_like("a*", "Abc"));
  EXPECT_TRUE(matches_like("*[x]?", "1[x]?"));
  EXPECT_FALSE(matches_like("*[x]?", "1x?"));
  EXPECT_FALSE(matches_like("a?", "ab"));
  EXPECT_TRUE(matches_like("a\\*", "a*"));
  EXPECT_FALSE(matches_like("a\\*", "ab"));
  EXPECT_TRUE(matches_like("a*z", "a\n\nz"));
  EXPECT_FALSE(matches_like("a", std::string_view("a\0b", 3)));
  EXPECT_TRUE(matches_like("]^-*", "]^-"));
}

TEST(RowFilterOnAStore, DoesNotLetANulEndATextThatAForbidLooksAt) {
  auto row = sound_document();
  row.title = std::string("b\0a", 3);
  EXPECT_FALSE(
      selects("permit(principal, action, resource);"
              "forbid(principal, action == Action::\"view\", resource) "
              "when { resource.title like \"*a\" };",
              row));
}

std::string fault_of(const std::function<void(RowMapping&)>& change) {
  auto mapping = documents_mapping();
  change(mapping);
  const auto made = RowTable::make(std::move(mapping), documents_schema(), kView);
  return made ? std::string() : made.error();
}

TEST(RowTable, RefusesAMappingThatDoesNotFitTheSchema) {
  EXPECT_EQ(fault_of([](RowMapping&) {}), "");
  const auto refused = [](const std::function<void(RowMapping&)>& change, const char* what) {
    EXPECT_THAT(fault_of(change), HasSubstr(what));
  };
  for (const auto* name : {"", "a b", "a;", "a.b", "1a", "a\"", "\xc3\xa9"}) {
    refused([&](RowMapping& all) { all.table = name; }, "plain");
    refused([&](RowMapping& all) { all.id_column = name; }, "plain");
    refused([&](RowMapping& all) { all.columns["title"] = name; }, "plain");
    refused([&](RowMapping& all) { all.parents["Project"] = name; }, "plain");
    refused([&](RowMapping& all) { all.context_columns["reason"] = name; }, "plain");
    refused([&](RowMapping& all) { all.sets["tags"].value_column = name; }, "plain");
    refused([&](RowMapping& all) { all.ancestors["Area"].table = name; }, "plain");
  }
  refused([](RowMapping& all) { all.sets["tags"].table = "doc"; }, "rows' own table");
  refused([](RowMapping& all) { all.columns["none"] = "none"; }, "no attribute `none`");
  refused([](RowMapping& all) { all.columns["home"] = "home"; }, "`home` is not a Bool");
  refused([](RowMapping& all) { all.columns["tags"] = "tags"; }, "`tags` is not a Bool");
  refused([](RowMapping& all) { all.sets["title"] = {"t", "d", "v"}; }, "`title` is not a set");
  refused([](RowMapping& all) { all.context_columns["none"] = "n"; }, "no attribute `none`");
  refused([](RowMapping& all) { all.entity_type = "Folder"; }, "does not apply");
  refused([](RowMapping& all) { all.entity_type.clear(); }, "no entity type");
  refused([](RowMapping& all) { all.parents["Area"] = "area"; }, "parent of type `Area`");
  refused([](RowMapping& all) { all.ancestors["Team"] = {"t", "d", "v"}; }, "`Team`");
  refused([](RowMapping& all) { all.known_ids["Doc"] = {}; }, "rows themselves");
  refused([](RowMapping& all) { all.known_ids["None"] = {}; }, "no entity type `None`");
  EXPECT_FALSE(RowTable::make(documents_mapping(), documents_schema(), {"Action", "none"}));
}

TEST(RowTable, KnowsOfWhichTypesItKeepsTheGroups) {
  auto mapping = documents_mapping();
  mapping.ancestors.erase("Area");
  mapping.known_ids.erase("Project");
  const auto table = RowTable::make(std::move(mapping), documents_schema(), kView);
  ASSERT_TRUE(table);
  const auto findings = [&](const std::string& condition) {
    return row_filter_findings(parsed(permit_when(condition)), *table);
  };
  EXPECT_THAT(findings("resource in Folder::\"f\" && resource in Project::\"p\""), IsEmpty());
  EXPECT_EQ(findings("resource in Area::\"a\"").size(), 1U);
  EXPECT_EQ(findings("resource in Programme::\"g\"").size(), 1U);
  EXPECT_EQ(
      row_filter_findings(parsed("permit(principal, action, resource in Area::\"a\");"), *table)
          .size(),
      1U);
}

}  // namespace
}  // namespace hub::policy
