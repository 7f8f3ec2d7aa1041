#include "policy/english.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "policy/cedar/print.h"
#include "policy/london_authorities.h"

namespace hub::policy {
namespace {

using Pairs = std::pair<std::string_view, std::string_view>;

// What attributes of the context and of agreements are called; others by their names.
constexpr std::array<Pairs, 4> kAttributeWords{{{"now", "moment of asking"},
                                                {"handling", "handling code"},
                                                {"starts", "start"},
                                                {"ends", "end"}}};
// By: a moment, before, strict.
constexpr std::array<std::string_view, 8> kOrderWords{
    " is at least ",   " is more than ", " is at most ",   " is less than ",
    " is not before ", " is after ",     " is not after ", " is before "};
// What a thing is when this attribute of it is true.
constexpr std::array<Pairs, 4> kTruthWords{{{"address", "one with addresses"},
                                            {"patient_information", "one with patient information"},
                                            {"onward_sharing", "open to passing records on"},
                                            {"protected", "about a protected record"}}};
constexpr std::array<Pairs, 2> kActionWords{{{"relay", "pass on"}, {"accept", "take in"}}};

template <std::size_t N>
std::string word_for(const std::array<Pairs, N>& words, std::string_view name) {
  const auto* found = std::ranges::find(words, name, &Pairs::first);
  std::string out(found == words.end() ? name : found->second);
  std::ranges::replace(out, '_', ' ');
  return out;
}

std::string authority_words(std::string_view code) {
  const auto name = name_of_authority(code);
  return name.empty() ? std::string(code) : std::string(name) + " (" + std::string(code) + ")";
}

class Speaker {
 public:
  explicit Speaker(const Policy& policy) : policy_(policy), in_(policy.expressions) {}

  PlainPolicy run() {
    PlainPolicy out{head(), {}};
    for (const auto& condition : policy_.conditions) {
      split(condition.body, condition.unless, out.conditions);
    }
    return out;
  }

 private:
  [[nodiscard]] const Node& node_at(NodeId id) const { return in_.nodes[id]; }
  [[nodiscard]] NodeId part(const Node& node, std::size_t index) const {
    return in_.children_of(node)[index];
  }

  // Parts that must all hold are conditions of their own.
  void split(NodeId id, bool negated, std::vector<std::string>& out) {
    const auto& node = node_at(id);
    if (node.op == Op::Not) return split(part(node, 0), !negated, out);
    if (node.op != (negated ? Op::Or : Op::And)) {
      out.push_back(clause(id, negated));
      return;
    }
    for (const auto one : in_.children_of(node)) split(one, negated, out);
  }

  // --- the head -------------------------------------------------------------------------------

  [[nodiscard]] std::string head() {
    auto who = who_asks();
    const bool forbid = policy_.effect == Effect::Forbid;
    if (who.empty()) who = forbid ? "nobody" : "anybody";
    const bool nobody = who == "nobody";
    who.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(who.front())));
    return who + (forbid && !nobody ? " may never " : " may ") + actions() + " " + what();
  }

  [[nodiscard]] std::string who_asks() {
    const auto& scope = policy_.principal;
    const auto* entity = scope.entity.entity();
    const auto type = entity == nullptr ? std::string() : entity->uid.type;
    switch (scope.kind) {
      case Scope::Kind::Any: return {};
      case Scope::Kind::Is: return a_type(scope.type);
      case Scope::Kind::Equal: return entity == nullptr ? "?principal" : entity_words(entity->uid);
      case Scope::Kind::In:
      case Scope::Kind::IsIn: break;
    }
    const auto kind = scope.type.empty() ? std::string("whoever") : a_type(scope.type);
    if (entity == nullptr) return kind + " in ?principal";
    const auto* const has = scope.type.empty() ? " has the role " : " with the role ";
    if (type == "Role") return kind + has + entity->uid.id;
    if (type == "Agreement") return kind + " acts under " + entity->uid.id;
    if (type == "Guest") return kind + " is of the guest " + entity->uid.id;
    const auto* const acts = scope.type.empty() ? " acts for " : " of ";
    return kind + acts + entity_words(entity->uid);
  }

  static std::string a_type(const std::string& type) {
    if (type == "Agent") return "an authority's agent";
    if (type == "User") return "a user";
    if (type == "Broker") return "the broker";
    return "whoever is of type " + type;
  }

  [[nodiscard]] std::string actions() const {
    if (policy_.action.kind == ActionScope::Kind::Any) return "do anything with";
    std::vector<std::string> out;
    for (const auto& action : policy_.action.actions) {
      if (const auto* held = action.entity()) out.push_back(word_for(kActionWords, held->uid.id));
    }
    return listed(out, "or");
  }

  [[nodiscard]] std::string what() {
    const auto& scope = policy_.resource;
    const auto* entity = scope.entity.entity();
    switch (scope.kind) {
      case Scope::Kind::Any: return "any field group";
      case Scope::Kind::Is: return "anything of type " + scope.type;
      case Scope::Kind::Equal: return entity == nullptr ? "?resource" : entity_words(entity->uid);
      case Scope::Kind::In:
      case Scope::Kind::IsIn: break;
    }
    if (entity == nullptr) return "field groups of ?resource";
    if (entity->uid.type != "RecordType") return "what is in " + entity_words(entity->uid);
    record_type_ = entity->uid.id;
    return "field groups of " + entity->uid.id;
  }

