#include "core/storage/verify_store.h"

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/file.h"
#include "core/storage/page_integrity.h"
#include "core/storage/start_check.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

constexpr std::size_t kCacheKib = 16384;

// A folder beside the store in which SQLite may make its own files.
class PrivateCopy {
 public:
  explicit PrivateCopy(const std::filesystem::path& store) {
    auto name = store.string() + ".verify-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno("make a folder beside", store);
    folder_ = name;
    try {
      std::filesystem::create_hard_link(store, file());
      std::filesystem::copy_file(log_beside(store), log_beside(file()));
    } catch (const std::filesystem::filesystem_error& error) {
      remove();
      throw StoreError(StoreFault::Unavailable,
                       store.string() + ": its log cannot be copied beside it (" +
                           error.code().message() +
                           "); make room on its disk and check the rights of the folder");
    }
  }
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;
  PrivateCopy(PrivateCopy&&) = delete;
  PrivateCopy& operator=(PrivateCopy&&) = delete;
  ~PrivateCopy() { remove(); }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "store"; }

 private:
  void remove() noexcept {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path folder_;
};

// Runs a check whose failure is a finding; a machine that refuses is none.
template <class Check>
bool holds(StoreReport& report, Check&& check) {
  try {
    std::forward<Check>(check)();
    return true;
  } catch (const StoreError& error) {
    if (error.fault() == StoreFault::Unavailable) throw;
    report.findings.emplace_back(error.what());
    return false;
  }
}

std::vector<std::uint32_t> check_files(StoreReport& report, const std::filesystem::path& file,
                                       const HeadFile& head_file, DerivedKeys keys) {
  std::vector<std::uint32_t> logged;
  holds(report, [&] {
    const auto head = head_file.read(keys.head);
    report.tree = head.tree;
    const auto checked = check_store(file, head, std::move(keys.ledger));
    report.pages = checked.ledger.pages();
    report.log_frames = checked.log_frames;
    logged = checked.logged_pages;
    if (checked.one_ahead) {
      report.notes.emplace_back(
          "the last commit was not acknowledged before the stop; the next start keeps it");
    }
    if (checked.ignored_bytes != 0) {
      report.notes.emplace_back("the write-ahead log ends with " +
                                std::to_string(checked.ignored_bytes) +
                                " bytes that no longer count");
    }
  });
  return logged;
}

void check_tables(StoreReport& report, Connection& connection) {
  auto rows = connection.prepare("PRAGMA integrity_check(100)");
  while (rows.step()) {
    if (rows.text(0) == "ok") continue;
    report.findings.emplace_back(connection.file().filename().string() + ": " +
                                 std::string(rows.text(0)));
  }
  auto orphans = connection.prepare("PRAGMA foreign_key_check");
  while (orphans.step()) {
    report.findings.emplace_back("a row of table " + std::string(orphans.text(0)) +
                                 " points to a row that is not there");
  }
}

void check_inside(StoreReport& report, const std::filesystem::path& file,
                  const crypto::StoreKey& key, const std::vector<std::uint32_t>& logged,
                  const std::function<void(Connection&, const TreeHead&)>& look) {
  std::error_code none;
  const auto log_size = std::filesystem::file_size(log_beside(file), none);
  std::optional<PrivateCopy> copy;
  if (!none && log_size > 0) copy.emplace(file);
  std::unique_ptr<Connection> connection;
  const bool opened = holds(report, [&] {
    connection = std::make_unique<Connection>(copy ? copy->file() : file, key,
                                              copy ? Access::Read : Access::Frozen, kCacheKib);
  });
  if (!opened) return;
  holds(report, [&] {
    for (const auto page : unsound_pages(*connection, logged)) {
      report.findings.emplace_back(file.string() + ": page " + std::to_string(page) +
                                   " is damaged");
    }
  });
  holds(report, [&] { check_tables(report, *connection); });
  if (look) holds(report, [&] { look(*connection, report.tree); });
}

}  // namespace

StoreReport verify_store(const std::filesystem::path& file, const crypto::StoreKey& key,
                         const std::function<void(Connection&, const TreeHead&)>& look) {
  if (!std::filesystem::exists(file)) {
    throw StoreError(StoreFault::Missing, file.string() + " is missing: check the path");
  }
  StoreReport report;
  std::optional<HeadFile> head_file;
  std::vector<std::uint32_t> logged;
  holds(report, [&] { head_file.emplace(HeadFile::beside(file)); });
  if (head_file) {
    logged = check_files(report, file, *head_file, derive_keys(key));
  }
  check_inside(report, file, key, logged, look);
  return report;
}

}  // namespace hub::storage
