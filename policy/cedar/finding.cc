#include "policy/cedar/finding.h"

#include <algorithm>
#include <cstdint>

#include "policy/cedar/confusables.h"
#include "policy/cedar/unicode.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxNameShown = 80;
constexpr std::size_t kMaxColumnsShown = 100;
constexpr std::size_t kColumnsBefore = 40;

bool disturbs(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
         point == 0x200E || point == 0x200F || point == 0x061C || is_bidirectional_control(point);
}

std::string escaped(char32_t point) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (auto rest = static_cast<std::uint32_t>(point); rest > 0 || out.empty(); rest >>= 4U) {
    out.insert(out.begin(), digits[rest & 15U]);
  }
  return "\\u{" + out + "}";
}

// Calls back with each character and its bytes; a byte that is not UTF-8 counts as U+FFFD.
template <class Take>
void for_each_character(std::string_view text, Take take) {
  while (!text.empty()) {
    const auto point = first_code_point(text);
    const auto size = point ? point->size : 1;
    if (!take(point ? point->value : char32_t{0xFFFD}, text.substr(0, size))) return;
    text.remove_prefix(size);
  }
}

struct Line {
  std::string_view text;
  std::size_t begin = 0;  // in the source
};

Line line_around(std::string_view source, std::size_t at) {
  const auto newline = source.substr(0, at).rfind('\n');
  const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
  const auto end = std::min(source.find('\n', begin), source.size());
  return {source.substr(begin, end - begin), begin};
}

// The line with the characters that would disturb it replaced, and the marks below it.
void draw(const Line& line, Span span, std::string& text, std::string& marks) {
  const auto before = line.text.substr(0, span.begin - line.begin);
  std::size_t column = 0;
  for_each_character(before, [&column](char32_t, std::string_view) { return ++column > 0; });
  const auto skipped = column > kMaxColumnsShown - kColumnsBefore ? column - kColumnsBefore : 0;
  std::size_t seen = 0;
  auto at = line.begin;
  for_each_character(line.text, [&](char32_t point, std::string_view bytes) {
    const bool marked = at >= span.begin && at < std::max(span.end, span.begin + 1);
    at += static_cast<std::uint32_t>(bytes.size());
    if (seen++ < skipped) return true;
    if (seen > skipped + kMaxColumnsShown) return false;
    if (point == U'\t') {
      text += ' ';
    } else if (disturbs(point) || point == 0xFFFD) {
      text += '?';
    } else {
      text += bytes;
    }
    marks += marked ? '^' : ' ';
    return true;
  });
  marks.erase(marks.find_last_not_of(' ') + 1);
  if (marks.empty()) marks = "^";
}

}  // namespace

Severity severity_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::UnknownEntityType:
    case FindingKind::UnknownAction:
    case FindingKind::UndeclaredId:
    case FindingKind::NoApplicableAction:
    case FindingKind::UnexpectedType:
    case FindingKind::IncompatibleTypes:
    case FindingKind::NoSuchAttribute:
    case FindingKind::UnguardedAttribute:
    case FindingKind::UnguardedTag:
    case FindingKind::WrongArgumentCount:
    case FindingKind::InvalidText:
    case FindingKind::NotLiteral:
    case FindingKind::EmptySet:
    case FindingKind::TooMuch: return Severity::Error;
    case FindingKind::ImpossiblePolicy:
    case FindingKind::BidirectionalText:
    case FindingKind::MixedScripts:
    case FindingKind::UnusualCharacter: return Severity::Warning;
  }
  return Severity::Error;
}

std::string quoted_visibly(std::string_view name) {
  std::string out = "`";
  std::size_t shown = 0;
  for_each_character(name, [&](char32_t point, std::string_view bytes) {
    if (shown++ >= kMaxNameShown) {
      out += "...";
      return false;
    }
    if (disturbs(point) || point == 0xFFFD) {
      out += escaped(point);
    } else {
      out += bytes;
    }
    return true;
  });
  return out + "`";
}

std::string show(const Finding& finding) {
  auto out = finding.file + ":" + std::to_string(finding.line) + ":" +
             std::to_string(finding.column) + ": " +
             (finding.severity() == Severity::Error ? "error: " : "warning: ") + finding.what +
             "\n";
  if (finding.source != nullptr && finding.span.begin <= finding.source->size()) {
    std::string text;
    std::string marks;
    draw(line_around(*finding.source, finding.span.begin), finding.span, text, marks);
    const auto number = std::to_string(finding.line);
    out += "  " + number + " | " + text + "\n";
    out += "  " + std::string(number.size(), ' ') + " | " + marks + "\n";
  }
  if (!finding.hint.empty()) out += "  hint: " + finding.hint + "\n";
  return out;
}

}  // namespace hub::policy
