// One log's side of witnessing: which witnesses to ask for a cosignature of its newest checkpoint,
// and from which size on; what they answered; and whether the quorum is there (docs/protocol.md 7).
//
// No clock, no store, no socket: whoever owns it passes answers in and carries requests out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/proof/checkpoint.h"
#include "audit/witness/quorum.h"
#include "audit/witness/witness.h"
#include "core/crypto/cosignature.h"

namespace hub::audit {

class Cosigning {
 public:
  struct Ask {
    std::string witness;  // party
    std::uint64_t old_size = 0;
  };
  // What became of an answer.
  enum class Answer : std::uint8_t {
    Counted,       // a cosignature of the checkpoint asked for
    AskAgain,      // it knows another size: ask from there
    Ahead,         // it has cosigned more of this log than there is
    Refused,       // it does not believe that the log continues what it has cosigned
    Late,          // about the checkpoint before this one, or asked for once more than we do
    NotUnderstood  // no answer to what was asked, or not signed by this witness
  };
  struct Cosigned {
    std::uint64_t size = 0;
    std::string note;              // the checkpoint with a quorum of cosignatures
    std::uint64_t oldest = 0;      // seconds since 1970: of the cosignatures that make the quorum
    std::size_t cosignatures = 0;  // all that came, those in the note among them
  };

  // By party. A witness that stays keeps what is known of it.
  void set_witnesses(std::map<std::string, crypto::CosignatureVerifier> witnesses);

  // A checkpoint to be cosigned, signed by the log: each witness is to be asked, also again at the
  // same size, so that their times stay fresh.
  [[nodiscard]] std::vector<Ask> begin(std::string note, Checkpoint checkpoint);
  [[nodiscard]] const std::string& note() const { return note_; }
  [[nodiscard]] std::uint64_t size() const { return checkpoint_.size; }

  struct Outcome {
    Answer answer = Answer::NotUnderstood;
    std::optional<Ask> ask;  // with AskAgain
    bool quorum = false;     // with Counted: enough have answered since begin()
  };
  [[nodiscard]] Outcome answered(const std::string& party, WitnessStatus status,
                                 std::string_view body);

  // The newest checkpoint that a quorum has cosigned; nothing while none has been, or where there
  // is nobody to cosign.
  [[nodiscard]] const std::optional<Cosigned>& cosigned() const { return cosigned_; }
  // Of each witness the newest checkpoint that it has cosigned since the start, with its line
  // alone.
  [[nodiscard]] std::vector<std::string> seen() const;
  [[nodiscard]] std::size_t witnesses() const { return witnesses_.size(); }
  [[nodiscard]] std::size_t quorum() const { return quorum_of(witnesses_.size()); }
  // Witnesses that have told where they stand with this log, and are not ahead of it.
  [[nodiscard]] std::size_t agreeing() const;
  // Witnesses that have cosigned more of this log than there is: it was restored, or forked.
  [[nodiscard]] std::size_t ahead() const;
  // How much these have cosigned, as far as at least one tells who is none of so many liars; 0
  // where there are not more of them.
  [[nodiscard]] std::uint64_t longer(std::size_t liars) const;

 private:
  struct Witness {
    explicit Witness(crypto::CosignatureVerifier of) : key(std::move(of)) {}

    crypto::CosignatureVerifier key;
    std::uint64_t size = 0;  // that it has cosigned, as far as it has told
    bool asked_again = false;
    bool told = false;
    std::uint64_t ahead = 0;  // what it has cosigned, while that is more than there is
    std::string line;         // of the checkpoint now asked for
    std::uint64_t time = 0;   // of the line
    std::string seen;         // the newest checkpoint that it has cosigned, with its line
  };

  [[nodiscard]] Outcome take_cosignature(Witness& witness, std::string_view body);
  [[nodiscard]] Outcome take_other_size(const std::string& party, Witness& witness,
                                        std::string_view body) const;
  // Whether there is a quorum since begin(); then cosigned() is of it.
  [[nodiscard]] bool count();

  std::map<std::string, Witness> witnesses_;
  std::string note_;
  Checkpoint checkpoint_;
  std::string before_;  // the text of the checkpoint before this one
  std::optional<Cosigned> cosigned_;
};

}  // namespace hub::audit
