#include "policy/cedar/schema_json.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "core/base/json.h"
#include "policy/cedar/names.h"
#include "policy/cedar/schema_names.h"
#include "policy/cedar/schema_resolve.h"
#include "policy/cedar/shown_text.h"
#include "policy/cedar/token_cursor.h"

namespace hub::policy {
namespace {

using SchemaJson = nlohmann::json;

// A record within a record takes two levels, and there are a few around the types.
constexpr JsonLimits kSchemaJsonLimits{.max_bytes = kMaxSchemaJsonBytes,
                                       .max_depth = 2 * kMaxSchemaDepth + 8};

// Names joined by `::`, each of which passes.
template <class Passes>
bool is_path(std::string_view text, Passes passes) {
  for (auto at = text.find("::"); at != std::string_view::npos; at = text.find("::")) {
    if (!passes(text.substr(0, at))) return false;
    text.remove_prefix(at + 2);
  }
  return passes(text);
}

class SchemaJsonReader {
 public:
  void run(const SchemaJson& json) {
    if (!json.is_object()) return mistake("a schema is an object of namespaces");
    for (const auto& [name, held] : json.items()) {
      const Within within(
          *this, name.empty() ? "the empty namespace" : "namespace " + in_backquotes(name));
      if (!name.empty() && !is_type_name(name)) mistake("its name is not a name");
      draft_.push_back(name_space(name, held));
    }
  }

  [[nodiscard]] const SchemaDraft& draft() const { return draft_; }
  [[nodiscard]] const std::optional<std::string>& failed() const { return mistake_; }

 private:
  // Where in the schema the reader is, for the mistakes.
  class Within {
   public:
    Within(SchemaJsonReader& reader, std::string where) : reader_(reader) {
      reader_.where_.push_back(std::move(where));
    }
    ~Within() { reader_.where_.pop_back(); }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;
    Within(Within&&) = delete;
    Within& operator=(Within&&) = delete;

   private:
    SchemaJsonReader& reader_;
  };

  void mistake(const std::string& what) {
    if (mistake_) return;
    mistake_.emplace();
    for (const auto& part : where_) *mistake_ += part + ": ";
    *mistake_ += what;
  }

  // Notes a mistake unless it is an object with no key but these.
  bool object(const SchemaJson& json, std::initializer_list<std::string_view> keys) {
    if (!json.is_object()) {
      mistake("an object is expected here");
      return false;
    }
    return only_keys(
        json, [&](const std::string& key) { return std::ranges::find(keys, key) != keys.end(); });
  }

  // Notes a mistake at the first key that is not known.
  template <class Known>
  bool only_keys(const SchemaJson& json, Known known) {
    const auto items = json.items();
    const auto strange = std::find_if(items.begin(), items.end(),
                                      [&](const auto& item) { return !known(item.key()); });
    if (strange == items.end()) return true;
    mistake("the key " + in_backquotes(strange.key()) + " is not known here");
    return false;
  }

  // Null, and a mistake when the key has to be there, when it is not.
  static const SchemaJson* optional_part(const SchemaJson& json, const char* key) {
    const auto found = json.find(key);
    return found == json.end() ? nullptr : &*found;
  }
  const SchemaJson* part(const SchemaJson& json, const char* key) {
    const auto* found = optional_part(json, key);
    if (found == nullptr) mistake("the key " + in_backquotes(key) + " is missing");
    return found;
  }

  bool list(const SchemaJson& json, const char* called) {
    if (json.is_array()) return true;
    mistake(in_backquotes(called) + " is not a list");
    return false;
  }

  std::string text(const SchemaJson& json, const char* called) {
    if (json.is_string()) return json.get<std::string>();
    mistake(in_backquotes(called) + " is not a text");
    return {};
  }

  // A name with or without namespaces; __cedar may be one of them.
  std::string path(const SchemaJson& json, const char* called) {
    auto out = text(json, called);
    const auto passes = [](std::string_view name) {
      return name == "__cedar" || is_plain_name(name);
    };
    if (!is_path(out, passes)) mistake(in_backquotes(called) + " is not a name");
    return out;
  }

  void annotations(const SchemaJson& json) {
    const auto* found = optional_part(json, "annotations");
    if (found == nullptr) return;
    if (!found->is_object()) return mistake("`annotations` is not an object");
    for (const auto& [name, value] : found->items()) {
      if (!is_identifier(name)) mistake("an annotation's name is not a name");
      if (!value.is_string() && !value.is_null()) mistake("an annotation is not a text");
    }
  }

