// The catalogue as it is shipped: what policies and agreements rely on.
#include "tests/catalogue/london_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace hub::schemas {
namespace {

using testing::ElementsAre;

TEST(LondonCatalogue, HasThreeTypes) {
  std::vector<std::string> names;
  for (const auto& type : london().types()) names.push_back(type->name());
  EXPECT_THAT(names, ElementsAre("homelessness.local_connection_referral", "ta.placement_notice",
                                 "violence.marac_transfer"));
}

TEST(LondonCatalogue, HasTheGroupsThatPoliciesName) {
  EXPECT_THAT(london_type("ta.placement_notice").groups(),
              ElementsAre("notice", "property", "needs", "contact", "children", "identifiers"));
  EXPECT_THAT(london_type("homelessness.local_connection_referral").groups(),
              ElementsAre("referral", "addresses", "household", "needs", "contact", "identifiers"));
  EXPECT_THAT(london_type("violence.marac_transfer").groups(),
              ElementsAre("referral", "victim", "victim_address", "perpetrator", "children", "risk",
                          "plan", "equality"));
}

TEST(LondonCatalogue, SendsDomesticAbuseCasesInTheirOwnClass) {
  EXPECT_EQ(london_type("violence.marac_transfer").delivery_class(), DeliveryClass::Violence);
  EXPECT_EQ(london_type("ta.placement_notice").delivery_class(), DeliveryClass::Ordinary);
}

// Housing Act 1996, section 208(3)(a) to (e).
TEST(LondonCatalogue, RequiresWhatSection208Requires) {
  const auto& type = london_type("ta.placement_notice");
  for (const auto* const name : {"applicant_name", "other_persons", "accommodation_address",
                                 "available_from", "placement_function"}) {
    ASSERT_NE(type.field(name), nullptr) << name;
    EXPECT_TRUE(type.field(name)->required) << name;
    EXPECT_EQ(type.field(name)->group, type.main_group()) << name;
  }
}

// What the guardrails on protected households and patient information go by.
TEST(LondonCatalogue, KnowsItsAddressesAndItsPatientInformation) {
  const auto& notice = london_type("ta.placement_notice");
  EXPECT_THAT(notice.address_groups(), ElementsAre("notice", "property"));
  EXPECT_THAT(notice.patient_groups(), ElementsAre("needs", "identifiers"));
  const auto& referral = london_type("homelessness.local_connection_referral");
  EXPECT_THAT(referral.address_groups(), ElementsAre("addresses"));
  EXPECT_THAT(referral.patient_groups(),
              ElementsAre("referral", "household", "needs", "identifiers"));
  const auto& marac = london_type("violence.marac_transfer");
  EXPECT_THAT(marac.address_groups(), ElementsAre("victim_address", "perpetrator", "children"));
  EXPECT_THAT(marac.patient_groups(), ElementsAre("equality"));
  for (const auto& type : london().types()) EXPECT_NE(type->protecting(), nullptr) << type->name();
}

TEST(LondonCatalogue, KeepsIdentifiersInAGroupOfTheirOwn) {
  for (const auto& type : london().types()) {
    for (const auto& field : type->fields()) {
      if (field.identifier != "nhs_number" && field.identifier != "ni_number") continue;
      EXPECT_EQ(field.group, "identifiers") << type->name() << ' ' << field.name;
    }
  }
}

TEST(LondonCatalogue, HasTheSevenPublishedTypesOfAccommodation) {
  EXPECT_EQ(london_type("ta.placement_notice").field("ta_type")->codes->codes().size(), 7U);
  EXPECT_EQ(london_type("ta.placement_notice").field("support_needs")->codes->codes().size(), 23U);
}

TEST(LondonCatalogue, GivesEveryFieldADescriptionAndAnIdInOrder) {
  for (const auto& type : london().types()) {
    for (std::size_t i = 0; i < type->fields().size(); ++i) {
      const auto& field = type->fields()[i];
      EXPECT_EQ(field.id, i);
      EXPECT_EQ(field.index, i);
      EXPECT_EQ(type->groups()[field.group_index], field.group);
      EXPECT_FALSE(field.description.empty());
      EXPECT_EQ(type->field(field.name), &field);
    }
    EXPECT_EQ(type->field("no_such_field"), nullptr);
    EXPECT_GT(type->binary_schema().size(), 1000U);
  }
}

}  // namespace
}  // namespace hub::schemas
