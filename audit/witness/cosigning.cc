#include "audit/witness/cosigning.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "audit/proof/note_lines.h"

namespace hub::audit {
namespace {

// The time of the line, if it is this witness's cosignature of the text.
std::optional<std::uint64_t> cosigned_at(const std::string& text, std::string_view line,
                                         const crypto::CosignatureVerifier& witness) {
  auto note = text;
  note.append("\n").append(line).append("\n");
  const auto cosigned = crypto::open_cosignatures(note, {&witness, 1});
  if (!cosigned || cosigned->empty()) return std::nullopt;
  return cosigned->front().time;
}

}  // namespace

void Cosigning::set_witnesses(std::map<std::string, crypto::CosignatureVerifier> witnesses) {
  std::map<std::string, Witness> now;
  for (auto& [party, key] : witnesses) {
    const auto known = witnesses_.find(party);
    if (known != witnesses_.end() && known->second.key.vkey() == key.vkey()) {
      now.emplace(party, std::move(known->second));
    } else {
      now.emplace(party, Witness(std::move(key)));
    }
  }
  witnesses_ = std::move(now);
}

std::vector<Cosigning::Ask> Cosigning::begin(std::string note, Checkpoint checkpoint) {
  if (!note_.empty() && checkpoint_ != checkpoint) before_ = checkpoint_text(checkpoint_);
  note_ = std::move(note);
  checkpoint_ = std::move(checkpoint);
  std::vector<Ask> out;
  out.reserve(witnesses_.size());
  for (auto& [party, witness] : witnesses_) {
    witness.line.clear();
    witness.asked_again = false;
    // Who is said to be ahead is asked what it has, in case it is not.
    out.push_back({party, witness.ahead > 0 ? 0 : std::min(witness.size, checkpoint_.size)});
  }
  return out;
}

Cosigning::Outcome Cosigning::answered(const std::string& party, WitnessStatus status,
                                       std::string_view body) {
  const auto found = witnesses_.find(party);
  if (found == witnesses_.end() || note_.empty()) return {};
  auto& witness = found->second;
  switch (status) {
    case WitnessStatus::Cosign: return take_cosignature(witness, body);
    case WitnessStatus::OtherSize: return take_other_size(party, witness, body);
    case WitnessStatus::Inconsistent: return {Answer::Refused, std::nullopt, false};
    case WitnessStatus::Malformed:
    case WitnessStatus::NotSigned:
    case WitnessStatus::UnknownLog: return {};
  }
  return {};
}

Cosigning::Outcome Cosigning::take_cosignature(Witness& witness, std::string_view body) {
  const auto text = checkpoint_text(checkpoint_);
  // Only this witness's line: what else stands in its answer is not kept.
  while (const auto line = take_line(body)) {
    const auto time = cosigned_at(text, *line, witness.key);
    if (!time) {
      if (!before_.empty() && cosigned_at(before_, *line, witness.key)) {
        return {Answer::Late, std::nullopt, false};
      }
      continue;
    }
    witness.line = std::string(*line).append("\n");
    witness.time = *time;
    witness.seen = note_ + witness.line;
    witness.size = checkpoint_.size;
    witness.ahead = 0;
    witness.told = true;
    return {Answer::Counted, std::nullopt, count()};
  }
  return {};
}

Cosigning::Outcome Cosigning::take_other_size(const std::string& party, Witness& witness,
                                              std::string_view body) const {
  const auto line = take_line(body);
  const auto size = line && body.empty() ? parse_number(*line) : std::nullopt;
  if (!size) return {};
  witness.told = true;
  if (*size > checkpoint_.size) {
    witness.ahead = *size;
    return {Answer::Ahead, std::nullopt, false};
  }
  witness.ahead = 0;
  witness.size = *size;
  // Once a round, so that no witness keeps us busy.
  if (std::exchange(witness.asked_again, true)) return {Answer::Late, std::nullopt, false};
  return {Answer::AskAgain, Ask{party, *size}, false};
}

bool Cosigning::count() {
  std::vector<const Witness*> there;
  for (const auto& [party, witness] : witnesses_) {
    if (!witness.line.empty()) there.push_back(&witness);
  }
  const auto needed = quorum();
  if (needed == 0 || there.size() < needed) return false;
  // The freshest make the quorum.
  std::ranges::sort(there, std::greater<>(), &Witness::time);
  Cosigned out{checkpoint_.size, note_, there[needed - 1]->time, there.size()};
  for (std::size_t i = 0; i < needed; ++i) out.note += there[i]->line;
  cosigned_ = std::move(out);
  return true;
}

std::vector<std::string> Cosigning::seen() const {
  std::vector<std::string> out;
  for (const auto& [party, witness] : witnesses_) {
    if (!witness.seen.empty()) out.push_back(witness.seen);
  }
  return out;
}

std::size_t Cosigning::agreeing() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      witnesses_, [](const auto& each) { return each.second.told && each.second.ahead == 0; }));
}

std::size_t Cosigning::ahead() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(witnesses_, [](const auto& each) { return each.second.ahead > 0; }));
}

std::uint64_t Cosigning::longer(std::size_t liars) const {
  std::vector<std::uint64_t> sizes;
  for (const auto& [party, witness] : witnesses_) {
    if (witness.ahead > 0) sizes.push_back(witness.ahead);
  }
  std::ranges::sort(sizes, std::greater<>());
  return liars < sizes.size() ? sizes[liars] : 0;
}

}  // namespace hub::audit
