#include <flatbuffers/flatbuffers.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "schemas/record.h"
#include "tests/catalogue/london_catalogue.h"

namespace hub::schemas {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using flatbuffers::String;
using testing::HasSubstr;

const RecordType& placement() { return london_type("ta.placement_notice"); }

std::vector<std::pair<const RecordType*, Texts>> whole_records() {
  return {{&placement(), placement_texts()},
          {&london_type("homelessness.local_connection_referral"), referral_texts()},
          {&london_type("violence.marac_transfer"), marac_texts()}};
}

TEST(RecordView, GivesBackWhatTheDraftTook) {
  for (const auto& [type, texts] : whole_records()) {
    const auto view = RecordView::open(*type, body_of(*type, texts));
    ASSERT_TRUE(view) << type->name() << ' ' << describe(view.error().fault) << ' '
                      << view.error().field;
    EXPECT_EQ(view->groups_present(), type->groups());
    EXPECT_EQ(view->addressed_to(), texts.at(type->addressed_by().name));
    EXPECT_EQ(view->case_reference(), texts.at("case_reference"));
    Texts back;
    for (const auto& field : type->fields()) back[field.name] = view->text_of(field).value_or("?");
    EXPECT_EQ(back, texts);
    EXPECT_EQ(body_of(*type, back), to_buffer(view->body()));
  }
}

TEST(RecordView, IsRefusedAtEveryTruncation) {
  for (const auto& [type, texts] : whole_records()) {
    const Buffer body = body_of(*type, texts);
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(RecordView::open(*type, Bytes(body).first(size)))
          << type->name() << ": accepted " << size << " of " << body.size();
    }
  }
}

TEST(RecordView, IsRefusedWithAnyByteTooMany) {
  for (const auto& [type, texts] : whole_records()) {
    Buffer body = body_of(*type, texts);
    for (int i = 0; i < 8; ++i) {
      body.push_back(0);
      EXPECT_FALSE(RecordView::open(*type, body)) << type->name() << ' ' << i;
    }
  }
}

// A flipped bit may make another right record; what opens must still follow every rule, which
// shows in that its texts pass the sender's check.
TEST(RecordView, OpensNothingThatTheSendersCheckWouldRefuse) {
  std::size_t opened = 0;
  for (const auto& [type, texts] : whole_records()) {
    const Buffer body = body_of(*type, texts);
    for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
      auto flipped = body;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      const auto view = RecordView::open(*type, flipped);
      if (!view) continue;
      ++opened;
      Texts back;
      for (const auto& field : type->fields()) {
        if (const auto text = view->text_of(field)) back[field.name] = *text;
      }
      EXPECT_TRUE(check(*type, back)) << type->name() << " bit " << bit;
      EXPECT_EQ(view->addressed_to(), back.at(type->addressed_by().name));
      EXPECT_FALSE(view->to_json().empty());
    }
  }
  EXPECT_GT(opened, 0U);
}

TEST(RecordView, WritesJsonWithNumbersFlagsAndArrays) {
  const auto view = RecordView::open(placement(), body_of(placement(), placement_texts()));
  ASSERT_TRUE(view);
  const auto json = view->to_json();
  EXPECT_TRUE(json.starts_with("{\"case_reference\":\"HX-2026-004711\",\"host_authority\":"));
  EXPECT_THAT(json, HasSubstr("\"applicant_name\":\"Ann Exämple\","));
  EXPECT_THAT(json, HasSubstr("\"other_persons\":3,"));
  EXPECT_THAT(json, HasSubstr("\"shared_facilities\":false"));
  EXPECT_THAT(json, HasSubstr("\"social_worker\":true"));
  EXPECT_THAT(json, HasSubstr("\"available_from\":\"2026-01-12\""));
  EXPECT_THAT(json, HasSubstr("\"ta_type\":\"nightly_paid_self_contained\""));
  EXPECT_THAT(
      json, HasSubstr("\"support_needs\":[\"physical_health\",\"domestic_abuse\",\"budgeting\"]"));
  EXPECT_THAT(json, HasSubstr("\"needs_summary\":\"Ground floor needed.\\u000aWalks"));
  EXPECT_TRUE(json.ends_with("\"date_of_birth\":\"1984-05-02\",\"protected\":false}"));
}

