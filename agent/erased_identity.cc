#include "agent/erased_identity.h"

#include "core/base/byte_writer.h"
#include "core/crypto/hash.h"

namespace hub::agent {
namespace {

crypto::Digest hash_of(std::string_view sender, const Uuid& id) {
  return crypto::sha256(
      ByteWriter().prefixed("hub/erased/v1").prefixed(sender).prefixed(id.bytes).view());
}

}  // namespace

void remember_erased(storage::Connection& store, std::string_view sender, const Uuid& id) {
  store.run("INSERT OR IGNORE INTO erased_record(identity) VALUES (?)", Bytes(hash_of(sender, id)));
}

bool was_erased(storage::Connection& store, std::string_view sender, const Uuid& id) {
  auto query = store.prepare("SELECT 1 FROM erased_record WHERE identity = ?");
  query.bind(1, Bytes(hash_of(sender, id)));
  return query.step();
}

}  // namespace hub::agent
