// What the broker lets in, and what it answers otherwise.

#include "broker/admission.h"

#include <gtest/gtest.h>

#include "tests/exchange/forge.h"
#include "tests/exchange/hub_fixture.h"

namespace hub::exchange {
namespace {

using schemas::Answer;
using schemas::Outcome;

struct Submitted : testing::Test {
  TestHub hub;
  Borough camden{hub, kCamden};
  Borough hackney{hub, kHackney};
  broker::Admission admission;
  std::shared_ptr<const broker::Snapshot> snapshot = hub.broker_snapshot();
  schemas::SharedBytes bytes;

  void SetUp() override {
    camden.learn_keys_of(hackney);
    bytes = camden.send(camden.notices(kHackney, 2)).front().bytes;
  }
  [[nodiscard]] Answer answer(const schemas::SharedBytes& slice, std::string_view party = kCamden) {
    const auto admitted = admission.admit(*snapshot, party, slice, hub.clock.now());
    if (!admitted) return admitted.error().answer;
    return admitted->has_refusals() ? Answer::AcceptedWithVoids : Answer::Accepted;
  }
  [[nodiscard]] std::vector<std::optional<Outcome>> refused(const schemas::SharedBytes& slice) {
    const auto admitted = admission.admit(*snapshot, kCamden, slice, hub.clock.now());
    return admitted ? admitted->refused : std::vector<std::optional<Outcome>>();
  }
  schemas::SharedBytes with_terms(const std::function<void(agent::Terms&)>& change) {
    auto records = camden.notices(kHackney, 1);
    auto terms = *records.front().terms;
    change(terms);
    records.front().terms = std::make_shared<const agent::Terms>(terms);
    camden.learn_keys_of(hackney);
    return camden.send(std::move(records)).front().bytes;
  }
};

TEST_F(Submitted, InOrderIsAdmittedWithTheDecidingPolicies) {
  const auto admitted = admission.admit(*snapshot, kCamden, bytes, hub.clock.now());
  ASSERT_TRUE(admitted);
  EXPECT_FALSE(admitted->has_refusals());
  ASSERT_EQ(admitted->entries.size(), 1U);
  EXPECT_EQ(admitted->entries[0].act, "relay");
  EXPECT_EQ(admitted->entries[0].count, 2U);
  EXPECT_FALSE(admitted->entries[0].policies.empty());
}

TEST_F(Submitted, TruncatedOrOversizedIsMalformed) {
  EXPECT_EQ(answer(std::make_shared<const Buffer>(bytes->begin(), bytes->end() - 9)),
            Answer::Malformed);
  EXPECT_EQ(answer(std::make_shared<const Buffer>(schemas::kMaxSliceBytes + 1)), Answer::Malformed);
  EXPECT_EQ(answer(std::make_shared<const Buffer>()), Answer::Malformed);
}

TEST_F(Submitted, InSomebodyElsesSessionIsRefused) {
  EXPECT_EQ(answer(bytes, kHackney), Answer::WrongSender);
}

TEST_F(Submitted, WithSomebodyElsesSignatureIsRefused) {
  auto forged = take_apart(bytes);
  EXPECT_EQ(answer(forged.signed_by(hub.secrets(kNewham).envelope)), Answer::BadSignature);
}

TEST_F(Submitted, WithAHeaderThatDisagreesIsRefused) {
  auto forged = take_apart(bytes);
  change_header(forged.records[0], [](schemas::Header& header) { header.sender = kNewham; });
  chain(forged, 0, {});
  EXPECT_EQ(answer(forged.signed_by(camden.secrets.envelope)), Answer::HeaderDisagrees);
}

TEST_F(Submitted, ForAnotherHubIsRefused) {
  auto forged = take_apart(bytes);
  forged.hub = "other.hub.example";
  EXPECT_EQ(answer(forged.signed_by(camden.secrets.envelope)), Answer::OtherHub);
}

TEST_F(Submitted, WithVoidsOfTheSendersOwnMakingIsRefused) {
  auto parsed = schemas::UnverifiedSlice::parse(bytes);
  const auto slice = std::move(*parsed).verify(camden.secrets.envelope.verify_key(), kHub);
  const auto notice = Buffer(16);
  EXPECT_EQ(
      answer(std::make_shared<const Buffer>(schemas::with_voids(
          *slice, {true, false}, notice, schemas::confirm_void(notice, camden.secrets.envelope)))),
      Answer::Malformed);
}

TEST_F(Submitted, RecordOfAnUnknownTypeBecomesAVoidPosition) {
  EXPECT_EQ(refused(with_terms([](agent::Terms& t) { t.record_type = "ta.unheard_of"; })),
            std::vector<std::optional<Outcome>>{Outcome::UnknownType});
}

TEST_F(Submitted, RecordThatPolicyForbidsToRelayBecomesAVoidPosition) {
  EXPECT_EQ(refused(with_terms([](agent::Terms& t) { t.purpose = "curiosity"; })),
            std::vector<std::optional<Outcome>>{Outcome::RefusedByPolicy});
  EXPECT_EQ(refused(with_terms([](agent::Terms& t) { t.agreement = "west-london-pilot-2025"; })),
            std::vector<std::optional<Outcome>>{Outcome::RefusedByPolicy});
}

TEST_F(Submitted, RecordThatExpiredBecomesAVoidPosition) {
  hub.clock.advance(std::chrono::days(16));
  EXPECT_EQ(refused(bytes), std::vector<std::optional<Outcome>>(2, Outcome::Expired));
}

TEST_F(Submitted, RecordForARecipientOutsideTheRegisterBecomesAVoidPosition) {
  auto forged = take_apart(bytes);
  forged.recipient = "E09000033";
  for (auto& record : forged.records) {
    change_header(record, [](schemas::Header& header) { header.recipients = {"E09000033"}; });
    change_slot(record, [](schemas::Slot& slot) { slot.recipient = "E09000033"; });
  }
  chain(forged, 0, {});
  EXPECT_EQ(refused(forged.signed_by(camden.secrets.envelope)),
            std::vector<std::optional<Outcome>>(2, Outcome::UnknownRecipient));
}

}  // namespace
}  // namespace hub::exchange