// What the smallest right notice has, written by hand so that each value can be spoiled.
struct ByHand {
  std::string reference = "R1";
  std::string host = "E09000012";
  std::string name = "Ann";
  std::uint8_t other_persons = 0;
  std::string address = "1 Road";
  std::string postcode = "ZZ1 1ZZ";
  std::int32_t available = 20'000;
  std::uint8_t function = 1;
  // Further strings or lists, by field id, and further scalars.
  std::vector<std::pair<std::uint16_t, std::string>> texts;
  std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> codes;
  std::vector<std::pair<std::uint16_t, std::vector<std::string>>> lists;
  std::vector<std::pair<std::uint16_t, std::uint8_t>> bytes;
  std::vector<std::pair<std::uint16_t, std::int32_t>> days;
  bool without_name = false;

  [[nodiscard]] Buffer body() const {
    FlatBufferBuilder builder;
    std::vector<std::pair<std::uint16_t, flatbuffers::uoffset_t>> places;
    const auto add = [&](std::uint16_t id, const std::string& text) {
      places.emplace_back(id, builder.CreateString(text).o);
    };
    add(0, reference);
    add(1, host);
    if (!without_name) add(2, name);
    add(6, address);
    add(7, postcode);
    for (const auto& [id, text] : texts) add(id, text);
    for (const auto& [id, list] : codes) places.emplace_back(id, builder.CreateVector(list).o);
    for (const auto& [id, list] : lists) {
      std::vector<Offset<String>> strings;
      for (const auto& text : list) strings.push_back(builder.CreateString(text));
      places.emplace_back(id, builder.CreateVector(strings).o);
    }
    const auto slot = [](std::uint16_t id) { return static_cast<std::uint16_t>(4 + 2 * id); };
    const auto start = builder.StartTable();
    for (const auto& [id, place] : places) builder.AddOffset(slot(id), Offset<void>(place));
    builder.AddElement(slot(3), other_persons);
    builder.AddElement(slot(8), available);
    builder.AddElement(slot(9), function);
    for (const auto& [id, value] : bytes) builder.AddElement(slot(id), value);
    for (const auto& [id, value] : days) builder.AddElement(slot(id), value);
    builder.FinishSizePrefixed(Offset<flatbuffers::Table>(builder.EndTable(start)));
    return to_buffer({builder.GetBufferPointer(), builder.GetSize()});
  }
};

std::string outcome(const ByHand& notice) {
  const auto view = RecordView::open(placement(), notice.body());
  if (view) return "opens";
  return std::string(describe(view.error().fault)) + ": " + view.error().field;
}

