#include "agent/csv_rows.h"

#include <csv.h>

#include <deque>
#include <utility>

#include "core/base/result.h"

namespace hub::agent {
namespace {

constexpr std::size_t kParserStep = 4096;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

// Feeds a stream to libcsv, one line at a time so that it knows where each row starts.
class CsvRows::Feed {
 public:
  explicit Feed(std::unique_ptr<std::istream> file)
      : file_(std::move(file)), block_(kSourceBlockBytes) {
    require(csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0, "a CSV parser can be made");
    csv_set_blk_size(&parser_, kParserStep);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  Feed(Feed&&) = delete;
  Feed& operator=(Feed&&) = delete;
  ~Feed() { csv_free(&parser_); }

  std::optional<RawRow> next() {
    while (ready_.empty() && !ended_) step();
    if (ready_.empty()) return std::nullopt;
    RawRow row = std::move(ready_.front());
    ready_.pop_front();
    return row;
  }

  [[nodiscard]] const std::optional<FileProblem>& broken() const { return broken_; }

 private:
  void step() {
    if (rest_.empty() && !read_block()) {
      finish();
      return;
    }
    const auto end = rest_.find('\n');
    const bool whole = end != std::string_view::npos;
    const auto piece = rest_.substr(0, whole ? end + 1 : rest_.size());
    rest_.remove_prefix(piece.size());
    feed(piece);
    if (whole) ++line_;
  }

  bool read_block() {
    file_->read(block_.data(), static_cast<std::streamsize>(block_.size()));
    if (file_->bad()) throw EnvError("cannot read the CSV file: the disk reports an error");
    rest_ = std::string_view(block_.data(), static_cast<std::size_t>(file_->gcount()));
    if (at_start_ && rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    at_start_ = false;
    return !rest_.empty();
  }

  void feed(std::string_view piece) {
    if (row_bytes_ == 0) {
      if (piece.find_first_not_of(" \t\r\n") == std::string_view::npos) return;  // a blank line
      row_.line = line_;
    }
    row_bytes_ += piece.size();
    if (piece.find('\0') != std::string_view::npos) {
      stop(line_, "a zero byte", "save the file as CSV in UTF-8");
      return;
    }
    const std::size_t taken =
        csv_parse(&parser_, piece.data(), piece.size(), &on_cell, &on_row, this);
    if (taken != piece.size()) {
      stop(line_, "a quotation mark where none may be",
           "quote the whole value and double the quotation marks inside it");
    } else if (row_bytes_ > kMaxRowBytes) {
      stop(row_.line, "a row of more than 1 MiB", "look for a quotation mark that is not closed");
    }
  }

  void finish() {
    ended_ = true;
    if (csv_fini(&parser_, &on_cell, &on_row, this) != 0) {
      stop(row_.line, "a quotation mark that is never closed", "close it at the end of the value");
    }
  }

  void stop(std::uint64_t line, const char* rule, const char* what_to_do) {
    ended_ = true;
    broken_ = FileProblem{line, rule, what_to_do};
  }

  static void on_cell(void* data, std::size_t size, void* self) {
    static_cast<Feed*>(self)->add_cell({static_cast<const char*>(data), size});
  }
  static void on_row(int /*ended_by*/, void* self) { static_cast<Feed*>(self)->add_row(); }

  void add_cell(std::string_view text) {
    if (row_.cells.empty()) {
      row_.memory.reserve(last_bytes_);
      row_.cells.reserve(last_cells_);
    }
    if (text.size() > kMaxFieldBytes) {
      row_.cell_too_long = true;
      text = {};
    }
    // One cell more than any file may have is enough to see that there are too many.
    if (row_.cells.size() > kMaxColumns) return;
    row_.cells.push_back({row_.memory.size(), text.size()});
    row_.memory.insert(row_.memory.end(), text.begin(), text.end());
  }

  void add_row() {
    last_bytes_ = row_.memory.size();
    last_cells_ = row_.cells.size();
    ready_.push_back(std::exchange(row_, {}));
    row_.line = line_;
    row_bytes_ = 0;
  }

  std::unique_ptr<std::istream> file_;
  std::vector<char> block_;
  std::string_view rest_;  // of the block
  csv_parser parser_{};
  std::uint64_t line_ = 1;
  std::size_t row_bytes_ = 0;  // fed since the last row ended
  RawRow row_;
  std::size_t last_bytes_ = 0;
  std::size_t last_cells_ = 0;
  std::deque<RawRow> ready_;
  bool at_start_ = true;
  bool ended_ = false;
  std::optional<FileProblem> broken_;
};

CsvRows::CsvRows(std::unique_ptr<std::istream> file)
    : feed_(std::make_unique<Feed>(std::move(file))) {}
CsvRows::~CsvRows() = default;

std::optional<RawRow> CsvRows::next() { return feed_->next(); }
const std::optional<FileProblem>& CsvRows::broken() const { return feed_->broken(); }

}  // namespace hub::agent
