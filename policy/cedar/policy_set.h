// A set of Cedar policies and templates, parsed from text and indexed by what their heads say.
//
// Limits of our own, so that no text exhausts memory or stack: kMaxPolicyBytes a text,
// kMaxPolicyTokens tokens, kMaxPolicyDepth levels of nesting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "policy/cedar/parse_error.h"
#include "policy/cedar/policy.h"
#include "policy/cedar/policy_index.h"
#include "policy/cedar/value.h"

namespace hub::policy {

inline constexpr std::size_t kMaxPolicyBytes = 1U << 20U;
inline constexpr std::size_t kMaxPolicyTokens = 200'000;
inline constexpr std::size_t kMaxPolicyDepth = 200;

// Where a policy's id comes from: its @id annotation, or its place in the text (policy0, ...) as
// the official tests have it. A policy without @id falls back to its place.
enum class PolicyIds : std::uint8_t { Annotated, Positional };

enum class LinkError : std::uint8_t { NoSuchTemplate, IdTaken, MissingSlot, UnknownSlot };
[[nodiscard]] std::string_view describe(LinkError error);

// A policy made of a template, and the entities its slots got.
struct TemplateLink {
  std::string template_id;
  std::string new_id;
  std::optional<EntityUid> principal;
  std::optional<EntityUid> resource;
};

class PolicySet {
 public:
  PolicySet() = default;

  // Every mistake found is listed, up to 20.
  [[nodiscard]] static Result<PolicySet, std::vector<ParseError>> parse(
      std::string_view text, std::string_view file, PolicyIds ids = PolicyIds::Annotated);

  // Takes the other set's policies. An id that is already taken is returned as a mistake, and
  // then nothing is added.
  [[nodiscard]] std::vector<ParseError> add(PolicySet more);
  // False, and nothing added, when its id is taken.
  [[nodiscard]] bool add(Policy policy);

  // Makes a policy of a template; its slots get these entities. The link is part of the set: a set
  // written down with its links and read again after an edit of the template has the policies of
  // the edited one. `annotations` replace the template's of the same name; they are no part of
  // the link.
  [[nodiscard]] std::optional<LinkError> link(std::string_view template_id, std::string new_id,
                                              const std::optional<EntityUid>& principal,
                                              const std::optional<EntityUid>& resource,
                                              std::vector<Annotation> annotations = {});

  // In the order of the text; templates apart.
  [[nodiscard]] std::span<const std::shared_ptr<const Policy>> policies() const;
  [[nodiscard]] std::span<const std::shared_ptr<const Policy>> templates() const;
  // In the order they were made; the policies they made are among policies().
  [[nodiscard]] std::span<const TemplateLink> links() const { return links_; }
  [[nodiscard]] const Policy* find(std::string_view id) const;

  // Its places are those in policies().
  [[nodiscard]] const PolicyIndex& index() const { return index_; }

 private:
  using ById = std::map<std::string, std::shared_ptr<const Policy>, std::less<>>;

  void append(std::shared_ptr<const Policy> policy);

  std::vector<std::shared_ptr<const Policy>> policies_;
  std::vector<std::shared_ptr<const Policy>> templates_;
  std::vector<TemplateLink> links_;
  ById by_id_;
  PolicyIndex index_;
};

}  // namespace hub::policy