TEST(RecordView, AppliesEveryRuleOfTheSenderItself) {
  EXPECT_EQ(outcome({}), "opens");
  const std::vector<std::pair<std::function<void(ByHand&)>, std::string>> spoils = {
      {[](ByHand& n) { n.without_name = true; }, "a required field is missing: applicant_name"},
      {[](ByHand& n) { n.host = "E09000099"; }, "an identifier is not of its form: host_authority"},
      {[](ByHand& n) { n.name = ""; }, "a text is empty"},
      {[](ByHand& n) { n.name = " Ann"; }, "a text is empty"},
      {[](ByHand& n) { n.name = "A\x01"; }, "a text is empty"},
      {[](ByHand& n) { n.name = "A\xff"; }, "a text is empty"},
      {[](ByHand& n) { n.name = std::string("A\0B", 3); }, "a text is empty"},
      {[](ByHand& n) { n.name = std::string(121, 'x'); }, "too long"},
      {[](ByHand& n) { n.postcode = "zz1 1zz"; }, "an identifier is not of its form"},
      {[](ByHand& n) { n.other_persons = 31; }, "out of range: other_persons"},
      {[](ByHand& n) { n.available = 2'000'000'000; }, "out of range: available_from"},
      {[](ByHand& n) { n.available = -2'000'000'000; }, "out of range: available_from"},
      {[](ByHand& n) { n.function = 77; }, "a code is not in its list"},
      {[](ByHand& n) { n.function = 0; }, "a code is not in its list"},
      {[](ByHand& n) { n.bytes = {{13, 2}}; }, "out of range: shared_facilities"},
      {[](ByHand& n) { n.bytes = {{22, 1}}; }, "a required field is missing: children_count"},
      {[](ByHand& n) { n.codes = {{14, {}}}; }, "a list is empty: support_needs"},
      {[](ByHand& n) { n.codes = {{14, {1, 77}}}; }, "a code is not in its list"},
      {[](ByHand& n) { n.codes = {{14, {2, 1}}}; }, "a code is not in its list"},
      {[](ByHand& n) { n.codes = {{14, {1, 1}}}; }, "is there twice: support_needs"},
      {[](ByHand& n) { n.codes = {{14, std::vector<std::uint8_t>(24, 1)}}; }, "too long"},
      {[](ByHand& n) { n.texts = {{10, "007"}}; }, "an identifier is not of its form: uprn"},
      {[](ByHand& n) { n.texts = {{23, "9434765918"}}; }, "not of its form: nhs_number"},
      {[](ByHand& n) { n.texts = {{23, "943 476 5919"}}; }, "not of its form: nhs_number"},
      {[](ByHand& n) { n.days = {{25, 9'999'999}}; }, "out of range: date_of_birth"}};
  for (const auto& [spoil, says] : spoils) {
    ByHand notice;
    spoil(notice);
    EXPECT_THAT(outcome(notice), HasSubstr(says));
  }
}

TEST(RecordView, ChecksEveryItemOfAList) {
  const auto with_ages = [](std::vector<std::string> ages) {
    ByHand notice;
    notice.bytes = {{20, 2}};
    notice.lists = {{21, std::move(ages)}};
    return outcome(notice);
  };
  EXPECT_EQ(with_ages({"4", "9"}), "opens");
  EXPECT_THAT(with_ages({}), HasSubstr("a list is empty"));
  EXPECT_THAT(with_ages({"4", ""}), HasSubstr("a text is empty"));
  EXPECT_THAT(with_ages({"4", "999"}), HasSubstr("not of its form"));
  EXPECT_THAT(with_ages({"4;9"}), HasSubstr("a text is empty"));
  EXPECT_THAT(with_ages(std::vector<std::string>(21, "1")), HasSubstr("too long"));
}

TEST(RecordView, KeepsFieldsOfANewerVersionWithoutLookingAtThem) {
  ByHand notice;
  notice.texts = {{40, "of a later version"}};
  notice.bytes = {{41, 200}};
  const Buffer body = notice.body();
  const auto view = RecordView::open(placement(), body);
  ASSERT_TRUE(view);
  EXPECT_EQ(to_buffer(view->body()), body);
  EXPECT_EQ(view->to_json().find("later"), std::string::npos);
}

TEST(RecordView, IsRefusedWhenTooLargeOrOfAnotherType) {
  const auto too_large = RecordView::open(placement(), Buffer(kMaxBodyBytes + 1));
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().fault, RecordFault::TooLarge);
  const auto& marac = london_type("violence.marac_transfer");
  EXPECT_FALSE(RecordView::open(marac, body_of(placement(), placement_texts())));
  EXPECT_FALSE(RecordView::open(placement(), body_of(marac, marac_texts())));
}

TEST(RecordView, OpensABodyAtAnyAlignment) {
  const Buffer body = body_of(placement(), placement_texts());
  for (std::size_t shift = 0; shift < 8; ++shift) {
    Buffer moved(shift, 0);
    append(moved, body);
    EXPECT_TRUE(RecordView::open(placement(), Bytes(moved).subspan(shift))) << shift;
  }
}

TEST(RecordFaults, HaveWordsOfTheirOwn) {
  std::map<std::string_view, int> words;
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(RecordFault::Unpaired); ++i) {
    ++words[describe(static_cast<RecordFault>(i))];
  }
  EXPECT_EQ(words.size(), 9U);
}

}  // namespace
}  // namespace hub::schemas
