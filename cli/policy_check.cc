// hubctl policy check: everything that is wrong with a bundle, before anybody signs it.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/policy_verbs.h"
#include "policy/bundle_check.h"

namespace hub::cli {
namespace {

using nlohmann::json;

struct CheckOptions {
  std::vector<std::filesystem::path> from;
  std::string today;
  bool as_json = false;
};

json json_of(const policy::CheckFinding& found) {
  const auto& finding = found.finding;
  json out{{"level", policy::name_of(found.level)},
           {"rule", found.rule},
           {"file", finding.file},
           {"what", finding.what}};
  if (finding.line > 0) out["line"] = finding.line;
  if (finding.line > 0 && finding.column > 0) out["column"] = finding.column;
  if (!finding.hint.empty()) out["hint"] = finding.hint;
  if (!finding.policy_id.empty()) out["policy"] = finding.policy_id;
  return out;
}

std::string counted(std::size_t count, std::string_view what, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? what : many);
}

policy::BundleCheck check_all(const BundleFiles& files, std::int32_t today, std::size_t& types) {
  auto world = make_bundle_world(files, {});
  if (world) {
    types = world->record_types.size();
    return policy::check_bundle(world->files, world->record_types, today);
  }
  // What the policies name cannot be judged without the catalogue.
  return {policy::findings_of(world.error(), files)};
}

Exit check(const CheckOptions& options, Streams streams) {
  const auto today = day_named(options.today);
  if (!today) return complain("--today must be a date, as in 2026-11-22", streams);
  const auto files = read_bundle(options.from);
  if (!files) return complain(files.error(), streams);
  return check_files(*files, *today, options.as_json, streams);
}

}  // namespace

Exit check_files(const BundleFiles& files, std::int32_t today, bool as_json, Streams streams) {
  std::size_t types = 0;
  const auto checked = check_all(files, today, types);
  for (const auto& finding : checked.findings) {
    streams.out << (as_json
                        ? json_of(finding).dump(-1, ' ', false, json::error_handler_t::replace) +
                              "\n"
                        : show(finding));
  }
  const auto faults = checked.faults();
  if (!as_json) {
    streams.out << (types > 0 ? counted(checked.policies, "policy", "policies") + ", " +
                                    counted(checked.agreements, "agreement", "agreements") + ", " +
                                    counted(types, "record type", "record types")
                              : std::string("the catalogue cannot be read; nothing behind it was "
                                            "looked at"))
                << ": " << (faults == 0 ? "no findings" : counted(faults, "finding", "findings"))
                << '\n';
  }
  return faults == 0 ? Exit::Ok : Exit::Refused;
}

Exit refuse(const std::vector<policy::ParseError>& mistakes, Streams streams) {
  for (const auto& mistake : mistakes) streams.err << to_text(mistake) << '\n';
  return Exit::Refused;
}

Exit complain(std::string_view what, Streams streams) {
  streams.err << "hubctl: " << what << '\n';
  return Exit::Usage;
}

void add_policy_check(CLI::App& policy, Command& command) {
  auto options = std::make_shared<CheckOptions>();
  auto* verb = policy.add_subcommand(
      "check",
      "Everything that is wrong with a bundle, before anybody signs it. Ends with 0 when "
      "there are no findings, 1 when there are (notes do not count), 2 when the command "
      "line makes no sense");
  verb->add_option("DIR", options->from, std::string(kFromHelp))
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("--today", options->today,
                   "The day that reviews and ends are held against, 2026-11-22; today without it");
  verb->add_flag("--json", options->as_json, "For machines: one JSON object a finding");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return check(*options, streams); };
  });
}

}  // namespace hub::cli
