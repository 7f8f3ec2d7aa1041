// London's bundle, filled up with agreements of the pattern of its own.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string_view>
#include <utility>

#include "bench/policy_workloads.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "policy/rulebook_reader.h"
#include "policy/world.h"

namespace hub::bench {
namespace {

using nlohmann::json;
using policy::PartyFacts;
using policy::Question;
using policy::RecordTypeFacts;
using Files = std::map<std::string, std::string>;

constexpr std::size_t kAuthorities = 33;
constexpr std::size_t kTypes = 10;
constexpr std::size_t kAgreements = 100;
constexpr std::size_t kQuestions = 1'000;
constexpr std::array kGroups{"notice", "household", "contact", "needs", "children", "plan"};

bool is_agreement(std::string_view path) {
  return path.starts_with("agreements/") && path.ends_with(".json");
}

[[noreturn]] void refuse(const std::vector<policy::ParseError>& mistakes) {
  std::string all = "the bundle makes no rulebook:";
  for (const auto& mistake : mistakes) all += "\n" + to_text(mistake);
  throw EnvError(all);
}

std::string numbered(std::string_view name, std::size_t number) {
  return std::string(name) + std::to_string(number);
}

// The types that the bundle's agreements name, each with all its groups, and more up to ten.
std::vector<RecordTypeFacts> record_types(const Files& files) {
  std::map<std::string, std::set<std::string>> groups;
  for (const auto& [path, text] : files) {
    if (!is_agreement(path)) continue;
    const auto agreement = parse_json(text);
    if (!agreement) throw EnvError(path + " is no JSON");
    for (const auto& [type, named] : agreement->at("record_types").items()) {
      for (const auto& group : named) groups[type].insert(group.get<std::string>());
    }
  }
  for (std::size_t i = groups.size(); i < kTypes; ++i) {
    groups[numbered("bench.record_type_", i)].insert(kGroups.begin(), kGroups.end());
  }
  std::vector<RecordTypeFacts> out;
  out.reserve(groups.size());
  for (const auto& [type, names] : groups) {
    out.push_back({type, type.substr(0, type.find('.')), {names.begin(), names.end()}, {}, {}});
  }
  return out;
}

std::vector<PartyFacts> authorities() {
  std::vector<PartyFacts> out;
  out.reserve(kAuthorities);
  for (std::size_t i = 1; i <= kAuthorities; ++i) {
    out.push_back(
        {(i < 10 ? "E0900000" : "E090000") + std::to_string(i), numbered("Authority ", i), false});
  }
  return out;
}

// A permit for the broker under the agreement: as a link of the template that the bundle's own
// links use for that, or as a policy.
class Permits {
 public:
  explicit Permits(const Files& files) {
    for (const auto& [path, text] : files) {
      if (!path.starts_with("links/")) continue;
      const auto own = parse_json(text);
      if (!own) throw EnvError(path + " is no JSON");
      for (const auto& link : own->at("links")) {
        if (link.at("id").get<std::string>().ends_with("-relay")) pattern_ = link;
      }
    }
  }

  void add(const std::string& agreement, const RecordTypeFacts& type) {
    if (pattern_.is_null()) {
      policies_ += policy(agreement, type);
      return;
    }
    pattern_["id"] = agreement + "-relay";
    pattern_["agreement"] = agreement;
    pattern_["parties_to"] = agreement;
    pattern_["record_type"] = type.name;
    links_.push_back(pattern_);
  }

  void write(Files& files) && {
    if (!policies_.empty()) files["policy/bench.cedar"] = std::move(policies_);
    if (!links_.empty()) files["links/bench.json"] = json{{"links", std::move(links_)}}.dump();
  }

