#include "tests/catalogue/london_catalogue.h"

#include <filesystem>
#include <iostream>

#include "core/base/file.h"

namespace hub::schemas {

std::map<std::string, std::string> london_files() {
  std::map<std::string, std::string> files;
  const std::filesystem::path folder(HUB_SOURCE_DIR "/schemas/catalogue");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".fbs") continue;
    files["catalogue/" + entry.path().filename().string()] =
        to_text(read_file(entry.path(), 1U << 20U));
  }
  return files;
}

const Catalogue& london() {
  static const auto kLoaded = [] {
    auto loaded = Catalogue::load(london_files());
    if (!loaded) {
      for (const auto& mistake : loaded.error()) std::cerr << to_string(mistake) << '\n';
    }
    require(loaded.has_value(), "the shipped catalogue loads");
    return *std::move(loaded);
  }();
  return *kLoaded;
}

const RecordType& london_type(std::string_view name) {
  const auto* const type = london().find(name);
  require(type != nullptr, "the shipped catalogue has this type");
  return *type;
}

Texts placement_texts() {
  return {{"case_reference", "HX-2026-004711"},
          {"host_authority", "E09000012"},
          {"applicant_name", "Ann Exämple"},
          {"other_persons", "3"},
          {"other_persons_description", "partner, two children"},
          {"household_type", "two_adults_with_children"},
          {"accommodation_address", "Flat 4, 12 Invented Street"},
          {"accommodation_postcode", "ZZ1 1ZZ"},
          {"available_from", "2026-01-12"},
          {"placement_function", "s188"},
          {"uprn", "100023336959"},
          {"ta_type", "nightly_paid_self_contained"},
          {"bedrooms", "2"},
          {"shared_facilities", "no"},
          {"support_needs", "physical_health;domestic_abuse;budgeting"},
          {"needs_summary", "Ground floor needed.\nWalks with a stick."},
          {"contact_officer", "Jo Example"},
          {"contact_team", "Temporary accommodation"},
          {"contact_email", "s208@example.org"},
          {"contact_phone", "020 7946 0123"},
          {"children_count", "2"},
          {"children_ages", "4;9"},
          {"social_worker", "yes"},
          {"nhs_number", "9434765919"},
          {"ni_number", "QQ123456C"},
          {"date_of_birth", "1984-05-02"},
          {"protected", "no"}};
}

Texts referral_texts() {
  return {{"case_reference", "LC/77"},
          {"notified_authority", "E09000033"},
          {"applicant_name", "Bea Example"},
          {"application_date", "2026-02-01"},
          {"notice_date", "2026-02-10"},
          {"stage", "relief"},
          {"connection_ground", "family_associations"},
          {"connection_details", "Sister, five years."},
          {"no_connection_here", "None found."},
          {"risk_bar", "no_risk_found"},
          {"eligible", "yes"},
          {"assessment_date", "2026-02-08"},
          {"priority_needs", "dependent_children;pregnant"},
          {"current_address", "1 Made Up Road"},
          {"current_postcode", "ZZ99 3AA"},
          {"previous_addresses", "1 Made Up Road;2 Other Lane;3 Third Way"},
          {"previous_addresses_from", "2025-01-01;;2021-03-01"},
          {"previous_addresses_to", "2026-01-01;2024-12-31;"},
          {"household_type", "single_parent_female"},
          {"household_size", "3"},
          {"children_count", "2"},
          {"children_ages", "0;17"},
          {"pregnant", "yes"},
          {"support_needs", "young_parent"},
          {"needs_summary", "None beyond the above."},
          {"contact_officer", "Jo Example"},
          {"contact_email", "homeless@example.org"},
          {"contact_phone", "020 7946 0001"},
          {"applicant_phone", "020 7946 0002"},
          {"applicant_email", "bea@example.org"},
          {"nhs_number", "6541003238"},
          {"ni_number", "AB123456C"},
          {"date_of_birth", "1999-12-31"},
          {"protected", "yes"}};
}

Texts marac_texts() {
  return {{"case_reference", "M-9"},
          {"receiving_authority", "E09000002"},
          {"origin_marac", "Hackney Marac"},
          {"referring_agency", "Hospital"},
          {"coordinator_name", "Co Ordinator"},
          {"coordinator_phone", "020 7946 0010"},
          {"coordinator_email", "marac@example.org"},
          {"idva_name", "Id Va"},
          {"idva_phone", "020 7946 0011"},
          {"transfer_date", "2026-03-02"},
          {"last_marac_date", "2026-02-20"},
          {"move_kind", "permanent"},
          {"victim_name", "Vee Example"},
          {"victim_date_of_birth", "1990-01-01"},
          {"victim_phone", "020 7946 0012"},
          {"victim_phone_safe", "no"},
          {"safe_contact", "weekday mornings, through the school"},
          {"victim_aware", "yes"},
          {"victim_not_aware_reason", "does not apply"},
          {"consent_given", "yes"},
          {"victim_address", "5 Refuge Way"},
          {"victim_postcode", "ZZ1 2AB"},
          {"moved_on", "2026-03-01"},
          {"perpetrator_name", "Pee Example"},
          {"perpetrator_aliases", "P;Pea"},
          {"perpetrator_date_of_birth", "1985-06-30"},
          {"perpetrator_address", "6 Old Street"},
          {"perpetrator_relationship", "former_partner"},
          {"children_names", "Cee Example;Dee Example"},
          {"children_dates_of_birth", "2015-04-05;"},
          {"children_relationship_to_victim", "daughter;son"},
          {"children_relationship_to_perpetrator", "daughter;"},
          {"children_schools", ";Example Primary"},
          {"children_address", "5 Refuge Way"},
          {"dash_score", "17"},
          {"visible_high_risk", "yes"},
          {"professional_judgement", "yes"},
          {"potential_escalation", "no"},
          {"marac_repeat", "no"},
          {"date_listed", "2025-11-11"},
          {"afraid_of", "his brothers"},
          {"safe_to_talk_to", "her sister"},
          {"not_safe_to_talk_to", "his family"},
          {"referred_before", "yes"},
          {"referred_before_where", "Hackney, 2025"},
          {"reason_for_referral", "Moved after threats.\nFears to be found."},
          {"minutes", "1. Discussed.\r\n2. Agreed."},
          {"action_plan", "Housing:\tlocks"},
          {"gender", "female"},
          {"black_or_minority_ethnic", "no"},
          {"disabled", "no"},
          {"lgbt", "no"},
          {"protected", "yes"}};
}

Result<RecordDraft, std::vector<FieldProblem>> check(const RecordType& type, const Texts& texts) {
  std::vector<NamedText> named;
  for (const auto& [name, text] : texts) named.push_back({name, text});
  return RecordDraft::check_named(type, named);
}

Buffer body_of(const RecordType& type, const Texts& texts) {
  const auto draft = check(type, texts);
  require(draft.has_value(), "the texts are right");
  return draft->encode(draft->groups_present());
}

}  // namespace hub::schemas
