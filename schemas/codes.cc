#include "schemas/codes.h"

namespace hub::schemas {
namespace {

template <class Code>
std::optional<Code> between(std::uint8_t code, Code first, Code last) {
  if (code < static_cast<std::uint8_t>(first) || code > static_cast<std::uint8_t>(last)) {
    return std::nullopt;
  }
  return static_cast<Code>(code);
}

}  // namespace

std::optional<RecordKind> record_kind(std::uint8_t code) {
  return between(code, RecordKind::Record, RecordKind::Reply);
}
std::optional<Priority> priority(std::uint8_t code) {
  return between(code, Priority::Urgent, Priority::Bulk);
}
std::optional<DeliveryClass> delivery_class(std::uint8_t code) {
  return between(code, DeliveryClass::Ordinary, DeliveryClass::Violence);
}
std::optional<Outcome> outcome(std::uint8_t code) {
  return between(code, Outcome::Held, Outcome::Reseal);
}
std::optional<Answer> answer(std::uint8_t code) {
  return between(code, Answer::Accepted, Answer::HeaderDisagrees);
}

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::Held: return "held";
    case Outcome::AlreadyHeld: return "already-held";
    case Outcome::RefusedByPolicy: return "refused-by-policy";
    case Outcome::UnknownType: return "unknown-type";
    case Outcome::HeaderDisagrees: return "header-disagrees";
    case Outcome::BodyInvalid: return "body-invalid";
    case Outcome::CannotOpen: return "cannot-open";
    case Outcome::IdentityReused: return "identity-reused";
    case Outcome::Expired: return "expired";
    case Outcome::UnknownRecipient: return "unknown-recipient";
    case Outcome::NotOriginalSender: return "not-original-sender";
    case Outcome::Reseal: return "reseal";
  }
  return "unknown";
}

std::string_view describe(Outcome outcome) {
  switch (outcome) {
    case Outcome::Held: return "The recipient holds the record.";
    case Outcome::AlreadyHeld:
      return "The recipient held this record already; nothing was doubled.";
    case Outcome::RefusedByPolicy:
      return "A policy refused it; `hubctl policy explain` names the policy and what to change.";
    case Outcome::UnknownType:
      return "The record type is not in the catalogue there; compare bundle numbers on both sides.";
    case Outcome::HeaderDisagrees:
      return "The header does not match the body; send the record again from its source.";
    case Outcome::BodyInvalid:
      return "The body breaks the record type's rules; compare bundle numbers on both sides.";
    case Outcome::CannotOpen:
      return "It could not be opened; it was damaged or tampered with before it was signed.";
    case Outcome::IdentityReused:
      return "The record id was used before for other content; a correction must be an amendment.";
    case Outcome::Expired: return "It expired before delivery; decide whether to send it again.";
    case Outcome::UnknownRecipient:
      return "The recipient is not in the register or is suspended; check the authority code.";
    case Outcome::NotOriginalSender:
      return "Only the authority that sent a record may amend or withdraw it.";
    case Outcome::Reseal: return "The key it was sealed to is gone; it is sealed again by itself.";
  }
  return "Unknown outcome.";
}

std::string_view word(Answer answer) {
  switch (answer) {
    case Answer::Accepted: return "accepted";
    case Answer::AcceptedWithVoids: return "accepted-with-voids";
    case Answer::TryLater: return "try-later";
    case Answer::Malformed: return "malformed";
    case Answer::WrongSender: return "wrong-sender";
    case Answer::BadSignature: return "bad-signature";
    case Answer::PositionReused: return "position-reused";
    case Answer::PositionGap: return "position-gap";
    case Answer::OtherHub: return "other-hub";
    case Answer::HeaderDisagrees: return "header-disagrees";
  }
  return "unknown";
}

std::string_view word(Priority priority) {
  return priority == Priority::Urgent ? "urgent" : "bulk";
}

std::string_view word(DeliveryClass delivery_class) {
  return delivery_class == DeliveryClass::Violence ? "violence" : "ordinary";
}

std::optional<Priority> priority_of(std::string_view word) {
  if (word == "urgent") return Priority::Urgent;
  if (word == "bulk") return Priority::Bulk;
  return std::nullopt;
}

}  // namespace hub::schemas
