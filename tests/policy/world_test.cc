// What the hub asks its policies with is what the schema says that they are asked with.
#include "policy/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/cedar/conformance.h"
#include "policy/named_values.h"
#include "policy/world_schema.h"
#include "tests/policy/london.h"

namespace hub::policy {
namespace {

using testing::IsEmpty;

Agreements agreements() {
  Agreements out;
  for (const auto& [path, text] : london_files()) {
    if (!path.starts_with("agreements/")) continue;
    auto read = parse_agreement(text, path);
    EXPECT_TRUE(read) << path;
    if (read) out.emplace(read->id, *read);
  }
  return out;
}

TEST(World, FitsItsSchemaWholly) {
  const auto held = agreements();
  std::vector<EntityUid> named{
      {"Guest", "capital-letters"}, {"Guest", "idva-service"}, {"Guest", "london-councils"}};
  for (const auto& party : london_parties()) named.push_back({"Authority", party.code});
  for (const auto& type : london_types()) {
    named.push_back({"RecordType", type.name});
    for (const auto& group : type.field_groups) {
      named.push_back({"FieldGroup", type.name + "/" + group});
    }
  }
  for (const auto& [id, agreement] : held) {
    named.push_back({"Agreement", id});
    named.push_back({"Broker", "broker/" + id});
    for (const auto& party : agreement.parties) {
      named.push_back({"Agent", party.authority + "/" + id});
    }
  }

  const auto world = make_world(london_parties(), london_types(), held);
  ASSERT_TRUE(world);
  EXPECT_EQ(world->entities.size(), named.size());
  for (const auto& uid : named) {
    const auto* entity = world->entities.find(HashedUid(uid));
    ASSERT_NE(entity, nullptr) << to_text(uid);
    EXPECT_THAT(faults_of_entity(world_schema(), *entity), IsEmpty()) << to_text(uid);
  }
}

TEST(World, AsksEveryQuestionAsItsSchemaSays) {
  for (const auto door : {Door::Share, Door::Relay, Door::Accept}) {
    const auto request = make_request(notice(door));
    EXPECT_THAT(faults_of_request(world_schema(), request), IsEmpty()) << action_of(door);
  }
  auto onward = notice();
  onward.originator = authority(20);
  onward.handling = "3x5x2-c.no-arrest";
  const auto request = make_request(onward);
  EXPECT_THAT(faults_of_request(world_schema(), request), IsEmpty());
  EXPECT_NE(request.context.find("originator"), nullptr);
  ASSERT_NE(request.context.find("handling_condition"), nullptr);
  EXPECT_EQ(*request.context.find("handling_condition")->text(), "no-arrest");
  EXPECT_EQ(*request.context.find("handling")->text(), "3x5x2-c");
  for (const auto door : {Door::View, Door::Export}) {
    auto question = viewed(marac(), "idva");
    question.door = door;
    EXPECT_THAT(faults_of_request(world_schema(), make_request(question)), IsEmpty());
    EXPECT_THAT(faults_of_entity(world_schema(), make_user(question)), IsEmpty());
    question.guest = "idva-service";
    EXPECT_THAT(faults_of_entity(world_schema(), make_user(question)), IsEmpty());
  }
}

// What the bundle names is taken as a value made before, anything else made anew: the same request.
// Without what a record moves under and between there is none.
TEST(World, AsksTheSameOfNamesThatItKnowsAndThatItDoesNot) {
  const NamedValues names(london_parties(), london_types(), agreements());
  std::vector<Question> questions{notice(), notice(Door::Relay), notice(Door::Accept),
                                  viewed(marac(), "idva")};
  questions.front().originator = authority(20);
  questions.front().handling = "3x5x2-c.no-arrest";
  for (const auto& question : std::vector(questions)) {
    for (const auto part : {&Question::sender, &Question::recipient, &Question::record_type,
                            &Question::field_group, &Question::agreement, &Question::purpose,
                            &Question::legal_basis, &Question::regime, &Question::handling}) {
      questions.push_back(question);
      questions.back().*part = "nowhere";
    }
  }
  std::size_t unknown = 0;
  for (const auto& question : questions) {
    const auto known = make_request(question, names);
    if (!known) {
      ++unknown;
      EXPECT_THAT(std::string(known.error()), testing::Not(testing::HasSubstr("nowhere")))
          << "a question's words are not repeated";
      continue;
    }
    const auto anew = make_request(question);
    for (const auto part : {&Request::principal, &Request::action, &Request::resource}) {
      EXPECT_EQ(((*known).*part).value(), (anew.*part).value());
    }
    EXPECT_EQ(Value(known->context), Value(anew.context)) << to_text(Value(known->context));
  }
  EXPECT_EQ(unknown, 4U * 5U) << "sender, recipient, record type, field group, agreement";
}

TEST(World, ThatTheSchemaDoesNotKnowIsFound) {
  auto request = make_request(notice());
  request.context = Record();
  EXPECT_THAT(faults_of_request(world_schema(), request), testing::Not(IsEmpty()));
  auto user = make_user(viewed(marac(), "idva"));
  user.attributes = Record();
  EXPECT_THAT(faults_of_entity(world_schema(), user), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace hub::policy