  DraftNamespace name_space(const std::string& name, const SchemaJson& json) {
    DraftNamespace out;
    out.name = name;
    if (!object(json, {"commonTypes", "entityTypes", "actions", "annotations"})) return out;
    annotations(json);
    if (name.empty() && json.contains("annotations") && !json["annotations"].empty()) {
      mistake("it cannot have annotations");
    }
    if (const auto* held = optional_part(json, "commonTypes")) {
      each(*held, "common type", [&](const std::string& called, const SchemaJson& one) {
        out.common_types.push_back({declared(called), type(one, 0, Extra::Annotations)});
      });
    }
    if (const auto* held = part(json, "entityTypes")) {
      each(*held, "entity type", [&](const std::string& called, const SchemaJson& one) {
        out.entity_types.push_back(entity_type(declared(called), one));
      });
    }
    if (const auto* held = part(json, "actions")) {
      each(*held, "action", [&](const std::string& called, const SchemaJson& one) {
        out.actions.push_back(action(called, one));
      });
    }
    return out;
  }

  template <class Read>
  void each(const SchemaJson& json, const std::string& kind, Read read) {
    if (!json.is_object()) return mistake("its " + kind + "s are not an object");
    for (const auto& [name, held] : json.items()) {
      const Within within(*this, kind + " " + in_backquotes(name));
      read(name, held);
    }
  }

  DraftName declared(const std::string& name) {
    if (!is_plain_name(name)) mistake("its name is not a name, or a word of the language");
    return {name, {}};
  }

  DraftEntityType entity_type(DraftName name, const SchemaJson& json) {
    DraftEntityType out;
    out.names.push_back(std::move(name));
    if (!object(json, {"memberOfTypes", "shape", "tags", "enum", "annotations"})) return out;
    annotations(json);
    if (const auto* held = optional_part(json, "enum")) {
      out.enumeration = enumeration(*held);
      if (json.contains("memberOfTypes") || json.contains("shape") || json.contains("tags")) {
        mistake("with `enum` it has no memberOfTypes, shape or tags");
      }
    }
    if (const auto* held = optional_part(json, "memberOfTypes")) {
      out.member_of = paths(*held, "memberOfTypes");
    }
    if (const auto* held = optional_part(json, "shape")) {
      const Within within(*this, "shape");
      out.shape = type(*held, 0, Extra::None);
    }
    if (const auto* held = optional_part(json, "tags")) {
      const Within within(*this, "tags");
      out.tags = type(*held, 0, Extra::None);
    }
    return out;
  }

  std::vector<std::string> enumeration(const SchemaJson& json) {
    std::vector<std::string> out;
    if (!list(json, "enum")) return out;
    for (const auto& id : json) out.push_back(text(id, "an id of enum"));
    if (out.empty()) mistake("`enum` is empty");
    return out;
  }

  std::vector<DraftName> paths(const SchemaJson& json, const char* called) {
    std::vector<DraftName> out;
    if (!list(json, called)) return out;
    for (const auto& name : json) out.push_back({path(name, called), {}});
    return out;
  }

  DraftAction action(const std::string& name, const SchemaJson& json) {
    DraftAction out;
    out.names.push_back({name, {}});
    if (!object(json, {"attributes", "appliesTo", "memberOf", "annotations"})) return out;
    annotations(json);
    if (const auto* held = optional_part(json, "attributes"); held != nullptr && !held->is_null()) {
      mistake("actions have no attributes");
    }
    const auto* groups = optional_part(json, "memberOf");
    if (groups != nullptr && !groups->is_null() && list(*groups, "memberOf")) {
      for (const auto& one : *groups) out.member_of.push_back(group(one));
    }
    const auto* applies = optional_part(json, "appliesTo");
    if (applies != nullptr && !applies->is_null()) applies_to(*applies, out);
    return out;
  }

  DraftGroup group(const SchemaJson& json) {
    const Within within(*this, "memberOf");
    DraftGroup out{"Action", {}, {}};
    if (!object(json, {"id", "type"})) return out;
    if (const auto* id = part(json, "id")) out.id = text(*id, "id");
    const auto* type = optional_part(json, "type");
    if (type != nullptr && !type->is_null()) out.type = path(*type, "type");
    return out;
  }

  void applies_to(const SchemaJson& json, DraftAction& out) {
    const Within within(*this, "appliesTo");
    if (!object(json, {"principalTypes", "resourceTypes", "context"})) return;
    if (const auto* held = part(json, "principalTypes")) {
      out.principals = paths(*held, "principalTypes");
    }
    if (const auto* held = part(json, "resourceTypes")) {
      out.resources = paths(*held, "resourceTypes");
    }
    if (const auto* held = optional_part(json, "context")) {
      const Within context(*this, "context");
      out.context = type(*held, 0, Extra::None);
    }
  }

  // What may stand in the object of a type beside the type.
  enum class Extra : std::uint8_t { None, Annotations, AnnotationsAndRequired };

