#include "policy/agreement_page.h"

#include <algorithm>
#include <set>
#include <utility>

#include "policy/cast.h"
#include "policy/english.h"
#include "policy/london_authorities.h"
#include "policy/roles.h"
#include "policy/scenarios.h"

namespace hub::policy {
namespace {

constexpr std::string_view kNotRecorded = "not recorded";

// A text of the bundle on a page: no line breaks, nothing that Markdown or HTML would take for its
// own.
std::string on_page(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += ' ';
    } else if (c == '|' || c == '<' || c == '`' || c == '*' || c == '[' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out.empty() ? std::string(kNotRecorded) : out;
}

std::string in_code(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "`" : ", `") + word + "`";
  return out.empty() ? std::string(kNotRecorded) : out;
}

std::string on_page(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : "; ") + on_page(text);
  return out.empty() ? std::string(kNotRecorded) : out;
}

std::string day_words(Time time) { return iso_date(day_of(time)); }

// Each with who sponsors it and whether it has signed.
std::vector<std::string> guests_of(const Agreement& agreement) {
  std::vector<std::string> out;
  out.reserve(agreement.guests.size());
  for (const auto& guest : agreement.guests) {
    out.push_back(
        guest.name +
        (guest.sponsors.size() == 1
             ? ", sponsored by " + guest.sponsors.front()
             : ", sponsored by " + std::to_string(guest.sponsors.size()) + " authorities") +
        (guest.signed_on.empty() ? ", not signed" : ", signed " + guest.signed_on));
  }
  return out;
}

// How many of the casts are allowed what, as words.
std::string share_of(std::uint64_t allowed, std::uint64_t all) {
  if (allowed == 0) return "no";
  if (allowed == all) return "yes";
  return "in " + std::to_string(allowed) + " of " + std::to_string(all) + " cases";
}

class PageWriter {
 public:
  PageWriter(const OpenedBundle& bundle, const Agreement& agreement,
             const std::vector<RecordTypeWords>& types, Time now)
      : bundle_(bundle),
        agreement_(agreement),
        types_(types),
        now_(now),
        classes_(classes_of_parties()) {}

  std::string run() && {
    heading();
    parties();
    for (const auto& type : types_) {
      const auto& listed_types = agreement_.record_types;
      if (std::ranges::find(listed_types, type.name) != listed_types.end()) shared(type);
    }
    bases();
    policies();
    processing();
    return std::move(out_);
  }

 private:
  void line(std::string_view text) { out_.append(text).append("\n"); }
  void row(std::string_view name, std::string_view value) {
    line("| " + std::string(name) + " | " + std::string(value) + " |");
  }
  void table(std::string_view first, std::string_view second) {
    row(first, second);
    line("|---|---|");
  }

  [[nodiscard]] std::string party_name(const std::string& code) const {
    const auto party = std::ranges::find(bundle_.parties, code, &PartyFacts::code);
    if (party != bundle_.parties.end()) return party->name;
    const auto name = name_of_authority(code);
    return name.empty() ? code : std::string(name);
  }

  // --- who ------------------------------------------------------------------------------------

  void heading() {
    line("# " + on_page(agreement_.title));
    line("");
    table("agreement", "`" + agreement_.id + "`");
    auto status = std::string(name_of(agreement_.status));
    std::ranges::replace(status, '_', ' ');
    row("status", status);
    row("holds from", day_words(agreement_.starts));
    row("last day", day_words(agreement_.ends - std::chrono::milliseconds(1)));
    row("review by", on_page(agreement_.review_by));
    row("Information Sharing Gateway reference", on_page(agreement_.isg_ref));
    row("what is on this page was decided at", to_iso(now_));
    line("");
    if (!agreement_.note.empty()) line("> " + on_page(agreement_.note) + "\n");
  }

  void parties() {
    std::vector<std::string> unsigned_ones;
    for (const auto& party : agreement_.parties) {
      if (party.signed_on.empty()) unsigned_ones.push_back(party_name(party.authority));
    }
    const auto all = agreement_.parties.size();
    line("## Who shares with whom\n");
    line(std::to_string(all) + " parties. " + std::to_string(all - unsigned_ones.size()) +
         " have signed; not signed: " + (unsigned_ones.empty() ? "none" : on_page(unsigned_ones)) +
         ".\n");
    line("| party | code | signed by | signed on |\n|---|---|---|---|");
    for (const auto& party : agreement_.parties) {
      const bool has = !party.signed_on.empty();
      line("| " + on_page(party_name(party.authority)) + " | " + party.authority + " | " +
           (has ? on_page(party.signed_by) : "**has not signed**") + " | " +
           (has ? party.signed_on : "") + " |");
    }
    line("\nOrganisations that take part without being parties: " + on_page(guests_of(agreement_)) +
         ".\n");
  }

  // --- what -----------------------------------------------------------------------------------

