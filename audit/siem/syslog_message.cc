#include "audit/siem/syslog_message.h"

#include "core/base/encoding.h"

namespace hub::audit {
namespace {

constexpr int kLogAudit = 13;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

int syslog_severity(OcsfSeverity severity) {
  switch (severity) {
    case OcsfSeverity::Informational: return 6;
    case OcsfSeverity::Low: return 5;     // notice
    case OcsfSeverity::Medium: return 4;  // warning
    case OcsfSeverity::High: return 3;    // error
  }
  return 6;
}

// A field of the header: printable ASCII without spaces, "-" when there is none.
std::string header_field(std::string_view text, std::size_t longest) {
  std::string out(text.substr(0, longest));
  for (auto& c : out) {
    if (c < '!' || c > '~') c = '?';
  }
  return out.empty() ? "-" : out;
}

std::string parameter(std::string_view name, std::string_view value) {
  std::string out = ' ' + std::string(name) + "=\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string syslog_message(const LogSource& source, std::string_view host, const SiemEvent& event) {
  const auto priority = kLogAudit * 8 + syslog_severity(event.severity);
  std::string out = '<' + std::to_string(priority) + ">1 " + to_iso(event.time);
  out += ' ' + header_field(host, 255) + ' ' + header_field(source.program, 48) + " - ";
  out += header_field(event.act, 32) + " [hub@32473" + parameter("origin", source.origin);
  if (event.index) out += parameter("index", std::to_string(*event.index));
  if (event.leaf_hash) out += parameter("leaf", to_hex(*event.leaf_hash));
  return out.append("] ").append(kByteOrderMark).append(event.json);
}

std::string octet_counted(std::string_view message) {
  return std::to_string(message.size()).append(" ").append(message);
}

}  // namespace hub::audit
