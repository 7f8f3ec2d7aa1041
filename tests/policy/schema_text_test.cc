// Schemas in Cedar's schema language: what they mean, what is refused, limits.
#include "policy/cedar/schema_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "policy/cedar/schema_draft.h"

namespace hub::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kHub = R"(// One of everything.
@doc("the hub")
namespace Hub {
  @note type Address = {street: String, @why("optional") floor?: Long, "post code": String,};
  entity Authority in [Region] = {address: Address, since: datetime} tags Set<String>;
  entity Region enum ["north", "south"];
  entity Person, Child in Authority { known: Bool };
  action use;
  action read, "read all" in [use, Action::"root", Hub::Action::"top"]
    appliesTo { principal: [Person, Authority], resource: Global, context: {where: Address}, };
  action top;
  action write in "use" appliesTo { resource: Person, principal: Child, context: Call }
    attributes {};
  type Call = {from: __cedar::ipaddr};
}
entity Global;
action root;
)";

Schema read_schema(std::string_view text) {
  auto schema = parse_schema(text, "t.cedarschema");
  EXPECT_TRUE(schema) << text << "\n" << (schema ? "" : to_text(schema.error().front()));
  return schema ? std::move(*schema) : Schema();
}

std::string mistakes_of(std::string_view text) {
  const auto schema = parse_schema(text, "t");
  if (schema) return "none";
  std::string out;
  for (const auto& error : schema.error()) out += to_text(error) + "\n";
  return out;
}

TypePtr type_of(const Schema& schema, std::string_view entity, std::string_view attribute) {
  const auto* type = schema.entity_type(entity);
  const auto* found = type == nullptr ? nullptr : find_attribute(type->attributes, attribute);
  return found == nullptr ? nullptr : found->type;
}

TEST(SchemaText, ReadsEntityTypes) {
  const auto schema = read_schema(kHub);
  const auto* authority = schema.entity_type("Hub::Authority");
  ASSERT_NE(authority, nullptr);
  EXPECT_THAT(authority->member_of, ElementsAre("Hub::Region"));
  ASSERT_NE(authority->tags, nullptr);
  EXPECT_EQ(*authority->tags, *Type::set_of(Type::simple(Type::Kind::String)));
  const auto address = type_of(schema, "Hub::Authority", "address");
  ASSERT_NE(address, nullptr);
  ASSERT_EQ(address->attributes().size(), 3U);
  EXPECT_FALSE(find_attribute(address->attributes(), "floor")->required);
  EXPECT_TRUE(find_attribute(address->attributes(), "post code")->required);
  const auto* region = schema.entity_type("Hub::Region");
  ASSERT_NE(region, nullptr);
  ASSERT_TRUE(region->enumeration);
  EXPECT_THAT(*region->enumeration, ElementsAre("north", "south"));
  EXPECT_THAT(schema.entity_type("Hub::Child")->member_of, ElementsAre("Hub::Authority"));
  EXPECT_EQ(schema.entity_type("Global")->tags, nullptr);
}

TEST(SchemaText, ReadsActions) {
  const auto schema = read_schema(kHub);
  const auto* read = schema.action({"Hub::Action", "read all"});
  ASSERT_NE(read, nullptr);
  EXPECT_THAT(read->principals, ElementsAre("Hub::Authority", "Hub::Person"));
  EXPECT_THAT(read->resources, ElementsAre("Global"));
  EXPECT_THAT(read->member_of,
              ElementsAre(EntityUid{"Action", "root"}, EntityUid{"Hub::Action", "top"},
                          EntityUid{"Hub::Action", "use"}));
  ASSERT_EQ(read->context.size(), 1U);
  EXPECT_EQ(read->context.front().type->kind(), Type::Kind::Record);
  const auto* write = schema.action({"Hub::Action", "write"});
  ASSERT_NE(write, nullptr);
  ASSERT_EQ(write->context.size(), 1U);
  EXPECT_EQ(write->context.front().type->kind(), Type::Kind::Ip);
  EXPECT_TRUE(schema.action({"Hub::Action", "use"})->principals.empty());
}

TEST(SchemaText, MayBeEmpty) {
  EXPECT_EQ(read_schema(""), Schema());
  EXPECT_EQ(read_schema("// nothing\n"), Schema());
  EXPECT_EQ(read_schema("namespace A {} namespace B::C {}"), Schema());
}

