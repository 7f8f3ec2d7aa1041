#include "policy/agreement.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "core/base/json.h"
#include "policy/codes.h"

namespace hub::policy {
namespace {

using Json = nlohmann::json;

constexpr JsonLimits kLimits{.max_bytes = 1U << 20U, .max_depth = 8};
constexpr std::size_t kMaxTextBytes = 2000;
constexpr std::int64_t kMaxRetentionDays = 36'525;

// In the order in which docs list them; a key that is not here is a mistake.
constexpr std::array<std::string_view, 27> kKeys{"id",
                                                 "title",
                                                 "domain",
                                                 "status",
                                                 "note",
                                                 "starts",
                                                 "ends",
                                                 "review_by",
                                                 "parties",
                                                 "guests",
                                                 "purposes",
                                                 "record_types",
                                                 "legal_bases",
                                                 "regimes",
                                                 "handling",
                                                 "handling_conditions",
                                                 "gateways",
                                                 "special_category",
                                                 "schedule1_condition",
                                                 "controllers",
                                                 "retention_days",
                                                 "onward_sharing",
                                                 "onward_sharing_allowed",
                                                 "disclosure_control",
                                                 "individual_rights",
                                                 "dpia_ref",
                                                 "isg_ref"};

class Reader {
 public:
  Reader(const Json& json, std::string_view text, std::string_view file)
      : json_(json), text_(text), file_(file) {}

  void mistake(std::string_view key, std::string_view what, std::string_view hint) {
    mistakes_.push_back({std::string(file_), line_of(key), 0,
                         "`" + std::string(key) + "` " + std::string(what), std::string(hint)});
  }

  std::vector<ParseError> take_mistakes() && { return std::move(mistakes_); }

  void refuse_unknown_keys() {
    for (const auto& [key, held] : json_.items()) {
      if (std::ranges::find(kKeys, key) != kKeys.end()) continue;
      mistakes_.push_back({std::string(file_), line_of(key), 0,
                           "the agreement has a key that is not one of an agreement's",
                           "take it out, or put what it says into `note`"});
    }
  }

  std::string text(std::string_view key) {
    auto out = text_or_nothing(key);
    if (out.empty()) mistake(key, "is missing or no text", "write it as a text in quotes");
    return out;
  }

  std::string text_or_nothing(std::string_view key) {
    const auto* held = find(key);
    if (held == nullptr) return {};
    if (!held->is_string() || held->get_ref<const std::string&>().size() > kMaxTextBytes) {
      mistake(key, "is no text of at most 2000 bytes", "write it as a text in quotes");
      return {};
    }
    return held->get<std::string>();
  }

  std::string code(std::string_view key) {
    auto out = text(key);
    if (!out.empty() && !is_code(out)) {
      mistake(key, "is not a code", "lower-case letters, digits, `-` and `.`");
    }
    return out;
  }

  // A day as days since 1970; a mistake and 0 when it is none.
  std::int32_t day(std::string_view key) {
    const auto written = text(key);
    const auto out = parse_iso_date(written);
    if (!out && !written.empty()) mistake(key, "is not a date", "write it as 2026-01-31");
    return out.value_or(0);
  }

  // One or more texts, none twice.
  std::vector<std::string> texts(std::string_view key) {
    const auto* held = find(key);
    if (held == nullptr || !held->is_array() || held->empty()) {
      mistake(key, "is missing or empty", "write it as a list of texts");
      return {};
    }
    return texts_in(key, *held);
  }

  std::vector<std::string> codes(std::string_view key) {
    auto out = texts(key);
    for (const auto& one : out) {
      if (!is_code(one)) mistake(key, "holds something that is no code", "as in `ha1996-s208`");
    }
    return out;
  }

  std::vector<std::string> codes_or_nothing(std::string_view key) {
    return find(key) == nullptr ? std::vector<std::string>() : codes(key);
  }

  bool flag_or_no(std::string_view key) {
    const auto* held = find(key);
    if (held == nullptr) return false;
    if (!held->is_boolean()) mistake(key, "is neither true nor false", "write it without quotes");
    return held->is_boolean() && held->get<bool>();
  }

  std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
    const auto* held = find(key);
    const auto value =
        held != nullptr && held->is_number_integer() ? held->get<std::int64_t>() : least - 1;
    if (value < least || value > most) {
      mistake(key, "is missing or out of range", "write it as a whole number");
      return least;
    }
    return value;
  }

