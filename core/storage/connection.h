// One SQLCipher connection and its prepared statements.
//
// SQL is program text: Sql only takes a constant of the program. Values travel in bindings, never
// in SQL. The one exception, BuiltSql, is for names that the program itself has checked against a
// signed catalogue. A failure throws StoreError without the values concerned.
//
// A connection belongs to one thread at a time.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/secret.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hub::storage {

// A SQL text known when the program was compiled.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {}       // NOLINT(*-explicit-*)
  consteval Sql(std::string_view literal) : text_(literal) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// A SQL text put together by the program, of constants and of names it has checked letter by
// letter. Never from a request, a record or a peer's bytes.
class BuiltSql {
 public:
  explicit BuiltSql(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string text_;
};

class Connection;

// A prepared statement on loan from its connection; goes back, reset and without bindings, when it
// is destroyed. Must not outlive the connection or the transaction.
class Statement {
 public:
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters count from 1. Text and bytes are copied, unless they are lent. An unsigned number
  // above 2^63-1 is a bug.
  template <std::integral Number>
  Statement& bind(int parameter, Number value) {
    if constexpr (std::unsigned_integral<Number> && sizeof(Number) == sizeof(std::int64_t)) {
      require(value <= static_cast<Number>(std::numeric_limits<std::int64_t>::max()),
              "a number bound to SQL fits 63 bits");
    }
    return bind_int64(parameter, static_cast<std::int64_t>(value));
  }
  Statement& bind(int parameter, double value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, Bytes bytes);
  Statement& bind(int parameter, std::nullptr_t);

  // True when there is a row to look at; false when the statement is done.
  bool step();
  // For a statement that gives no rows; a row is a bug.
  void run();
  // Ready for other values; the bindings stay until they are overwritten.
  void reset();

  // Columns count from 0. Views are valid until the next step(), reset() or destruction.
  [[nodiscard]] std::int64_t int64(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] Bytes bytes(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  // True for INTEGER, REAL, TEXT or BLOB respectively.
  [[nodiscard]] bool is_int64(int column) const;
  [[nodiscard]] bool is_real(int column) const;
  [[nodiscard]] bool is_text(int column) const;
  [[nodiscard]] bool is_bytes(int column) const;
  [[nodiscard]] int columns() const;

 private:
  friend class Connection;
  Statement(Connection& owner, sqlite3_stmt* handle, bool* in_use)
      : owner_(owner), handle_(handle), in_use_(in_use) {}
  Statement& bind_int64(int parameter, std::int64_t value);
  // Lends text and bytes: they must stay where they are until the statement goes back.
  template <class Value>
  void lend(int parameter, const Value& value) {
    if constexpr (std::is_arithmetic_v<Value> || std::is_null_pointer_v<Value>) {
      bind(parameter, value);
    } else if constexpr (std::convertible_to<const Value&, std::string_view>) {
      lend_text(parameter, value);
    } else {
      lend_bytes(parameter, value);
    }
  }
  void lend_text(int parameter, std::string_view text);
  void lend_bytes(int parameter, Bytes bytes);
  void bound(int outcome);

  Connection& owner_;
  sqlite3_stmt* handle_;
  bool* in_use_;  // of the cache; null for a statement that is not cached
};

enum class Access : std::uint8_t {
  Create,  // makes an empty file a store, in write-ahead mode
  Write,
  Read,
  Frozen,  // read-only, for files that nobody changes meanwhile: takes no lock, makes no file
};

class Connection {
 public:
  // The key is checked by reading the first page.
  Connection(std::filesystem::path file, const crypto::StoreKey& key, Access access,
             std::size_t cache_kib);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  // Prepared once, then kept. Asking again while the first is still out gives a second one.
  [[nodiscard]] Statement prepare(Sql sql) { return prepare_text(sql.text()); }
  [[nodiscard]] Statement prepare(const BuiltSql& sql) { return prepare_text(sql.text()); }

  // One or several statements without values or rows.
  void exec(Sql sql) { exec_text(std::string(sql.text())); }
  void exec(const BuiltSql& sql) { exec_text(std::string(sql.text())); }

  // Binds the values in order and runs a statement that gives no rows.
  template <class... Values>
  void run(Sql sql, const Values&... values) {
    auto statement = prepare(sql);
    int parameter = 0;  // NOLINT(misc-const-correctness): with values it counts
    (statement.lend(++parameter, values), ...);
    statement.run();
  }

  // The same, for a DELETE of what nobody can read once its keys are gone: the pages it frees are
  // not overwritten before they are used again. Everything else is.
  template <class... Values>
  void run_leaving_pages(Sql sql, const Values&... values) {
    const LeavingPages leaving(*this);
    run(sql, values...);
  }

  [[nodiscard]] std::int64_t last_insert_rowid() const;
  // Rows changed by the last INSERT, UPDATE or DELETE.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  // For core/storage itself: the handle, and SQLite's result code as a StoreError.
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  [[noreturn]] void fail(int code) const;

 private:
  class LeavingPages {
   public:
    explicit LeavingPages(Connection& connection);
    LeavingPages(const LeavingPages&) = delete;
    LeavingPages& operator=(const LeavingPages&) = delete;
    LeavingPages(LeavingPages&&) = delete;
    LeavingPages& operator=(LeavingPages&&) = delete;
    ~LeavingPages();

   private:
    Connection& connection_;
  };

  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  struct Cached {
    std::string sql;
    sqlite3_stmt* handle = nullptr;
    bool in_use = false;
  };

  void open(Access access);
  void unlock(const crypto::StoreKey& key) const;
  void configure(Access access, std::size_t cache_kib);
  [[nodiscard]] Statement prepare_text(std::string_view sql);
  [[nodiscard]] sqlite3_stmt* compile(std::string_view sql, unsigned flags) const;
  void exec_text(const std::string& sql);

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Closer> handle_;
  std::unordered_map<std::string_view, std::unique_ptr<Cached>> cache_;  // keys view Cached::sql
};

}  // namespace hub::storage
