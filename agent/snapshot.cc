#include "agent/snapshot.h"

#include "policy/rulebook_of.h"

namespace hub::agent {

Result<std::shared_ptr<const Snapshot>, std::string> make_snapshot(
    std::shared_ptr<const schemas::Register> parties,
    std::shared_ptr<const schemas::Bundle> bundle) {
  std::string mistakes;
  auto catalogue = schemas::Catalogue::load(bundle->files_under("catalogue/"));
  if (!catalogue) {
    for (const auto& mistake : catalogue.error()) mistakes += to_string(mistake) + "\n";
    return fail(std::move(mistakes));
  }
  auto rulebook = policy::rulebook_of(bundle->files(), *parties, **catalogue);
  if (!rulebook) {
    for (const auto& mistake : rulebook.error()) mistakes += policy::to_text(mistake) + "\n";
    return fail(std::move(mistakes));
  }
  return std::make_shared<const Snapshot>(
      Snapshot{std::move(parties), std::move(bundle), std::move(*catalogue), std::move(*rulebook)});
}

}  // namespace hub::agent
