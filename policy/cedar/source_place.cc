#include "policy/cedar/source_place.h"

#include <algorithm>
#include <string>

namespace hub::policy {

std::size_t LineCounter::line_of(std::size_t at) {
  const auto more = text_.substr(counted_, at - counted_);
  line_ += static_cast<std::size_t>(std::ranges::count(more, '\n'));
  counted_ = at;
  return line_;
}

ParseError locate(const LexMistake& mistake, std::string_view text, std::string_view file) {
  const auto upto = text.substr(0, mistake.span.begin);
  const auto newline = upto.rfind('\n');
  const auto line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return {std::string(file), LineCounter(text).line_of(upto.size()), upto.size() - line_start + 1,
          mistake.what, mistake.hint};
}

}  // namespace hub::policy
