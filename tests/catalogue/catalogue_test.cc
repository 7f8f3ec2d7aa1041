#include "schemas/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/catalogue/london_catalogue.h"

namespace hub::schemas {
namespace {

using testing::HasSubstr;

constexpr std::string_view kAttributes =
    "attribute \"record_type\";\nattribute \"version\";\nattribute \"title\";\n"
    "attribute \"domain\";\nattribute \"delivery_class\";\nattribute \"retention_days\";\n"
    "attribute \"group\";\nattribute \"must\";\nattribute \"identifier\";\n"
    "attribute \"addressed_by\";\nattribute \"format\";\nattribute \"max\";\n"
    "attribute \"items\";\nattribute \"least\";\nattribute \"most\";\n"
    "attribute \"paired_with\";\nattribute \"list\";\nattribute \"health\";\n"
    "attribute \"protects\";\nattribute \"officer\"; attribute \"colour\";\n";

constexpr std::string_view kHead =
    "record_type: \"x.y\", version: 1, title: \"T\", domain: \"x\", delivery_class: "
    "\"ordinary\", retention_days: 30";

constexpr std::string_view kMainFields =
    "/// ref\nref: string (id: 0, group: \"g\", must: \"yes\", identifier: \"case_reference\", "
    "max: 9);\n/// to\nto: string (id: 1, group: \"g\", must: \"yes\", addressed_by: \"yes\", "
    "format: \"gss\");\n";

// A file with one record type whose third and later fields are given.
std::string type_with(std::string_view fields, std::string_view before = "") {
  std::string out(kAttributes);
  out += before;
  out += "/// d\ntable T (" + std::string(kHead) + ") {\n" + std::string(kMainFields);
  return out + std::string(fields) + "\n}\nroot_type T;\n";
}

using Loaded = Result<std::unique_ptr<const Catalogue>, std::vector<CatalogueMistake>>;

Loaded load(const std::string& text) { return Catalogue::load({{"catalogue/x.y.fbs", text}}); }

std::string first_mistake(const Loaded& loaded) {
  return loaded ? "no mistake" : to_string(loaded.error().at(0));
}

TEST(Catalogue, LoadsTheSmallestType) {
  const auto loaded = load(type_with(""));
  ASSERT_TRUE(loaded) << first_mistake(loaded);
  const auto* const type = (*loaded)->find("x.y");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->title(), "T");
  EXPECT_EQ(type->description(), "d");
  EXPECT_EQ(type->version(), 1U);
  EXPECT_EQ(type->retention_days(), 30U);
  EXPECT_EQ(type->addressed_by().name, "to");
  EXPECT_EQ(type->case_reference().name, "ref");
  EXPECT_EQ(type->main_group(), "g");
  EXPECT_EQ((*loaded)->find("x.z"), nullptr);
}

struct Slip {
  std::string field;
  std::string says;
};

// Each slip is one field too many; all stand on the same line.
TEST(Catalogue, KnowsWhichGroupsSayWhereSomebodyLivesAndWhichAreAboutHealth) {
  const auto loaded =
      load(type_with("/// a\na: string (id: 2, group: \"home\", identifier: \"address\", max: 9);\n"
                     "/// b\nb: string (id: 3, group: \"flat\", identifier: \"uprn\");\n"
                     "/// c\nc: bool = null (id: 4, group: \"care\", health: \"yes\");\n"
                     "/// d\nd: string (id: 5, group: \"ids\", identifier: \"nhs_number\");\n"
                     "/// e\ne: bool = null (id: 6, group: \"g\", protects: \"yes\");\n"));
  ASSERT_TRUE(loaded) << first_mistake(loaded);
  const auto& type = *(*loaded)->find("x.y");
  EXPECT_THAT(type.address_groups(), testing::ElementsAre("home", "flat"));
  EXPECT_THAT(type.patient_groups(), testing::ElementsAre("care", "ids"));
  ASSERT_NE(type.protecting(), nullptr);
  EXPECT_EQ(type.protecting()->name, "e");
  const auto plain = load(type_with(""));
  ASSERT_TRUE(plain) << first_mistake(plain);
  EXPECT_EQ((*plain)->find("x.y")->protecting(), nullptr);
}

TEST(Catalogue, NamesTheFileTheLineAndTheSlipOfAField) {
  const std::vector<Slip> slips = {
      {"a: string (id: 2, max: 9);", "no group"},
      {"a: string (group: \"g\", max: 9);", "'id' attribute"},
      {"a: string (id: 3, group: \"g\", max: 9);", "field id"},
      {"a: string (id: 2, group: \"g\");", "no max"},
      {"a: string (id: 2, group: \"g\", max: 0);", "max is not a number in its range"},
      {"a: string (id: 2, group: \"g\", max: 99999);", "max is not a number in its range"},
      {"a: string (id: 2, group: \"g\", max: 9, must: \"no\");", "must is \"yes\" or absent"},
      {"a: string (id: 2, group: \"g\", max: 9, list: \"1\");", "list is \"yes\" or absent"},
      {"a: string (id: 2, group: \"g\", max: 9, colour: \"red\");", "the attribute colour"},
      {"a: string (id: 2, group: \"g\", max: 9, required);", "the attribute required"},
      {"a: string (id: 2, group: \"g\", max: 9, deprecated);", "the attribute deprecated"},
      {"a: string (id: 2, group: \"g\", max: 9, shade: \"x\");", "must be declared before use"},
      {"a: string (id: 2, group: \"G\", max: 9);", "group is not in snake case"},
      {"A: string (id: 2, group: \"g\", max: 9);", "name is not in snake case"},
      {"hub_a: string (id: 2, group: \"g\", max: 9);", "starts with hub_"},
      {"a: string (id: 2, group: \"g\", format: \"colour\");", "format is unknown"},
      {"a: string (id: 2, group: \"g\", format: \"gss\", max: 9);", "max is for texts"},
      {"a: string (id: 2, group: \"g\", format: \"date\");", "format is for lists"},
      {"a: string (id: 2, group: \"g\", format: \"age\");", "format is for lists"},
      {"a: [string] (id: 2, group: \"g\", format: \"lines\", max: 9);", "one line"},
      {"a: string (id: 2, group: \"g\", max: 9, items: 3);", "items is for [string]"},
      {"a: [string] (id: 2, group: \"g\", max: 9, items: 101);", "items is not a number"},
      {"a: string (id: 2, group: \"g\", identifier: \"dna\", max: 9);", "class of identifier"},
      {"a: int = null (id: 2, group: \"g\", identifier: \"uprn\");", "not for this type"},
      {"a: string (id: 2, group: \"g\", identifier: \"uprn\", format: \"gss\");",
       "not that of its identifier"},
      {"a: string (id: 2, group: \"g\", identifier: \"date_of_birth\", max: 9);",
       "class of identifier"},
      {"a: string (id: 2, group: \"g\", max: 9, least: 1);", "least and most are for numbers"},
      {"a: int (id: 2, group: \"g\");", "could not be told from 0"},
      {"a: int = 7 (id: 2, group: \"g\");", "could not be told from 0"},
      {"a: bool (id: 2, group: \"g\");", "could not be told from 0"},
      {"a: float = null (id: 2, group: \"g\");", "no values of this type"},
      {"a: ulong = null (id: 2, group: \"g\");", "no values of this type"},
      {"a: [int] (id: 2, group: \"g\");", "a list is of texts or of codes"},
      {"a: [T] (id: 2, group: \"g\");", "a list is of texts or of codes"},
      {"a: T (id: 2, group: \"g\");", "no values of this type"},
      {"a: ubyte = null (id: 2, group: \"g\", most: 256);", "most is not a number in its range"},
      {"a: ubyte = null (id: 2, group: \"g\", least: 9, most: 8);", "most is not a number"},
      {"a: short = null (id: 2, group: \"g\", format: \"date\");", "a date is an int"},
      {"a: string (id: 2, group: \"g\", max: 9, paired_with: \"ref\");", "paired_with names no"},
      {"a: [string] (id: 2, group: \"g\", max: 9, paired_with: \"a\");", "paired_with names no"},
      {"a: [string] (id: 2, group: \"g\", max: 9, paired_with: \"no\");", "paired_with names no"},
      {"a: string (id: 2, group: \"g\", max: 9, protects: \"yes\");", "protects is for a flag"},
      {"a: bool = null (id: 2, group: \"h\", protects: \"yes\");", "not in the main group"},
      {"a: bool = null (id: 2, group: \"g\", officer: \"yes\");", "officer is for a text"},
      {"a: string (id: 2, group: \"g\", max: 9, identifier: \"case_reference\", officer: \"yes\");",
       "officer is not for the case"},
      {"a: string (id: 2, group: \"g\", must: \"yes\", addressed_by: \"yes\", format: \"gss\");",
       "exactly one field with addressed_by"},
      {"a: string (id: 2, group: \"g\", addressed_by: \"yes\", max: 9);", "for a GSS code"},
      {"a: string (id: 2, group: \"g\", identifier: \"case_reference\", max: 9);",
       "identifier: \"case_reference\""},
      {"a: Missing = null (id: 2, group: \"g\");", "correct this line"}};
  ASSERT_GE(slips.size(), 40U);
  for (const auto& slip : slips) {
    const auto loaded = load(type_with("/// doc\n" + slip.field));
    ASSERT_FALSE(loaded) << slip.field;
    EXPECT_THAT(first_mistake(loaded), HasSubstr(slip.says)) << slip.field;
    EXPECT_EQ(loaded.error()[0].file, "catalogue/x.y.fbs");
    EXPECT_FALSE(loaded.error()[0].hint.empty());
    EXPECT_GT(loaded.error()[0].line, 20U) << slip.field;
    EXPECT_LE(loaded.error()[0].line, 29U) << slip.field;
  }
}

TEST(Catalogue, RefusesAFieldWithoutADescription) {
  EXPECT_THAT(first_mistake(load(type_with("a: string (id: 2, group: \"g\", max: 9);"))),
              HasSubstr("a: no description"));
}

TEST(Catalogue, GivesEveryMistakeAndNotOnlyTheFirst) {
  const auto loaded = load(type_with("/// d\na: int (id: 2);\n/// d\nb: float = null (id: 3);"));
  ASSERT_FALSE(loaded);
  std::string all;
  for (const auto& mistake : loaded.error()) all += to_string(mistake) + "\n";
  EXPECT_THAT(all, HasSubstr("x.y.fbs:28: a: an absent value"));
  EXPECT_THAT(all, HasSubstr("x.y.fbs:28: no group"));
  EXPECT_THAT(all, HasSubstr("x.y.fbs:30: b: a record has no values"));
  EXPECT_THAT(all, HasSubstr("x.y.fbs:30: no group"));
}

std::string with_head(std::string_view from, std::string_view to) {
  auto text = type_with("");
  const auto at = text.find(from);
  require(at != std::string::npos, "the text to replace is there");
  return text.replace(at, from.size(), to);
}

TEST(Catalogue, NamesTheSlipOfATable) {
  const std::vector<std::array<std::string, 3>> slips = {
      {"record_type: \"x.y\"", "record_type: \"x.z\"", "does not match the file's name"},
      {"record_type: \"x.y\", ", "", "no record_type"},
      {"version: 1", "version: 0", "version is not a number in its range"},
      {"version: 1", "version: \"one\"", "version is not a number in its range"},
      {"title: \"T\", ", "", "no title"},
      {"domain: \"x\"", "domain: \"X Y\"", "domain is not in snake case"},
      {"\"ordinary\"", "\"slow\"", "unknown delivery_class"},
      {"retention_days: 30", "retention_days: 0", "retention_days is not a number"},
      {"retention_days: 30", "retention_days: 30, colour: \"red\"", "the attribute colour"},
      {"/// d\n", "", "the table has no description"},
      {"root_type T;", "", "named by one root_type"},
      {"root_type T;", "root_type T;root_type T;", "named by one root_type"},
      {"root_type T;", "root_type U;", "named by one root_type"},
      {"root_type T;", "table U {}\nroot_type T;", "named by one root_type"},
      {"addressed_by: \"yes\", ", "", "exactly one field with addressed_by"},
      {"/// ref\nref: string (id: 0, group: \"g\", must: \"yes\", ",
       "/// ref\nref: string (id: 0, group: \"h\", must: \"yes\", ", "belong together"},
      {"/// ref\nref: string (id: 0, group: \"g\", must: \"yes\", ",
       "/// ref\nref: string (id: 0, group: \"g\", ", "belong together"}};
  for (const auto& [from, to, says] : slips) {
    EXPECT_THAT(first_mistake(load(with_head(from, to))), HasSubstr(says)) << to;
  }
}

std::string codes(std::string_view list) {
  return type_with("/// c\nc: L = null (id: 2, group: \"g\");", list);
}

TEST(Catalogue, ReadsACodeListWithItsLabels) {
  const auto loaded = load(
      codes("/// list\nenum L : ubyte {\n/// One\n/// thing\none = 1,\n/// Two\ntwo = 200\n}\n"));
  ASSERT_TRUE(loaded) << first_mistake(loaded);
  const auto* const list = (*loaded)->find("x.y")->field("c")->codes;
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->description(), "list");
  EXPECT_EQ(list->find("one")->label, "One thing");
  EXPECT_EQ(list->find(std::uint8_t{200})->name, "two");
  EXPECT_EQ(list->find(std::uint8_t{0}), nullptr);
  EXPECT_EQ(list->find("three"), nullptr);
}