 private:
  static std::string policy(const std::string& agreement, const RecordTypeFacts& type) {
    return "@id(\"" + agreement +
           "-relay\")\n@title(\"The broker may pass on what the agreement lists\")\n@agreement(\"" +
           agreement +
           "\")\n@lawful_basis(\"None: for measuring\")\n@owner(\"Nobody\")\n"
           "@review_by(\"2027-06-30\")\npermit (principal is Broker, "
           "action == Action::\"relay\", resource in RecordType::\"" +
           type.name + "\")\nwhen { context.agreement == Agreement::\"" + agreement +
           "\" && context.agreement.field_groups.contains(resource) };\n\n";
  }

  json pattern_;
  std::string policies_;
  json::array_t links_;
};

// Agreements after the pattern of the bundle's first, and a permit for each.
void fill_up(Files& files, const std::vector<RecordTypeFacts>& types) {
  const auto own =
      std::ranges::count_if(files, [](const auto& file) { return is_agreement(file.first); });
  const auto first =
      std::ranges::find_if(files, [](const auto& file) { return is_agreement(file.first); });
  if (first == files.end()) throw EnvError("the bundle has no agreement to take as a pattern");
  auto pattern = promised(parse_json(first->second), "the file was read before");
  pattern["status"] = "in_force";
  pattern["starts"] = "2026-01-01";
  pattern["ends"] = "2028-12-31";
  pattern.erase("guests");
  pattern["parties"] = json::array();
  for (const auto& party : authorities()) {
    pattern["parties"].push_back(
        {{"authority", party.code}, {"signed_by", "Director"}, {"signed_on", "2025-12-08"}});
  }
  Permits permits(files);
  for (auto i = static_cast<std::size_t>(own); i < kAgreements; ++i) {
    const auto id = numbered("bench-agreement-", i);
    const auto& type = types[i % types.size()];
    pattern["id"] = id;
    pattern["record_types"] = {{type.name, type.field_groups}};
    files["agreements/" + id + ".json"] = pattern.dump();
    permits.add(id, type);
  }
  std::move(permits).write(files);
}

// Relays under every agreement in turn; one in five names a purpose that no agreement has.
std::vector<Question> questions(const policy::Agreements& agreements) {
  std::mt19937_64 random(1);
  const auto one_of = [&random](const auto& list) -> const auto& {
    return list[random() % list.size()];
  };
  std::vector<Question> out;
  while (out.size() < kQuestions) {
    for (const auto& [id, agreement] : agreements) {
      Question question;
      question.door = policy::Door::Relay;
      question.sender = one_of(agreement.parties).authority;
      question.recipient = one_of(agreement.parties).authority;
      const auto& group = one_of(agreement.field_groups);
      question.record_type = group.substr(0, group.find('/'));
      question.field_group = group.substr(group.find('/') + 1);
      question.agreement = id;
      question.purpose = random() % 5 == 0 ? "curiosity" : one_of(agreement.purposes);
      question.legal_basis = one_of(agreement.legal_bases);
      question.regime = one_of(agreement.regimes);
      question.handling = one_of(agreement.handling);
      question.now = from_ms(1'795'255'200'000);  // 2026-11-21
      out.push_back(std::move(question));
    }
  }
  return out;
}

}  // namespace

London london(Files files) {
  const auto types = record_types(files);
  const auto parties = authorities();
  fill_up(files, types);
  London out;
  auto rulebook = policy::Rulebook::make(files, parties, types);
  if (!rulebook) refuse(rulebook.error());
  out.rulebook = std::move(*rulebook);
  auto text = policy::read_rulebook(files, types);
  if (!text) refuse(text.error());
  auto world = policy::make_world(parties, types, text->agreements);
  if (!world) throw EnvError(world.error());
  out.questions = questions(text->agreements);
  out.workload = {"london-relay", std::move(text->policies), std::move(world->entities), {}};
  for (const auto& question : out.questions) {
    const auto request = policy::make_request(question, world->names);
    if (!request) throw EnvError("a question names what the bundle does not have");
    out.workload.requests.push_back(*request);
  }
  return out;
}

}  // namespace hub::bench