TEST(SchemaText, LooksForCommonTypesThenEntityTypesThenTheLanguagesOwn) {
  const auto schema = read_schema(R"(
namespace Demo {
  entity Host { ip: ipaddr, width: decimal, own: __cedar::ipaddr };
  entity String { groups: Set<__cedar::String> };
  type ipaddr = { text: String, four: Bool };
})");
  const auto ip = type_of(schema, "Demo::Host", "ip");
  ASSERT_NE(ip, nullptr);
  ASSERT_EQ(ip->kind(), Type::Kind::Record);
  EXPECT_EQ(find_attribute(ip->attributes(), "text")->type->entity_type(), "Demo::String");
  EXPECT_EQ(type_of(schema, "Demo::Host", "width")->kind(), Type::Kind::Decimal);
  EXPECT_EQ(type_of(schema, "Demo::Host", "own")->kind(), Type::Kind::Ip);
  EXPECT_EQ(type_of(schema, "Demo::String", "groups")->element()->kind(), Type::Kind::String);
}

TEST(SchemaText, LooksInItsOwnNamespaceThenInTheEmptyOne) {
  const auto schema = read_schema(R"(
entity Outer; type Name = String;
namespace A { entity Own in Outer { name: Name, next: A::Own, other: B::Own }; }
namespace B { entity Own; action go in root; }
action root;)");
  EXPECT_THAT(schema.entity_type("A::Own")->member_of, ElementsAre("Outer"));
  EXPECT_EQ(type_of(schema, "A::Own", "name")->kind(), Type::Kind::String);
  EXPECT_EQ(type_of(schema, "A::Own", "other")->entity_type(), "B::Own");
  EXPECT_TRUE(schema.action_is_in({"B::Action", "go"}, {"Action", "root"}));
  EXPECT_THAT(mistakes_of("namespace A::B { entity X; } namespace A { entity Y {x: B::X}; }"),
              HasSubstr("`B::X` is not declared"));
}

TEST(SchemaText, TakesTheLastOfTwoAttributesOfOneName) {
  const auto schema = read_schema("entity A { x: Long, x?: String };");
  EXPECT_EQ(type_of(schema, "A", "x")->kind(), Type::Kind::String);
  EXPECT_FALSE(schema.entity_type("A")->attributes.front().required);
}

TEST(SchemaText, LetsAttributesHoldActionsWhereThereAreSome) {
  EXPECT_EQ(type_of(read_schema("action a; entity A {x: Action};"), "A", "x")->entity_type(),
            "Action");
  EXPECT_THAT(mistakes_of("entity A {x: Action};"), HasSubstr("`Action` is not declared"));
  EXPECT_THAT(mistakes_of("action a; entity A in Action;"), HasSubstr("type of the actions"));
}

TEST(SchemaText, TakesWordsOfTheGrammarAsNames) {
  read_schema("entity entity, type, action, namespace, tags, enum { in2: type, tags: enum };");
  read_schema("entity Set in Set { x: Set<Set>, Set: Set }; namespace N { action Action; }");
  read_schema("entity A {__cedar: Long, \"if\": Bool}; action __cedar, \"if\"; @if entity B;");
}

TEST(SchemaText, RefusesCommasWhereNoneBelong) {
  for (const std::string_view text :
       {"entity A,;", "entity A in [A,];", "entity A in A,;", "entity A {,};",
        "entity A {x: Long,,};", "entity A enum [\"x\",];", "action a,;",
        "action a in [b,]; action b;", "entity A {x: Set<Long,>};",
        "entity A; action a appliesTo {principal: [A,], resource: A};"}) {
    EXPECT_FALSE(parse_schema(text, "t")) << text;
  }
  read_schema("entity A {x: Long,}; action a appliesTo {principal: A, resource: A,};");
}

