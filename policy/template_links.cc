#include "policy/template_links.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/json.h"
#include "policy/codes.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;

constexpr JsonLimits kLinkLimits{.max_bytes = 1U << 20U, .max_depth = 5};
constexpr std::size_t kMaxAnnotationBytes = 2000;

constexpr std::array<std::string_view, 5> kAnnotationKeys{"title", "agreement", "lawful_basis",
                                                          "owner", "review_by"};

// One way to fill a slot.
struct Filler {
  std::string_view key;
  std::string_view entity_type;
  bool list;
};

constexpr std::array<Filler, 4> kPrincipalFillers{{{"role", "Role", false},
                                                   {"roles", "Role", true},
                                                   {"guest", "Guest", false},
                                                   {"parties_to", "Agreement", false}}};
constexpr std::array<Filler, 3> kResourceFillers{{{"record_type", "RecordType", false},
                                                  {"field_group", "FieldGroup", false},
                                                  {"field_groups", "FieldGroup", true}}};

// What a slot gets, and what that adds to the new policy's id.
struct Filled {
  std::optional<EntityUid> entity;
  std::string suffix;
};

class LinkReader {
 public:
  LinkReader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  void read(const Json& links) {
    for (const auto& one : links) {
      ++number_;
      read_link(one);
    }
  }

  Result<std::vector<LinkedPolicy>, std::vector<ParseError>> finish() && {
    if (!mistakes_.empty()) return fail(std::move(mistakes_));
    return std::move(out_);
  }

  void mistake(std::string what, std::string_view hint) {
    mistakes_.push_back({std::string(file_), line_, 0, std::move(what), std::string(hint)});
  }

 private:
  void read_link(const Json& json) {
    line_ = 1;
    if (!json.is_object()) {
      mistake(here() + "is no object", R"(as in {"id": "notice-view", "template": "team-view"})");
      return;
    }
    const auto id = text_in(json, "id");
    if (!is_code(id)) {
      mistake(here() + "has no `id`, or one that is no code", R"(as in "id": "notice-view")");
      return;
    }
    line_ = line_of(id);
    const auto base = text_in(json, "template");
    if (!is_code(base)) mistake(here() + "names no `template`", "give the @id of a template");
    refuse_unknown_keys(json);
    const auto annotations = annotations_of(json);
    const auto principals = fillings(json, kPrincipalFillers);
    const auto resources = fillings(json, kResourceFillers);
    for (const auto& principal : principals) {
      for (const auto& resource : resources) {
        add(id + principal.suffix + resource.suffix, base, principal, resource, annotations);
      }
    }
  }

  void add(const std::string& id, const std::string& base, const Filled& principal,
           const Filled& resource, const std::vector<Annotation>& annotations) {
    if (out_.size() >= kMaxTemplateLinks) {
      if (out_.size() == kMaxTemplateLinks && mistakes_.empty()) {
        mistake("the file makes more than 10,000 policies", "link record types, not their groups");
      }
      return;
    }
    if (!is_code(id)) {
      mistake(here() + "makes a policy whose id is longer than 64 characters", "shorten its `id`");
      return;
    }
    LinkedPolicy made{{base, id, principal.entity, resource.entity}, {{"id", id}}, line_};
    made.annotations.insert(made.annotations.end(), annotations.begin(), annotations.end());
    out_.push_back(std::move(made));
  }

  std::vector<Annotation> annotations_of(const Json& json) {
    std::vector<Annotation> out;
    for (const auto key : kAnnotationKeys) {
      auto words = text_in(json, key);
      if (words.empty() || words.size() > kMaxAnnotationBytes) {
        mistake(here() + "has no `" + std::string(key) + "`", "every policy says it");
        continue;
      }
      out.push_back({std::string(key), std::move(words)});
    }
    return out;
  }

  // What the slot gets; one that the link leaves alone gets nothing.
  std::vector<Filled> fillings(const Json& json, std::span<const Filler> fillers) {
    std::vector<Filled> out;
    std::size_t given = 0;
    for (const auto& filler : fillers) {
      const auto at = json.find(filler.key);
      if (at == json.end()) continue;
      ++given;
      if (filler.list) {
        fill_each(filler, *at, out);
      } else if (const auto name = name_in(filler, *at)) {
        out.push_back({EntityUid{std::string(filler.entity_type), *name}, {}});
      }
    }
    if (given > 1) mistake(here() + "fills a slot in two ways", "leave one of them");
    if (given == 0) out.push_back({});
    return out;
  }

  void fill_each(const Filler& filler, const Json& list, std::vector<Filled>& out) {
    if (!list.is_array() || list.empty()) {
      mistake(here() + "has no list as `" + std::string(filler.key) + "`", "list what it is for");
      return;
    }
    for (const auto& one : list) {
      const auto name = name_in(filler, one);
      if (!name) continue;
      const auto slash = name->find('/');
      auto suffix = "." + (slash == std::string::npos ? *name : name->substr(slash + 1));
      out.push_back({EntityUid{std::string(filler.entity_type), *name}, std::move(suffix)});
    }
  }

  // A code, or for a field group two with a slash between.
  std::optional<std::string> name_in(const Filler& filler, const Json& json) {
    auto text = json.is_string() ? json.get<std::string>() : std::string();
    const auto slash = text.find('/');
    const bool group = filler.entity_type == "FieldGroup";
    const bool right = group ? slash != std::string::npos && is_code(text.substr(0, slash)) &&
                                   is_code(text.substr(slash + 1))
                             : is_code(text);
    if (right) return text;
    mistake(here() + "has something as `" + std::string(filler.key) + "` that is no name of it",
            group ? R"(as in "ta.placement_notice/notice")" : R"(as in "housing-officer")");
    return std::nullopt;
  }

  void refuse_unknown_keys(const Json& json) {
    for (const auto& [key, held] : json.items()) {
      const auto is_key = [&](const Filler& filler) { return filler.key == key; };
      if (key == "id" || key == "template" ||
          std::ranges::find(kAnnotationKeys, key) != kAnnotationKeys.end() ||
          std::ranges::any_of(kPrincipalFillers, is_key) ||
          std::ranges::any_of(kResourceFillers, is_key)) {
        continue;
      }
      mistake(here() + "has a key that is not one of a link's", "take it out");
    }
  }

  static std::string text_in(const Json& json, std::string_view key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  }

  [[nodiscard]] std::string here() const { return "link " + std::to_string(number_) + " "; }

  [[nodiscard]] std::size_t line_of(const std::string& id) const {
    const auto at = text_.find("\"" + id + "\"");
    if (at == std::string_view::npos) return 1;
    return 1 + static_cast<std::size_t>(std::ranges::count(text_.substr(0, at), '\n'));
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t number_ = 0;
  std::size_t line_ = 1;
  std::vector<LinkedPolicy> out_;
  std::vector<ParseError> mistakes_;
};

}  // namespace

Result<std::vector<LinkedPolicy>, std::vector<ParseError>> parse_template_links(
    std::string_view json, std::string_view file) {
  const auto parsed = parse_json(json, kLinkLimits);
  if (!parsed) {
    return fail(std::vector{ParseError{std::string(file), parsed.error().line, 0,
                                       parsed.error().reason, "write it as a JSON object"}});
  }
  LinkReader reader(json, file);
  const bool right = parsed->is_object() && parsed->size() == 1 && parsed->contains("links") &&
                     parsed->at("links").is_array();
  if (right) {
    reader.read(parsed->at("links"));
  } else {
    reader.mistake("it is not an object with a list of links", R"(as in {"links": []})");
  }
  return std::move(reader).finish();
}

}  // namespace hub::policy