  // Notes a mistake unless the type has these keys and no others.
  bool keys_of_type(const SchemaJson& json, Extra extra,
                    std::initializer_list<std::string_view> keys) {
    return only_keys(json, [&](const std::string& key) {
      return std::ranges::find(keys, key) != keys.end() ||
             (key == "annotations" && extra != Extra::None) ||
             (key == "required" && extra == Extra::AnnotationsAndRequired);
    });
  }

  DraftType type(const SchemaJson& json, std::size_t depth, Extra extra) {
    DraftType out;
    if (depth >= kMaxSchemaDepth) mistake("the types are nested too deeply");
    if (!json.is_object()) mistake("a type is an object");
    if (mistake_) return out;
    annotations(json);
    const auto* named = part(json, "type");
    if (named == nullptr) return out;
    const auto kind = text(*named, "type");
    if (mistake_) return out;
    if (kind == "Set") {
      set(json, depth, extra, out);
    } else if (kind == "Record") {
      record(json, depth, extra, out);
    } else if (kind == "Entity" || kind == "EntityOrCommon" || kind == "Extension") {
      named_type(json, kind, extra, out);
    } else if (keys_of_type(json, extra, {"type"})) {
      simple_or_common(*named, kind, out);
    }
    return out;
  }

  void simple_or_common(const SchemaJson& json, const std::string& kind, DraftType& out) {
    out.kind = DraftType::Kind::Simple;
    if (kind == "Boolean") {
      out.simple = Type::Kind::Bool;
    } else if (kind == "Long") {
      out.simple = Type::Kind::Long;
    } else if (kind == "String") {
      out.simple = Type::Kind::String;
    } else {
      out.kind = DraftType::Kind::Common;
      out.name = {path(json, "type"), {}};
    }
  }

  void set(const SchemaJson& json, std::size_t depth, Extra extra, DraftType& out) {
    out.kind = DraftType::Kind::Set;
    if (!keys_of_type(json, extra, {"type", "element"})) return;
    if (const auto* element = part(json, "element")) {
      const Within within(*this, "element");
      out.element.push_back(type(*element, depth + 1, Extra::None));
    }
  }

  void record(const SchemaJson& json, std::size_t depth, Extra extra, DraftType& out) {
    out.kind = DraftType::Kind::Record;
    if (!keys_of_type(json, extra, {"type", "attributes", "additionalAttributes"})) return;
    if (const auto* more = optional_part(json, "additionalAttributes")) {
      if (*more != false) mistake("`additionalAttributes` can only be false");
    }
    const auto* attributes = part(json, "attributes");
    if (attributes == nullptr) return;
    each(*attributes, "attribute", [&](const std::string& name, const SchemaJson& held) {
      DraftAttribute attribute{name, type(held, depth + 1, Extra::AnnotationsAndRequired)};
      if (held.is_object() && held.contains("required")) {
        if (!held["required"].is_boolean()) return mistake("`required` is not true or false");
        attribute.required = held["required"].get<bool>();
      }
      out.attributes.push_back(std::move(attribute));
    });
  }

  void named_type(const SchemaJson& json, const std::string& kind, Extra extra, DraftType& out) {
    const auto* name = keys_of_type(json, extra, {"type", "name"}) ? part(json, "name") : nullptr;
    if (name == nullptr) return;
    out.name = {path(*name, "name"), {}};
    if (kind != "Extension") {
      out.kind = kind == "Entity" ? DraftType::Kind::Entity : DraftType::Kind::Named;
      return;
    }
    const auto found = simple_type_called(out.name.name);
    if (!found || out.name.name.find(':') != std::string::npos || *found < Type::Kind::Decimal) {
      return mistake(in_backquotes(out.name.name) +
                     " is no extension type: there are decimal, ipaddr, datetime, duration");
    }
    out.kind = DraftType::Kind::Simple;
    out.simple = *found;
  }

  SchemaDraft draft_;
  std::vector<std::string> where_;
  std::optional<std::string> mistake_;
};

}  // namespace

Result<Schema, std::vector<ParseError>> parse_schema_json(std::string_view text,
                                                          std::string_view file) {
  const std::string name(file);
  const auto parsed = parse_json(text, kSchemaJsonLimits);
  if (!parsed) {
    const auto& error = parsed.error();
    return fail(std::vector{ParseError{name, error.line, 0, error.reason, {}}});
  }
  SchemaJsonReader reader;
  reader.run(*parsed);
  if (const auto& failed = reader.failed()) {
    return fail(std::vector{ParseError{name, 0, 0, *failed, {}}});
  }
  auto schema = resolve_schema(reader.draft());
  if (schema) return std::move(*schema);
  std::vector<ParseError> mistakes;
  for (auto& mistake : schema.error()) {
    mistakes.push_back({name, 0, 0, std::move(mistake.what), std::move(mistake.hint)});
  }
  return fail(std::move(mistakes));
}

}  // namespace hub::policy
