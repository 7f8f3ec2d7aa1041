// hubctl audit reconcile: exported logs of one hub held against each other, envelope by envelope.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>

#include "audit/reconcile/finding.h"
#include "cli/exported_logs.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "core/base/encoding.h"

namespace hub::cli {
namespace {

using audit::Finding;
using audit::Logbook;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kMostRows = 10'000;
constexpr std::size_t kShownHex = 16;  // digits of an envelope's hash in tables
constexpr std::size_t kLeastHex = 8;
constexpr std::size_t kMostHex = 64;
constexpr std::int64_t kMostDays = 3660;

struct ReconcileOptions {
  std::vector<std::filesystem::path> folders;
  std::vector<std::string> log_vkeys;
  bool trust_policy_files = false;
  std::string late = "1h";
  std::string envelope;
  bool as_json = false;
};

// A number and its unit, such as 90m.
milliseconds late_of(const std::string& text) {
  constexpr std::array<std::pair<char, std::int64_t>, 4> units{
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86'400}}};
  constexpr std::size_t most_digits = 9;
  const auto* const unit = std::ranges::find(units, text.empty() ? '\0' : text.back(),
                                             &decltype(units)::value_type::first);
  const auto digits = text.substr(0, text.empty() ? 0 : text.size() - 1);
  const bool is_number = !digits.empty() && digits.size() <= most_digits &&
                         digits.find_first_not_of("0123456789") == std::string::npos;
  const auto number = is_number ? std::stoll(digits) : -1;
  if (unit == units.end() || number < 0 || number * unit->second > kMostDays * 86'400) {
    throw LogsRefused(Exit::Usage, "--late " + text +
                                       " is no time: a number and s, m, h or d, such as 90m; ten "
                                       "years at most");
  }
  return std::chrono::seconds(number * unit->second);
}

std::string envelope_of(const ReconcileOptions& options) {
  const auto& text = options.envelope;
  const bool is_hex = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_hex || text.size() > kMostHex || (!text.empty() && text.size() < kLeastHex)) {
    throw LogsRefused(Exit::Usage, "--envelope " + text +
                                       " is no leaf hash: 8 to 64 digits of 0-9 and a-f, from its "
                                       "beginning");
  }
  return text;
}

std::string about(const std::filesystem::path& folder, audit::LogbookError error) {
  return folder.string() + ": " + std::string(audit::describe(error));
}

void take_log(const ExportedLog& log, audit::LogNumber number, const std::function<void()>& went_by,
              Logbook& book) {
  read_exported_log(log, [&](std::uint64_t index, Bytes entry) {
    went_by();
    const auto leaf = audit::parse_leaf(as_text(entry));
    if (!leaf) return book.add_unreadable(number, index);
    const auto added = book.add(number, index, *leaf);
    if (!added) throw LogsRefused(Exit::Environment, about(log.folder, added.error()));
  });
}

void take_logs(const ReconcileOptions& options, Streams streams, Logbook& book) {
  const auto keys = log_keys(options.log_vkeys);
  std::vector<std::pair<ExportedLog, audit::LogNumber>> logs;
  std::uint64_t all = 0;
  for (const auto& folder : options.folders) {
    auto log = open_exported_log(folder, keys, options.trust_policy_files);
    const auto number = book.add_log(log.checkpoint.origin);
    if (!number) throw LogsRefused(Exit::Usage, about(folder, number.error()));
    all += log.checkpoint.size;
    logs.emplace_back(std::move(log), *number);
  }
  Progress progress(streams.err, streams.terminal, "reading");
  std::uint64_t done = 0;
  for (const auto& [log, number] : logs) {
    take_log(log, number, [&] { progress.update(++done, all); }, book);
  }
  book.arrange();
}

json to_json(const Finding& finding) {
  json out{{"finding", audit::word(finding.kind)},
           {"log", finding.origin},
           {"entry", finding.index},
           {"answers", finding.answers.empty() ? json() : json(finding.answers)},
           {"text", finding.text}};
  if (finding.envelope) out["envelope"] = to_hex(*finding.envelope);
  if (finding.time) out["time"] = to_iso(*finding.time);
  return out;
}

json to_json(const Logbook& book, const audit::Seen& seen, const std::string& envelope) {
  json out{{"envelope", envelope},
           {"step", audit::describe(seen.step)},
           {"outcome", book.text(seen.outcome)},
           {"log", book.log_of(seen).origin},
           {"entry", seen.index},
           {"time", to_iso(seen.time)}};
  for (std::size_t i = 0; i < audit::kTerms.size(); ++i) {
    const auto& text = book.text(seen.terms[i]);
    if (!text.empty()) out[std::string(audit::kTerms[i])] = text;
  }
  return out;
}

// Lines as they come for machines; for people a table at the end.
class Report {
 public:
  Report(bool as_json, std::ostream& out) : as_json_(as_json), out_(out) {}

  void add(const Finding& finding) {
    if (as_json_) {
      print(to_json(finding));
    } else if (findings_.size() < kMostRows) {
      findings_.push_back(finding);
    } else {
      ++left_out_;
    }
  }

