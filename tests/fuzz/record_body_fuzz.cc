// Any bytes as the body of a record of each type: refused, or a record that its sender's check
// would have taken.
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "schemas/record.h"
#include "tests/catalogue/london_catalogue.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using hub::schemas::RecordDraft;
  using hub::schemas::RecordView;
  for (const auto& type : hub::schemas::london().types()) {
    const auto view = RecordView::open(*type, {data, size});
    if (!view) continue;
    std::vector<std::string> texts(type->fields().size());
    std::vector<hub::schemas::FieldText> values;
    for (const auto& field : type->fields()) {
      texts[field.index] = view->text_of(field).value_or("");
      values.push_back({field.index, texts[field.index]});
    }
    const auto draft = RecordDraft::check(*type, values);
    hub::require(draft.has_value(), "a record that opens is one that its sender may make");
    hub::require(draft->groups_present() == view->groups_present(), "the groups are the same");
    hub::require(!view->to_json().empty(), "a record can be written as JSON");
    const auto again = RecordView::open(*type, draft->encode(type->groups()));
    hub::require(again.has_value() && again->to_json() == view->to_json(), "it encodes to itself");
  }
  return 0;
}
