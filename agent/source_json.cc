#include "agent/source_json.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "agent/source_columns.h"
#include "core/base/json.h"

namespace hub::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 8;
constexpr int kEnd = -1;
constexpr char kItemSeparator = ';';

bool blank(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// A stream, character by character, that knows its line.
class Characters {
 public:
  explicit Characters(std::unique_ptr<std::istream> file)
      : file_(std::move(file)), block_(kSourceBlockBytes) {}

  // kEnd at the end of the file.
  int peek() {
    if (at_ == size_ && !refill()) return kEnd;
    return static_cast<unsigned char>(block_[at_]);
  }

  int take() {
    const int c = peek();
    if (c == kEnd) return kEnd;
    ++at_;
    if (c == '\n') ++line_;
    return c;
  }

  void skip_blank() {
    while (blank(peek())) take();
  }

  // The UTF-8 byte order mark, if the file starts with one.
  bool skip_byte_order_mark() {
    if (peek() != 0xef) return true;
    return take() == 0xef && take() == 0xbb && take() == 0xbf;
  }

  [[nodiscard]] std::uint64_t line() const { return line_; }

 private:
  bool refill() {
    file_->read(block_.data(), static_cast<std::streamsize>(block_.size()));
    if (file_->bad()) throw EnvError("cannot read the JSON file: the disk reports an error");
    at_ = 0;
    size_ = static_cast<std::size_t>(file_->gcount());
    return size_ > 0;
  }

  std::unique_ptr<std::istream> file_;
  std::vector<char> block_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::uint64_t line_ = 1;
};

struct RawObject {
  std::uint64_t line = 0;
  std::string text;
};

// Cuts a file into its objects, without looking into them more than brackets and quotes need.
class Objects {
 public:
  explicit Objects(std::unique_ptr<std::istream> file) : in_(std::move(file)) {}

  // Says what the file is, by its first character.
  void start() {
    if (!in_.skip_byte_order_mark()) {
      stop(in_.line(), "not JSON in UTF-8", "save the file as UTF-8");
      return;
    }
    in_.skip_blank();
    const int c = in_.peek();
    if (c == '[') {
      in_.take();
      array_ = true;
      first_ = true;
    } else if (c == kEnd) {
      stop(0, "the file is empty", "give an array of objects, or one object a line");
    } else if (c != '{') {
      stop(in_.line(), "neither an array nor an object",
           "give an array of objects, or one object a line");
    }
  }

  std::optional<RawObject> next() {
    if (ended_) return std::nullopt;
    return array_ ? next_of_array() : next_line();
  }

  [[nodiscard]] const std::optional<FileProblem>& broken() const { return broken_; }

 private:
  void stop(std::uint64_t line, const char* rule, const char* what_to_do) {
    ended_ = true;
    broken_ = FileProblem{line, rule, what_to_do};
  }

  std::optional<RawObject> next_line() {
    in_.skip_blank();
    RawObject out{in_.line(), {}};
    for (int c = in_.take(); c != kEnd && c != '\n'; c = in_.take()) {
      if (out.text.size() == kMaxRowBytes) {
        stop(out.line, "a line of more than 1 MiB", "give one object a line");
        return std::nullopt;
      }
      out.text.push_back(static_cast<char>(c));
    }
    if (!out.text.empty()) return out;
    ended_ = true;
    return std::nullopt;
  }

  std::optional<RawObject> next_of_array() {
    in_.skip_blank();
    if (!first_ && in_.peek() == ',') {
      in_.take();
      in_.skip_blank();
    } else if (in_.peek() == ']') {
      end_of_array();
      return std::nullopt;
    } else if (!first_) {
      stop(in_.line(), "neither a comma nor the end of the array after an object",
           "look for a missing comma or an extra bracket");
      return std::nullopt;
    }
    first_ = false;
    if (in_.peek() != '{') {
      stop(in_.line(), "something other than an object in the array", "give objects only");
      return std::nullopt;
    }
    return object();
  }

  void end_of_array() {
    in_.take();
    in_.skip_blank();
    ended_ = true;
    if (in_.peek() == kEnd) return;
    stop(in_.line(), "something after the end of the array", "remove it");
  }

  std::optional<RawObject> object() {
    RawObject out{in_.line(), {}};
    std::size_t depth = 0;
    bool quoted = false;
    bool escaped = false;
    for (bool more = true; more; more = depth > 0) {
      const int c = in_.take();
      if (c == kEnd) {
        stop(out.line, "an object that is never closed", "look for a missing bracket or quote");
        return std::nullopt;
      }
      if (out.text.size() == kMaxRowBytes) {
        stop(out.line, "an object of more than 1 MiB", "look for a missing bracket or quote");
        return std::nullopt;
      }
      out.text.push_back(static_cast<char>(c));
      if (quoted) {
        quoted = escaped || c != '"';
        escaped = !escaped && c == '\\';
        continue;
      }
      quoted = c == '"';
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    }
    return out;
  }

  Characters in_;
  bool array_ = false;
  bool first_ = false;
  bool ended_ = false;
  std::optional<FileProblem> broken_;
};

// A text, number, flag or null as text; nothing for anything else.
std::optional<std::string> simple_text(const json& value) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return std::string(value.get<bool>() ? "yes" : "no");
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

// Turns one object into texts, column by column.
class ObjectReader {
 public:
  ObjectReader(const schemas::RecordType& type, const ColumnPlan& plan)
      : type_(type), plan_(plan), texts_(plan.names().size()) {}

  void read(const json& object) {
    for (const auto& [key, value] : object.items()) {
      const auto at = std::ranges::find(plan_.names(), key);
      if (at == plan_.names().end()) {
        if (is_reject_column(key)) continue;
        wrong("", "an unknown key", nearest_name(type_, key));
        continue;
      }
      auto& text = texts_[static_cast<std::size_t>(at - plan_.names().begin())];
      if (value.is_array()) {
        join(*at, value, text);
      } else if (auto simple = simple_text(value)) {
        text = *std::move(simple);
      } else {
        wrong(*at, "an object instead of a value", "give a text, number, true, false or null");
      }
      if (text.size() > kMaxFieldBytes) {
        wrong(*at, "a value of more than 64 KiB", "shorten it");
        text.clear();
      }
    }
  }

  // Gives the row its cells, its fields and its problem.
  void finish(SourceRow& row) {
    std::size_t bytes = 0;
    for (const auto& text : texts_) bytes += text.size();
    row.memory.reserve(bytes);
    for (const auto& text : texts_) row.memory.insert(row.memory.end(), text.begin(), text.end());
    const std::string_view memory(row.memory.data(), row.memory.size());
    std::size_t first = 0;
    for (const auto& text : texts_) {
      row.cells.push_back(memory.substr(first, text.size()));
      first += text.size();
    }
    row.problem = std::move(problem_);
    if (!row.problem) plan_.fill(row);
  }

  void wrong(const std::string& column, const char* rule, std::string what_to_do) {
    if (!problem_) problem_ = RowProblem{column, rule, std::move(what_to_do)};
  }

 private:
  void join(const std::string& column, const json& values, std::string& out) {
    const auto* const field = type_.field(column);
    const bool several = field != nullptr && (field->kind == schemas::FieldKind::Codes ||
                                              field->kind == schemas::FieldKind::Texts);
    if (!several) {
      wrong(column, "an array instead of a value", "give one value");
      return;
    }
    bool first = true;
    for (const auto& value : values) {
      const auto text = simple_text(value);
      if (!text || text->find(kItemSeparator) != std::string::npos) {
        wrong(column, "an item that is no plain value, or has a semicolon in it",
              "give texts or numbers without semicolons");
        return;
      }
      if (!first) out.push_back(kItemSeparator);
      out += *text;
      first = false;
    }
  }

  const schemas::RecordType& type_;
  const ColumnPlan& plan_;
  std::vector<std::string> texts_;
  std::optional<RowProblem> problem_;
};

class JsonSource final : public RecordSource {
 public:
  JsonSource(std::unique_ptr<Objects> objects, const schemas::RecordType& type)
      : objects_(std::move(objects)), type_(type), plan_(ColumnPlan::of_all(type)) {}

  std::optional<SourceRow> next() override {
    const auto raw = objects_->next();
    if (!raw) return std::nullopt;
    SourceRow row;
    row.number = ++number_;
    row.line = raw->line;
    ObjectReader reader(type_, plan_);
    const auto parsed = parse_json(raw->text, {kMaxRowBytes, kMaxDepth});
    if (!parsed) {
      reader.wrong("", "not a valid JSON object", "correct it: " + parsed.error().reason);
    } else if (!parsed->is_object()) {
      reader.wrong("", "not a JSON object", "give one object");
    } else {
      reader.read(*parsed);
    }
    reader.finish(row);
    return row;
  }

  [[nodiscard]] const std::optional<FileProblem>& broken() const override {
    return objects_->broken();
  }
  [[nodiscard]] const std::vector<std::string>& columns() const override { return plan_.names(); }

 private:
  std::unique_ptr<Objects> objects_;
  const schemas::RecordType& type_;
  ColumnPlan plan_;
  std::uint64_t number_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordSource>, FileProblem> open_json(std::unique_ptr<std::istream> file,
                                                             const schemas::RecordType& type) {
  auto objects = std::make_unique<Objects>(std::move(file));
  objects->start();
  if (const auto& broken = objects->broken()) return fail(*broken);
  return std::make_unique<JsonSource>(std::move(objects), type);
}

}  // namespace hub::agent
