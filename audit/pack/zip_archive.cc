#include "audit/pack/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace hub::audit {
namespace {

constexpr std::size_t kSmall = 1U << 20U;            // no bomb, however it is packed
constexpr zip_uint16_t kFirstDay = (1U << 5U) | 1U;  // 1980-01-01 as DOS has it
constexpr zip_uint32_t kReadable = 0100644U << 16U;  // a file, mode 0644, as Unix has it
constexpr zip_uint32_t kDeflateLevel = 6;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* member) const { zip_fclose(member); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Member = std::unique_ptr<zip_file_t, Discard>;
using Source = std::unique_ptr<zip_source_t, Discard>;

// What somebody else frees from here on.
template <class Owner>
void disown(Owner& owner) {
  [[maybe_unused]] const auto* const given = owner.release();
}

struct ErrorSlot {
  ErrorSlot() { zip_error_init(&error); }
  ErrorSlot(const ErrorSlot&) = delete;
  ErrorSlot& operator=(const ErrorSlot&) = delete;
  ErrorSlot(ErrorSlot&&) = delete;
  ErrorSlot& operator=(ErrorSlot&&) = delete;
  ~ErrorSlot() { zip_error_fini(&error); }
  zip_error_t error{};
};

Archive open_archive(Bytes bytes) {
  ErrorSlot slot;
  Source source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &slot.error));
  if (!source) return nullptr;
  Archive out(zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &slot.error));
  if (out) disown(source);  // the archive's now
  return out;
}

class ZipReading {
 public:
  ZipReading(zip_t* archive, std::size_t packed, const ZipLimits& limits)
      : archive_(archive),
        limits_(limits),
        left_(std::min(limits.unpacked, std::max(kSmall, packed * limits.ratio))),
        bounded_by_ratio_(left_ < limits.unpacked) {}

  std::optional<ZipFault> take(zip_uint64_t number,
                               const std::function<bool(std::string_view)>& takes,
                               ZipContent& out) {
    zip_stat_t about{};
    constexpr zip_uint64_t needed =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive_, number, ZIP_FL_ENC_RAW, &about) != 0 ||
        (about.valid & needed) != needed) {
      return ZipFault::NoArchive;
    }
    std::string name(about.name);
    if (!takes(name)) {
      out.strange.push_back(std::move(name));
      return std::nullopt;
    }
    if (about.encryption_method != ZIP_EM_NONE ||
        (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE)) {
      return ZipFault::OtherKind;
    }
    if (about.size > limits_.member) return ZipFault::TooLarge;
    if (about.size > left_) return bounded_by_ratio_ ? ZipFault::Bomb : ZipFault::TooLarge;
    auto content = unpacked(number, static_cast<std::size_t>(about.size));
    if (!content) return ZipFault::Damaged;
    left_ -= content->size();
    out.doubled = !out.members.emplace(std::move(name), std::move(*content)).second || out.doubled;
    return std::nullopt;
  }

 private:
  // Exactly as long as the archive says; libzip compares the CRC at the end.
  std::optional<std::string> unpacked(zip_uint64_t number, std::size_t size) {
    const Member member(zip_fopen_index(archive_, number, 0));
    if (!member) return std::nullopt;
    std::string out;
    while (out.size() < size) {
      const auto got =
          zip_fread(member.get(), block_.data(), std::min(size - out.size(), block_.size()));
      if (got <= 0) return std::nullopt;
      out.append(block_, 0, static_cast<std::size_t>(got));
    }
    char more = 0;
    return zip_fread(member.get(), &more, 1) == 0 ? std::optional(std::move(out)) : std::nullopt;
  }

  zip_t* archive_;
  const ZipLimits& limits_;
  std::size_t left_;  // bytes that may still be unpacked
  bool bounded_by_ratio_;
  std::string block_ = std::string(256U << 10U, '\0');
};

