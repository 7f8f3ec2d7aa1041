#include "policy/authority_classes.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace hub::policy {
namespace {

using NameSet = std::set<std::string, std::less<>>;

bool is_party(const EntityUid& uid) { return uid.type == "Authority" || uid.type == "Agent"; }

// What one bundle says of authorities.
class PartyPortrait {
 public:
  explicit PartyPortrait(const OpenedBundle& bundle) : bundle_(bundle) {
    for (const auto& list : {bundle.policies.policies(), bundle.policies.templates()}) {
      for (const auto& policy : list) read(*policy);
    }
  }

  [[nodiscard]] std::string of(const std::string& code) const {
    std::string out;
    if (named_.contains(code)) out += "named " + code + ";";
    for (const auto& entity : bundle_.world) {
      if (!is_party(entity.uid)) {
        add_places(entity, code, out);
      } else if (code_in(entity.uid->id) == code) {
        add_own(entity, code, out);
      } else if (mentions(entity, code)) {
        out += "named by " + entity.uid->id + ";";
      }
    }
    return out;
  }

 private:
  void read(const Policy& policy) {
    name(policy.principal.entity);
    name(policy.resource.entity);
    for (const auto& literal : policy.expressions.literals) name(literal);
    read_.insert(policy.expressions.names.begin(), policy.expressions.names.end());
  }

  static std::string_view code_in(std::string_view id) { return id.substr(0, id.find('/')); }

  void name(const Value& value) {
    if (const auto* held = value.entity()) {
      named_.emplace(code_in(held->uid.id));
    } else if (const auto* set = value.set()) {
      for (const auto& item : set->items()) name(item);
    } else if (const auto* record = value.record()) {
      for (const auto& attribute : record->attributes()) name(attribute.value);
    }
  }

  // In which parts of another entity the authority stands.
  static void add_places(const Entity& entity, const std::string& code, std::string& out) {
    for (const auto& attribute : entity.attributes.attributes()) {
      if (!mentions(attribute.value, code)) continue;
      out.append(entity.uid->type).append("::").append(entity.uid->id);
      out.append(".").append(attribute.name).append(places(attribute.value, code)).append(";");
    }
    for (const auto& parent : entity.parents) {
      if (is_party(parent) && parent.id == code) out += "above " + entity.uid->id + ";";
    }
  }

  // Of a set it counts that the authority is in it; of a record, in which attribute.
  static std::string places(const Value& value, const std::string& code) {
    std::string out;
    const auto* record = value.record();
    if (record == nullptr) return out;
    for (const auto& attribute : record->attributes()) {
      if (mentions(attribute.value, code)) {
        out += "." + attribute.name + places(attribute.value, code);
      }
    }
    return out;
  }

  // An agent's id has the agreement behind the authority's code.
  void add_own(const Entity& entity, const std::string& code, std::string& out) const {
    out += entity.uid->type + entity.uid->id.substr(code.size()) + "{";
    for (const auto& attribute : entity.attributes.attributes()) {
      if (!read_.contains(attribute.name)) continue;
      out += attribute.name + "=" + without(attribute.value, code) + ",";
    }
    for (const auto& parent : entity.parents) {
      out += "in " + (parent.id == code ? parent.type + " itself" : to_text(parent)) + ",";
    }
    out += "};";
  }

  // The value, with the authority itself called so.
  static std::string without(const Value& value, const std::string& code) {
    if (const auto* held = value.entity(); held != nullptr && held->uid.id == code) {
      return held->uid.type + " itself";
    }
    return to_text(value);
  }

  static bool mentions(const Value& value, const std::string& code) {
    if (const auto* held = value.entity()) {
      return code_in(held->uid.id) == code;
    }
    if (const auto* set = value.set()) {
      return std::ranges::any_of(set->items(),
                                 [&](const Value& item) { return mentions(item, code); });
    }
    const auto* record = value.record();
    return record != nullptr &&
           std::ranges::any_of(record->attributes(), [&](const Attribute& attribute) {
             return mentions(attribute.value, code);
           });
  }

  static bool mentions(const Entity& entity, const std::string& code) {
    return mentions(Value(entity.attributes), code) || mentions(Value(entity.tags), code) ||
           std::ranges::find(entity.parents, code, &EntityUid::id) != entity.parents.end();
  }

  const OpenedBundle& bundle_;
  NameSet named_;
  NameSet read_;  // attributes
};

NameSet codes_of(const std::vector<const OpenedBundle*>& bundles) {
  NameSet out;
  for (const auto* bundle : bundles) {
    for (const auto& party : bundle->parties) out.insert(party.code);
  }
  return out;
}

}  // namespace

std::vector<AuthorityClass> authority_classes(const std::vector<const OpenedBundle*>& bundles) {
  std::vector<PartyPortrait> portraits;
  portraits.reserve(bundles.size());
  for (const auto* bundle : bundles) portraits.emplace_back(*bundle);
  std::map<std::string, AuthorityClass> by_portrait;
  for (const auto& code : codes_of(bundles)) {
    std::string portrait;
    for (const auto& one : portraits) portrait += one.of(code) + "|";
    by_portrait[portrait].push_back(code);
  }
  std::vector<AuthorityClass> out;
  out.reserve(by_portrait.size());
  for (auto& [portrait, codes] : by_portrait) out.push_back(std::move(codes));
  std::ranges::sort(out);
  return out;
}

std::vector<AuthorityClass> single_authorities(const std::vector<const OpenedBundle*>& bundles) {
  std::vector<AuthorityClass> out;
  for (const auto& code : codes_of(bundles)) out.push_back({code});
  return out;
}

}  // namespace hub::policy
