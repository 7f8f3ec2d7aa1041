// A small schema for the tests of the validator: users borrow books.
#pragma once

#include "policy/cedar/schema.h"

namespace hub::policy {

inline Schema library_schema() {
  using Kind = Type::Kind;
  const auto number = Type::simple(Kind::Long);
  const auto text = Type::simple(Kind::String);
  const auto home = Type::record({{"city", text, true}, {"street", text, false}});
  EntityType user{"User",
                  {"Group"},
                  {{"age", number, true},
                   {"nick", text, false},
                   {"colour", Type::entity("Colour"), true},
                   {"groups", Type::set_of(Type::entity("Group")), true},
                   {"home", home, true}},
                  text,
                  std::nullopt};
  EntityType visitor{"Visitor", {}, {}, nullptr, std::nullopt};
  EntityType group{"Group", {"Group"}, {}, nullptr, std::nullopt};
  EntityType book{"Book", {"Shelf"}, {{"pages", number, true}}, nullptr, std::nullopt};
  EntityType shelf{"Shelf", {}, {}, nullptr, std::nullopt};
  EntityType colour{"Colour", {}, {}, nullptr, std::vector<std::string>{"red", "green"}};
  EntityType hall{"Town::Hall", {}, {}, nullptr, std::nullopt};
  ActionType all{{"Action", "all"}, {}, {}, {}, {}};
  ActionType borrow{{"Action", "borrow"},
                    {{"Action", "all"}},
                    {"User"},
                    {"Book"},
                    {{"loan", Type::record({{"days", number, false}}), false}}};
  ActionType read{{"Action", "read"}, {}, {"User", "Visitor"}, {"Book"}, {}};
  return {{user, visitor, group, book, shelf, colour, hall}, {all, borrow, read}};
}

}  // namespace hub::policy
