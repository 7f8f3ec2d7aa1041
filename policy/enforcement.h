// The hub's enforcement point: may this field group pass this door, and why (not).
//
// A Rulebook is one bundle's policies and agreements with one register's authorities, checked
// whole, immutable and safe to share between threads. It asks the Cedar authoriser and is
// stricter in one point: it denies whenever any forbid erred. What it does not know (an
// agreement, an authority, a record type, a field group) it refuses, and says so.
//
// What policies see, entities, attributes and context, is laid down in policy/world.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "policy/agreement.h"
#include "policy/cedar/finding.h"
#include "policy/cedar/parse_error.h"
#include "policy/row_filter.h"

namespace hub::policy {

enum class Door : std::uint8_t { Share, Relay, Accept, View, Export };
// The doors at which a person looks.
[[nodiscard]] constexpr bool is_look(Door door) {
  return door == Door::View || door == Door::Export;
}

struct PartyFacts {
  std::string code;
  std::string name;
  bool suspended = false;
};

struct RecordTypeFacts {
  std::string name;
  std::string domain;
  std::vector<std::string> field_groups;
  std::vector<std::string> address_groups;  // of these, with a field that says where somebody lives
  std::vector<std::string> patient_groups;  // of these, with patient information
};

struct Question {
  Door door = Door::Share;
  std::string sender;  // authority codes, E09000007
  std::string recipient;
  std::string record_type;
  std::string field_group;  // name within the type, "household"
  std::string agreement;
  std::string purpose;
  std::string legal_basis;
  std::string regime;
  std::string handling;    // a code, or with its condition: "3x5x2-c.CONDITION"
  std::string originator;  // who made the record, where it is not the sender; may be empty
  // View and Export only: the local user name, the user's roles, the organisation of a guest's
  // user, the authority whose user it is (empty means the recipient's), and whether the record says
  // that somebody in it must not be found.
  std::string user;
  std::vector<std::string> roles;
  std::string guest;
  std::string viewed_at;
  bool protected_record = false;
  Time now;

  bool operator==(const Question&) const = default;
};

struct Reason {
  std::string policy_id;
  std::string title;
};

// The zero value is the safe one.
struct Verdict {
  bool allowed = false;
  std::vector<Reason> reasons;      // permits when allowed, forbids when refused; may be empty
  std::vector<std::string> errors;  // ids of policies that erred: raise an alert on any
  std::string explanation;          // one sentence: why, and what to do; no personal data
};

class Rulebook {
 public:
  // `files`: path to text, of which "policy/*.cedar", "links/*.json" and "agreements/*.json"
  // are read. Every mistake is reported.
  [[nodiscard]] static Result<std::unique_ptr<const Rulebook>, std::vector<ParseError>> make(
      const std::map<std::string, std::string>& files, const std::vector<PartyFacts>& parties,
      const std::vector<RecordTypeFacts>& record_types);

  Rulebook(const Rulebook&) = delete;
  Rulebook& operator=(const Rulebook&) = delete;
  Rulebook(Rulebook&&) = delete;
  Rulebook& operator=(Rulebook&&) = delete;
  ~Rulebook();

  [[nodiscard]] Verdict decide(const Question& question) const;

  // The whole story for a person: each policy that applied, and for a default deny the permit
  // that came nearest with the first condition that failed, as written.
  [[nodiscard]] std::string explain(const Question& question) const;

  // For View: the terms of held records (policy/held_rows.h) under which the user may see the
  // question's field group, as a condition on their rows. Of the question, all counts that is no
  // term of a record. Nothing when the condition would get too large: then each record is asked
  // about. One that is selected is asked about all the same before any of it is shown.
  [[nodiscard]] std::optional<RowFilter> view_filter(const Question& question) const;

  // The next moment at which any agreement starts or ends; cached decisions end there.
  [[nodiscard]] std::optional<Time> next_change(Time now) const;
  // False when a policy looks at the time in another way than comparing it with its agreement's
  // start and end: then no decision may be kept.
  [[nodiscard]] bool may_keep_decisions() const;

  [[nodiscard]] const Agreement* agreement(std::string_view id) const;
  [[nodiscard]] std::vector<const Agreement*> agreements() const;  // by id

  // Tells this rulebook from every other for as long as somebody holds it.
  [[nodiscard]] const std::shared_ptr<const void>& identity() const;

 private:
  struct State;
  explicit Rulebook(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace hub::policy
