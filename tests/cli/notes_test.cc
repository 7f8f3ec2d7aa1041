#include <gmock/gmock.h>

#include "core/base/encoding.h"
#include "schemas/bundle.h"
#include "schemas/register.h"
#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct NoteVerbs : Hubctl {
  void SetUp() override {
    for (const auto* party : {"broker", "E09000007", "E09000012"}) make_keys(party);
  }
  // A register of both authorities; both must sign.
  [[nodiscard]] Said make_register(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"register",    "make",
                                       "--hub",       "test.hub",
                                       "--broker",    at("broker/public.json"),
                                       "--authority", at("E09000007/public.json"),
                                       "--authority", at("E09000012/public.json"),
                                       "--quorum",    "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hubctl(arguments);
  }
  [[nodiscard]] Said sign(const std::string& kind, const std::string& name,
                          const std::string& authority = "E09000007") const {
    return hubctl({kind, "sign", at(name), "--key", at(authority + "-governance.key"),
                   "--authority", authority});
  }
  [[nodiscard]] json shown(const std::string& name) const {
    const auto said = hubctl({"register", "show", at(name), "--json"});
    EXPECT_EQ(said.exit, Exit::Ok) << said.err;
    return json::parse(said.out);
  }
  // A register that both signed; its genesis hash.
  [[nodiscard]] crypto::Digest make_signed_register() const {
    EXPECT_EQ(make_register({"--out", at("register")}).exit, Exit::Ok);
    EXPECT_EQ(sign("register", "register").exit, Exit::Ok);
    EXPECT_EQ(sign("register", "register", "E09000012").exit, Exit::Ok);
    crypto::Digest out{};
    std::ranges::copy(*from_hex(shown("register").at("hash").get<std::string>()), out.begin());
    return out;
  }
  [[nodiscard]] Said make_bundle(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"bundle",     "make", "--hub", "test.hub",
                                       "--register", "1",    "--out", at("bundle")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return hubctl(arguments);
  }
};

TEST_F(NoteVerbs, MakeARegisterThatTheHubBelievesOnceItsQuorumSigned) {
  ASSERT_EQ(make_register({"--out", at("register")}).exit, Exit::Ok);
  ASSERT_EQ(sign("register", "register").exit, Exit::Ok);
  EXPECT_EQ(shown("register").at("signed_by_own_quorum"), false);
  const auto unfinished = hubctl({"register", "show", at("register")});
  EXPECT_THAT(unfinished.out, HasSubstr("no: 1 of the 2 signatures needed are there"));
  ASSERT_EQ(sign("register", "register", "E09000012").exit, Exit::Ok);
  const auto about = shown("register");
  EXPECT_EQ(about.at("signed_by_own_quorum"), true);
  EXPECT_EQ(about.at("hub"), "test.hub");
  EXPECT_EQ(about.at("number"), 1);
  ASSERT_EQ(about.at("authorities").size(), 2U);
  EXPECT_EQ(about.at("authorities").at(1).at("code"), "E09000012");
  crypto::Digest genesis{};
  std::ranges::copy(*from_hex(about.at("hash").get<std::string>()), genesis.begin());
  const auto parties = schemas::Register::first(text_of("register"), genesis);
  ASSERT_TRUE(parties) << parties.error().what;
  EXPECT_EQ((*parties)->electorate().quorum, 2U);
}

TEST_F(NoteVerbs, ShowARegisterToPeople) {
  (void)make_signed_register();
  const auto said = hubctl({"register", "show", at("register")});
  EXPECT_EQ(said.exit, Exit::Ok);
  EXPECT_THAT(said.out, HasSubstr("register 1 of test.hub\n"));
  EXPECT_THAT(said.out,
              HasSubstr(shown("register").at("hash").get<std::string>() + "  (the genesis hash)"));
  EXPECT_THAT(said.out, HasSubstr("signed   by its own quorum\n"));
  EXPECT_THAT(said.out, HasSubstr("E09000012  E09000012  active\n"));
  EXPECT_EQ(said.err, "");
}

