#include "schemas/register.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/base/flipped.h"
#include "tests/schemas/electors.h"

namespace hub::schemas {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct SignedRegister : testing::Test {
  Electors electors;
  json content = electors.register_content();

  // The mistake of the content as a first register; empty when there is none.
  [[nodiscard]] std::string mistake(const json& changed) const {
    const auto note = electors.sign(changed);
    const auto read = Register::first(note, hash_of(note));
    return read ? "" : read.error().what;
  }
  [[nodiscard]] std::shared_ptr<const Register> first() const {
    const auto note = electors.sign(content);
    return *Register::first(note, hash_of(note));
  }
  [[nodiscard]] std::string next_mistake(const json& changed,
                                         const std::vector<std::size_t>& signers = {0, 1}) const {
    const auto read = Register::next(electors.sign(changed, signers), *first());
    return read ? "" : read.error().what;
  }
  // The content of a register 2 that follows.
  [[nodiscard]] json second() const {
    return electors.register_content(2, to_base64(first()->note().hash));
  }
};

crypto::TransportPublic transport_of(const std::string& party) {
  return crypto::sha256(as_bytes(party + " transport"));
}

TEST_F(SignedRegister, SaysWhoTakesPartWithWhichKeys) {
  content["authorities"][2]["standing"] = "suspended";
  content["authorities"][1]["backups"] = true;
  const auto parties = first();
  EXPECT_EQ(parties->hub(), kHub);
  EXPECT_EQ(parties->state(), (NoteState{1, hash_of(electors.sign(content))}));
  ASSERT_EQ(parties->authorities().size(), 3U);
  const auto* second_one = parties->find("E09000002");
  ASSERT_NE(second_one, nullptr);
  EXPECT_EQ(second_one->name, "Authority 2");
  EXPECT_TRUE(second_one->backups);
  EXPECT_FALSE(second_one->suspended);
  EXPECT_EQ(second_one->keys.identity.bytes, crypto::sha256(as_bytes("E09000002 identity")));
  EXPECT_EQ(second_one->keys.envelope.bytes, crypto::sha256(as_bytes("E09000002 envelope")));
  EXPECT_EQ(second_one->keys.transport, transport_of("E09000002"));
  EXPECT_EQ(parties->broker().transport, transport_of("broker"));
  EXPECT_EQ(parties->electorate().quorum, 2U);
  EXPECT_EQ(parties->electorate().keys.size(), 3U);
  EXPECT_EQ(parties->find("E09000009"), nullptr);
  EXPECT_EQ(parties->find("broker"), nullptr);
}

TEST_F(SignedRegister, FindsTheActivePartyOfATransportKeyOnly) {
  content["authorities"][2]["standing"] = "suspended";
  const auto parties = first();
  ASSERT_NE(parties->party_of(transport_of("E09000001")), nullptr);
  EXPECT_EQ(*parties->party_of(transport_of("E09000001")), "E09000001");
  ASSERT_NE(parties->party_of(transport_of("broker")), nullptr);
  EXPECT_EQ(*parties->party_of(transport_of("broker")), kBrokerParty);
  ASSERT_NE(parties->find("E09000003"), nullptr);
  EXPECT_TRUE(parties->find("E09000003")->suspended);
  EXPECT_EQ(parties->party_of(transport_of("E09000003")), nullptr) << "it is suspended";
  EXPECT_EQ(parties->party_of(transport_of("somebody")), nullptr);
}

TEST_F(SignedRegister, IsTheFirstOnlyWithTheGenesisHash) {
  const auto note = electors.sign(content);
  EXPECT_TRUE(Register::first(note, hash_of(note)));
  const auto other = Register::first(note, hash_of(electors.sign(second())));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("genesis"));
  const auto later = electors.sign(second());
  EXPECT_FALSE(Register::first(later, hash_of(later))) << "number 2 cannot be the first";
}

TEST_F(SignedRegister, IsRefusedWithoutAQuorumEvenWithTheGenesisHash) {
  const auto note = electors.sign(content, {1});
  const auto read = Register::first(note, hash_of(note));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().what, "1 of the 2 signatures needed are there");
  EXPECT_TRUE(Register::unsigned_content(note));
}

