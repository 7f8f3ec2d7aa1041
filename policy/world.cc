#include "policy/world.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "policy/codes.h"
#include "policy/named_values.h"
#include "policy/world_uids.h"

namespace hub::policy {
namespace {

std::vector<Value> guest_places(const Agreement& agreement, bool signed_only) {
  std::vector<Value> out;
  for (const auto& guest : agreement.guests) {
    if (signed_only && guest.signed_on.empty()) continue;
    for (const auto& sponsor : guest.sponsors) {
      out.emplace_back(Record{{"authority", Value(authority_uid(sponsor))},
                              {"guest", Value(guest_uid(guest.organisation))}});
    }
  }
  return out;
}

SharedUid known_or(const SharedUid* known, EntityUid (*made)(std::string_view),
                   std::string_view name) {
  return known != nullptr ? *known : SharedUid(made(name));
}

// The entities of the register, the catalogue and the agreements, of the values that are named.
class WorldMaker {
 public:
  explicit WorldMaker(const NamedValues& names) : names_(names) {}

  void add_party(const PartyFacts& party, const Agreements& agreements) {
    Entity itself;
    itself.uid = known_or(names_.authority(party.code), authority_uid, party.code);
    itself.attributes = {{"name", Value(std::string_view(party.name))},
                         {"suspended", Value(party.suspended)}};
    for (const auto& [id, agreement] : agreements) {
      const auto* of = names_.agreement(id);
      const auto* uid = of == nullptr ? nullptr : of->agent(party.code);
      if (uid == nullptr) continue;
      Entity agent;
      agent.uid = *uid;
      agent.attributes = {{"authority", itself.uid.value()}};
      agent.parents = {itself.uid, of->itself};
      made_.push_back(std::move(agent));
    }
    made_.push_back(std::move(itself));
  }

  void add_record_type(const RecordTypeFacts& type) {
    const auto* of = names_.record_type(type.name);
    if (of == nullptr) return;
    const Value domain{std::string_view(type.domain)};
    for (const auto& name : type.field_groups) {
      const auto* uid = of->group(name);
      if (uid == nullptr) continue;
      Entity group;
      group.uid = *uid;
      group.attributes = {{"address", Value(lists(type.address_groups, name))},
                          {"domain", domain},
                          {"patient_information", Value(lists(type.patient_groups, name))},
                          {"record_type", of->itself.value()}};
      group.parents = {of->itself};
      made_.push_back(std::move(group));
    }
    made_.push_back({of->itself, {{"domain", domain}}, {}, {}});
  }

  void add_agreement(const Agreement& agreement) {
    const auto* of = names_.agreement(agreement.id);
    if (of == nullptr) return;
    std::vector<Value> parties;
    std::vector<Value> signatories;
    for (const auto& [code, signed_by, signed_on] : agreement.parties) {
      parties.push_back(known_or(names_.authority(code), authority_uid, code).value());
      if (!signed_on.empty()) signatories.push_back(parties.back());
    }
    Entity out;
    out.uid = of->itself;
    out.attributes = {
        {"domain", names_.text(agreement.domain)},
        {"ends", Value(to_ms(agreement.ends))},
        {"field_groups", groups(agreement.field_groups)},
        {"guests", once(guest_places(agreement, false))},
        {"handling", texts(agreement.handling)},
        {"handling_conditions", texts(agreement.handling_conditions)},
        {"legal_bases", texts(agreement.legal_bases)},
        {"onward_sharing", Value(agreement.onward_sharing_allowed)},
        {"parties", once(parties)},
        {"purposes", texts(agreement.purposes)},
        {"record_types", types(agreement.record_types)},
        {"regimes", texts(agreement.regimes)},
        {"retention_days", Value(agreement.retention_days)},
        {"signatories", once(signatories)},
        {"signed", Value(parties.size() == signatories.size())},
        {"signed_guests", once(guest_places(agreement, true))},
        {"starts", Value(to_ms(agreement.starts))},
        {"status", Value(name_of(agreement.status))},
    };
    made_.push_back(std::move(out));
    made_.push_back({of->broker, {}, {of->itself}, {}});
  }

  void add_guest(const std::string& code, const std::string& name) {
    Entity itself;
    itself.uid = known_or(names_.guest(code), guest_uid, code);
    itself.attributes = {{"name", Value(std::string_view(name))}};
    made_.push_back(std::move(itself));
  }

