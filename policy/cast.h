// Who takes part in a question: the sender, the recipient and, for a view, the authority at which
// it is looked. One question stands for all that differ only in authorities of the same classes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "policy/authority_classes.h"
#include "policy/enforcement.h"

namespace hub::policy {

enum class Viewpoint : std::uint8_t { None, Recipient, Sender, Elsewhere };

struct Cast {
  const AuthorityClass* senders = nullptr;
  const AuthorityClass* recipients = nullptr;
  const AuthorityClass* viewers = nullptr;  // null but for Elsewhere
  bool one = false;                         // the sender is its own recipient
  Viewpoint viewpoint = Viewpoint::None;
  std::uint64_t count = 0;  // of the questions it stands for

  std::string sender;  // one of each, to ask with
  std::string recipient;
  std::string viewed_at;  // empty for None

  void put_into(Question& question) const;
};

// Every ordered pair of authorities, each with itself included, in casts that hold at once.
// The classes must outlive the casts.
[[nodiscard]] std::vector<Cast> casts_of_exchanges(const std::vector<AuthorityClass>& classes);
// Every ordered pair, looked at by a user of every authority.
[[nodiscard]] std::vector<Cast> casts_of_views(const std::vector<AuthorityClass>& classes);

// Calls back with the codes of each question that the cast stands for; `count` times.
void for_each_of(const Cast& cast,
                 const std::function<void(const std::string& sender, const std::string& recipient,
                                          const std::string& viewed_at)>& take);

}  // namespace hub::policy
