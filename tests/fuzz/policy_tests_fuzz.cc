// Any bytes as a file of policy tests and as a line of a log: refused with a place, or run; never a
// crash. Links: policy.
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "policy/log_replay.h"
#include "policy/policy_tests.h"

namespace {

using hub::policy::OpenedBundle;

const OpenedBundle& bundle() {
  static const OpenedBundle opened_once = [] {
    auto opened = OpenedBundle::make(
        {{"policy/x.cedar",
          R"(@id("x") @title("t") @agreement("all") @lawful_basis("b") @owner("o")
             @review_by("2027-01-01")
             permit (principal, action, resource) when { context.purpose == "p" };)"}},
        {{"E09000007", "Camden"}}, {{"a.b", "d", {"g"}, {}, {}}});
    hub::require(opened.has_value(), "the fuzzing bundle is sound");
    return opened ? std::move(*opened) : OpenedBundle();
  }();
  return opened_once;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = hub::as_text({data, size});
  const auto run = hub::policy::run_policy_tests(text, "fuzz", bundle());
  hub::require(run || !run.error().what.empty(), "a refusal says what is wrong");
  hub::policy::ReplayableLog log;
  hub::policy::read_logged_line(text, log);
  (void)hub::policy::replay(bundle(), bundle(), log);
  return 0;
}
