// hubctl policy diff: every decision that another bundle would take otherwise.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "cli/policy_verbs.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "core/base/clock.h"
#include "policy/codes.h"
#include "policy/decision_diff.h"
#include "policy/log_replay.h"
#include "policy/world.h"

namespace hub::cli {
namespace {

using nlohmann::json;

struct DiffOptions {
  std::filesystem::path before;
  std::filesystem::path after;
  std::vector<std::filesystem::path> with;
  std::filesystem::path register_note;
  std::filesystem::path log;
  std::string today;
  bool all = false;
  bool as_json = false;
};

constexpr std::int64_t kDayMs = 86'400'000;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string told(const policy::SideOfFlip& side) {
  const std::string word = side.allowed ? "allowed by " : "refused by ";
  return side.policies.empty() ? "refused: " + side.without : word + joined(side.policies);
}

// E09000002-E09000009 E09000018
std::string ranges(const std::set<std::string>& codes) {
  std::string out;
  std::string first;
  std::string last;
  // Nobody follows on what is no code.
  const auto number = [](const std::string& code) {
    return policy::is_authority_code(code) ? std::stoi(code.substr(1)) : -2;
  };
  const auto close = [&] {
    if (!first.empty())
      out += (out.empty() ? "" : " ") + (first == last ? first : first + "-" + last);
  };
  for (const auto& code : codes) {
    if (last.empty() || number(code) != number(last) + 1) {
      close();
      first = code;
    }
    last = code;
  }
  close();
  return out;
}

std::string seen_from(policy::Viewpoint viewpoint) {
  switch (viewpoint) {
    case policy::Viewpoint::None: return "";
    case policy::Viewpoint::Recipient: return " at the recipient";
    case policy::Viewpoint::Sender: return " at the sender";
    case policy::Viewpoint::Elsewhere: return " elsewhere";
  }
  return "";
}

std::string door_of(const policy::FlipGroup& flip) {
  std::string out(policy::action_of(flip.question.door));
  if (!flip.question.roles.empty()) out += " by " + joined(flip.question.roles);
  if (flip.question.protected_record) out += ", protected";
  return out + seen_from(flip.viewpoint);
}

// Those of the group on one side, or "all 33".
std::string codes_of(const policy::FlipGroup& flip,
                     const policy::AuthorityClass* policy::Cast::* side, std::size_t all) {
  std::set<std::string> codes;
  for (const auto& cast : flip.casts) codes.insert((cast.*side)->begin(), (cast.*side)->end());
  return codes.size() == all && all > 1 ? "all " + std::to_string(all) : ranges(codes);
}

std::string moment_of(const policy::Question& question) {
  return question.now == Time{} ? "" : to_iso(question.now).substr(0, 10);
}

std::vector<std::string> terms_of(const policy::Question& question) {
  return {question.record_type + "/" + question.field_group,
          question.agreement,
          question.purpose,
          question.legal_basis,
          question.regime,
          question.handling,
          moment_of(question)};
}

void print_groups(const policy::DecisionDiff& diff, std::ostream& out) {
  std::size_t all = 0;
  for (const auto& one : diff.classes) all += one.size();
  const std::vector<std::string> header{"door",  "field group", "agreement", "purpose",
                                        "basis", "regime",      "handling",  "at",
                                        "flips", "from",        "to"};
  for (auto flip = diff.flips.begin(); flip != diff.flips.end();) {
    const auto& first = *flip;
    out << (first.loosened() ? "LOOSENED  " : "TIGHTENED  ") << told(first.before) << "; now "
        << told(first.after) << '\n';
    Table table(header);
    for (; flip != diff.flips.end() && flip->before == first.before && flip->after == first.after;
         ++flip) {
      auto row = terms_of(flip->question);
      row.insert(row.begin(), door_of(*flip));
      row.push_back(std::to_string(flip->count));
      row.push_back(codes_of(*flip, &policy::Cast::senders, all));
      row.push_back(codes_of(*flip, &policy::Cast::recipients, all));
      table.add(std::move(row));
    }
    table.print(out);
    out << '\n';
  }
}

json json_of(const policy::SideOfFlip& side) {
  json out{{"allowed", side.allowed}, {"policies", side.policies}};
  if (side.policies.empty()) out["because"] = side.without;
  return out;
}

json json_of(const policy::FlipGroup& flip) {
  const auto& asked = flip.question;
  json out{{"door", policy::action_of(asked.door)},
           {"record_type", asked.record_type},
           {"field_group", asked.field_group},
           {"agreement", asked.agreement},
           {"purpose", asked.purpose},
           {"legal_basis", asked.legal_basis},
           {"regime", asked.regime},
           {"handling", asked.handling},
           {"loosened", flip.loosened()},
           {"before", json_of(flip.before)},
           {"after", json_of(flip.after)}};
  if (!asked.roles.empty()) out["role"] = asked.roles.front();
  if (asked.protected_record) out["protected"] = true;
  if (const auto moment = moment_of(asked); !moment.empty()) out["at"] = moment;
  return out;
}

// One line each; a group's lines have all but the authorities in common.
void print_each(const policy::DecisionDiff& diff, bool as_json, std::ostream& out) {
  for (const auto& flip : diff.flips) {
    auto row = json_of(flip);
    const auto words = std::string(flip.loosened() ? "loosened " : "tightened ") + door_of(flip) +
                       " " + joined(terms_of(flip.question)) + ": " + told(flip.before) + "; now " +
                       told(flip.after);
    for (const auto& cast : flip.casts) {
      policy::for_each_of(cast, [&](const std::string& sender, const std::string& recipient,
                                    const std::string& viewed_at) {
        if (!as_json) {
          out << sender << " to " << recipient
              << (viewed_at.empty() ? std::string() : " seen at " + viewed_at) << " " << words
              << '\n';
          return;
        }
        row["sender"] = sender;
        row["recipient"] = recipient;
        if (!viewed_at.empty()) row["viewed_at"] = viewed_at;
        out << row.dump() << '\n';
      });
    }
  }
}

policy::ReplayableLog read_log(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw EnvError("cannot read " + file.string());
  policy::ReplayableLog out;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) policy::read_logged_line(line, out);
  }
  return out;
}

