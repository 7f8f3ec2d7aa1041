// The register: who takes part in the hub, with which keys (docs/protocol.md 6).
//
// A numbered signed note. The first is believed because its hash is entered out of band in every
// party's configuration; each later one because a quorum named by the one before signed it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/note.h"
#include "core/crypto/secret.h"
#include "core/crypto/signing.h"
#include "schemas/message.h"
#include "schemas/numbered_note.h"

namespace hub::schemas {

// The public halves of one party's keys.
struct PartyKeys {
  crypto::VerifyKey<crypto::Identity> identity;
  crypto::VerifyKey<crypto::Envelope> envelope;
  crypto::TransportPublic transport{};
  std::string log_vkey;    // a NoteVerifier line
  std::string log_origin;  // its name: HUB/audit/PARTY, or with /N where the log was opened anew
  // Of an authority's agent: a CosignatureVerifier line. Empty: it cosigns nobody's log.
  std::string witness_vkey;
};

struct Authority {
  std::string code;  // GSS code, e.g. E09000007
  std::string name;
  bool suspended = false;
  bool backups = false;  // false: a receipt is also its mark that the record is safe
  PartyKeys keys;
};

inline constexpr std::string_view kBrokerParty = "broker";

class Register {
 public:
  // The first one: its hash must be the genesis hash.
  [[nodiscard]] static Result<std::shared_ptr<const Register>, NoteMistake> first(
      std::string_view note, const crypto::Digest& genesis);
  // One that replaces `current`.
  [[nodiscard]] static Result<std::shared_ptr<const Register>, NoteMistake> next(
      std::string_view note, const Register& current);
  // For tools that make and show registers: content checked, signatures not.
  [[nodiscard]] static Result<std::shared_ptr<const Register>, NoteMistake> unsigned_content(
      std::string_view note);

  [[nodiscard]] const NumberedNote& note() const { return note_; }
  [[nodiscard]] NoteState state() const { return {note_.number, note_.hash}; }
  [[nodiscard]] const std::string& hub() const { return note_.hub; }
  [[nodiscard]] const PartyKeys& broker() const { return broker_; }
  [[nodiscard]] const std::map<std::string, Authority, std::less<>>& authorities() const {
    return authorities_;
  }
  // nullptr when there is no such authority. A suspended one is found; ask `suspended`.
  [[nodiscard]] const Authority* find(std::string_view code) const;
  // The active party that owns this transport key: an authority code or kBrokerParty.
  [[nodiscard]] const std::string* party_of(const crypto::TransportPublic& key) const;
  // By party, of the active authorities that have such a key; a party does not witness its own log.
  [[nodiscard]] std::map<std::string, crypto::CosignatureVerifier> witnesses(
      std::string_view of_party) const;
  // Who keep the party's mirrored leaves: of the active authorities, in the order of their codes,
  // the two that follow it, the first after the last; for the broker the first two. Fewer where
  // there are fewer.
  [[nodiscard]] std::vector<std::string> mirror_holders(std::string_view of_party) const;
  // The party's public keys; nullptr for a party that is unknown or suspended.
  [[nodiscard]] const PartyKeys* active_keys(std::string_view party) const;
  [[nodiscard]] const Electorate& electorate() const { return electorate_; }

 private:
  Register() = default;
  [[nodiscard]] static Result<std::shared_ptr<Register>, NoteMistake> read(std::string_view note);

  NumberedNote note_;
  PartyKeys broker_;
  std::map<std::string, Authority, std::less<>> authorities_;
  std::map<crypto::TransportPublic, std::string> by_transport_key_;
  Electorate electorate_;
};

}  // namespace hub::schemas