  [[nodiscard]] std::vector<AuthorityClass> classes_of_parties() const {
    std::vector<AuthorityClass> out;
    for (const auto& all : authority_classes({&bundle_})) {
      AuthorityClass ours;
      for (const auto& code : all) {
        if (std::ranges::find(agreement_.parties, code, &AgreementParty::authority) !=
            agreement_.parties.end()) {
          ours.push_back(code);
        }
      }
      if (!ours.empty()) out.push_back(std::move(ours));
    }
    return out;
  }

  [[nodiscard]] Question question_about(const std::string& type, const std::string& group) const {
    Question out;
    out.record_type = type;
    out.field_group = group;
    out.agreement = agreement_.id;
    out.purpose = agreement_.purposes.front();
    out.legal_basis = agreement_.legal_bases.front();
    out.regime = agreement_.regimes.front();
    out.handling = agreement_.handling.front();
    out.now = now_;
    return out;
  }

  // Of all pairs of parties, with the first of each of the agreement's terms.
  [[nodiscard]] std::string may(Question question, Door door) const {
    question.door = door;
    std::uint64_t allowed = 0;
    std::uint64_t all = 0;
    std::set<std::string> refused_by;
    for (const auto& cast : casts_of_exchanges(classes_)) {
      if (cast.one) continue;
      cast.put_into(question);
      const auto verdict = bundle_.rulebook->decide(question);
      all += cast.count;
      if (verdict.allowed) allowed += cast.count;
      if (verdict.allowed) continue;
      for (const auto& reason : verdict.reasons) refused_by.insert(reason.policy_id);
    }
    auto out = share_of(allowed, all);
    for (const auto& id : refused_by) out += (id == *refused_by.begin() ? " (" : ", ") + id;
    return refused_by.empty() ? out : out + ")";
  }

  // The answers of the three doors, once where they are the same.
  [[nodiscard]] std::string may_pass(const Question& question) const {
    const auto share = may(question, Door::Share);
    const auto relay = may(question, Door::Relay);
    const auto accept = may(question, Door::Accept);
    return share == relay && share == accept ? share : share + " / " + relay + " / " + accept;
  }

  // The roles that may look, at any party that received or sent it.
  [[nodiscard]] std::string viewers(Question question) const {
    question.door = Door::View;
    question.user = kAskingUser;
    std::vector<std::string> out;
    for (const auto role : hub_roles()) {
      question.roles = {std::string(role)};
      std::set<Viewpoint> from;
      for (const auto& cast : casts_of_views(classes_)) {
        if (cast.one) continue;
        cast.put_into(question);
        if (bundle_.rulebook->decide(question).allowed) from.insert(cast.viewpoint);
      }
      if (from.empty()) continue;
      out.push_back(std::string(role) + where(from));
    }
    return out.empty() ? "nobody" : listed(out, "and");
  }

  static std::string where(const std::set<Viewpoint>& from) {
    if (from.contains(Viewpoint::Elsewhere)) return " (also elsewhere)";
    if (from.size() > 1) return "";
    return from.contains(Viewpoint::Sender) ? " (sender only)" : " (recipient only)";
  }

  void shared(const RecordTypeWords& type) {
    line("## What is shared: " + on_page(type.title) + "\n");
    line("`" + type.name + "`. " + on_page(type.description) + "\n");
    line(
        "| field group | agreed | may leave, be passed on, be taken in | may be viewed by | fields "
        "|");
    line("|---|---|---|---|---|");
    std::vector<std::string> groups;
    for (const auto& field : type.fields) {
      if (std::ranges::find(groups, field.group) == groups.end()) groups.push_back(field.group);
    }
    for (const auto& group : groups) {
      const auto question = question_about(type.name, group);
      const bool agreed = std::ranges::find(agreement_.field_groups, type.name + "/" + group) !=
                          agreement_.field_groups.end();
      line("| " + on_page(group) + " | " + (agreed ? "yes" : "no") + " | " + may_pass(question) +
           " | " + viewers(question) + " | " + on_page(descriptions(type, group)) + " |");
    }
    line("");
  }

  static std::vector<std::string> descriptions(const RecordTypeWords& type,
                                               const std::string& group) {
    std::vector<std::string> out;
    for (const auto& field : type.fields) {
      if (field.group == group) {
        out.push_back(field.description.empty() ? field.name : field.description);
      }
    }
    return out;
  }

  // --- why ------------------------------------------------------------------------------------

