#include "tests/exchange/forge.h"

#include <numeric>

#include "core/crypto/merkle.h"

namespace hub::exchange {
namespace {

std::vector<schemas::SlicePart> parts_of(const std::vector<ForgedRecord>& records) {
  std::vector<schemas::SlicePart> out;
  for (const auto& record : records) {
    out.push_back(
        {record.header, record.body, record.slot, record.slot_index, record.other_slots, {}});
  }
  return out;
}

}  // namespace

crypto::Digest ForgedRecord::leaf() const {
  auto hashes = other_slots;
  hashes.insert(hashes.begin() + slot_index, crypto::sha256(slot));
  return schemas::envelope_leaf(crypto::sha256(header), crypto::sha256(body), hashes);
}

Forgery take_apart(const schemas::SharedBytes& bytes) {
  const auto slice = schemas::UnverifiedSlice::parse(bytes);
  if (!slice) throw std::runtime_error("only a slice can be taken apart");
  Forgery out;
  out.facts = slice->claims();
  out.hub = out.facts.hub;
  out.sender = out.facts.sender;
  out.recipient = out.facts.recipient;
  for (const auto& record : slice->claimed_records()) {
    ForgedRecord forged{to_buffer(record.header_bytes), to_buffer(record.body),
                        to_buffer(record.slot_bytes), 0, record.other_slots};
    for (std::size_t i = 0; i < record.header.recipients.size(); ++i) {
      if (record.header.recipients[i] == out.recipient)
        forged.slot_index = static_cast<std::uint8_t>(i);
    }
    out.records.push_back(std::move(forged));
  }
  out.indices.resize(out.records.size());
  std::iota(out.indices.begin(), out.indices.end(), 0U);
  return out;
}

schemas::SharedBytes Forgery::signed_by(const crypto::EnvelopeKey& key) {
  std::vector<crypto::Digest> leaves;
  for (const auto& record : records) leaves.push_back(record.leaf());
  indices.resize(records.size());
  std::iota(indices.begin(), indices.end(), 0U);
  facts.batch_size = static_cast<std::uint32_t>(leaves.size());
  facts.batch_root = crypto::merkle_root(leaves);
  facts.signature = key.sign(schemas::batch_signing_input(hub, sender, facts.register_number,
                                                          facts.batch_size, facts.batch_root));
  return unsigned_change();
}

schemas::SharedBytes Forgery::unsigned_change() const {
  auto told = facts;
  told.hub = hub;
  told.sender = sender;
  told.recipient = recipient;
  return std::make_shared<const Buffer>(
      schemas::encode_slice(told, indices, {}, parts_of(records)));
}

void change_slot(ForgedRecord& record, const std::function<void(schemas::Slot&)>& change) {
  const auto old = record.slot;
  auto slot = *schemas::parse_slot(old);
  change(slot);
  record.slot = schemas::encode_slot(slot);
}

void change_header(ForgedRecord& record, const std::function<void(schemas::Header&)>& change) {
  const auto old = record.header;
  auto header = *schemas::parse_header(old);
  change(header);
  record.header = schemas::encode_header(header);
}

void chain(Forgery& forgery, std::uint64_t first_position, const crypto::Digest& before) {
  auto previous = before;
  auto position = first_position;
  forgery.facts.first_position = first_position;
  for (auto& record : forgery.records) {
    change_slot(record, [&](schemas::Slot& slot) {
      slot.position = position;
      slot.previous = previous;
    });
    ++position;
    previous = record.leaf();
  }
}

}  // namespace hub::exchange
