#include "core/storage/connection.h"

#include <sqlcipher/sqlite3.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/storage/page_format.h"
#include "core/storage/store_error.h"

namespace hub::storage {
namespace {

constexpr std::size_t kMostCachedStatements = 256;
constexpr std::string_view kUpperDigits = "0123456789ABCDEF";
constexpr std::string_view kLowerDigits = "0123456789abcdef";
constexpr int kOpenAlways = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
constexpr int kReaderWaitsMs = 5000;
// The only other lock taker is a reader that holds up a checkpoint: better to try again later.
constexpr int kWriterWaitsMs = 50;

// SQLite takes options in a URI; a path must not be able to add any.
std::string frozen_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char letter : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || std::string_view("/._-").find(letter) != std::string::npos) {
      uri += letter;
    } else {
      uri += '%';
      uri += kUpperDigits[byte >> 4U];
      uri += kUpperDigits[byte & 15U];
    }
  }
  return uri + "?immutable=1";
}

int open_flags(Access access) {
  switch (access) {
    case Access::Create:
    case Access::Write: return kOpenAlways | SQLITE_OPEN_READWRITE;
    case Access::Read: return kOpenAlways | SQLITE_OPEN_READONLY;
    case Access::Frozen: return kOpenAlways | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return kOpenAlways | SQLITE_OPEN_READONLY;
}

// SQLCipher answers a page whose HMAC fails with SQLITE_ERROR and no words of its own; an error in
// SQL has words.
bool is_unsound_page(sqlite3* handle, int code) {
  return handle != nullptr && code == SQLITE_ERROR &&
         std::string_view(sqlite3_errmsg(handle)) == sqlite3_errstr(SQLITE_ERROR);
}

StoreFault fault_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return StoreFault::Full;
    case SQLITE_CORRUPT: return StoreFault::Damaged;
    case SQLITE_NOTADB: return StoreFault::WrongKeyOrDamaged;
    default: return StoreFault::Unavailable;
  }
}

std::string_view what_to_do(StoreFault fault) {
  switch (fault) {
    case StoreFault::Full: return "make room on the disk; work then goes on by itself";
    case StoreFault::Damaged:
      return "stop, keep the files as they are, and restore from the last backup";
    case StoreFault::WrongKeyOrDamaged:
      return "check that this is the store's own key; if it is, restore from the last backup";
    case StoreFault::Missing:
    case StoreFault::AlreadyThere:
    case StoreFault::Foreign:
    case StoreFault::TooNew:
    case StoreFault::Stale:
    case StoreFault::Unavailable: break;
  }
  return "check the disk and the rights of the folder";
}

int bind_text(sqlite3_stmt* handle, int parameter, std::string_view text,
              sqlite3_destructor_type destructor) {
  // A null pointer would bind NULL where an empty text is meant.
  const char* const start = text.empty() ? "" : text.data();
  return sqlite3_bind_text64(handle, parameter, start, text.size(), destructor, SQLITE_UTF8);
}

