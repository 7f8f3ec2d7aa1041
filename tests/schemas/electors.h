// Authorities with governance keys, and the registers and bundles that they sign. A test changes
// the JSON before it is signed.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/encoding.h"
#include "core/crypto/cosignature.h"
#include "core/crypto/hash.h"
#include "core/crypto/note.h"
#include "core/crypto/secret.h"
#include "core/crypto/signing.h"
#include "schemas/numbered_note.h"

namespace hub::schemas {

inline constexpr std::string_view kHub = "test.hub.example";

inline std::string base64_of(std::string_view text) {
  return to_base64(crypto::sha256(as_bytes(text)));
}

// Three authorities, of which two must sign.
class Electors {
 public:
  static constexpr std::size_t kCount = 3;

  [[nodiscard]] static std::string code(std::size_t which) {
    return "E0900000" + std::to_string(which + 1);
  }
  [[nodiscard]] std::string governance(std::size_t which) const {
    return crypto::NoteVerifier(code(which) + "/governance", keys_.at(which).verify_key().bytes)
        .vkey();
  }

  // Keys that nobody holds but that look like keys: the register only carries them.
  [[nodiscard]] static nlohmann::json public_keys(const std::string& party) {
    return {{"identity", base64_of(party + " identity")},
            {"envelope", base64_of(party + " envelope")},
            {"transport", base64_of(party + " transport")},
            {"log", crypto::NoteVerifier(std::string(kHub) + "/audit/" + party,
                                         crypto::sha256(as_bytes(party + " log")))
                        .vkey()},
            {"witness", crypto::CosignatureVerifier(std::string(kHub) + "/witness/" + party,
                                                    crypto::sha256(as_bytes(party + " witness")))
                            .vkey()}};
  }
  [[nodiscard]] nlohmann::json authority(std::size_t which) const {
    auto out = public_keys(code(which));
    out["code"] = code(which);
    out["name"] = "Authority " + std::to_string(which + 1);
    out["standing"] = "active";
    out["backups"] = false;
    out["governance"] = governance(which);
    return out;
  }
  [[nodiscard]] nlohmann::json register_content(std::uint64_t number = 1,
                                                const std::string& previous = "") const {
    nlohmann::json out{{"kind", "register"},
                       {"hub", kHub},
                       {"number", number},
                       {"previous", previous},
                       {"quorum", 2},
                       {"broker", public_keys("broker")},
                       {"authorities", nlohmann::json::array()}};
    for (std::size_t i = 0; i < kCount; ++i) out["authorities"].push_back(authority(i));
    return out;
  }
  [[nodiscard]] static nlohmann::json bundle_content(std::uint64_t number = 1,
                                                     const std::string& previous = "") {
    return {{"kind", "bundle"},
            {"hub", kHub},
            {"number", number},
            {"previous", previous},
            {"register", 1},
            {"files", {{"policy/a.cedar", "permit(principal, action, resource);\n"}}}};
  }

  [[nodiscard]] std::string signature(std::string_view text, std::size_t which) const {
    return crypto::signature_line(text, code(which) + "/governance", keys_.at(which));
  }
  [[nodiscard]] std::string sign_text(const std::string& text,
                                      const std::vector<std::size_t>& signers) const {
    auto out = text + "\n";
    for (const auto which : signers) out += signature(text, which);
    return out;
  }
  [[nodiscard]] std::string sign(const nlohmann::json& content,
                                 const std::vector<std::size_t>& signers = {0, 1}) const {
    return sign_text(content.dump(1) + "\n", signers);
  }

  [[nodiscard]] Electorate electorate() const {
    Electorate out;
    for (std::size_t i = 0; i < kCount; ++i) {
      out.keys.emplace(code(i), *crypto::NoteVerifier::parse(governance(i)));
    }
    out.quorum = 2;
    return out;
  }

 private:
  std::vector<crypto::GovernanceKey> keys_ = [] {
    std::vector<crypto::GovernanceKey> out;
    out.reserve(kCount);
    for (std::size_t i = 0; i < kCount; ++i) out.push_back(crypto::GovernanceKey::generate());
    return out;
  }();
};

// SHA-256 of a note's text.
inline crypto::Digest hash_of(std::string_view note) {
  return crypto::sha256(as_bytes(note.substr(0, note.rfind("\n\n") + 1)));
}

}  // namespace hub::schemas
