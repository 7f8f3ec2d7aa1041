#include <gmock/gmock.h>

#include "tests/cli/london_bundle.h"

namespace hub::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

struct PolicyRender : LondonBundle {
  [[nodiscard]] Said render(const std::string& agreement) const {
    return hubctl({"policy", "render", at("london"), agreement, "--with", at("schemas"), "--today",
                   "2026-11-22"});
  }
};

TEST_F(PolicyRender, WritesEveryAgreementAsAPage) {
  for (const auto* id : {"london-ta-notice-2026", "london-local-connection-2026",
                         "london-marac-transfer-2026", "west-london-pilot-2025"}) {
    const auto said = render(id);
    EXPECT_EQ(said.exit, Exit::Ok) << said.err;
    EXPECT_THAT(said.out,
                AllOf(StartsWith("# "), HasSubstr(id), HasSubstr("## Who shares"),
                      HasSubstr("## What is shared"), HasSubstr("## What the policies do"),
                      HasSubstr("## Record of processing (UK GDPR Article 30)")));
  }
}

TEST_F(PolicyRender, TakesTheCataloguesWords) {
  EXPECT_THAT(render("london-ta-notice-2026").out,
              AllOf(HasSubstr("Out-of-area placement notice (section 208)"),
                    HasSubstr("Name of the applicant (section 208(3)(a))")));
}

TEST_F(PolicyRender, NamesTheAgreementsThereAreWhenThereIsNoSuch) {
  const auto said = render("none");
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("london-ta-notice-2026"));
  EXPECT_EQ(said.out, "");
}

}  // namespace
}  // namespace hub::cli
