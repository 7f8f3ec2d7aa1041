#include "policy/bundle_check.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/clock.h"
#include "policy/cedar/lexer.h"
#include "policy/cedar/validator.h"
#include "policy/held_rows.h"
#include "policy/in_order.h"
#include "policy/london_authorities.h"
#include "policy/named_entities.h"
#include "policy/row_filter.h"
#include "policy/rulebook_reader.h"
#include "policy/world_schema.h"

namespace hub::policy {
namespace {

using Files = std::map<std::string, std::string>;

constexpr std::int64_t kDayMs = 86'400'000;

Span cut_blanks(std::string_view text, Span span) {
  const auto blank = [&](std::size_t at) { return text[at] == ' ' || text[at] == '\t'; };
  while (span.begin < span.end && blank(span.begin)) ++span.begin;
  while (span.begin < span.end && blank(span.end - 1)) --span.end;
  return span;
}

// The line's words, without what indents it; nothing when the text has no such line.
std::optional<Span> words_of_line(std::string_view text, std::size_t line) {
  std::size_t begin = 0;
  for (std::size_t at = 1; at < line; ++at) {
    const auto newline = text.find('\n', begin);
    if (newline == std::string_view::npos) return std::nullopt;
    begin = newline + 1;
  }
  const auto end = std::min(text.find('\n', begin), text.size());
  return cut_blanks(text, {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
}

// From the column to the end of the word there.
Span word_at(std::string_view text, Span line, std::size_t column) {
  const auto newline = text.substr(0, line.begin).rfind('\n');
  const auto first = newline == std::string_view::npos ? 0 : newline + 1;
  const auto begin = std::min(first + column - 1, text.size());
  auto end = begin;
  const auto in_word = [&](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  while (end < text.size() && in_word(text[end])) ++end;
  return {static_cast<std::uint32_t>(begin),
          static_cast<std::uint32_t>(std::max(end, std::min(begin + 1, text.size())))};
}

// Sets line and column to where the span begins.
void set_place(Finding& finding) {
  const auto upto = std::string_view(*finding.source).substr(0, finding.span.begin);
  const auto newline = upto.rfind('\n');
  finding.line = 1 + static_cast<std::size_t>(std::ranges::count(upto, '\n'));
  finding.column = upto.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
}

CheckFinding finding_of(const ParseError& mistake, const Files& files) {
  CheckFinding out{CheckLevel::Error, "refused", {}};
  auto& finding = out.finding;
  finding.file = mistake.file;
  finding.line = mistake.line;
  finding.column = mistake.column;
  finding.what = mistake.what;
  finding.hint = mistake.hint;
  const auto file = files.find(mistake.file);
  if (file == files.end() || mistake.line == 0) return out;
  const auto words = words_of_line(file->second, mistake.line);
  if (!words) return out;
  finding.source = std::make_shared<const std::string>(file->second);
  finding.span = mistake.column == 0 ? *words : word_at(file->second, *words, mistake.column);
  return out;
}

// Where `@name("...")` stands before a policy; its first line when there is no such annotation.
Span annotation_span(const Policy& policy, std::string_view name) {
  if (policy.source == nullptr) return {};
  const auto written = policy.written(policy.span);
  const auto tokens = tokenize(written).tokens;
  const auto base = policy.span.begin;
  for (std::size_t at = 0; at + 4 < tokens.size(); ++at) {
    const auto& word = tokens[at + 1].span;
    if (tokens[at].kind != TokenKind::At) continue;
    if (written.substr(word.begin, word.end - word.begin) != name) continue;
    return {base + tokens[at].span.begin, base + tokens[at + 4].span.end};
  }
  return {base, base + static_cast<std::uint32_t>(std::min(written.find('\n'), written.size()))};
}

class Checker {
 public:
  Checker(const Files& files, const std::vector<RecordTypeFacts>& record_types, std::int32_t today)
      : files_(files), record_types_(record_types), today_(today) {}

  BundleCheck run() && {
    auto text = read_rulebook(files_, record_types_);
    if (text) {
      look_at(text->policies, text->agreements);
    } else {
      look_at_what_can_be_read();
      for (const auto& mistake : text.error()) add_mistake(mistake);
    }
    const auto place = [](const CheckFinding& found) {
      return std::tuple(std::string_view(found.finding.file), found.finding.line,
                        found.finding.column);
    };
    put_in_order(out_.findings, [&](const CheckFinding& left, const CheckFinding& right) {
      return place(left) < place(right);
    });
    return std::move(out_);
  }

 private:
  // What is wrong in one file does not hide what is wrong in another.
  void look_at_what_can_be_read() {
    PolicySet policies;
    Agreements agreements;
    for (const auto& [path, text] : files_) {
      if (path.starts_with("policy/") && path.ends_with(".cedar")) {
        auto parsed = PolicySet::parse(text, path);
        if (!parsed) continue;
        // An id that is taken is among the mistakes.
        if (policies.add(*parsed).empty()) continue;
        for (const auto& policy : parsed->policies()) (void)policies.add(*policy);
      } else if (path.starts_with("agreements/") && path.ends_with(".json")) {
        auto parsed = parse_agreement(text, path);
        if (parsed) agreements.try_emplace(parsed->id, *parsed);
      }
    }
    look_at(policies, agreements);
  }

  void look_at(const PolicySet& policies, const Agreements& agreements) {
    out_.policies = policies.policies().size();
    out_.agreements = agreements.size();
    auto findings = validate(policies, world_schema());
    const bool valid = std::ranges::none_of(
        findings, [](const Finding& one) { return one.severity() == Severity::Error; });
    for (auto& finding : findings) add_finding(std::move(finding));
    if (valid) {
      for (auto& finding : unaskable_views(policies)) {
        add({CheckLevel::Error, "unaskable-view", std::move(finding)});
      }
    }
    for (auto& finding : unknown_names(policies, agreements, record_types_)) {
      add({CheckLevel::Error, "unknown-name", std::move(finding)});
    }
    for (const auto& policy : policies.policies()) review(*policy);
    for (const auto& [id, agreement] : agreements) look_at(agreement);
  }

  void add_finding(Finding finding) {
    switch (finding.severity()) {
      case Severity::Error: add({CheckLevel::Error, "not-valid", std::move(finding)}); return;
      case Severity::Warning: break;
    }
    const auto* const rule =
        finding.kind == FindingKind::ImpossiblePolicy ? "impossible-policy" : "confusing-text";
    add({CheckLevel::Warning, rule, std::move(finding)});
  }

  // Of a link, where it stands in its file ("links/a.json:4"); else the annotation.
  [[nodiscard]] CheckFinding at_review(const Policy& policy) const {
    if (const auto* link = policy.annotation("link")) {
      const auto colon = std::min(link->rfind(':'), link->size());
      std::size_t line = 0;
      for (const char c : link->substr(colon)) {
        if (c >= '0' && c <= '9') line = 10 * line + static_cast<std::size_t>(c - '0');
      }
      return finding_of({link->substr(0, colon), line, 0, {}, {}}, files_);
    }
    CheckFinding out;
    out.finding.file = policy.file;
    out.finding.source = policy.source;
    out.finding.span = annotation_span(policy, "review_by");
    if (policy.source != nullptr) set_place(out.finding);
    return out;
  }

  void review(const Policy& policy) {
    const auto* written = policy.annotation("review_by");
    const auto day = written == nullptr ? std::nullopt : parse_iso_date(*written);
    if (!day || *day >= today_) return;  // one that is missing is among the mistakes
    auto out = at_review(policy);
    out.level = CheckLevel::Error;
    out.rule = "policy-review";
    out.finding.policy_id = policy.id;
    out.finding.what = "the policy " + policy.id + " was to be reviewed by " + *written;
    out.finding.hint = "review it with its owner, then set the next date";
    add(std::move(out));
  }

  void look_at(const Agreement& agreement) {
    const auto now = from_ms(today_ * kDayMs);
    if (now >= agreement.ends) {
      if (agreement.status != AgreementStatus::Withdrawn) ended(agreement, now);
      return;
    }
    const auto day = parse_iso_date(agreement.review_by);
    if (!day || *day >= today_) return;
    auto out = at_key(agreement, "review_by", CheckLevel::Error, "agreement-review");
    out.finding.what = "the agreement was to be reviewed by " + agreement.review_by;
    out.finding.hint = "review it with its parties, then set the next date";
    add(std::move(out));
  }

  void ended(const Agreement& agreement, Time now) {
    const auto last = iso_date(day_of(agreement.ends - std::chrono::milliseconds(1)));
    const auto kept_until = agreement.ends + std::chrono::days(agreement.retention_days);
    const bool needed = now < kept_until;
    auto out =
        at_key(agreement, "ends", needed ? CheckLevel::Note : CheckLevel::Error, "agreement-ended");
    out.finding.what = "the agreement ended on " + last;
    out.finding.hint =
        needed ? "records received under it may be kept, and viewed, until " +
                     iso_date(day_of(kept_until)) + "; leave it in until then"
               : "its records are past their retention of " +
                     std::to_string(agreement.retention_days) +
                     " days: take it and its policies out, or set its `status` to `withdrawn`";
    add(std::move(out));
  }

  CheckFinding at_key(const Agreement& agreement, const std::string& key, CheckLevel level,
                      std::string_view rule) {
    CheckFinding out{level, rule, {}};
    out.finding.file = "agreements/" + agreement.id + ".json";
    const auto file = files_.find(out.finding.file);
    if (file == files_.end()) return out;
    out.finding.source = std::make_shared<const std::string>(file->second);
    const auto& text = *out.finding.source;
    const auto begin = text.find("\"" + key + "\"");
    if (begin == std::string::npos) return out;
    const auto end = std::min(text.find_first_of(",}\n", begin), text.size());
    out.finding.span = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    set_place(out.finding);
    return out;
  }

  void add(CheckFinding found) {
    const auto& finding = found.finding;
    told_.emplace(finding.file, finding.line, finding.column, finding.what);
    out_.findings.push_back(std::move(found));
  }

  // Unless it was found here, with more about its place.
  void add_mistake(const ParseError& mistake) {
    if (told_.contains({mistake.file, mistake.line, mistake.column, mistake.what})) return;
    add(finding_of(mistake, files_));
  }

  const Files& files_;
  const std::vector<RecordTypeFacts>& record_types_;
  std::int32_t today_;
  std::set<std::tuple<std::string, std::size_t, std::size_t, std::string>> told_;
  BundleCheck out_;
};

}  // namespace

std::string_view name_of(CheckLevel level) {
  switch (level) {
    case CheckLevel::Error: return "error";
    case CheckLevel::Warning: return "warning";
    case CheckLevel::Note: return "note";
  }
  return "error";
}

std::string show(const CheckFinding& finding) {
  return show(finding.finding, name_of(finding.level));
}

std::size_t BundleCheck::faults() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      findings, [](const CheckFinding& found) { return found.level != CheckLevel::Note; }));
}

BundleCheck check_bundle(const std::map<std::string, std::string>& files,
                         const std::vector<RecordTypeFacts>& record_types, std::int32_t today) {
  return Checker(files, record_types, today).run();
}

std::vector<CheckFinding> findings_of(const std::vector<ParseError>& mistakes,
                                      const std::map<std::string, std::string>& files) {
  std::vector<CheckFinding> out;
  out.reserve(mistakes.size());
  for (const auto& mistake : mistakes) out.push_back(finding_of(mistake, files));
  return out;
}

}  // namespace hub::policy