int bind_bytes(sqlite3_stmt* handle, int parameter, Bytes bytes,
               sqlite3_destructor_type destructor) {
  if (bytes.empty()) return sqlite3_bind_zeroblob(handle, parameter, 0);
  return sqlite3_bind_blob64(handle, parameter, bytes.data(), bytes.size(), destructor);
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : owner_(other.owner_),
      handle_(std::exchange(other.handle_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  if (in_use_ == nullptr) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  *in_use_ = false;
}

void Statement::bound(int outcome) {
  if (outcome != SQLITE_OK) owner_.fail(outcome);
}

Statement& Statement::bind_int64(int parameter, std::int64_t value) {
  bound(sqlite3_bind_int64(handle_, parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  bound(sqlite3_bind_double(handle_, parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  bound(bind_text(handle_, parameter, text,
                  SQLITE_TRANSIENT));  // NOLINT(*-cstyle-cast,*-int-to-ptr,*-zero-*)
  return *this;
}

Statement& Statement::bind(int parameter, Bytes bytes) {
  bound(bind_bytes(handle_, parameter, bytes,
                   SQLITE_TRANSIENT));  // NOLINT(*-cstyle-cast,*-int-to-ptr,*-zero-*)
  return *this;
}

void Statement::lend_text(int parameter, std::string_view text) {
  bound(bind_text(handle_, parameter, text, SQLITE_STATIC));
}

void Statement::lend_bytes(int parameter, Bytes bytes) {
  bound(bind_bytes(handle_, parameter, bytes, SQLITE_STATIC));
}

Statement& Statement::bind(int parameter, std::nullptr_t) {
  bound(sqlite3_bind_null(handle_, parameter));
  return *this;
}

bool Statement::step() {
  const int outcome = sqlite3_step(handle_);
  if (outcome == SQLITE_ROW) return true;
  if (outcome == SQLITE_DONE) {
    sqlite3_reset(handle_);
    return false;
  }
  sqlite3_reset(handle_);
  owner_.fail(outcome);
}

void Statement::run() { require(!step(), "a statement that is run gives no rows"); }

void Statement::reset() { sqlite3_reset(handle_); }

std::int64_t Statement::int64(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::text(int column) const {
  const void* const start = sqlite3_column_text(handle_, column);
  if (start == nullptr) return {};
  return {static_cast<const char*>(start),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Bytes Statement::bytes(int column) const {
  const void* const start = sqlite3_column_blob(handle_, column);
  if (start == nullptr) return {};
  return {static_cast<const std::uint8_t*>(start),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}
bool Statement::is_int64(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_INTEGER;
}
bool Statement::is_real(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_FLOAT;
}
bool Statement::is_text(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_TEXT;
}
bool Statement::is_bytes(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_BLOB;
}
int Statement::columns() const { return sqlite3_column_count(handle_); }

void Connection::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Connection::Connection(std::filesystem::path file, const crypto::StoreKey& key, Access access,
                       std::size_t cache_kib)
    : file_(std::move(file)) {
  open(access);
  unlock(key);
  configure(access, cache_kib);
}

Connection::~Connection() {
  for (const auto& [text, cached] : cache_) sqlite3_finalize(cached->handle);
}

void Connection::open(Access access) {
  // Counting every allocation would take a lock for each; nobody asks for the count.
  static const int counting = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // NOLINT(*-vararg)
  require(counting == SQLITE_OK || counting == SQLITE_MISUSE, "SQLite can be configured");
  sqlite3* handle = nullptr;
  const auto name = access == Access::Frozen ? frozen_uri(file_) : file_.string();
  const int outcome = sqlite3_open_v2(name.c_str(), &handle, open_flags(access), nullptr);
  handle_.reset(handle);
  if (outcome != SQLITE_OK) fail(outcome);
}

void Connection::unlock(const crypto::StoreKey& key) const {
  std::array<std::uint8_t, 67> raw{};  // x'64 digits': the key itself, nothing is derived
  std::size_t at = 0;
  raw.at(at++) = 'x';
  raw.at(at++) = '\'';
  for (const auto byte : key.expose()) {
    raw.at(at++) = static_cast<std::uint8_t>(kLowerDigits[byte >> 4U]);
    raw.at(at++) = static_cast<std::uint8_t>(kLowerDigits[byte & 15U]);
  }
  raw.at(at) = '\'';
  const int outcome = sqlite3_key(handle(), raw.data(), static_cast<int>(raw.size()));
  crypto::wipe(raw);
  if (outcome != SQLITE_OK) fail(outcome);
}

void Connection::configure(Access access, std::size_t cache_kib) {
  static_assert(kPageSize == 16384, "the page size is part of the SQL text below");
  exec(
      "PRAGMA cipher_log_level = NONE; PRAGMA cipher_page_size = 16384; PRAGMA "
      "cipher_hmac_algorithm = HMAC_SHA256;"
      "PRAGMA cipher_memory_security = OFF; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
      "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
      "PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
  if (access == Access::Create) exec("PRAGMA auto_vacuum = NONE");
  exec(BuiltSql("PRAGMA cache_size = -" + std::to_string(cache_kib)));
  // A store never reaches into another file, and a text in double quotes is a name, never data.
  sqlite3_limit(handle(), SQLITE_LIMIT_ATTACHED, 0);
  for (const int option : {SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE}) {
    sqlite3_db_config(handle(), option, 1, nullptr);  // NOLINT(*-vararg)
  }
  for (const int option : {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL}) {
    sqlite3_db_config(handle(), option, 0, nullptr);  // NOLINT(*-vararg)
  }
  const bool writes = access == Access::Create || access == Access::Write;
  sqlite3_busy_timeout(handle(), writes ? kWriterWaitsMs : kReaderWaitsMs);
  if (access == Access::Frozen) {
    exec("SELECT count(*) FROM sqlite_schema");
    return;
  }
  auto mode = prepare(access == Access::Create ? Sql("PRAGMA journal_mode = WAL")
                                               : Sql("PRAGMA journal_mode"));
  if (!mode.step() || mode.text(0) != "wal") {
    throw StoreError(StoreFault::Damaged, file_.string() +
                                              " is not in write-ahead mode: another program "
                                              "changed it; restore from the last backup");
  }
}

sqlite3_stmt* Connection::compile(std::string_view sql, unsigned flags) const {
  sqlite3_stmt* out = nullptr;
  const int outcome =
      sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), flags, &out, nullptr);
  if (outcome != SQLITE_OK) fail(outcome);
  require(out != nullptr, "a SQL text to prepare holds a statement");
  return out;
}

Statement Connection::prepare_text(std::string_view sql) {
  const auto found = cache_.find(sql);
  if (found != cache_.end()) {
    auto& cached = *found->second;
    if (cached.in_use) return {*this, compile(sql, 0), nullptr};
    cached.in_use = true;
    return {*this, cached.handle, &cached.in_use};
  }
  if (cache_.size() >= kMostCachedStatements) return {*this, compile(sql, 0), nullptr};
  auto made = std::make_unique<Cached>(
      Cached{std::string(sql), compile(sql, SQLITE_PREPARE_PERSISTENT), true});
  auto& cached = *made;
  cache_.emplace(cached.sql, std::move(made));
  return {*this, cached.handle, &cached.in_use};
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the store
void Connection::exec_text(const std::string& sql) {
  const int outcome = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (outcome != SQLITE_OK) fail(outcome);
}

Connection::LeavingPages::LeavingPages(Connection& connection) : connection_(connection) {
  // This pragma acts when it is compiled, so it must not come from the cache of statements.
  connection_.exec("PRAGMA secure_delete = FAST");
}

Connection::LeavingPages::~LeavingPages() {
  const int outcome =
      sqlite3_exec(connection_.handle(), "PRAGMA secure_delete = ON", nullptr, nullptr, nullptr);
  require(outcome == SQLITE_OK, "erasing can be switched on again");
}

std::int64_t Connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle()); }
std::int64_t Connection::changes() const { return sqlite3_changes64(handle()); }
bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle()) == 0; }

void Connection::fail(int code) const {
  if (is_unsound_page(handle_.get(), code)) {
    throw StoreError(StoreFault::Damaged, file_.string() + ": a page is damaged; " +
                                              std::string(what_to_do(StoreFault::Damaged)));
  }
  const auto fault = fault_of(code);
  std::string text = file_.string() + ": " + sqlite3_errstr(code);
  const int kind = code & 0xff;
  // Of these two SQLite's own message names our tables, columns and SQL, never a value.
  if (handle_ && (kind == SQLITE_ERROR || kind == SQLITE_CONSTRAINT)) {
    text += std::string(" (") + sqlite3_errmsg(handle()) + ")";
    throw StoreError(fault, text + "; this is an error of the program: report it");
  }
  text += " (SQLite " + std::to_string(code) + "); ";
  throw StoreError(fault, text.append(what_to_do(fault)));
}

}  // namespace hub::storage