  // --- things ---------------------------------------------------------------------------------

  [[nodiscard]] std::string entity_words(const EntityUid& uid) const {
    if (uid.type == "Authority") return authority_words(uid.id);
    if (uid.type == "Agent") {
      return "the agent of " + authority_words(uid.id.substr(0, uid.id.find('/')));
    }
    if (uid.type == "Broker") return "the broker";
    if (uid.type == "Role") return "the role " + uid.id;
    if (uid.type == "User") return "the user " + uid.id;
    if (uid.type == "Agreement") return uid.id;
    if (uid.type == "Guest") return "the guest " + uid.id;
    if (uid.type == "RecordType") return "the record type " + uid.id;
    if (uid.type != "FieldGroup") return "`" + to_text(uid) + "`";
    const bool of_the_head = !record_type_.empty() && uid.id.starts_with(record_type_ + "/");
    return of_the_head ? uid.id.substr(record_type_.size() + 1) : uid.id;
  }

  [[nodiscard]] std::string asker() const {
    const auto& scope = policy_.principal;
    const auto* entity = scope.entity.entity();
    const auto& type = scope.type.empty() && entity != nullptr && scope.kind == Scope::Kind::Equal
                           ? entity->uid.type
                           : scope.type;
    if (type == "Agent") return "the agent";
    if (type == "User") return "the user";
    if (type == "Broker") return "the broker";
    return "whoever asks";
  }

  [[nodiscard]] std::string value_words(const Value& value) const {
    if (const auto* held = value.entity()) return entity_words(held->uid);
    if (const auto* text = value.text()) return "“" + *text + "”";
    return to_text(value);
  }

  [[nodiscard]] std::string written(NodeId id) const { return "`" + to_text(in_, id) + "`"; }

  [[nodiscard]] std::string thing(NodeId id) const {
    const auto& node = node_at(id);
    if (node.op == Op::Literal) return value_words(in_.literals[node.operand]);
    if (node.op == Op::Principal) return asker();
    if (node.op == Op::Resource) return "the field group";
    if (node.op == Op::Action) return "the action";
    if (node.op == Op::Context) return "the question";
    if (node.op == Op::Set) return listed(things(node), "and");
    if (node.op == Op::Record) return listed(things(node), "with");
    if (node.op != Op::GetAttribute) return written(id);
    const auto& name = in_.names[node.operand];
    const auto words = word_for(kAttributeWords, name);
    const auto owner = part(node, 0);
    if (node_at(owner).op == Op::Context) return "the " + words;
    return thing(owner) + "'s " + words + (name == "handling" ? "s" : "");
  }

  [[nodiscard]] std::vector<std::string> things(const Node& node) const {
    std::vector<std::string> out;
    for (const auto one : in_.children_of(node)) out.push_back(thing(one));
    return out;
  }

  // --- clauses --------------------------------------------------------------------------------

  [[nodiscard]] std::string clause(NodeId id, bool negated) const {
    const auto& node = node_at(id);
    switch (node.op) {
      case Op::Not: return clause(part(node, 0), !negated);
      case Op::And: return chain(node, negated, negated ? " or " : " and ");
      case Op::Or: return chain(node, negated, negated ? " and " : " or ");
      case Op::Equal: return equality(node, negated);
      case Op::NotEqual: return equality(node, !negated);
      case Op::Less:
      case Op::LessEqual:
      case Op::Greater:
      case Op::GreaterEqual: return order(node, negated);
      case Op::In: return membership(node, negated);
      case Op::Contains: return contains(node, negated);
      case Op::ContainsAll: return verb(node, negated, "contain all of", "and");
      case Op::ContainsAny: return verb(node, negated, "contain any of", "or");
      case Op::IsEmpty: return thing(part(node, 0)) + (negated ? " are some" : " are none");
      case Op::HasAttribute: return has(node, negated);
      case Op::Is: return is_of_type(node, negated);
      case Op::GetAttribute: return attribute(node, negated);
      case Op::If:
        return "if " + clause(part(node, 0), false) + ", then " + clause(part(node, 1), negated) +
               ", otherwise " + clause(part(node, 2), negated);
      case Op::Literal:
      case Op::Principal:
      case Op::Action:
      case Op::Resource:
      case Op::Context:
      case Op::Negate:
      case Op::Add:
      case Op::Subtract:
      case Op::Multiply:
      case Op::GetTag:
      case Op::HasTag:
      case Op::Like:
      case Op::Set:
      case Op::Record:
      case Op::Call: break;
    }
    return written(id) + (negated ? " does not hold" : " holds");
  }

  [[nodiscard]] std::string chain(const Node& node, bool negated, std::string_view between) const {
    std::string out;
    for (const auto one : in_.children_of(node)) {
      const auto op = node_at(one).op;
      const bool nested = op == Op::And || op == Op::Or || op == Op::If;
      const auto words = clause(one, negated);
      out += (out.empty() ? "" : std::string(between)) + (nested ? "(" + words + ")" : words);
    }
    return out;
  }

