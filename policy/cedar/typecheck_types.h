// The types of expressions: those of the schema, and of a Bool whether it can only be true or only
// be false. Inside the folder: for the type checker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "policy/cedar/schema.h"

namespace hub::policy {

// What is left of the work that one validation may cost. Everything that could take long for a
// text somebody thought up takes from it, and gives up when it is used up.
class Effort {
 public:
  explicit Effort(std::size_t steps) : left_(steps) {}

  // False when there are not so many steps left; then there are none.
  [[nodiscard]] bool take(std::size_t steps = 1) {
    left_ = steps > left_ ? 0 : left_ - steps;
    return left_ > 0;
  }
  [[nodiscard]] bool spent() const { return left_ == 0; }

 private:
  std::size_t left_;
};

enum class Truth : std::uint8_t { Open, True, False };

[[nodiscard]] Truth opposite(Truth truth);

struct Inferred {
  TypePtr type;               // null: not known, because of a mistake that was found
  Truth truth = Truth::Open;  // of a Bool

  // Of a record, one for each attribute, when that says more than the type; else null.
  std::shared_ptr<const std::vector<Inferred>> parts;

  [[nodiscard]] bool known() const { return type != nullptr; }
  [[nodiscard]] bool is(Type::Kind kind) const { return known() && type->kind() == kind; }
};

[[nodiscard]] Inferred boolean(Truth truth);
[[nodiscard]] Inferred simple(Type::Kind kind);

// The type, whatever its truth, equal in every part. Strict validation has no other common type
// of two types than the type they share.
[[nodiscard]] bool same_type(const Type& left, const Type& right, Effort& effort);

// What holds of both, which are of the same type.
[[nodiscard]] Inferred common(const Inferred& left, const Inferred& right, Effort& effort);

// As a schema writes it, cut when it is long.
[[nodiscard]] std::string to_text(const Type& type);

}  // namespace hub::policy
