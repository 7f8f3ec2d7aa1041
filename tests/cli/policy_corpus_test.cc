#include <gmock/gmock.h>

#include "tests/cli/hubctl.h"

namespace hub::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct PolicyCorpus : Hubctl {
  void SetUp() override {
    make_private_folder(folder.path() / "tests");
    put("tests/one.cedar", "permit(principal, action, resource) when { context.n < 3 };");
    put("tests/one.entities.json", "[]");
    put("tests/one.json", test.dump());
  }
  void put(const std::string& name, const std::string& text) const {
    replace_file(folder.path() / name, as_bytes(text));
  }
  // Puts the test with this in its second request.
  void put_with(const std::string& key, const json& value) {
    test["requests"][1][key] = value;
    put("tests/one.json", test.dump());
  }
  [[nodiscard]] Said corpus() const { return hubctl({"policy", "corpus", at("tests")}); }

  static json request(const std::string& name, int n, const std::string& decision,
                      const std::vector<std::string>& reason) {
    const auto uid = [](const char* type) { return json{{"type", type}, {"id", "x"}}; };
    return {{"description", name},  {"principal", uid("U")},  {"action", uid("Action")},
            {"resource", uid("U")}, {"context", {{"n", n}}},  {"decision", decision},
            {"reason", reason},     {"errors", json::array()}};
  }
  json test{
      {"policies", "tests/one.cedar"},
      {"entities", "tests/one.entities.json"},
      {"requests", {request("small", 1, "allow", {"policy0"}), request("large", 3, "deny", {})}}};
};

TEST_F(PolicyCorpus, CountsWhatItAskedAndFindsNoDisagreement) {
  const auto said = corpus();
  EXPECT_EQ(said.exit, Exit::Ok) << said.err;
  EXPECT_EQ(said.out, "2 requests, 0 disagree; 0 validations, 0 disagree\n");
}

TEST_F(PolicyCorpus, NamesTheRequestOfEachDisagreement) {
  put_with("decision", "allow");
  auto said = corpus();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("one.json: large: we deny\n2 requests, 1 disagree; "));

  put_with("decision", "deny");
  put_with("reason", {"policy0"});
  said = corpus();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("large: we have other deciding policies\n"));

  put_with("reason", json::array());
  put_with("errors", {"policy0"});
  EXPECT_THAT(corpus().out, HasSubstr("large: we have other policies that err\n"));
}

TEST_F(PolicyCorpus, ComparesWhetherThePoliciesAreValid) {
  put("tests/one.cedarschema",
      "entity U; action x appliesTo { principal: U, resource: U, context: { n: Long } };");
  test["schema"] = "tests/one.cedarschema";
  test["shouldValidate"] = true;
  put("tests/one.json", test.dump());
  auto said = corpus();
  EXPECT_EQ(said.exit, Exit::Ok) << said.out;
  EXPECT_THAT(said.out, HasSubstr("; 1 validations, 0 disagree\n"));

  put("tests/one.cedarschema",
      "entity U; action x appliesTo { principal: U, resource: U, context: { n?: Long } };");
  said = corpus();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("one.json: validation: "));
  EXPECT_THAT(said.out, HasSubstr("; 1 validations, 1 disagree\n"));

  test["shouldValidate"] = false;
  put("tests/one.json", test.dump());
  EXPECT_EQ(corpus().exit, Exit::Ok);
  put("tests/one.cedarschema", "no schema");
  EXPECT_EQ(corpus().exit, Exit::Ok) << "nothing is valid under a schema that cannot be read";
}

TEST_F(PolicyCorpus, TakesWhatCannotBeReadForADisagreementOfEveryRequest) {
  put("tests/one.cedar", "permit(principal, action, resource) when { 1 / 2 };");
  const auto said = corpus();
  EXPECT_EQ(said.exit, Exit::Refused);
  EXPECT_THAT(said.out, HasSubstr("2 requests, 2 disagree; "));
}

TEST_F(PolicyCorpus, IsNoSuccessWhereThereIsNoTest) {
  make_private_folder(folder.path() / "empty");
  EXPECT_EQ(hubctl({"policy", "corpus", at("empty")}).exit, Exit::Environment);
  EXPECT_EQ(hubctl({"policy", "corpus", at("missing")}).exit, Exit::Usage);
  put("tests/one.json", R"({"requests": [{}], "policies": 1})");
  EXPECT_EQ(corpus().exit, Exit::Environment);
  put_with("decision", "deny");
  put("tests/one.cedar", "");
  std::filesystem::remove(folder.path() / "tests/one.cedar");
  const auto said = corpus();
  EXPECT_EQ(said.exit, Exit::Environment);
  EXPECT_THAT(said.err, HasSubstr("names tests/one.cedar, which is in no folder above it"));
}

}  // namespace
}  // namespace hub::cli
