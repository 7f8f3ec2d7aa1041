#include "agent/clearing.h"

#include <algorithm>

#include "agent/identifiers.h"
#include "schemas/envelope.h"
#include "schemas/epoch_key.h"

namespace hub::agent {
namespace {

constexpr std::size_t kMostRecent = 128;

template <class List>
bool has(const List& list, std::string_view item) {
  return std::ranges::find(list, item) != list.end();
}

// The row's word, else the configuration's, else the agreement's first.
std::string chosen(std::string_view row, const std::string& configured,
                   const std::vector<std::string>* offered) {
  if (!row.empty()) return std::string(row);
  if (!configured.empty()) return configured;
  return offered == nullptr || offered->empty() ? std::string() : offered->front();
}

// Terms that no header could carry, or that name who is not in the register.
std::optional<RowProblem> fault_of(const Snapshot& snapshot, const Terms& terms) {
  for (const auto& [column, text] :
       {std::pair("hub_agreement", &terms.agreement), std::pair("hub_purpose", &terms.purpose),
        std::pair("hub_legal_basis", &terms.legal_basis),
        std::pair("hub_handling", &terms.handling)}) {
    if (!schemas::is_name(*text)) {
      return RowProblem{column, "must be one printable word of at most 96 characters",
                        "write the code as the agreement has it"};
    }
  }
  if (!terms.originator.empty() && !snapshot.parties->authorities().contains(terms.originator)) {
    return RowProblem{"hub_originator", "is no authority of the register",
                      "write the GSS code of the authority that made the record"};
  }
  return std::nullopt;
}

}  // namespace

Clearing::Clearing(std::string authority, std::map<std::string, SendDefaults> defaults,
                   const Clock& clock)
    : authority_(std::move(authority)),
      defaults_(std::move(defaults)),
      clock_(clock),
      ids_(clock, crypto::fill_random) {}

const policy::Agreement* Clearing::only_agreement(const Snapshot& snapshot,
                                                  const std::string& record_type,
                                                  std::size_t& candidates) const {
  const policy::Agreement* found = nullptr;
  const auto now = clock_.now();
  for (const auto* agreement : snapshot.rulebook->agreements()) {
    const bool covers =
        agreement->status == policy::AgreementStatus::InForce && agreement->starts <= now &&
        now < agreement->ends && has(agreement->record_types, record_type) &&
        std::ranges::any_of(
            agreement->parties, [&](const auto& party) { return party.authority == authority_; });
    if (!covers) continue;
    ++candidates;
    found = agreement;
  }
  return candidates == 1 ? found : nullptr;
}

std::optional<RowProblem> Clearing::fill_terms(const Snapshot& snapshot,
                                               const schemas::RecordDraft& draft,
                                               const SharingTexts& sharing, Terms& out) const {
  const auto& type = draft.type();
  const auto configured = defaults_.find(type.name());
  static const SendDefaults none;
  const auto& defaults = configured == defaults_.end() ? none : configured->second;
  out.record_type = type.name();
  out.type_version = static_cast<std::uint16_t>(type.version());
  out.delivery_class = type.delivery_class();
  out.recipient = draft.addressed_to();
  out.agreement = chosen(sharing.agreement, defaults.agreement, nullptr);
  const policy::Agreement* agreement = nullptr;
  if (out.agreement.empty()) {
    std::size_t candidates = 0;
    agreement = only_agreement(snapshot, type.name(), candidates);
    if (agreement == nullptr) {
      return RowProblem{"hub_agreement",
                        candidates == 0 ? "no agreement in force covers this record type"
                                        : "several agreements cover this record type",
                        "name the agreement in this column or in the agent's configuration"};
    }
    out.agreement = agreement->id;
  } else {
    agreement = snapshot.rulebook->agreement(out.agreement);
  }
  out.purpose = chosen(sharing.purpose, defaults.purpose,
                       agreement != nullptr ? &agreement->purposes : nullptr);
  out.legal_basis = chosen(sharing.legal_basis, defaults.legal_basis,
                           agreement != nullptr ? &agreement->legal_bases : nullptr);
  out.regime = chosen({}, {}, agreement != nullptr ? &agreement->regimes : nullptr);
  out.handling = chosen(sharing.handling, defaults.handling,
                        agreement != nullptr ? &agreement->handling : nullptr);
  // One's own record is no onward sharing.
  if (sharing.originator != authority_) out.originator = sharing.originator;
  const auto priority = chosen(sharing.priority, defaults.priority, nullptr);
  out.priority = out.delivery_class == schemas::DeliveryClass::Violence ? schemas::Priority::Urgent
                                                                        : schemas::Priority::Bulk;
  if (!priority.empty()) {
    const auto known = schemas::priority_of(priority);
    if (!known) return RowProblem{"hub_priority", "not a priority", "write urgent or bulk"};
    out.priority = *known;
  }
  if (out.regime.empty()) out.regime = "unknown";
  if (out.handling.empty()) out.handling = "unknown";
  if (out.purpose.empty()) out.purpose = "unknown";
  if (out.legal_basis.empty()) out.legal_basis = "unknown";
  return fault_of(snapshot, out);
}

std::shared_ptr<const policy::RecordVerdict> Clearing::ask(const Snapshot& snapshot,
                                                           const Terms& terms,
                                                           const std::vector<std::string>& groups) {
  const std::vector<std::string_view> views(groups.begin(), groups.end());
  policy::RecordFacts facts;
  facts.sender = authority_;
  facts.recipient = terms.recipient;
  facts.record_type = terms.record_type;
  facts.purpose = terms.purpose;
  facts.agreement = terms.agreement;
  facts.legal_basis = terms.legal_basis;
  facts.regime = terms.regime;
  facts.handling = terms.handling;
  facts.originator = terms.originator;
  facts.field_groups = views;
  return share_.decide(*snapshot.rulebook, facts, clock_.now());
}

std::shared_ptr<const Terms> Clearing::shared(Terms terms) {
  const auto known =
      std::ranges::find_if(recent_, [&](const auto& kept) { return *kept == terms; });
  if (known != recent_.end()) return *known;
  if (recent_.size() >= kMostRecent) recent_.clear();
  return recent_.emplace_back(std::make_shared<const Terms>(std::move(terms)));
}

Clearing::Answer Clearing::clear(const Snapshot& snapshot, const schemas::RecordDraft& draft,
                                 const SharingTexts& sharing) {
  Terms terms;
  if (auto problem = fill_terms(snapshot, draft, sharing, terms)) return std::move(*problem);
  const auto groups = draft.groups_present();
  auto verdict = ask(snapshot, terms, groups);
  const auto now = clock_.now();
  if (!has(verdict->allowed_groups, draft.type().main_group())) {
    terms.field_groups = groups;
    terms.policies = verdict->policies.empty() ? verdict->withheld_by : verdict->policies;
    return Refused{ids_.next(), shared(std::move(terms)), std::move(verdict)};
  }
  terms.field_groups = verdict->allowed_groups;
  terms.withheld = verdict->withheld_groups;
  terms.policies = verdict->policies;
  auto body = draft.encode(verdict->allowed_groups);
  const auto expires = now + schemas::longest_delivery(terms.delivery_class);
  const auto view = schemas::RecordView::open(draft.type(), body);
  auto found_by = view ? identifier_keys(*view) : std::vector<storage::RunKey>();
  return ClearedRecord{ids_.next(), shared(std::move(terms)), std::move(body), now, expires,
                       1,           std::move(found_by)};
}

std::shared_ptr<const Terms> Clearing::still_allowed(const Snapshot& snapshot, const Terms& terms) {
  const auto verdict = ask(snapshot, terms, terms.field_groups);
  if (!verdict->allowed) return nullptr;
  auto now_allowed = terms;
  now_allowed.policies = verdict->policies;
  return shared(std::move(now_allowed));
}

}  // namespace hub::agent
