// hubctl policy render: an agreement as a page for a data protection officer.

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/policy_verbs.h"
#include "policy/agreement_page.h"

namespace hub::cli {
namespace {

struct RenderOptions {
  std::filesystem::path bundle;
  std::vector<std::filesystem::path> with;
  std::filesystem::path register_note;
  std::string agreement;
  std::string today;
};

std::vector<policy::RecordTypeWords> words_of(const schemas::Catalogue& catalogue) {
  std::vector<policy::RecordTypeWords> out;
  for (const auto& type : catalogue.types()) {
    policy::RecordTypeWords words{type->name(), type->title(), type->description(), {}};
    for (const auto& field : type->fields()) {
      words.fields.push_back({field.name, field.group, field.description});
    }
    out.push_back(std::move(words));
  }
  return out;
}

Exit render(const RenderOptions& options, Streams streams) {
  const auto today = day_named(options.today);
  if (!today) return complain("--today must be a date, as in 2026-11-22", streams);
  auto files = read_bundle({options.bundle}, options.with);
  if (!files) return complain(files.error(), streams);
  const auto world = make_bundle_world(std::move(*files), parties_of(options.register_note));
  if (!world) return refuse(world.error(), streams);
  const auto bundle = policy::OpenedBundle::make(world->files, world->parties, world->record_types);
  if (!bundle) return refuse(bundle.error(), streams);
  const auto page = policy::agreement_page(*bundle, options.agreement, words_of(*world->catalogue),
                                           from_ms(std::int64_t{*today} * 86'400'000));
  if (!page) {
    std::string all;
    for (const auto& [id, agreement] : bundle->agreements) all += (all.empty() ? "" : ", ") + id;
    return complain("the bundle has no such agreement; it has " + all, streams);
  }
  streams.out << *page;
  return Exit::Ok;
}

}  // namespace

void add_policy_render(CLI::App& policy, Command& command) {
  auto options = std::make_shared<RenderOptions>();
  auto* verb = policy.add_subcommand(
      "render",
      "An agreement in plain English, as Markdown: who may share what with whom, why, for "
      "how long, and what each policy does");
  verb->add_option("DIR", options->bundle,
                   "A bundle: a folder with policy/, agreements/ and perhaps catalogue/, or a "
                   "bundle's text or note")
      ->required()
      ->check(CLI::ExistingPath);
  verb->add_option("AGREEMENT", options->agreement, "The agreement's id")->required();
  verb->add_option("--with", options->with,
                   "Folder for what DIR lacks, its catalogue/ for "
                   "instance; repeat")
      ->allow_extra_args(false)
      ->check(CLI::ExistingDirectory);
  verb->add_option("--register", options->register_note,
                   "A register's note: its authorities instead of London's 33");
  verb->add_option("--today", options->today, "The day asked about, 2026-11-22; today without it");
  verb->callback([options, &command] {
    command.run = [options](Streams streams) { return render(*options, streams); };
  });
}

}  // namespace hub::cli