  void record_types(Agreement& out) {
    const auto* held = find("record_types");
    if (held == nullptr || !held->is_object() || held->empty()) {
      mistake("record_types", "is missing or empty",
              R"(as in {"ta.placement_notice": ["notice", "property"]})");
      return;
    }
    for (const auto& [type, groups] : held->items()) {
      out.record_types.push_back(type);
      if (!is_code(type) || !groups.is_array() || groups.empty()) {
        mistake("record_types", "has a type without field groups", "list at least one group");
        continue;
      }
      for (const auto& group : texts_in("record_types", groups)) {
        if (!is_code(group)) mistake("record_types", "has a group that is no code", "");
        out.field_groups.push_back(type);
        out.field_groups.back().append("/").append(group);
      }
    }
  }

  void parties(Agreement& out) {
    const auto* held = find("parties");
    if (held == nullptr || !held->is_array() || held->size() < 2) {
      mistake("parties", "names fewer than two authorities",
              R"(as in [{"authority": "E09000007"}, {"authority": "E09000012"}])");
      return;
    }
    for (const auto& one : *held) {
      const auto party = read_party(one);
      if (!party) continue;
      if (std::ranges::find(out.parties, party->authority, &AgreementParty::authority) !=
          out.parties.end()) {
        mistake("parties", "names an authority twice", "take one of the two out");
      }
      out.parties.push_back(*party);
    }
  }

  // After the parties, who sponsor them.
  void guests(Agreement& out) {
    const auto* held = find("guests");
    if (held == nullptr) return;
    if (!held->is_array()) {
      mistake("guests", "is no list", kGuestExample);
      return;
    }
    for (const auto& one : *held) {
      auto guest = read_guest(one, out);
      if (!guest) continue;
      if (std::ranges::find(out.guests, guest->organisation, &AgreementGuest::organisation) !=
          out.guests.end()) {
        mistake("guests", "names an organisation twice", "give it all its sponsors in one place");
      }
      out.guests.push_back(std::move(*guest));
    }
  }

 private:
  static constexpr std::string_view kGuestExample =
      R"(as in [{"organisation": "idva-service", "name": "IDVA service", "sponsors": ["E09000007"]}])";

  [[nodiscard]] const Json* find(std::string_view key) const {
    const auto at = json_.find(key);
    return at == json_.end() ? nullptr : &*at;
  }

  // Where the key stands first, which is right but for a text that repeats it.
  [[nodiscard]] std::size_t line_of(std::string_view key) const {
    const auto at = text_.find("\"" + std::string(key) + "\"");
    if (at == std::string_view::npos) return 1;
    return 1 + static_cast<std::size_t>(std::ranges::count(text_.substr(0, at), '\n'));
  }

  std::vector<std::string> texts_in(std::string_view key, const Json& list) {
    std::vector<std::string> out;
    for (const auto& one : list) {
      if (!one.is_string() || one.get_ref<const std::string&>().empty()) {
        mistake(key, "holds something that is no text", "write each as a text in quotes");
      } else if (std::ranges::find(out, one.get_ref<const std::string&>()) != out.end()) {
        mistake(key, "holds the same text twice", "take one of the two out");
      } else {
        out.push_back(one.get<std::string>());
      }
    }
    return out;
  }

  using Texts = std::span<const std::pair<std::string_view, std::string*>>;

  // Takes these texts out of the object; false when one is no text.
  static bool take_texts(const Json& json, Texts texts, std::size_t& known) {
    for (const auto& [key, into] : texts) {
      const auto at = json.find(key);
      if (at == json.end()) continue;
      ++known;
      if (!at->is_string()) return false;
      *into = at->get<std::string>();
    }
    return true;
  }

  static bool is_signature(const std::string& by, const std::string& on) {
    return by.empty() == on.empty() && (on.empty() || parse_iso_date(on));
  }

  std::optional<AgreementParty> read_party(const Json& json) {
    AgreementParty out;
    const std::array<std::pair<std::string_view, std::string*>, 3> texts{
        std::pair{std::string_view("authority"), &out.authority},
        std::pair{std::string_view("signed_by"), &out.signed_by},
        std::pair{std::string_view("signed_on"), &out.signed_on}};
    if (!json.is_object()) {
      mistake("parties", "holds something that is no object",
              R"(as in {"authority": "E09000007"})");
      return std::nullopt;
    }
    std::size_t known = 0;
    if (!take_texts(json, texts, known) || known != json.size() ||
        !is_authority_code(out.authority) || !is_signature(out.signed_by, out.signed_on)) {
      mistake("parties", "has a party that is not written right",
              "authority is a GSS code; signed_by a role and signed_on a date, both or neither");
      return std::nullopt;
    }
    return out;
  }