void print_left_out(const policy::ReplayableLog& log, std::ostream& out) {
  out << log.lines << " log entries, " << log.decisions.size() << " replayed\n";
  for (const auto& [why, lines] : log.left_out) out << lines << " not replayed: " << why << '\n';
  out << '\n';
}

Result<policy::OpenedBundle, std::vector<policy::ParseError>> open_side(
    BundleFiles files, const DiffOptions& options) {
  auto world = make_bundle_world(std::move(files), parties_of(options.register_note));
  if (!world) return fail(std::move(world.error()));
  return policy::OpenedBundle::make(world->files, world->parties, world->record_types);
}

policy::DecisionDiff compare(const policy::OpenedBundle& before, const policy::OpenedBundle& after,
                             const DiffOptions& options, std::int32_t today, Streams streams) {
  Progress bar(streams.err, streams.terminal, "comparing");
  const auto progress = [&bar](std::uint64_t done, std::uint64_t all) { bar.update(done, all); };
  if (options.log.empty()) {
    return policy::compare_decisions(before, after, policy::authority_classes({&before, &after}),
                                     from_ms(today * kDayMs), progress);
  }
  const auto log = read_log(options.log);
  if (!options.as_json) print_left_out(log, streams.out);
  return policy::replay(before, after, log, progress);
}

Exit diff(const DiffOptions& options, Streams streams) {
  const auto today = day_named(options.today);
  if (!today) return complain("--today must be a date, as in 2026-11-22", streams);
  std::vector<policy::OpenedBundle> sides;
  for (const auto& side : {options.before, options.after}) {
    auto files = read_bundle({side}, options.with);
    if (!files) return complain(files.error(), streams);
    auto opened = open_side(std::move(*files), options);
    if (!opened) {
      streams.err << "hubctl: " << side.string() << " is refused as agents would refuse it:\n";
      return refuse(opened.error(), streams);
    }
    sides.push_back(std::move(*opened));
  }
  const auto found = compare(sides[0], sides[1], options, *today, streams);
  if (options.as_json || options.all) {
    print_each(found, options.as_json, streams.out);
  } else {
    print_groups(found, streams.out);
  }
  if (options.as_json) {
    streams.out << json{{"compared", found.compared},
                        {"loosened", found.loosened},
                        {"tightened", found.tightened}}
                       .dump()
                << '\n';
  } else {
    streams.out << found.compared << " decisions compared, " << found.loosened << " loosened, "
                << found.tightened << " tightened\n";
  }
  return found.flips.empty() ? Exit::Ok : Exit::Refused;
}

}  // namespace

void add_policy_diff(CLI::App& policy, Command& command) {
  auto options = std::make_shared<DiffOptions>();
  auto* verb = policy.add_subcommand(
      "diff",
      "Every decision that flips when one bundle takes the place of another: each sender, "
      "recipient, field group, agreement and term, at each door and for each role. Ends "
      "with 0 when none flips, 1 when one does or a bundle is refused");
  verb->add_option("OLD", options->before,
                   "A bundle: a folder with policy/, agreements/ and perhaps catalogue/, or a "
                   "bundle's text or note")
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("NEW", options->after, "The bundle that is to take its place")
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("--with", options->with,
                   "Folder for what a side lacks, its catalogue/ for instance; repeat")
      ->allow_extra_args(false)
      ->check(CLI::ExistingDirectory);
  verb->add_option("--register", options->register_note,
                   "A register's note: its authorities instead of London's 33");
  verb->add_option("--log", options->log,
                   "Compare by these decisions of the past instead: lines of audit tail --json")
      ->check(CLI::ExistingFile);
  verb->add_option("--today", options->today, "The day asked about, 2026-11-22; today without it");
  verb->add_flag("--all", options->all, "A line for each flip, not for each group of them");
  verb->add_flag("--json", options->as_json, "For machines: one JSON object a flip");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return diff(*options, streams); };
  });
}

}  // namespace hub::cli