// Archives of 64 bits may claim any number of members, for which libzip would make room first. What
// marks them stands right before the end of the directory.
bool is_of_64_bits(Bytes bytes) {
  constexpr std::string_view locator("PK\x06\x07", 4);
  constexpr std::string_view end("PK\x05\x06", 4);
  constexpr std::size_t apart = 20;
  const auto text = as_text(bytes);
  for (auto at = text.find(locator); at != std::string_view::npos;
       at = text.find(locator, at + 1)) {
    if (text.substr(std::min(at + apart, text.size())).starts_with(end)) return true;
  }
  return false;
}

// Says of our own machine that it failed.
void need(bool done) {
  if (!done) throw EnvError("cannot make the zip archive: not enough memory");
}

void add_member(zip_t* archive, const std::string& name, const std::string& content) {
  Source source(zip_source_buffer(archive, content.data(), content.size(), 0));
  need(source != nullptr);
  const auto number = zip_file_add(archive, name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  need(number >= 0);
  disown(source);  // the archive's now
  const auto index = static_cast<zip_uint64_t>(number);
  need(zip_set_file_compression(archive, index, ZIP_CM_DEFLATE, kDeflateLevel) == 0 &&
       zip_file_set_dostime(archive, index, 0, kFirstDay, 0) == 0 &&
       zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX, kReadable) == 0);
}

Buffer content_of(zip_source_t* source) {
  zip_stat_t about{};
  need(zip_source_stat(source, &about) == 0 && (about.valid & ZIP_STAT_SIZE) != 0 &&
       zip_source_open(source) == 0);
  Buffer out(static_cast<std::size_t>(about.size));
  const auto got = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  need(got >= 0 && static_cast<std::size_t>(got) == out.size());
  return out;
}

}  // namespace

std::string_view describe(ZipFault fault) {
  switch (fault) {
    case ZipFault::NoArchive: return "it is no zip archive, or one that was cut or damaged";
    case ZipFault::TooLarge: return "it is larger than a pack may be";
    case ZipFault::Bomb: return "it unpacks to far more than it takes";
    case ZipFault::OtherKind: return "it is encrypted, or packed in a way that no pack is";
    case ZipFault::Damaged: return "a member of it does not unpack: it was cut or damaged";
  }
  return "it is no zip archive, or one that was cut or damaged";
}

Result<ZipContent, ZipFault> read_zip(Bytes archive,
                                      const std::function<bool(std::string_view)>& takes,
                                      const ZipLimits& limits) {
  if (archive.size() > limits.archive) return fail(ZipFault::TooLarge);
  if (archive.empty()) return fail(ZipFault::NoArchive);  // which libzip calls one without members
  if (is_of_64_bits(archive)) return fail(ZipFault::OtherKind);
  const auto opened = open_archive(archive);
  if (!opened) return fail(ZipFault::NoArchive);
  const auto count = zip_get_num_entries(opened.get(), 0);
  if (count < 0) return fail(ZipFault::NoArchive);
  const auto members = static_cast<zip_uint64_t>(count);
  if (members > limits.members) return fail(ZipFault::TooLarge);
  ZipReading reading(opened.get(), archive.size(), limits);
  ZipContent out;
  for (zip_uint64_t number = 0; number < members; ++number) {
    if (const auto fault = reading.take(number, takes, out)) return fail(*fault);
  }
  return out;
}

Buffer write_zip(const ZipMembers& members) {
  ErrorSlot slot;
  const Source target(zip_source_buffer_create(nullptr, 0, 0, &slot.error));
  need(target != nullptr);
  zip_source_keep(target.get());  // once for the archive, once for what is read back
  Archive archive(zip_open_from_source(target.get(), ZIP_CREATE | ZIP_TRUNCATE, &slot.error));
  if (!archive) zip_source_free(target.get());
  need(archive != nullptr);
  for (const auto& [name, content] : members) add_member(archive.get(), name, content);
  need(zip_close(archive.get()) == 0);
  disown(archive);  // closed
  return content_of(target.get());
}

}  // namespace hub::audit
