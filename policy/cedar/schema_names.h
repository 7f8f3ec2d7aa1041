// The names a schema draft declares, and how a name that is used finds what it means. Inside the
// folder.
//
// A name without `::` means the one of its own namespace, then the one of the empty namespace; a
// name with `::` means just what it says. No namespace may declare what the empty one has, so a
// name never changes its meaning by a declaration elsewhere.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/cedar/lexer.h"
#include "policy/cedar/schema_draft.h"
#include "policy/cedar/value.h"

namespace hub::policy {

// "Hub::Authority"; the name alone in the empty namespace.
[[nodiscard]] std::string in_namespace(std::string_view space, std::string_view name);

// Bool, Long, String, decimal, ipaddr, datetime or duration, with or without __cedar before it.
[[nodiscard]] std::optional<Type::Kind> simple_type_called(std::string_view name);

class SchemaNames {
 public:
  // What is declared twice, under a reserved name, or over a name of the empty namespace is added
  // to the mistakes. The draft must outlive this.
  SchemaNames(const SchemaDraft& draft, std::vector<LexMistake>& mistakes);

  struct CommonType {
    std::string space;
    const DraftCommonType* draft;
  };
  [[nodiscard]] const std::vector<CommonType>& common_types() const { return common_types_; }

  // The index of the common type that a name means in a namespace.
  [[nodiscard]] std::optional<std::size_t> common_type(std::string_view space,
                                                       std::string_view name) const;
  // The whole name of the entity type that a name means; an Action type is one when it has actions.
  [[nodiscard]] std::optional<std::string> entity_type(std::string_view space,
                                                       std::string_view name) const;
  // The action that a group means.
  [[nodiscard]] std::optional<EntityUid> action(std::string_view space,
                                                const DraftGroup& group) const;
  // Where a declared action is declared.
  [[nodiscard]] Span place_of(const EntityUid& action) const { return actions_.at(action); }

 private:
  void declare(const DraftNamespace& space);
  void declare_actions(const DraftNamespace& space);
  void check_shadows();
  void mistake(Span where, std::string what, std::string hint);

  std::vector<CommonType> common_types_;
  std::map<std::string, std::size_t, std::less<>> common_by_name_;
  std::map<std::string, Span, std::less<>> entity_types_;  // with the Action types that there are
  std::map<EntityUid, Span> actions_;
  std::vector<LexMistake>& mistakes_;
};

}  // namespace hub::policy