TEST(SchemaText, SaysWhereItIsNotGrammar) {
  EXPECT_EQ(mistakes_of("entity A\n  {x Long};"), "t:2:6: unexpected `Long`; expected `:`\n");
  EXPECT_EQ(mistakes_of("entity if;"),
            "t:1:8: `if` is a word of the language; choose another name; attributes and actions "
            "may stand in double quotes\n");
  EXPECT_THAT(mistakes_of("entity A in [A] enum [\"x\"];"), HasSubstr("unexpected `enum`"));
  EXPECT_THAT(mistakes_of("entity A = T; type T = {};"), HasSubstr("expected `{`"));
  EXPECT_THAT(mistakes_of("namespace A { namespace B {} }"), HasSubstr("or `}`"));
  EXPECT_THAT(mistakes_of("entity \xC3\xA9;"), HasSubstr("does not use"));
  EXPECT_THAT(mistakes_of("entity A enum [\"\\q\"];"), HasSubstr("escape"));
  EXPECT_THAT(mistakes_of("@a @a entity A;"), HasSubstr("annotation stands twice"));
  EXPECT_THAT(mistakes_of("action a attributes {x: 1};"), HasSubstr("no attributes"));
  EXPECT_THAT(mistakes_of("action a in Foo::Bar;"), HasSubstr("`::` and the action's name"));
  EXPECT_THAT(mistakes_of("entity A"), HasSubstr("ends too early"));
}

TEST(SchemaText, ListsEveryMistakeOfGrammar) {
  const auto all = mistakes_of("entity if;\nnamespace A {\n entity B {x};\n}\naction a in [];\n");
  EXPECT_THAT(all, HasSubstr("t:1:8:"));
  EXPECT_THAT(all, HasSubstr("t:3:13:"));
  EXPECT_THAT(all, HasSubstr("t:5:14:"));
}

TEST(SchemaText, RefusesAnActionThatAppliesToHalf) {
  for (const std::string_view text : {"principal: A", "resource: A", "principal: [], resource: A",
                                      "context: {}", "principal: A, resource: []"}) {
    EXPECT_THAT(mistakes_of("entity A; action a appliesTo {" + std::string(text) + "};"),
                HasSubstr("applies to principals and to resources"));
  }
  EXPECT_THAT(mistakes_of("entity A; action a appliesTo {principal: A, principal: A};"),
              HasSubstr("`principal` stands twice"));
}

TEST(SchemaText, LooksAtNothingThatAnAttributeOfTheSameNameReplaces) {
  EXPECT_EQ(read_schema("entity A {a: Nothing, b: Long, a?: String};"),
            read_schema("entity A {a?: String, b: Long};"));
  EXPECT_EQ(read_schema("type T = {a: T, a: Long}; entity A {t: T};"),
            read_schema("type T = {a: Long}; entity A {t: T};"));
  EXPECT_THAT(mistakes_of("entity A {a: String, a: Nothing};"), HasSubstr("Nothing"));
}

TEST(SchemaText, RefusesWhatIsDeclaredTwice) {
  EXPECT_THAT(mistakes_of("entity A; entity A;"), HasSubstr("t:1:18: the entity type `A`"));
  EXPECT_THAT(mistakes_of("entity A, A;"), HasSubstr("declared twice"));
  EXPECT_THAT(mistakes_of("type A = Long; type A = Long;"), HasSubstr("the common type `A`"));
  EXPECT_THAT(mistakes_of("action a; action \"a\";"), HasSubstr("Action::\"a\" is declared twice"));
  EXPECT_THAT(mistakes_of("namespace A {} namespace A {}"), HasSubstr("namespace stands twice"));
  read_schema("entity A; type A = Long;");
}

TEST(SchemaText, RefusesNamesOfTheLanguage) {
  for (const std::string name :
       {"Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String"}) {
    EXPECT_THAT(mistakes_of("type " + name + " = Long;"), HasSubstr("cannot name a common type"));
  }
  EXPECT_THAT(mistakes_of("entity Action;"), HasSubstr("type of the actions"));
  EXPECT_THAT(mistakes_of("entity __cedar;"), HasSubstr("language's own"));
  EXPECT_THAT(mistakes_of("namespace A::__cedar {}"), HasSubstr("language's own"));
  read_schema("type decimal = Long; type ipaddr = String; entity Long, Bool;");
}

TEST(SchemaText, RefusesToHideANameOfTheEmptyNamespace) {
  EXPECT_THAT(mistakes_of("entity A; namespace N { entity A; }"), HasSubstr("would hide `A`"));
  EXPECT_THAT(mistakes_of("type A = Long; namespace N { entity A; }"), HasSubstr("would hide `A`"));
  EXPECT_THAT(mistakes_of("entity A; namespace N { type A = Long; }"), HasSubstr("would hide `A`"));
  EXPECT_THAT(mistakes_of("action a; namespace N { action a; }"), HasSubstr("would hide Action"));
  read_schema("action a; namespace N { type Action = Long; action b; }");
}