  [[nodiscard]] std::vector<Entity> made() && { return std::move(made_); }

 private:
  struct Before {
    bool operator()(const Value& left, const Value& right) const { return left.order(right) < 0; }
  };

  static bool lists(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  }

  // One set of the same items: agreements name the same few again and again, and a decision reads
  // what another has just read.
  Value once(std::vector<Value> items) { return *sets_.insert(Value(Set(std::move(items)))).first; }

  template <class ValueOf>
  Value once_each(const std::vector<std::string>& names, ValueOf value_of) {
    std::vector<Value> items;
    items.reserve(names.size());
    for (const auto& name : names) items.push_back(value_of(name));
    return once(std::move(items));
  }

  Value texts(const std::vector<std::string>& words) {
    return once_each(words, [this](const std::string& word) { return names_.text(word); });
  }

  Value types(const std::vector<std::string>& names) {
    return once_each(names, [this](const std::string& name) {
      const auto* of = names_.record_type(name);
      return known_or(of == nullptr ? nullptr : &of->itself, record_type_uid, name).value();
    });
  }

  Value groups(const std::vector<std::string>& paths) {
    return once_each(paths, [this](const std::string& path) {
      return known_or(names_.field_group(path), field_group_uid, path).value();
    });
  }

  const NamedValues& names_;
  std::set<Value, Before> sets_;
  std::vector<Entity> made_;
};

// A handling code of intelligence may name a condition behind a full stop.
std::pair<std::string_view, std::string_view> split_handling(std::string_view code) {
  const auto dot = code.find('.');
  if (dot == std::string_view::npos) return {code, {}};
  return {code.substr(0, dot), code.substr(dot + 1)};
}

EntityUid user_uid(const Question& question) {
  return {"User", viewing_authority(question) + "/" + question.user};
}

// Of what a question names, what the world has; null where it has nothing of that name.
struct Named {
  const SharedUid* sender = nullptr;
  const SharedUid* recipient = nullptr;
  const SharedUid* originator = nullptr;
  const NamedValues::OfRecordType* type = nullptr;
  const SharedUid* group = nullptr;
  const NamedValues::OfAgreement* agreement = nullptr;