  void bases() {
    line("## Why, on which basis, for how long\n");
    table("fact", "as recorded");
    row("purposes", in_code(agreement_.purposes));
    row("lawful bases", in_code(agreement_.legal_bases));
    row("special category data: condition of Article 9", on_page(agreement_.special_category));
    row("condition of Schedule 1, Data Protection Act 2018",
        on_page(agreement_.schedule1_condition));
    row("statutory gateways", on_page(agreement_.gateways));
    row("regimes", in_code(agreement_.regimes));
    row("handling codes", in_code(agreement_.handling));
    row("kept for", std::to_string(agreement_.retention_days) + " days");
    row("onward sharing", on_page(agreement_.onward_sharing));
    row("disclosure control", on_page(agreement_.disclosure_control));
    row("individual rights", on_page(agreement_.individual_rights));
    row("data protection impact assessment", on_page(agreement_.dpia_ref));
    line("");
  }

  // --- policies -------------------------------------------------------------------------------

  // Whether it names this agreement, or is for all and about no other record types or agreements.
  [[nodiscard]] bool speaks_of_it(const Policy& policy) const {
    const auto* written = policy.annotation("agreement");
    if (written != nullptr && *written == agreement_.id) return true;
    bool about_others = false;
    bool about_this = false;
    bool about_another_agreement = false;
    const auto look = [&](const Value& value) {
      const auto* held = value.entity();
      if (held == nullptr) return;
      const auto& [type, id] = held->uid;
      if (type != "Agreement" && type != "RecordType" && type != "FieldGroup") return;
      const auto& types = agreement_.record_types;
      const bool ours = type == "Agreement"
                            ? id == agreement_.id
                            : std::ranges::find(types, id.substr(0, id.find('/'))) != types.end();
      (ours ? about_this : about_others) = true;
      if (type == "Agreement" && !ours) about_another_agreement = true;
    };
    look(policy.principal.entity);
    look(policy.resource.entity);
    for (const auto& literal : policy.expressions.literals) look(literal);
    const bool for_all = written != nullptr && *written == "all";
    return for_all && !about_another_agreement && (about_this || !about_others);
  }

  void policies() {
    line("## What the policies do\n");
    list_policies("Permits", Effect::Permit);
    list_policies("Guardrails: no permit overrides them", Effect::Forbid);
  }

  void list_policies(std::string_view title, Effect effect) {
    line("### " + std::string(title) + "\n");
    bool any = false;
    for (const auto& policy : bundle_.policies.policies()) {
      if (policy->effect != effect || !speaks_of_it(*policy)) continue;
      any = true;
      tell(*policy);
    }
    if (!any) line("None.\n");
  }

  static std::string annotation_of(const Policy& policy, std::string_view name) {
    const auto* value = policy.annotation(name);
    return on_page(value == nullptr ? std::string_view() : std::string_view(*value));
  }

  void tell(const Policy& policy) {
    const auto plain = in_english(policy);
    line("**" + annotation_of(policy, "title") + "** (`" + policy.id + "`)\n");
    line(on_page(plain.head) + (plain.conditions.empty() ? "." : ", when:"));
    for (const auto& condition : plain.conditions) line("- " + on_page(condition));
    line("\nLawful basis: " + annotation_of(policy, "lawful_basis") +
         ". Owner: " + annotation_of(policy, "owner") + ". Review by " +
         annotation_of(policy, "review_by") + ".\n");
  }

  // --- article 30 -----------------------------------------------------------------------------

  void processing() {
    std::vector<std::string> names;
    names.reserve(agreement_.parties.size());
    for (const auto& party : agreement_.parties) names.push_back(party_name(party.authority));
    line("## Record of processing (UK GDPR Article 30)\n");
    table("entry", "as recorded");
    row("controllers",
        agreement_.controllers == "joint"
            ? "the parties jointly: " + on_page(names)
            : "each party for what it holds (`" + agreement_.controllers + "`): " + on_page(names));
    row("data protection officers", kNotRecorded);
    row("purposes of the processing", in_code(agreement_.purposes));
    row("categories of data subjects", kNotRecorded);
    row("categories of personal data", in_code(agreement_.field_groups));
    row("categories of recipients", "the other parties; others: " + on_page(guests_of(agreement_)));
    row("transfers to third countries", kNotRecorded);
    row("time limits for erasure", std::to_string(agreement_.retention_days) + " days");
    row("security measures", "handling " + in_code(agreement_.handling) +
                                 "; disclosure control: " + on_page(agreement_.disclosure_control) +
                                 "; others: " + std::string(kNotRecorded));
  }

  const OpenedBundle& bundle_;
  const Agreement& agreement_;
  const std::vector<RecordTypeWords>& types_;
  Time now_;
  std::vector<AuthorityClass> classes_;
  std::string out_;
};

}  // namespace

std::optional<std::string> agreement_page(const OpenedBundle& bundle, std::string_view agreement,
                                          const std::vector<RecordTypeWords>& record_types,
                                          Time now) {
  const auto found = bundle.agreements.find(agreement);
  if (found == bundle.agreements.end()) return std::nullopt;
  return PageWriter(bundle, found->second, record_types, now).run();
}

}  // namespace hub::policy
