// The small numbers that travel: kinds, classes, priorities, outcomes. Numbers are for ever; a new
// meaning takes a new number.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hub::schemas {

enum class RecordKind : std::uint8_t { Record = 1, Amendment = 2, Withdrawal = 3, Reply = 4 };

// Urgent overtakes bulk; within one priority order holds.
enum class Priority : std::uint8_t { Urgent = 1, Bulk = 2 };

// Decides how long an epoch key is kept: mail about violence at most 4 days, other mail 15.
enum class DeliveryClass : std::uint8_t { Ordinary = 1, Violence = 2 };

// What became of one record. The first two mean that the recipient holds it.
enum class Outcome : std::uint8_t {
  Held = 1,                // stored by the recipient, with its audit entry
  AlreadyHeld = 2,         // the same record had come before: nothing was stored twice
  RefusedByPolicy = 3,     // no agreement allows it, or a guardrail forbids it
  UnknownType = 4,         // the record type is not in the catalogue of the one who refused
  HeaderDisagrees = 5,     // the header says something else than the body or the slice
  BodyInvalid = 6,         // the body does not follow the record type's schema
  CannotOpen = 7,          // wrong commitment, tag or padding: nobody could have opened it
  IdentityReused = 8,      // the sender used this record id before, for other content
  Expired = 9,             // its time ended before it was delivered
  UnknownRecipient = 10,   // the recipient is not in the register, or is suspended
  NotOriginalSender = 11,  // only the original sender may amend or withdraw a record
  Reseal = 12,             // the key it was sealed to is lost: seal it again under a newer one
};

// How the broker answers a submission, and the reasons it is counted under when it says no.
enum class Answer : std::uint8_t {
  Accepted = 1,
  AcceptedWithVoids = 2,  // some positions will never be delivered; a void notice follows
  TryLater = 3,           // the broker's store cannot write; nothing was kept
  Malformed = 4,          // not a slice
  WrongSender = 5,        // the slice names another sender than the session
  BadSignature = 6,       // the batch is not signed by its sender
  PositionReused = 7,     // another slice took this position of the stream
  PositionGap = 8,        // an earlier position of the stream is missing
  OtherHub = 9,           // made for another hub
  HeaderDisagrees = 10,   // a header or slot says something else than the slice it came in
};

[[nodiscard]] std::optional<RecordKind> record_kind(std::uint8_t code);
[[nodiscard]] std::optional<Priority> priority(std::uint8_t code);
[[nodiscard]] std::optional<DeliveryClass> delivery_class(std::uint8_t code);
[[nodiscard]] std::optional<Outcome> outcome(std::uint8_t code);
[[nodiscard]] std::optional<Answer> answer(std::uint8_t code);

[[nodiscard]] constexpr bool is_held(Outcome outcome) {
  return outcome == Outcome::Held || outcome == Outcome::AlreadyHeld;
}

// The word in logs, tables and audit entries ("held", "refused-by-policy"), and a sentence that
// says what it means and what to do.
[[nodiscard]] std::string_view word(Outcome outcome);
[[nodiscard]] std::string_view describe(Outcome outcome);
[[nodiscard]] std::string_view word(Answer answer);
[[nodiscard]] std::string_view word(Priority priority);
[[nodiscard]] std::string_view word(DeliveryClass delivery_class);
[[nodiscard]] std::optional<Priority> priority_of(std::string_view word);

}  // namespace hub::schemas
