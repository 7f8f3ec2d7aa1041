// The values of the Cedar language (version 4.5): Bool, Long, String, entity, set, record and those
// of the extension types.
//
// Values are immutable and copying one shares what it holds, so a decision copies no text. Sets
// are kept sorted without duplicates; two values of different kinds are never equal and never an
// error to compare.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/cedar/extension_types.h"

namespace hub::policy {

struct EntityUid {
  std::string type;  // with its namespace, if any: "Authority", "Hub::Authority"
  std::string id;

  auto operator<=>(const EntityUid&) const = default;
};

// A uid with its hash, so that looking it up and telling it from others is cheap.
struct HashedUid {
  explicit HashedUid(EntityUid named);

  EntityUid uid;
  std::uint64_t hash;

  bool operator==(const HashedUid& other) const {
    return this == &other || (hash == other.hash && uid == other.uid);
  }
};

// Type::"id", escaped as Cedar writes it.
[[nodiscard]] std::string to_text(const EntityUid& uid);

class Value;
struct Attribute;

class Set {
 public:
  Set() = default;
  explicit Set(std::vector<Value> items);  // in any order, duplicates dropped

  [[nodiscard]] std::span<const Value> items() const;
  [[nodiscard]] bool empty() const { return items_ == nullptr; }
  [[nodiscard]] bool contains(const Value& item) const;
  [[nodiscard]] bool contains_all(const Set& others) const;
  [[nodiscard]] bool contains_any(const Set& others) const;

 private:
  struct Items;
  std::shared_ptr<const Items> items_;  // null when empty
};

// A name's first bytes and its size: quicker to compare than the name, and for short names as good.
struct NameKey {
  explicit NameKey(std::string_view name);
  static constexpr std::size_t kWhole = 15;  // up to this size no two names have the same key

  bool operator==(const NameKey&) const = default;

 private:
  std::uint64_t first_ = 0;
  std::uint64_t rest_ = 0;
};

class Record {
 public:
  Record() = default;
  // Attributes in any order, each name once: twice is a bug of the caller.
  Record(std::initializer_list<Attribute> attributes);
  // For outside data: nothing when a name occurs twice.
  [[nodiscard]] static std::optional<Record> make(std::vector<Attribute> attributes);

  [[nodiscard]] const Value* find(std::string_view name) const;
  // The same where the name's key is known.
  [[nodiscard]] const Value* find(std::string_view name, const NameKey& key) const;
  [[nodiscard]] std::span<const Attribute> attributes() const;  // shorter names first
  [[nodiscard]] bool empty() const { return fields_ == nullptr; }

 private:
  struct Fields;
  std::shared_ptr<const Fields> fields_;  // null when empty
};

class Value {
 public:
  enum class Kind : std::uint8_t {
    Bool,
    Long,
    String,
    Entity,
    Set,
    Record,
    Decimal,
    Ip,
    Datetime,
    Duration
  };

  Value() = default;  // false
  template <std::same_as<bool> B>
  explicit Value(B value) : held_(value) {}
  explicit Value(std::int64_t value) : held_(value) {}
  explicit Value(std::string_view text) : held_(std::make_shared<const std::string>(text)) {}
  explicit Value(EntityUid uid) : held_(std::make_shared<const HashedUid>(std::move(uid))) {}
  explicit Value(policy::Set set) : held_(std::move(set)) {}
  explicit Value(policy::Record record) : held_(std::move(record)) {}
  explicit Value(policy::Decimal decimal) : held_(decimal) {}
  explicit Value(const IpRange& range) : held_(std::make_shared<const IpRange>(range)) {}
  explicit Value(policy::Datetime datetime) : held_(datetime) {}
  explicit Value(policy::Duration duration) : held_(duration) {}

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(held_.index()); }

  // Null unless the value is of that kind.
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&held_); }
  [[nodiscard]] const std::int64_t* number() const { return std::get_if<std::int64_t>(&held_); }
  [[nodiscard]] const std::string* text() const { return pointee<std::string>(); }
  [[nodiscard]] const HashedUid* entity() const { return pointee<HashedUid>(); }
  [[nodiscard]] const policy::Set* set() const { return std::get_if<policy::Set>(&held_); }
  [[nodiscard]] const policy::Record* record() const { return std::get_if<policy::Record>(&held_); }

  [[nodiscard]] const policy::Decimal* decimal() const {
    return std::get_if<policy::Decimal>(&held_);
  }
  [[nodiscard]] const IpRange* ip() const { return pointee<IpRange>(); }
  [[nodiscard]] const policy::Datetime* datetime() const {
    return std::get_if<policy::Datetime>(&held_);
  }
  [[nodiscard]] const policy::Duration* duration() const {
    return std::get_if<policy::Duration>(&held_);
  }

  // A total order, for sets; what it is beyond that says nothing about the language's `<`.
  [[nodiscard]] std::strong_ordering order(const Value& other) const;
  [[nodiscard]] bool operator==(const Value& other) const;

 private:
  using Text = std::shared_ptr<const std::string>;
  using Entity = std::shared_ptr<const HashedUid>;
  using Ip = std::shared_ptr<const IpRange>;

  template <class T>
  [[nodiscard]] const T* pointee() const {
    const auto* shared = std::get_if<std::shared_ptr<const T>>(&held_);
    return shared == nullptr ? nullptr : shared->get();
  }

  // The alternatives stand in the order of Kind.
  std::variant<bool, std::int64_t, Text, Entity, policy::Set, policy::Record, policy::Decimal, Ip,
               policy::Datetime, policy::Duration>
      held_;
};

struct Attribute {
  std::string name;
  Value value;
};

// A uid with its hash that many share: copying it copies no text. Taken for a uid where one is
// expected, and made of one.
class SharedUid {
 public:
  SharedUid() : SharedUid(EntityUid()) {}
  SharedUid(EntityUid uid) : value_(std::move(uid)) {}
  SharedUid(std::string type, std::string id)
      : SharedUid(EntityUid{std::move(type), std::move(id)}) {}

  operator const EntityUid&() const { return hashed().uid; }
  const EntityUid* operator->() const { return &hashed().uid; }
  bool operator==(const SharedUid& other) const { return hashed() == other.hashed(); }
  bool operator==(const EntityUid& other) const { return hashed().uid == other; }
  auto operator<=>(const SharedUid& other) const { return hashed().uid <=> other.hashed().uid; }
  [[nodiscard]] const HashedUid& hashed() const { return *value_.entity(); }
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_;  // an entity
};

// The value as a Cedar expression.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace hub::policy
