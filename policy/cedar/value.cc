#include "policy/cedar/value.h"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

#include "core/base/result.h"

namespace hub::policy {
namespace {

std::uint64_t hash_of(const EntityUid& uid) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
  const std::hash<std::string_view> hash;
  return (hash(uid.type) * odd) ^ hash(uid.id);
}

// Size first: cheaper, and any total order will do.
std::strong_ordering order_texts(std::string_view left, std::string_view right) {
  const auto by_size = left.size() <=> right.size();
  return by_size != 0 ? by_size : left <=> right;
}

std::strong_ordering order_entities(const HashedUid& left, const HashedUid& right) {
  const auto by_hash = left.hash <=> right.hash;
  return by_hash != 0 ? by_hash : left.uid <=> right.uid;
}

std::strong_ordering order_sets(const Set& left, const Set& right) {
  const auto a = left.items();
  const auto b = right.items();
  if (const auto by_size = a.size() <=> b.size(); by_size != 0) return by_size;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const auto order = a[i].order(b[i]); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

std::strong_ordering order_records(const Record& left, const Record& right) {
  const auto a = left.attributes();
  const auto b = right.attributes();
  if (const auto by_size = a.size() <=> b.size(); by_size != 0) return by_size;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (const auto order = order_texts(a[i].name, b[i].name); order != 0) return order;
    if (const auto order = a[i].value.order(b[i].value); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

bool less(const Value& left, const Value& right) { return left.order(right) < 0; }

// std::lower_bound without branches: where a hash stands cannot be foreseen.
std::size_t first_not_below(const std::vector<std::uint64_t>& sorted, std::uint64_t hash) {
  std::size_t first = 0;
  for (auto left = sorted.size(); left > 0;) {
    const auto half = (left + 1) / 2;
    first += sorted[first + half - 1] < hash ? half : 0;
    left -= half;
  }
  return first;
}

constexpr std::size_t kWord = sizeof(std::uint64_t);
static_assert(std::endian::native == std::endian::little, "a name's first byte is a word's lowest");

template <class Word>
std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::array<char, sizeof(Word)> bytes{};
  std::ranges::copy_n(text.substr(at).begin(), bytes.size(), bytes.begin());
  return std::uint64_t{std::bit_cast<Word>(bytes)} << (at * 8U);
}

// The first eight bytes as one number, zeros behind those that are there. Two reads that overlap
// are quicker than one of a size that is not known beforehand.
std::uint64_t up_to_eight(std::string_view text) {
  const auto size = text.size();
  if (size >= kWord) return word_at<std::uint64_t>(text, 0);
  if (size >= 4) return word_at<std::uint32_t>(text, 0) | word_at<std::uint32_t>(text, size - 4);
  if (size >= 2) return word_at<std::uint16_t>(text, 0) | word_at<std::uint16_t>(text, size - 2);
  return size == 0 ? 0 : word_at<std::uint8_t>(text, 0);
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += digits[byte >> 4U];
  out += digits[byte & 0x0FU];
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          out += "\\x";
          append_hex(out, static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

std::string call_of(std::string_view function, std::string_view argument) {
  return std::string(function) + "(" + in_quotes(argument) + ")";
}

}  // namespace

HashedUid::HashedUid(EntityUid named) : uid(std::move(named)), hash(hash_of(uid)) {}

std::string to_text(const EntityUid& uid) { return uid.type + "::" + in_quotes(uid.id); }

// The entities among the items stand together: a policy asks for one of them more often than for
// anything else, and their hashes in a row are quickly looked through.
struct Set::Items {
  std::vector<Value> values;
  std::size_t first_entity = 0;
  std::vector<std::uint64_t> entity_hashes;  // sorted
};

Set::Set(std::vector<Value> items) {
  if (items.empty()) return;
  std::ranges::sort(items, less);
  const auto repeated = std::ranges::unique(items);
  items.erase(repeated.begin(), repeated.end());
  Items made;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto* uid = items[i].entity();
    if (uid == nullptr) continue;
    if (made.entity_hashes.empty()) made.first_entity = i;
    made.entity_hashes.push_back(uid->hash);
  }
  made.values = std::move(items);
  items_ = std::make_shared<const Items>(std::move(made));
}

std::span<const Value> Set::items() const {
  return items_ == nullptr ? std::span<const Value>() : std::span(items_->values);
}

bool Set::contains(const Value& item) const {
  const auto* uid = item.entity();
  if (uid == nullptr) {
    constexpr std::size_t few = 8;
    const auto all = items();
    return all.size() <= few ? std::ranges::find(all, item) != all.end()
                             : std::ranges::binary_search(all, item, less);
  }
  if (items_ == nullptr) return false;
  const auto& hashes = items_->entity_hashes;
  for (auto at = first_not_below(hashes, uid->hash); at < hashes.size(); ++at) {
    if (hashes[at] != uid->hash) return false;
    if (*items_->values[items_->first_entity + at].entity() == *uid) return true;
  }
  return false;
}

bool Set::contains_all(const Set& others) const {
  return std::ranges::includes(items(), others.items(), less);
}

bool Set::contains_any(const Set& others) const {
  return std::ranges::any_of(others.items(), [this](const Value& item) { return contains(item); });
}

NameKey::NameKey(std::string_view name) : first_(up_to_eight(name)) {
  const auto size = std::min<std::uint64_t>(name.size(), 0xFF);
  if (name.size() > kWord) rest_ = up_to_eight(name.substr(kWord, kWhole - kWord));
  rest_ |= size << 56U;
}

struct Record::Fields {
  std::vector<Attribute> attributes;
  std::vector<NameKey> keys;  // of their names
};

Record::Record(std::initializer_list<Attribute> attributes) {
  auto made = make(attributes);
  require(made.has_value(), "a record names each attribute once");
  if (made) *this = std::move(*made);
}

std::optional<Record> Record::make(std::vector<Attribute> attributes) {
  Record out;
  if (attributes.empty()) return out;
  const auto before = [](const Attribute& a, const Attribute& b) {
    return order_texts(a.name, b.name) < 0;
  };
  const auto each_before_the_next = [&] {
    return std::ranges::adjacent_find(attributes, std::not_fn(before)) == attributes.end();
  };
  if (!each_before_the_next()) {
    std::ranges::sort(attributes, before);
    if (!each_before_the_next()) return std::nullopt;
  }
  Fields fields;
  fields.keys.reserve(attributes.size());
  for (const auto& attribute : attributes) fields.keys.emplace_back(attribute.name);
  fields.attributes = std::move(attributes);
  out.fields_ = std::make_shared<const Fields>(std::move(fields));
  return out;
}

const Value* Record::find(std::string_view name) const { return find(name, NameKey(name)); }

const Value* Record::find(std::string_view name, const NameKey& key) const {
  if (fields_ == nullptr) return nullptr;
  const auto& [all, keys] = *fields_;
  constexpr std::size_t few = 32;
  if (keys.size() > few) {
    const auto before = [](std::string_view a, std::string_view b) {
      return order_texts(a, b) < 0;
    };
    const auto found = std::ranges::lower_bound(all, name, before, &Attribute::name);
    return found == all.end() || found->name != name ? nullptr : &found->value;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] != key) continue;
    if (name.size() <= NameKey::kWhole || all[i].name == name) return &all[i].value;
  }
  return nullptr;
}

std::span<const Attribute> Record::attributes() const {
  return fields_ == nullptr ? std::span<const Attribute>() : std::span(fields_->attributes);
}

bool Value::operator==(const Value& other) const {
  if (kind() != other.kind()) return false;
  if (const auto* uid = entity()) return *uid == *other.entity();
  if (const auto* words = text()) return words == other.text() || *words == *other.text();
  return order(other) == 0;
}

std::strong_ordering Value::order(const Value& other) const {
  if (const auto by_kind = kind() <=> other.kind(); by_kind != 0) return by_kind;
  switch (kind()) {
    case Kind::Bool: return static_cast<int>(*boolean()) <=> static_cast<int>(*other.boolean());
    case Kind::Long: return *number() <=> *other.number();
    case Kind::String: return order_texts(*text(), *other.text());
    case Kind::Entity: return order_entities(*entity(), *other.entity());
    case Kind::Set: return order_sets(*set(), *other.set());
    case Kind::Record: return order_records(*record(), *other.record());
    case Kind::Decimal: return *decimal() <=> *other.decimal();
    case Kind::Ip: return *ip() <=> *other.ip();
    case Kind::Datetime: return *datetime() <=> *other.datetime();
    case Kind::Duration: return *duration() <=> *other.duration();
  }
  return std::strong_ordering::equal;
}

std::string to_text(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Bool: return *value.boolean() ? "true" : "false";
    case Value::Kind::Long: return std::to_string(*value.number());
    case Value::Kind::String: return in_quotes(*value.text());
    case Value::Kind::Entity: return to_text(value.entity()->uid);
    case Value::Kind::Set: {
      std::vector<std::string> items;
      for (const auto& item : value.set()->items()) items.push_back(to_text(item));
      std::ranges::sort(items);
      std::string out = "[";
      for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + item;
      return out + "]";
    }
    case Value::Kind::Record: {
      std::string out = "{";
      for (const auto& [name, held] : value.record()->attributes()) {
        out += (out.size() > 1 ? ", " : "") + in_quotes(name) + ": " + to_text(held);
      }
      return out + "}";
    }
    case Value::Kind::Decimal: return call_of("decimal", to_text(*value.decimal()));
    case Value::Kind::Ip: return call_of("ip", to_text(*value.ip()));
    case Value::Kind::Datetime:
      return call_of("datetime", "1970-01-01") + ".offset(" +
             call_of("duration", to_text(Duration{value.datetime()->ms})) + ")";
    case Value::Kind::Duration: return call_of("duration", to_text(*value.duration()));
  }
  return {};
}

}  // namespace hub::policy