  void timeline(const Logbook& book, const crypto::Digest& envelope) {
    const auto hex = to_hex(envelope);
    Table table({"time (UTC)", "log", "entry", "step", "outcome", "type", "from", "to", "purpose"});
    for (const auto* seen : book.about(envelope)) {
      if (as_json_) {
        print(to_json(book, *seen, hex));
        continue;
      }
      const auto term = [&](std::size_t which) { return book.text(seen->terms.at(which)); };
      table.add({to_iso(seen->time), book.log_of(*seen).origin, std::to_string(seen->index),
                 std::string(audit::describe(seen->step)), book.text(seen->outcome),
                 term(audit::kRecordType), term(audit::kSender), term(audit::kRecipient),
                 term(audit::kPurpose)});
    }
    if (as_json_) return;
    out_ << "envelope " << hex << "\n\n";
    table.print(out_);
    out_ << '\n';
  }

  void finish(const audit::Summary& summary) {
    if (as_json_) {
      print({{"summary",
              {{"envelopes", summary.envelopes},
               {"logs", summary.logs},
               {"complete", summary.complete},
               {"too_new", summary.too_new},
               {"too_old", summary.too_old},
               {"not_given", summary.not_given},
               {"with_findings", summary.with_findings},
               {"findings", summary.findings}}}});
      return;
    }
    print_findings();
    out_ << summary.envelopes << " envelopes in " << summary.logs << " logs: " << summary.complete
         << " complete, " << summary.too_new << " too new, " << summary.too_old << " too old, "
         << summary.not_given << " with a log not given, " << summary.findings << " findings\n";
  }

 private:
  // Values of a hostile log may be cut within a character.
  void print(const json& line) {
    out_ << line.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  }

  void print_findings() {
    if (findings_.empty()) return;
    std::ranges::sort(findings_, {}, [](const Finding& finding) {
      return std::tie(finding.time, finding.origin, finding.index, finding.envelope);
    });
    Table table({"finding", "envelope", "log", "entry", "time (UTC)", "answers", "what"});
    for (const auto& finding : findings_) {
      table.add({std::string(audit::word(finding.kind)),
                 finding.envelope ? to_hex(*finding.envelope).substr(0, kShownHex) : "",
                 finding.origin, std::to_string(finding.index),
                 finding.time ? to_iso(*finding.time) : "",
                 finding.answers.empty() ? "not shown" : finding.answers, finding.text});
    }
    table.print(out_);
    if (left_out_ > 0) out_ << "... and " << left_out_ << " more; --json prints all of them\n";
    out_ << '\n';
  }

  bool as_json_;
  std::ostream& out_;
  std::vector<Finding> findings_;
  std::uint64_t left_out_ = 0;
};

audit::Summary judge(const Logbook& book, const std::string& envelope, milliseconds late,
                     Report& report) {
  const auto take = [&](const Finding& finding) { report.add(finding); };
  if (envelope.empty()) return audit::reconcile(book, late, take);
  const auto found = book.beginning_with(envelope, 2);
  if (found.size() != 1) {
    throw LogsRefused(Exit::Usage, (found.empty() ? "no envelope in these logs has a hash that "
                                                    "begins with "
                                                  : "several envelopes have a hash that begins "
                                                    "with ") +
                                       envelope);
  }
  report.timeline(book, found.front());
  return audit::reconcile(book, late, found.front(), take);
}

Exit reconcile(const ReconcileOptions& options, Streams streams) {
  try {
    if (options.folders.size() < 2) {
      throw LogsRefused(Exit::Usage, "name the exports of at least two logs");
    }
    const auto late = late_of(options.late);
    const auto envelope = envelope_of(options);
    Logbook book;
    take_logs(options, streams, book);
    Report report(options.as_json, streams.out);
    const auto summary = judge(book, envelope, late, report);
    report.finish(summary);
    return summary.findings == 0 ? Exit::Ok : Exit::Refused;
  } catch (const LogsRefused& refused) {
    streams.err << "hubctl: " << refused.what() << '\n';
    return refused.exit();
  }
}

}  // namespace

void add_audit_reconcile(CLI::App& audit, Command& command) {
  auto options = std::make_shared<ReconcileOptions>();
  auto* verb = audit.add_subcommand(
      "reconcile",
      "Follow every envelope through the exported logs of its sender, the broker and its "
      "recipient; needs no daemon and no store.\n"
      "Exit code 0: nothing found. 1: findings, or an export that is not what its log signed. "
      "2: the command line makes no sense. 3: a file cannot be read.");
  verb->add_option("FOLDER", options->folders, "Exports of two or more logs of one hub")
      ->required();
  verb->add_option("--log-key", options->log_vkeys,
                   "A log's vkey, as the register has it; once for each folder, in any order")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_flag("--trust-policy-files", options->trust_policy_files,
                 "Believe FOLDER/policy where no --log-key names the log: then an export proves "
                 "only that it was not damaged");
  verb->add_option("--late", options->late,
                   "How long a step may take: a number and s, m, h or d (1h). A log that ends "
                   "sooner after a step is too new to tell of the next")
      ->type_name("DURATION");
  verb->add_option("--envelope", options->envelope,
                   "Only the envelope whose leaf hash begins so, with its whole timeline")
      ->type_name("HEX");
  verb->add_flag("--json", options->as_json, "One JSON object a line, the last is the summary");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return reconcile(*options, streams); };
  });
}

}  // namespace hub::cli