TEST(Catalogue, NamesTheSlipOfACodeList) {
  const std::vector<Slip> slips = {
      {"/// l\nenum L : ubyte {\n/// a\na = 1,\n/// b\nb\n}\n", "no explicit value"},
      {"/// l\nenum L : ubyte {\n/// a\na = 0\n}\n", "value is 1 to 255"},
      {"/// l\nenum L : ubyte {\n/// a\na = 256\n}\n", "256"},
      {"/// l\nenum L : ubyte {\n/// a\na = 1,\n/// b\nb = 1\n}\n", "unique"},
      {"/// l\nenum L : ubyte {\n/// a\na = 1,\n/// a\na = 2\n}\n", "already exists"},
      {"/// l\nenum L : ubyte {\na = 1\n}\n", "no label"},
      {"/// l\nenum L : ubyte {\n/// a\nA = 1\n}\n", "snake case"},
      {"enum L : ubyte {\n/// a\na = 1\n}\n", "no description"},
      {"/// l\nenum L : short {\n/// a\na = 1\n}\n", "an enum of ubyte"},
      {"/// l\nenum L : ubyte (bit_flags) {\n/// a\na = 1\n}\n", "an enum of ubyte"},
      {"/// l\nenum L : ubyte {\n}\n", "at least one code"}};
  for (const auto& slip : slips) {
    EXPECT_THAT(first_mistake(load(codes(slip.field))), HasSubstr(slip.says)) << slip.field;
  }
}

