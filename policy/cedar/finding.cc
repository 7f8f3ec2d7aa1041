#include "policy/cedar/finding.h"

#include <algorithm>

#include "policy/cedar/shown_text.h"

namespace hub::policy {
namespace {

constexpr std::size_t kMaxColumnsShown = 100;
constexpr std::size_t kColumnsBefore = 40;

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
    } else if (disturbs_a_line(point)) {
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
    case FindingKind::OutsideFragment:
    case FindingKind::TooMuch: return Severity::Error;
    case FindingKind::ImpossiblePolicy:
    case FindingKind::BidirectionalText:
    case FindingKind::MixedScripts:
    case FindingKind::UnusualCharacter: return Severity::Warning;
  }
  return Severity::Error;
}

std::string show(const Finding& finding) {
  return show(finding, finding.severity() == Severity::Error ? "error" : "warning");
}

std::string show(const Finding& finding, std::string_view severity) {
  auto out = finding.file;
  if (finding.line > 0) out += ":" + std::to_string(finding.line);
  if (finding.line > 0 && finding.column > 0) out += ":" + std::to_string(finding.column);
  out.append(": ").append(severity).append(": ").append(finding.what).append("\n");
  if (finding.line > 0 && finding.source != nullptr &&
      finding.span.begin <= finding.source->size()) {
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