  [[nodiscard]] static std::string is(bool negated) { return negated ? " is not " : " is "; }

  [[nodiscard]] std::string equality(const Node& node, bool negated) const {
    for (const std::size_t side : {0U, 1U}) {
      const auto& other = node_at(part(node, side));
      const auto* truth = other.op == Op::Literal ? in_.literals[other.operand].boolean() : nullptr;
      if (truth != nullptr) return clause(part(node, 1 - side), negated == *truth);
    }
    return thing(part(node, 0)) + is(negated) + thing(part(node, 1));
  }

  [[nodiscard]] bool is_moment(NodeId id) const {
    const auto& node = node_at(id);
    if (node.op != Op::GetAttribute) return false;
    const auto& name = in_.names[node.operand];
    return name == "now" || name == "starts" || name == "ends";
  }

  [[nodiscard]] std::string order(const Node& node, bool negated) const {
    const auto left = part(node, 0);
    const auto right = part(node, 1);
    const bool before = (node.op == Op::Less || node.op == Op::LessEqual) != negated;
    const bool strict = (node.op == Op::Less || node.op == Op::Greater) != negated;
    const auto which = std::size_t{is_moment(left) || is_moment(right) ? 4U : 0U} +
                       (before ? 2U : 0U) + (strict ? 1U : 0U);
    return thing(left) + std::string(kOrderWords.at(which)) + thing(right);
  }

  [[nodiscard]] std::optional<std::vector<std::string>> roles(NodeId id) const {
    const auto* value = in_.constant(id);
    if (value == nullptr) return std::nullopt;
    std::vector<Value> values;
    if (const auto* set = value->set()) {
      // In the order they are written.
      for (const auto one : in_.children_of(node_at(id))) {
        if (const auto* item = in_.constant(one)) values.push_back(*item);
      }
      if (set->empty()) return std::nullopt;
    } else {
      values.push_back(*value);
    }
    std::vector<std::string> out;
    for (const auto& item : values) {
      const auto* held = item.entity();
      if (held == nullptr || held->uid.type != "Role") return std::nullopt;
      out.push_back(held->uid.id);
    }
    return out;
  }

  [[nodiscard]] std::string membership(const Node& node, bool negated) const {
    const auto member = part(node, 0);
    const auto group = part(node, 1);
    if (node_at(member).op == Op::Principal) {
      const auto named = roles(group);
      if (named) {
        return asker() + (negated ? " does not have the role " : " has the role ") +
               listed(*named, "or");
      }
      return asker() + (negated ? " does not act for " : " acts for ") + any_of(group);
    }
    if (node_at(member).op == Op::Resource) {
      return "the field group" + is(negated) + "of " + any_of(group);
    }
    return thing(member) + is(negated) + "in " + any_of(group);
  }

  // A set as what any of is meant.
  [[nodiscard]] std::string any_of(NodeId id) const {
    return node_at(id).op == Op::Set ? listed(things(node_at(id)), "or") : thing(id);
  }

  [[nodiscard]] std::string contains(const Node& node, bool negated) const {
    const auto group = part(node, 0);
    const bool spelt_out = node_at(group).op == Op::Set;
    return thing(part(node, 1)) + is(negated) + (spelt_out ? "" : "one of ") + any_of(group);
  }

  [[nodiscard]] std::string verb(const Node& node, bool negated, std::string_view does,
                                 std::string_view last) const {
    const auto others = part(node, 1);
    return thing(part(node, 0)) + (negated ? " do not " : " ") + std::string(does) + " " +
           (node_at(others).op == Op::Set ? listed(things(node_at(others)), last) : thing(others));
  }

  [[nodiscard]] std::string has(const Node& node, bool negated) const {
    std::string out = thing(part(node, 0));
    out = node_at(part(node, 0)).op == Op::Context ? "the" : out + "'s";
    for (std::uint32_t i = 0; i < node.names; ++i) {
      out += (i > 0 ? "'s " : " ") + word_for(kAttributeWords, in_.names[node.operand + i]);
    }
    return out + (negated ? " is not given" : " is given");
  }

  [[nodiscard]] std::string is_of_type(const Node& node, bool negated) const {
    const auto& type = in_.names[node.operand];
    const auto words =
        type == "Agent" || type == "User" || type == "Broker" ? a_type(type) : "of type " + type;
    auto out = thing(part(node, 0)) + is(negated) + words;
    if (node.count > 1) out += (negated ? " or not in " : " and in ") + any_of(part(node, 1));
    return out;
  }

  // A Bool: `context.sender.suspended`.
  [[nodiscard]] std::string attribute(const Node& node, bool negated) const {
    return thing(part(node, 0)) + is(negated) + word_for(kTruthWords, in_.names[node.operand]);
  }

  const Policy& policy_;
  const Expressions& in_;
  std::string record_type_;  // of the head
};

}  // namespace

PlainPolicy in_english(const Policy& policy) { return Speaker(policy).run(); }

std::string listed(const std::vector<std::string>& words, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace hub::policy