TEST(Catalogue, AdmitsOnlyTheLanguageThatItUses) {
  for (const auto* const other : {"union U { T }",
                                  "struct S { a: int; }",
                                  "rpc_service R { a(T): T; }",
                                  "{ \"a\": 1 }",
                                  "file_identifier \"ABCD\";",
                                  "native_include \"a.h\";",
                                  "include \"/etc/passwd\";",
                                  "include \"../x.fbs\";",
                                  "include \"missing.fbs\";",
                                  "/* */",
                                  "\"",
                                  "'",
                                  "\\",
                                  "a",
                                  "attribute colour;",
                                  "namespace ;",
                                  "table {",
                                  "table U",
                                  "enum",
                                  "root_type",
                                  "table U { a"}) {
    const auto loaded = load(type_with("") + other);
    ASSERT_FALSE(loaded) << other;
    EXPECT_GT(loaded.error()[0].line, 0U) << other;
  }
}

TEST(Catalogue, RefusesBytesThatAreNotText) {
  EXPECT_THAT(first_mistake(load(type_with("") + std::string(1, '\0'))), HasSubstr("plain UTF-8"));
  EXPECT_THAT(first_mistake(load(type_with("") + "\xff")), HasSubstr("plain UTF-8"));
  EXPECT_THAT(first_mistake(load(std::string((256U << 10U) + 1, ' '))), HasSubstr("too large"));
}

