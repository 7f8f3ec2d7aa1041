#include "policy/cedar/typecheck_types.h"

#include <algorithm>

#include "policy/cedar/finding.h"
#include "policy/cedar/shown_text.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxTypeText = 160;

void write_type(const Type& type, std::string& out) {
  if (out.size() > kMaxTypeText) return;
  switch (type.kind()) {
    case Type::Kind::Entity: out += type.entity_type(); return;
    case Type::Kind::Set:
      out += "Set<";
      write_type(*type.element(), out);
      out += ">";
      return;
    case Type::Kind::Record: break;
    case Type::Kind::Bool:
    case Type::Kind::Long:
    case Type::Kind::String:
    case Type::Kind::Decimal:
    case Type::Kind::Ip:
    case Type::Kind::Datetime:
    case Type::Kind::Duration: out += name_of(type.kind()); return;
  }
  out += "{";
  std::string_view comma;
  for (const auto& attribute : type.attributes()) {
    if (out.size() > kMaxTypeText) return;
    out += comma;
    comma = ", ";
    const auto name = in_backquotes(attribute.name);
    out += name.substr(1, name.size() - 2) + (attribute.required ? ": " : "?: ");
    write_type(*attribute.type, out);
  }
  out += "}";
}

}  // namespace

Truth opposite(Truth truth) {
  switch (truth) {
    case Truth::Open: return Truth::Open;
    case Truth::True: return Truth::False;
    case Truth::False: return Truth::True;
  }
  return Truth::Open;
}

Inferred boolean(Truth truth) { return {Type::simple(Type::Kind::Bool), truth, nullptr}; }

Inferred simple(Type::Kind kind) { return {Type::simple(kind), Truth::Open, nullptr}; }

bool same_type(const Type& left, const Type& right, Effort& effort) {
  if (&left == &right) return true;
  if (!effort.take() || left.kind() != right.kind()) return false;
  if (left.kind() == Type::Kind::Entity) return left.entity_type() == right.entity_type();
  if (left.kind() == Type::Kind::Set) return same_type(*left.element(), *right.element(), effort);
  return std::ranges::equal(left.attributes(), right.attributes(),
                            [&effort](const AttributeType& a, const AttributeType& b) {
                              return a.name == b.name && a.required == b.required &&
                                     same_type(*a.type, *b.type, effort);
                            });
}

Inferred common(const Inferred& left, const Inferred& right, Effort& effort) {
  Inferred out{left.type, left.truth == right.truth ? left.truth : Truth::Open, nullptr};
  if (left.parts == right.parts) {
    out.parts = left.parts;
    return out;
  }
  if (left.parts == nullptr || right.parts == nullptr) return out;
  if (left.parts->size() != right.parts->size() || !effort.take(left.parts->size())) return out;
  std::vector<Inferred> parts;
  parts.reserve(left.parts->size());
  for (std::size_t i = 0; i < left.parts->size(); ++i) {
    parts.push_back(common((*left.parts)[i], (*right.parts)[i], effort));
  }
  out.parts = std::make_shared<const std::vector<Inferred>>(std::move(parts));
  return out;
}

std::string to_text(const Type& type) {
  std::string out;
  write_type(type, out);
  if (out.size() > kMaxTypeText) out = out.substr(0, out.find_last_of(' ')) + " ...";
  return out;
}

}  // namespace hub::policy