  Named(const Question& question, const NamedValues& names)
      : sender(names.authority(question.sender)),
        recipient(names.authority(question.recipient)),
        originator(question.originator.empty() ? nullptr : names.authority(question.originator)),
        type(names.record_type(question.record_type)),
        group(type == nullptr ? nullptr : type->group(question.field_group)),
        agreement(names.agreement(question.agreement)) {}
};

// What is missing, as a sentence that repeats none of the question's words.
std::string_view first_unknown(const Question& question, const Named& named,
                               const NamedValues& names) {
  if (named.sender == nullptr) {
    return "The sending authority is not in the register; check its code.";
  }
  if (named.recipient == nullptr) {
    return "The receiving authority is not in the register; check its code.";
  }
  if (named.type == nullptr) {
    return "The record type is not in the catalogue; compare the bundle numbers on both sides.";
  }
  if (named.group == nullptr) {
    return "The record type has no such field group; compare the bundle numbers on both sides.";
  }
  if (named.agreement == nullptr) {
    return "No agreement of that name is in the bundle; name one that is, or compare the bundle "
           "numbers on both sides.";
  }
  if (!question.originator.empty() && named.originator == nullptr) {
    return "The authority that made the record is not in the register; check its code.";
  }
  if (!is_look(question.door)) return {};
  if (names.authority(viewing_authority(question)) == nullptr) {
    return "The user's authority is not in the register; check its code.";
  }
  if (!question.guest.empty() && names.guest(question.guest) == nullptr) {
    return "The user's organisation is a guest of no agreement; check [door.guests] and the "
           "bundle.";
  }
  if (!is_name(question.user)) return "Nobody is signed in; sign in first.";
  return {};
}

SharedUid agent_of(const Question& question, const std::string& code, const Named& named) {
  const auto* known = named.agreement == nullptr ? nullptr : named.agreement->agent(code);
  return known != nullptr ? *known : SharedUid(agent_uid(code, question.agreement));
}

SharedUid principal_of(const Question& question, const Named& named) {
  switch (question.door) {
    case Door::Share: return agent_of(question, question.sender, named);
    case Door::Relay:
      return known_or(named.agreement == nullptr ? nullptr : &named.agreement->broker, broker_uid,
                      question.agreement);
    case Door::Accept: return agent_of(question, question.recipient, named);
    case Door::View:
    case Door::Export: return user_uid(question);
  }
  return {};
}

const SharedUid& shared_action(Door door) {
  static const std::map<Door, SharedUid> actions = [] {
    std::map<Door, SharedUid> out;
    for (const auto each : {Door::Share, Door::Relay, Door::Accept, Door::View, Door::Export}) {
      out.emplace(each, SharedUid("Action", std::string(action_of(each))));
    }
    return out;
  }();
  return actions.at(door);
}

Request request_for(const Question& question, const Named& named, const NamedValues& names) {
  const auto authority = [](const SharedUid* known, const std::string& code) {
    return known != nullptr ? known->value() : Value(authority_uid(code));
  };
  std::vector<Attribute> context;
  context.reserve(11);
  const auto [handling, condition] = split_handling(question.handling);
  // In the order a record keeps them.
  context.emplace_back("now", Value(to_ms(question.now)));
  context.emplace_back("regime", names.text(question.regime));
  context.emplace_back("sender", authority(named.sender, question.sender));
  context.emplace_back("purpose", names.text(question.purpose));
  context.emplace_back("handling", names.text(handling));
  context.emplace_back("agreement", named.agreement != nullptr
                                        ? named.agreement->itself.value()
                                        : Value(agreement_uid(question.agreement)));
  if (is_look(question.door)) context.emplace_back("protected", Value(question.protected_record));
  context.emplace_back("recipient", authority(named.recipient, question.recipient));
  if (!question.originator.empty()) {
    context.emplace_back("originator", authority(named.originator, question.originator));
  }
  context.emplace_back("legal_basis", names.text(question.legal_basis));
  if (!condition.empty()) context.emplace_back("handling_condition", names.text(condition));
  return {principal_of(question, named), shared_action(question.door),
          named.group != nullptr
              ? *named.group
              : SharedUid(field_group_uid(question.record_type + "/" + question.field_group)),
          Record::make(std::move(context)).value_or(Record())};
}

}  // namespace

std::string_view action_of(Door door) {
  switch (door) {
    case Door::Share: return "share";
    case Door::Relay: return "relay";
    case Door::Accept: return "accept";
    case Door::View: return "view";
    case Door::Export: return "export";
  }
  return {};
}

const std::string& viewing_authority(const Question& question) {
  return question.viewed_at.empty() ? question.recipient : question.viewed_at;
}

Result<World, std::string> make_world(const std::vector<PartyFacts>& parties,
                                      const std::vector<RecordTypeFacts>& types,
                                      const Agreements& agreements) {
  NamedValues names(parties, types, agreements);
  WorldMaker maker(names);
  // A guest has the name that the first agreement gives it.
  std::map<std::string, std::string> guests;
  for (const auto& party : parties) maker.add_party(party, agreements);
  for (const auto& type : types) maker.add_record_type(type);
  for (const auto& [id, agreement] : agreements) {
    maker.add_agreement(agreement);
    for (const auto& guest : agreement.guests) guests.try_emplace(guest.organisation, guest.name);
  }
  for (const auto& [code, name] : guests) maker.add_guest(code, name);
  auto entities = Entities::make(std::move(maker).made());
  if (!entities) return fail(std::move(entities.error()));
  return World{std::move(*entities), std::move(names)};
}

Result<Request, std::string_view> make_request(const Question& question, const NamedValues& names) {
  const Named named(question, names);
  if (const auto unknown = first_unknown(question, named, names); !unknown.empty()) {
    return fail(unknown);
  }
  return request_for(question, named, names);
}

Request make_request(const Question& question) {
  static const NamedValues none;
  return request_for(question, Named(question, none), none);
}

Entity make_user(const Question& question) {
  Entity out;
  out.uid = user_uid(question);
  const auto home = authority_uid(viewing_authority(question));
  out.parents.push_back(home);
  if (question.guest.empty()) {
    out.attributes = {{"authority", Value(home)}};
  } else {
    out.attributes = {{"authority", Value(home)}, {"guest", Value(guest_uid(question.guest))}};
    out.parents.push_back(guest_uid(question.guest));
  }
  for (const auto& role : question.roles) out.parents.push_back({"Role", role});
  return out;
}

}  // namespace hub::policy
