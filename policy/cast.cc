#include "policy/cast.h"

#include <string_view>

namespace hub::policy {
namespace {

// The first of the class that is neither of these two; empty when there is none.
std::string first_but(const AuthorityClass& codes, const std::string& one,
                      const std::string& other) {
  for (const auto& code : codes) {
    if (code != one && code != other) return code;
  }
  return {};
}

std::uint64_t size_but(const AuthorityClass& codes, const Cast& pair) {
  std::uint64_t out = 0;
  for (const auto& code : codes) out += code == pair.sender || code == pair.recipient ? 0 : 1;
  return out;
}

Cast seen_at(const Cast& pair, Viewpoint viewpoint, const std::string& code) {
  auto out = pair;
  out.viewpoint = viewpoint;
  out.viewed_at = code;
  return out;
}

std::string viewed_in(const Cast& cast, std::string_view sender, std::string_view recipient) {
  switch (cast.viewpoint) {
    case Viewpoint::Recipient: return std::string(recipient);
    case Viewpoint::Sender: return std::string(sender);
    case Viewpoint::None:
    case Viewpoint::Elsewhere: break;
  }
  return {};
}

}  // namespace

void Cast::put_into(Question& question) const {
  question.sender = sender;
  question.recipient = recipient;
  question.viewed_at = viewed_at;
}

std::vector<Cast> casts_of_exchanges(const std::vector<AuthorityClass>& classes) {
  std::vector<Cast> out;
  for (const auto& senders : classes) {
    for (const auto& recipients : classes) {
      Cast cast;
      cast.senders = &senders;
      cast.recipients = &recipients;
      cast.sender = senders.front();
      if (&senders != &recipients) {
        cast.recipient = recipients.front();
        cast.count = std::uint64_t{senders.size()} * recipients.size();
        out.push_back(cast);
        continue;
      }
      cast.one = true;
      cast.recipient = cast.sender;
      cast.count = senders.size();
      out.push_back(cast);
      if (senders.size() < 2) continue;
      cast.one = false;
      cast.recipient = senders[1];
      cast.count = std::uint64_t{senders.size()} * (senders.size() - 1);
      out.push_back(cast);
    }
  }
  return out;
}

std::vector<Cast> casts_of_views(const std::vector<AuthorityClass>& classes) {
  std::vector<Cast> out;
  for (const auto& pair : casts_of_exchanges(classes)) {
    out.push_back(seen_at(pair, Viewpoint::Recipient, pair.recipient));
    if (!pair.one) out.push_back(seen_at(pair, Viewpoint::Sender, pair.sender));
    for (const auto& viewers : classes) {
      const auto code = first_but(viewers, pair.sender, pair.recipient);
      if (code.empty()) continue;
      auto cast = seen_at(pair, Viewpoint::Elsewhere, code);
      cast.viewers = &viewers;
      cast.count = pair.count * size_but(viewers, pair);
      out.push_back(cast);
    }
  }
  return out;
}

void for_each_of(const Cast& cast,
                 const std::function<void(const std::string& sender, const std::string& recipient,
                                          const std::string& viewed_at)>& take) {
  for (const auto& sender : *cast.senders) {
    for (const auto& recipient : *cast.recipients) {
      if ((sender == recipient) != cast.one) continue;
      if (cast.viewpoint != Viewpoint::Elsewhere) {
        take(sender, recipient, viewed_in(cast, sender, recipient));
        continue;
      }
      for (const auto& viewer : *cast.viewers) {
        if (viewer != sender && viewer != recipient) take(sender, recipient, viewer);
      }
    }
  }
}

}  // namespace hub::policy