TEST(Catalogue, RefusesStrangeFileNames) {
  for (const auto* const name : {"x.y.fbs", "catalogue/x.y.txt", "catalogue/.fbs",
                                 "catalogue/sub/x.y.fbs", "policy/x.y.fbs", ""}) {
    EXPECT_FALSE(Catalogue::load({{name, type_with("")}})) << name;
  }
  EXPECT_FALSE(Catalogue::load({}));
}

TEST(Catalogue, TakesIncludesFromItsOwnFilesOnly) {
  const std::string lists = std::string(kAttributes) + "/// l\nenum L : ubyte {\n/// a\na = 1\n}\n";
  auto type = codes("");
  type.replace(0, kAttributes.size(), "include \"lists.fbs\";\n");
  const auto loaded =
      Catalogue::load({{"catalogue/x.y.fbs", type}, {"catalogue/lists.fbs", lists}});
  ASSERT_TRUE(loaded) << first_mistake(loaded);
  EXPECT_FALSE(Catalogue::load({{"catalogue/x.y.fbs", type}}));
  EXPECT_THAT(first_mistake(Catalogue::load({{"catalogue/x.y.fbs", type},
                                             {"catalogue/lists.fbs", lists},
                                             {"catalogue/more.fbs", lists}})),
              HasSubstr("two code lists have this name"));
  EXPECT_THAT(
      first_mistake(Catalogue::load({{"catalogue/x.y.fbs", type},
                                     {"catalogue/lists.fbs", "include \"lists.fbs\";\n" + lists}})),
      HasSubstr("this include is not possible"));
}

TEST(Catalogue, IsNeverLoadedFromATruncatedFile) {
  const auto files = london_files();
  const auto& whole = files.at("catalogue/ta.placement_notice.fbs");
  const std::size_t last = whole.find_last_of(';');
  for (std::size_t size = 0; size <= last; size += 7) {
    auto cut = files;
    cut["catalogue/ta.placement_notice.fbs"] = whole.substr(0, size);
    const auto loaded = Catalogue::load(cut);
    // Before its table a file is a file of code lists, without any.
    if (loaded) {
      EXPECT_EQ((*loaded)->find("ta.placement_notice"), nullptr) << size;
    }
  }
}

}  // namespace
}  // namespace hub::schemas
