// A real store with the documents' rows, asked with a row filter. Its columns take NULL everywhere,
// so that what the schema requires can be missing.
#pragma once

#include <array>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "tests/policy/documents.h"
#include "tests/storage/temporary_store.h"

namespace hub::policy {

inline constexpr std::array kDocumentTables{storage::Migration{
    1,
    "CREATE TABLE doc (id TEXT NOT NULL PRIMARY KEY, title_column TEXT, note_column TEXT, "
    "pages_column INTEGER, stars_column INTEGER, public_column INTEGER, draft_column INTEGER, "
    "owner_column TEXT, editor_column TEXT, author_column TEXT, sharer_column TEXT, project TEXT, "
    "from_team TEXT, reason TEXT, score INTEGER) STRICT;"
    "CREATE TABLE doc_tag (doc TEXT NOT NULL, tag TEXT NOT NULL) STRICT;"
    "CREATE TABLE doc_reader (doc TEXT NOT NULL, reader TEXT NOT NULL) STRICT;"
    "CREATE TABLE doc_folder (doc TEXT NOT NULL, folder TEXT NOT NULL) STRICT;"
    "CREATE TABLE doc_area (doc TEXT NOT NULL, area TEXT NOT NULL) STRICT;"}};

class DocumentStore {
 public:
  DocumentStore() {
    temporary_.options.migrations = kDocumentTables;
    temporary_.create();
    store_ = temporary_.open();
  }

  void put(const std::vector<Document>& rows) {
    const auto entities = documents_entities();
    ASSERT_TRUE(store_->commit([&](storage::Connection& to) {
      for (const auto& row : rows) put(to, row, entities);
    }));
  }

  [[nodiscard]] std::set<std::string> selected(const RowFilter& filter) const {
    return store_->read([&](storage::Connection& from) {
      std::set<std::string> out;
      auto query = from.prepare(storage::BuiltSql("SELECT id FROM doc WHERE " + filter.where));
      int parameter = 0;
      for (const auto& value : filter.values) {
        std::visit([&](const auto& held) { query.bind(++parameter, held); }, value);
      }
      while (query.step()) out.emplace(query.text(0));
      return out;
    });
  }

 private:
  static void put(storage::Connection& to, const Document& row, const Entities& entities) {
    auto insert = to.prepare("INSERT INTO doc VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    int parameter = 0;
    const auto bind = [&](const auto& held) {
      if (held) {
        insert.bind(++parameter, *held);
      } else {
        insert.bind(++parameter, nullptr);
      }
    };
    bind(std::optional(row.id));
    for (const auto* held : {&row.title, &row.note}) bind(*held);
    for (const auto* held : {&row.pages, &row.stars, &row.is_public, &row.draft}) bind(*held);
    for (const auto* held : {&row.owner, &row.editor, &row.author, &row.sharer, &row.project,
                             &row.from, &row.reason}) {
      bind(*held);
    }
    bind(row.score);
    insert.run();
    for (const auto& tag : row.tags) to.run("INSERT INTO doc_tag VALUES (?, ?)", row.id, tag);
    for (const auto& reader : row.readers) {
      to.run("INSERT INTO doc_reader VALUES (?, ?)", row.id, reader);
    }
    // The closure of the folders, and the areas they lie in.
    const auto all = promised(entities.with(row.entity()), "the row is new");
    const HashedUid itself({"Doc", row.id});
    for (const auto* folder : {"f0", "f1", "f2", "f3", "f9"}) {
      if (!all.is_in(itself, HashedUid({"Folder", folder}))) continue;
      to.run("INSERT INTO doc_folder VALUES (?, ?)", row.id, std::string_view(folder));
    }
    for (const auto* area : {"a0", "a1"}) {
      if (!all.is_in(itself, HashedUid({"Area", area}))) continue;
      to.run("INSERT INTO doc_area VALUES (?, ?)", row.id, std::string_view(area));
    }
  }

  storage::TemporaryStore temporary_;
  std::unique_ptr<storage::Store> store_;
};

}  // namespace hub::policy
