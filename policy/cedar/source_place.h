// Where in a text something stands: offsets to lines and columns.
#pragma once

#include <cstddef>
#include <string_view>

#include "policy/cedar/lexer.h"
#include "policy/cedar/parse_error.h"

namespace hub::policy {

// Line numbers of places that come one behind the other, counting each line once. The text must
// outlive the counter.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}

  // `at` is not before the place asked for last.
  [[nodiscard]] std::size_t line_of(std::size_t at);

 private:
  std::string_view text_;
  std::size_t counted_ = 0;
  std::size_t line_ = 1;
};

// The mistake with the line and column where it begins. The span lies within the text.
[[nodiscard]] ParseError locate(const LexMistake& mistake, std::string_view text,
                                std::string_view file);

}  // namespace hub::policy