TEST(SchemaText, RefusesNamesThatMeanNothing) {
  EXPECT_EQ(mistakes_of("entity A in B;"),
            "t:1:13: `B` is not declared as an entity type; declare it, or write its namespace "
            "before it\n");
  EXPECT_THAT(mistakes_of("entity A {x: B};"), HasSubstr("common or entity type"));
  EXPECT_THAT(mistakes_of("entity A {x: Boolean};"), HasSubstr("write Bool"));
  EXPECT_THAT(mistakes_of("entity A {x: __cedar::Foo};"), HasSubstr("not declared"));
  EXPECT_THAT(mistakes_of("type T = U;"), HasSubstr("`U` is not declared"));
  EXPECT_THAT(mistakes_of("action a in b;"), HasSubstr("Action::\"b\" is not declared"));
  EXPECT_THAT(mistakes_of("entity A in T; type T = A;"), HasSubstr("as an entity type"));
  EXPECT_EQ(mistakes_of("entity A; action a appliesTo {principal: A, resource: A, context: A};"),
            "t:1:67: `A` is not declared as a common type; declare it, or write its namespace "
            "before it\n");
}

TEST(SchemaText, RefusesCircles) {
  EXPECT_THAT(mistakes_of("type A = A;"), HasSubstr("part of itself"));
  EXPECT_THAT(mistakes_of("type A = Set<B>; type B = {a: C}; type C = {b?: A};"),
              HasSubstr("part of itself"));
  EXPECT_THAT(mistakes_of("action a in a;"), HasSubstr("t:1:8: the groups of the action"));
  EXPECT_THAT(mistakes_of("action a in b; action b in c; action c in a;"),
              HasSubstr("form a circle"));
  read_schema("entity A in B {b: B}; entity B in A {a: A};");
}

TEST(SchemaText, RefusesContextsThatAreNoRecords) {
  EXPECT_THAT(mistakes_of("entity A; type C = Long;"
                          "action a appliesTo {principal: A, resource: A, context: C};"),
              HasSubstr("the context of `a` is not a record"));
}

TEST(SchemaText, IsRefusedAtEveryTruncationThatCutsADeclaration) {
  const auto whole = kHub.substr(0, kHub.find("entity Global"));
  const auto first = whole.find('@') + 1;
  for (std::size_t size = first; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(parse_schema(whole.substr(0, size), "t")) << whole.substr(0, size);
  }
}

TEST(SchemaText, StopsAtItsLimits) {
  std::string deep = "type T = ";
  for (int i = 0; i < 5'000; ++i) deep += "Set<";
  EXPECT_THAT(mistakes_of(deep), HasSubstr("nested too deeply"));

  std::string chain = "type T0 = Long;";
  for (int i = 1; i < 3'000; ++i) {
    chain += "type T" + std::to_string(i) + " = Set<T" + std::to_string(i - 1) + ">;";
  }
  EXPECT_THAT(mistakes_of(chain), HasSubstr("too large or too deep"));

  std::string doubling = "type T0 = Long;";
  for (int i = 1; i < 60; ++i) {
    const auto before = "T" + std::to_string(i - 1);
    doubling += "type T" + std::to_string(i) + " = {a: " + before + ", b: " + before + "};";
  }
  EXPECT_THAT(mistakes_of(doubling), HasSubstr("too large or too deep"));

  std::string many = "entity E0";
  for (std::size_t i = 1; i <= kMaxSchemaTypes; ++i) many += ", E" + std::to_string(i);
  EXPECT_THAT(mistakes_of(many + ";"), HasSubstr("too many entity types"));
  EXPECT_THAT(mistakes_of(std::string(3U << 20U, ' ')), HasSubstr("too large"));
}

TEST(SchemaText, RefusesManyTypesThatAreLargeTogether) {
  std::string wide = "type W = {";
  for (int i = 0; i < 5'000; ++i) wide += "a" + std::to_string(i) + ": Long,";
  wide += "}; entity E0";
  for (int i = 1; i < 300; ++i) wide += ", E" + std::to_string(i);
  wide += " {w: W};";
  EXPECT_THAT(mistakes_of(wide), HasSubstr("too large"));
}

}  // namespace
}  // namespace hub::policy