TEST_F(SignedRegister, IsRefusedWithAnyBitFlippedOrTruncated) {
  content["authorities"].erase(2);
  const auto note = electors.sign(content);
  const auto genesis = hash_of(note);
  ASSERT_TRUE(Register::first(note, genesis));
  for (std::size_t bit = 0; bit < 8 * note.size(); ++bit) {
    ASSERT_FALSE(Register::first(flipped(note, bit), genesis)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < note.size(); ++size) {
    ASSERT_FALSE(Register::first(std::string_view(note).substr(0, size), genesis)) << size;
  }
}

TEST_F(SignedRegister, IsFollowedByOneThatItsOwnQuorumSigned) {
  EXPECT_EQ(next_mistake(second()), "");
  EXPECT_EQ(next_mistake(second(), {1}), "1 of the 2 signatures needed are there");
  auto wrong_number = second();
  wrong_number["number"] = 3;
  EXPECT_EQ(next_mistake(wrong_number), "number 2 is missing before number 3");
  auto wrong_previous = second();
  wrong_previous["previous"] = base64_of("another first");
  EXPECT_EQ(next_mistake(wrong_previous), "it does not follow number 1 as it is in force here");
  auto wrong_hub = second();
  wrong_hub["hub"] = "other.hub.example";
  const auto move_log = [](json& party) {
    const auto log = crypto::NoteVerifier::parse(party["log"].get_ref<const std::string&>());
    ASSERT_TRUE(log);
    party["log"] =
        crypto::NoteVerifier("other.hub.example" + log->name().substr(kHub.size()), log->key())
            .vkey();
  };
  move_log(wrong_hub["broker"]);
  for (auto& party : wrong_hub["authorities"]) move_log(party);
  EXPECT_EQ(next_mistake(wrong_hub), "it belongs to another hub");
  EXPECT_EQ(next_mistake(Electors::bundle_content(2, to_base64(first()->note().hash))),
            "it is not a register");
}

// Else whoever names new electors could sign for them.
TEST_F(SignedRegister, IsFollowedByTheWordOfTheOldElectorsNotTheNew) {
  const Electors usurpers;
  auto taken_over = usurpers.register_content(2, to_base64(first()->note().hash));
  const auto by_themselves = Register::next(usurpers.sign(taken_over), *first());
  ASSERT_FALSE(by_themselves);
  EXPECT_EQ(by_themselves.error().what, "the note carries no signature by a known key");
  const auto handed_over = Register::next(electors.sign(taken_over), *first());
  ASSERT_TRUE(handed_over);
  EXPECT_EQ((*handed_over)->electorate().keys.at("E09000001").vkey(), usurpers.governance(0));
}

TEST_F(SignedRegister, IsRefusedWithTheSameCodeOrTransportKeyTwice) {
  const auto with = [&](const char* name, const json& value) {
    auto changed = content;
    changed["authorities"][1][name] = value;
    return mistake(changed);
  };
  EXPECT_EQ(with("transport", content["authorities"][0]["transport"]),
            "E09000002: its code or transport key is there twice");
  EXPECT_EQ(with("transport", content["broker"]["transport"]),
            "E09000002: its code or transport key is there twice");
  auto twice = content;
  twice["authorities"][1]["code"] = "E09000001";
  twice["authorities"][1]["log"] = twice["authorities"][0]["log"];
  twice["authorities"][1].erase("governance");
  EXPECT_EQ(mistake(twice), "E09000001: its code or transport key is there twice");
}

// Suspended ones, those without a key and the party itself do not witness a party's log.
TEST_F(SignedRegister, NamesTheWitnessesOfEachLog) {
  const auto codes = [this](std::string_view of) {
    std::vector<std::string> out;
    for (const auto& [code, key] : first()->witnesses(of)) {
      out.push_back(code);
      EXPECT_EQ(key.name(), std::string(kHub) + "/witness/" + code);
    }
    return out;
  };
  using Codes = std::vector<std::string>;
  EXPECT_EQ(codes(kBrokerParty), (Codes{"E09000001", "E09000002", "E09000003"}));
  EXPECT_EQ(codes("E09000002"), (Codes{"E09000001", "E09000003"}));
  content["authorities"][0]["standing"] = "suspended";
  content["authorities"][2].erase("witness");
  EXPECT_EQ(codes(kBrokerParty), (Codes{"E09000002"}));
}

TEST_F(SignedRegister, IsRefusedWithKeysThatAreNone) {
  for (const auto* party : {"broker", "authority"}) {
    const auto with = [&](const char* name, const json& value) {
      auto changed = content;
      (std::string_view(party) == "broker" ? changed["broker"] : changed["authorities"][0])[name] =
          value;
      return mistake(changed);
    };
    for (const auto* name : {"identity", "envelope", "transport"}) {
      for (const auto& value : {json(), json(7), json(""), json("AAAA"), json("not base64"),
                                json(to_base64(Buffer(31, 1))), json(to_base64(Buffer(33, 1)))}) {
        EXPECT_THAT(with(name, value), HasSubstr("must be base64 of 32 bytes")) << name << value;
      }
    }
    EXPECT_THAT(with("log", "rubbish"), HasSubstr("\"log\" must be a vkey line"));
    EXPECT_NE(with("log", 7), "");
    const auto code = std::string_view(party) == "broker" ? "broker" : "E09000001";
    const auto named = [&](const std::string& name) {
      return with("log", crypto::NoteVerifier(name, crypto::sha256(as_bytes("log"))).vkey());
    };
    const auto own = std::string(kHub) + "/audit/" + code;
    for (const auto& name : {own, own + "/2", own + "/17"}) EXPECT_EQ(named(name), "") << name;
    for (const auto& name :
         {std::string("another.hub/audit/") + code, own + "/", own + "/0", own + "/1", own + "/02",
          own + "/2a", own + "2", own + "/2/3", std::string(kHub) + "/audit/E09000003"}) {
      EXPECT_THAT(named(name), HasSubstr("\"log\" must be named")) << name;
    }
    EXPECT_THAT(with("witness", "rubbish"), HasSubstr("\"witness\" must be a vkey line"));
    EXPECT_NE(with("witness", 7), "");
  }
  auto shared = content;
  const auto log =
      crypto::NoteVerifier::parse(shared["authorities"][0]["log"].get_ref<const std::string&>());
  ASSERT_TRUE(log);
  shared["authorities"][0]["witness"] =
      crypto::CosignatureVerifier("somebody/witness", log->key()).vkey();
  EXPECT_THAT(mistake(shared), HasSubstr("log and witness keys must differ"));
  auto same = content;
  same["broker"]["envelope"] = same["broker"]["identity"];
  EXPECT_EQ(mistake(same), "broker: identity and envelope keys must differ");
  for (const auto& broker : {json(), json(7), json::array()}) {
    auto changed = content;
    changed["broker"] = broker;
    EXPECT_NE(mistake(changed), "") << broker;
  }
}

TEST_F(SignedRegister, IsRefusedWithAnAuthorityThatIsDescribedWrongly) {
  const auto with = [&](const char* name, const json& value) {
    auto changed = content;
    changed["authorities"][0][name] = value;
    return mistake(changed);
  };
  for (const auto& code : {json(""), json("E0 9"), json("E09\n"), json("broker")}) {
    EXPECT_EQ(with("code", code), "an authority's code must be printable, without spaces") << code;
  }
  for (const auto* name : {"code", "name"}) {
    EXPECT_EQ(with(name, 7), "each authority needs \"code\" and \"name\"");
    auto without = content;
    without["authorities"][0].erase(name);
    EXPECT_EQ(mistake(without), "each authority needs \"code\" and \"name\"");
  }
  for (const auto& standing : {json(""), json("Active"), json("retired")}) {
    EXPECT_EQ(with("standing", standing),
              "E09000001: \"standing\" must be \"active\" or \"suspended\"");
  }
  for (const auto& backups : {json(1), json("no"), json()}) {
    EXPECT_EQ(with("backups", backups), "E09000001: \"backups\" must be true or false") << backups;
  }
  EXPECT_NE(with("standing", true), "");
  auto no_object = content;
  no_object["authorities"][0] = "E09000001";
  EXPECT_EQ(mistake(no_object), "each authority needs \"code\" and \"name\"");
}

TEST_F(SignedRegister, IsRefusedWithAGovernanceKeyInAnothersName) {
  const auto with = [&](const json& value) {
    auto changed = content;
    changed["authorities"][0]["governance"] = value;
    return mistake(changed);
  };
  for (const auto& vkey :
       {json(electors.governance(1)), json("rubbish"), json(Electors::public_keys("x")["log"])}) {
    EXPECT_THAT(with(vkey), HasSubstr("must be the vkey named E09000001/governance"));
  }
  EXPECT_NE(with(7), "");
}

TEST_F(SignedRegister, HasAQuorumOfMoreThanHalfAndNoMoreThanAll) {
  const auto with = [&](const json& quorum) {
    auto changed = content;
    changed["quorum"] = quorum;
    return mistake(changed);
  };
  EXPECT_EQ(with(2), "");
  EXPECT_EQ(with(3), "2 of the 3 signatures needed are there");
  for (const auto& quorum : {json(0), json(1)}) {
    EXPECT_EQ(with(quorum), "\"quorum\" must be more than half of the 3 governance keys");
  }
  EXPECT_EQ(with(4), "\"quorum\" is larger than the number of governance keys");
  for (const auto& quorum :
       {json(), json("2"), json(2.9), json(true), json(-2), json(-1), json::array(),
        json(std::numeric_limits<std::uint64_t>::max()), json(1ULL << 63U)}) {
    EXPECT_NE(with(quorum), "") << quorum;
  }
}

TEST_F(SignedRegister, ListsFromOneTo256Authorities) {
  for (const auto& list : {json(), json::object(), json::array(), json("E09000001")}) {
    auto changed = content;
    changed["authorities"] = list;
    EXPECT_EQ(mistake(changed), "\"authorities\" must list 1 to 256 authorities") << list;
  }
  auto without = content;
  without.erase("authorities");
  EXPECT_NE(mistake(without), "");
  for (std::size_t i = 3; i < 256; ++i) {
    auto one_more = Electors::public_keys("X" + std::to_string(i));
    one_more["code"] = "X" + std::to_string(i);
    one_more["name"] = "One more";
    one_more["standing"] = "active";
    content["authorities"].push_back(one_more);
  }
  EXPECT_EQ(mistake(content), "");
  content["authorities"].push_back(content["authorities"][0]);
  EXPECT_EQ(mistake(content), "\"authorities\" must list 1 to 256 authorities");
}

}  // namespace
}  // namespace hub::schemas