  std::optional<AgreementGuest> read_guest(const Json& json, const Agreement& agreement) {
    AgreementGuest out;
    const std::array<std::pair<std::string_view, std::string*>, 4> texts{
        std::pair{std::string_view("organisation"), &out.organisation},
        std::pair{std::string_view("name"), &out.name},
        std::pair{std::string_view("signed_by"), &out.signed_by},
        std::pair{std::string_view("signed_on"), &out.signed_on}};
    std::size_t known = 1;  // the sponsors
    const bool sponsored = json.is_object() && json.contains("sponsors") &&
                           json.at("sponsors").is_array() && !json.at("sponsors").empty();
    if (!sponsored || !take_texts(json, texts, known) || known != json.size() ||
        !is_code(out.organisation) || out.name.empty() || out.name.size() > kMaxTextBytes ||
        !is_signature(out.signed_by, out.signed_on)) {
      mistake("guests", "has a guest that is not written right", kGuestExample);
      return std::nullopt;
    }
    out.sponsors = texts_in("guests", json.at("sponsors"));
    for (const auto& sponsor : out.sponsors) {
      if (std::ranges::find(agreement.parties, sponsor, &AgreementParty::authority) ==
          agreement.parties.end()) {
        mistake("guests", "has a sponsor that is no party", "name parties of this agreement");
      }
    }
    return out;
  }

  const Json& json_;
  std::string_view text_;
  std::string_view file_;
  std::vector<ParseError> mistakes_;
};

void read_status(Reader& reader, Agreement& out) {
  const auto written = reader.text("status");
  constexpr std::array all{AgreementStatus::Draft, AgreementStatus::InForce,
                           AgreementStatus::Withdrawn};
  const auto* found = std::ranges::find(all, written, name_of);
  if (found != all.end()) {
    out.status = *found;
  } else if (!written.empty()) {
    reader.mistake("status", "is none that an agreement has", "draft, in_force or withdrawn");
  }
}

void read_term(Reader& reader, Agreement& out) {
  constexpr std::int64_t day_ms = 86'400'000;
  const auto first = reader.day("starts");
  const auto last = reader.day("ends");
  out.starts = from_ms(first * day_ms);
  out.ends = from_ms((last + std::int64_t{1}) * day_ms);
  if (out.ends <= out.starts) reader.mistake("ends", "lies before the start", "");
  out.review_by = iso_date(reader.day("review_by"));
}

}  // namespace

std::string_view name_of(AgreementStatus status) {
  switch (status) {
    case AgreementStatus::Draft: return "draft";
    case AgreementStatus::InForce: return "in_force";
    case AgreementStatus::Withdrawn: return "withdrawn";
  }
  return "draft";
}

Result<Agreement, std::vector<ParseError>> parse_agreement(std::string_view json,
                                                           std::string_view file) {
  const auto parsed = parse_json(json, kLimits);
  if (!parsed) {
    return fail(std::vector{ParseError{std::string(file), parsed.error().line, 0,
                                       parsed.error().reason, "write it as a JSON object"}});
  }
  if (!parsed->is_object()) {
    return fail(std::vector{
        ParseError{std::string(file), 1, 0, "it is not an object", "write it as a JSON object"}});
  }
  Reader reader(*parsed, json, file);
  Agreement out;
  reader.refuse_unknown_keys();
  out.id = reader.code("id");
  out.title = reader.text("title");
  out.domain = reader.text("domain");
  read_status(reader, out);
  out.note = reader.text_or_nothing("note");
  read_term(reader, out);
  reader.parties(out);
  reader.guests(out);
  out.purposes = reader.codes("purposes");
  reader.record_types(out);
  out.legal_bases = reader.codes("legal_bases");
  out.regimes = reader.codes("regimes");
  out.handling = reader.codes("handling");
  out.handling_conditions = reader.codes_or_nothing("handling_conditions");
  out.gateways = reader.texts("gateways");
  out.special_category = reader.text_or_nothing("special_category");
  out.schedule1_condition = reader.text_or_nothing("schedule1_condition");
  out.controllers = reader.code("controllers");
  out.retention_days = reader.number("retention_days", 1, kMaxRetentionDays);
  out.onward_sharing = reader.text("onward_sharing");
  out.onward_sharing_allowed = reader.flag_or_no("onward_sharing_allowed");
  out.disclosure_control = reader.text("disclosure_control");
  out.individual_rights = reader.text("individual_rights");
  out.dpia_ref = reader.text("dpia_ref");
  out.isg_ref = reader.text_or_nothing("isg_ref");
  auto mistakes = std::move(reader).take_mistakes();
  if (!mistakes.empty()) return fail(std::move(mistakes));
  return out;
}

}  // namespace hub::policy