TEST_F(NoteVerbs, MakeTheRegisterThatFollows) {
  const auto genesis = make_signed_register();
  ASSERT_EQ(
      make_register({"--previous", at("register"), "--suspended", "E09000012", "--out", at("next")})
          .exit,
      Exit::Ok);
  ASSERT_EQ(sign("register", "next").exit, Exit::Ok);
  ASSERT_EQ(sign("register", "next", "E09000012").exit, Exit::Ok);
  const auto first = schemas::Register::first(text_of("register"), genesis);
  ASSERT_TRUE(first);
  const auto next = schemas::Register::next(text_of("next"), **first);
  ASSERT_TRUE(next) << next.error().what;
  EXPECT_EQ((*next)->note().number, 2U);
  EXPECT_TRUE((*next)->find("E09000012")->suspended);
  EXPECT_FALSE((*next)->find("E09000007")->suspended);
  EXPECT_EQ(shown("next").at("authorities").at(1).at("suspended"), true);
}

// A mistyped code must not leave active whom it should suspend.
TEST_F(NoteVerbs, MakeNoRegisterThatSuspendsWhoIsNotInIt) {
  const auto said = make_register({"--suspended", "E09000021", "--out", at("register")});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("E09000021"));
  EXPECT_FALSE(is_there("register"));
}

TEST_F(NoteVerbs, MakeNoRegisterFromFilesThatAreNotThereOrMakeNoSense) {
  const std::vector<std::string> out{"--out", at("register")};
  const auto with = [&](const std::string& file) {
    return make_register({"--authority", at(file), "--out", at("register")});
  };
  EXPECT_EQ(with("none.json").exit, Exit::Environment);
  folder.put("rubbish.json", "rubbish");
  EXPECT_EQ(with("rubbish.json").exit, Exit::Environment);
  folder.put("list.json", "[]");
  EXPECT_EQ(with("list.json").exit, Exit::Environment);
  for (const auto* content : {"{}", R"({"code": 7})", R"({"code": null})"}) {
    folder.put("wrong.json", content);
    const auto said = with("wrong.json");
    EXPECT_EQ(said.exit, Exit::Usage) << content;
    EXPECT_THAT(said.err, HasSubstr(at("wrong.json")));
  }
  folder.put("no-note", "text\n");
  EXPECT_EQ(make_register({"--previous", at("no-note"), "--out", at("register")}).exit,
            Exit::Environment);
  EXPECT_FALSE(is_there("register"));
}

TEST_F(NoteVerbs, AddSignaturesAndChangeNothingElse) {
  ASSERT_EQ(make_register({"--out", at("register")}).exit, Exit::Ok);
  const auto text = text_of("register");
  ASSERT_EQ(sign("register", "register").exit, Exit::Ok);
  const auto once = text_of("register");
  EXPECT_TRUE(once.starts_with(text + "\n\xE2\x80\x94 E09000007/governance "));
  ASSERT_EQ(sign("register", "register", "E09000012").exit, Exit::Ok);
  EXPECT_TRUE(text_of("register").starts_with(once));
}

TEST_F(NoteVerbs, SignNothingWithoutAGovernanceKeyOrAnAuthority) {
  ASSERT_EQ(make_register({"--out", at("register")}).exit, Exit::Ok);
  const auto text = text_of("register");
  const auto sign_with = [&](const std::string& key, const std::string& authority) {
    return hubctl({"register", "sign", at("register"), "--key", at(key), "--authority", authority});
  };
  EXPECT_EQ(sign_with("E09000007/identity.key", "E09000007").exit, Exit::Environment);
  EXPECT_EQ(sign_with("none.key", "E09000007").exit, Exit::Environment);
  EXPECT_EQ(sign_with("E09000007-governance.key", "two words").exit, Exit::Usage);
  EXPECT_EQ(sign_with("E09000007-governance.key", "a+b").exit, Exit::Usage);
  EXPECT_EQ(text_of("register"), text);
}

TEST_F(NoteVerbs, SignNothingThatCannotBeANote) {
  for (const auto* content : {"", "no newline at the end", "a\ttab\n", "a\r\n"}) {
    folder.put("text", content);
    const auto said = sign("register", "text");
    EXPECT_EQ(said.exit, Exit::Usage) << content;
    EXPECT_THAT(said.err, HasSubstr(at("text")));
    EXPECT_EQ(text_of("text"), content);
  }
}

TEST_F(NoteVerbs, ShowNoRegisterThatIsNone) {
  folder.put("rubbish", "rubbish\n");
  const auto said = hubctl({"register", "show", at("rubbish"), "--json"});
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_EQ(said.out, "");
  EXPECT_THAT(said.err, HasSubstr("the file is not a signed note"));
  EXPECT_EQ(hubctl({"register", "show", at("none")}).exit, Exit::Environment);
}

TEST_F(NoteVerbs, MakeABundleThatTheHubBelievesOnceItsQuorumSigned) {
  (void)make_signed_register();
  for (const auto* name : {"london/policy", "london/agreements", "schemas/catalogue"}) {
    std::filesystem::create_directories(at(name));
  }
  folder.put("london/policy/a.cedar", "permit\n");
  folder.put("london/policy/README.md", "not part of it");
  folder.put("london/agreements/a.json", "{}");
  folder.put("schemas/catalogue/a.fbs", "table A {}\n");
  folder.put("schemas/a.fbs", "not in a folder of the bundle");
  const auto made = make_bundle({"--from", at("london"), "--from", at("schemas")});
  ASSERT_EQ(made.exit, Exit::Ok) << made.err;
  EXPECT_THAT(made.out, HasSubstr("bundle 1, 3 files"));
  ASSERT_EQ(sign("bundle", "bundle").exit, Exit::Ok);
  ASSERT_EQ(sign("bundle", "bundle", "E09000012").exit, Exit::Ok);
  const auto parties = schemas::Register::unsigned_content(text_of("register"));
  ASSERT_TRUE(parties);
  const std::vector electorates{(*parties)->electorate()};
  const auto read = schemas::Bundle::read(text_of("bundle"), electorates);
  ASSERT_TRUE(read) << read.error().what;
  const std::map<std::string, std::string> files{{"policy/a.cedar", "permit\n"},
                                                 {"agreements/a.json", "{}"},
                                                 {"catalogue/a.fbs", "table A {}\n"}};
  EXPECT_EQ((*read)->files(), files);

  ASSERT_EQ(
      make_bundle({"--from", at("london"), "--previous", at("bundle"), "--out", at("next")}).exit,
      Exit::Usage)
      << "two files to write to";
  ASSERT_EQ(hubctl({"bundle", "make", "--hub", "test.hub", "--register", "1", "--from",
                    at("london"), "--previous", at("bundle"), "--out", at("next")})
                .exit,
            Exit::Ok);
  EXPECT_EQ(json_of("next").at("number"), 2);
  EXPECT_EQ(json_of("next").at("previous"), to_base64((*read)->note().hash));
}

TEST_F(NoteVerbs, MakeNoBundleOfTwoFilesOfOneNameOrOfOneThatIsNoText) {
  std::filesystem::create_directories(at("one/policy"));
  std::filesystem::create_directories(at("two/policy"));
  folder.put("one/policy/a.cedar", "permit\n");
  folder.put("two/policy/a.cedar", "forbid\n");
  auto said = make_bundle({"--from", at("one"), "--from", at("two")});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("two/policy/a.cedar: another folder has a policy/a.cedar"));
  folder.put("two/policy/a.cedar", "permit \xff\n");
  said = make_bundle({"--from", at("two")});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_THAT(said.err, HasSubstr("two/policy/a.cedar is not plain UTF-8 text"));
  EXPECT_FALSE(is_there("bundle"));
}

TEST_F(NoteVerbs, MakeNoBundleOfNothing) {
  std::filesystem::create_directories(at("empty/policy"));
  const auto said = make_bundle({"--from", at("empty")});
  EXPECT_EQ(said.exit, Exit::Usage);
  EXPECT_FALSE(is_there("bundle"));
  EXPECT_EQ(make_bundle({"--from", at("not there")}).exit, Exit::Usage);
}

}  // namespace
}  // namespace hub::cli
