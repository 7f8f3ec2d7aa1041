#include "agent/sealer.h"

#include "core/base/result.h"
#include "core/crypto/body.h"
#include "core/crypto/merkle.h"

namespace hub::agent {
namespace {

// A slice stays well below the message limit whatever its records weigh.
constexpr std::size_t kMostSliceBytes = 512U << 10U;
constexpr std::size_t kPerRecordBytes = 320;

schemas::Header header_of(const ClearedRecord& record, const SealingContext& context,
                          const crypto::Digest& commitment) {
  const auto& terms = *record.terms;
  schemas::Header out;
  out.record_id = record.id;
  out.record_type = terms.record_type;
  out.type_version = terms.type_version;
  out.sender = context.sender;
  out.recipients = {terms.recipient};
  out.purpose = terms.purpose;
  out.agreement = terms.agreement;
  out.legal_basis = terms.legal_basis;
  out.regime = terms.regime;
  out.handling = terms.handling;
  out.priority = terms.priority;
  out.field_groups.assign(terms.field_groups.begin(), terms.field_groups.end());
  out.created = record.created;
  out.expires = record.expires;
  out.register_number = context.register_number;
  out.bundle_number = context.bundle_number;
  out.commitment = commitment;
  return out;
}

// A slice being filled.
struct Open {
  SealedSlice slice;
  std::vector<std::uint32_t> indices;
  std::size_t size = 0;
};

}  // namespace

crypto::HpkeSender& Sealer::context_for(std::string_view sender, const schemas::EpochKey& key) {
  auto place = std::tuple(key.authority, key.epoch);
  const auto found = contexts_.find(place);
  if (found != contexts_.end()) return found->second;
  // Contexts of days gone by serve nobody any more.
  std::erase_if(contexts_,
                [&](const auto& kept) { return std::get<1>(kept.first).day + 2 < key.epoch.day; });
  auto made = crypto::HpkeSender::setup(
      key.key, schemas::slot_info(sender, key.authority, key.epoch), crypto::EpochSecret::random());
  require(made.has_value(), "an epoch key of low order is refused when it is taken in");
  return contexts_.emplace(std::move(place), std::move(*made)).first->second;
}

Sealer::Envelope Sealer::seal_one(const Item& item, const SealingContext& context,
                                  StreamEnd& stream, Buffer& content_keys) {
  const auto content_key = crypto::ContentKey::random();
  append(content_keys, content_key.expose());
  Envelope out;
  out.header =
      schemas::encode_header(header_of(*item.record, context, crypto::commitment_to(content_key)));
  const auto header_hash = crypto::sha256(out.header);
  out.body = crypto::seal_body(content_key, header_hash, item.record->body);
  const auto body_hash = crypto::sha256(out.body);

  auto& hpke = context_for(context.sender, *item.key);
  schemas::Slot slot;
  slot.recipient = item.record->terms->recipient;
  slot.epoch = item.key->epoch;
  slot.attempt = item.record->attempt;
  slot.encapsulated = hpke.encapsulated();
  slot.sequence = hpke.next_sequence();
  slot.stream = stream.stream;
  slot.position = stream.next_position;
  slot.previous = stream.last_leaf;
  const auto wrapped =
      hpke.seal(schemas::slot_associated_data(header_hash, body_hash, slot), content_key.expose());
  std::copy(wrapped.begin(), wrapped.end(), slot.wrapped.begin());
  out.slot = schemas::encode_slot(slot);
  const auto slot_hash = crypto::sha256(out.slot);
  out.leaf = schemas::envelope_leaf(header_hash, body_hash, std::span(&slot_hash, 1));
  ++stream.next_position;
  stream.last_leaf = out.leaf;
  return out;
}

std::vector<SealedSlice> Sealer::seal(std::span<const Item> items, const SealingContext& context) {
  require(items.size() <= schemas::kMaxBatchRecords, "a batch is within its limit");
  std::vector<Envelope> envelopes;
  std::vector<crypto::Digest> leaves;
  std::vector<Open> open;
  std::map<std::pair<std::string_view, schemas::Priority>, std::size_t> current;
  envelopes.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& terms = *items[i].record->terms;
    auto& stream = context.stream(terms.recipient, terms.priority);
    const auto place = std::pair(std::string_view(terms.recipient), terms.priority);
    const auto known = current.find(place);
    const auto weight = items[i].record->body.size() * 9 / 8 + kPerRecordBytes;
    const bool full = known != current.end() &&
                      (open[known->second].indices.size() == schemas::kMaxSliceRecords ||
                       open[known->second].size + weight > kMostSliceBytes);
    if (known == current.end() || full) {
      current.insert_or_assign(place, open.size());
      open.push_back({{terms.recipient,
                       terms.priority,
                       stream.stream,
                       stream.next_position,
                       nullptr,
                       {},
                       {},
                       {}},
                      {},
                      0});
    }
    auto& target = open[current.at(place)];
    auto envelope = seal_one(items[i], context, stream, target.slice.content_keys);
    envelope.slice = current.at(place);
    target.size += weight;
    target.indices.push_back(static_cast<std::uint32_t>(i));
    target.slice.records.push_back(i);
    target.slice.leaves.push_back(envelope.leaf);
    leaves.push_back(envelope.leaf);
    envelopes.push_back(std::move(envelope));
  }
  const auto size = static_cast<std::uint32_t>(leaves.size());
  const auto root = crypto::merkle_root(leaves);
  const auto signature = key_.sign(schemas::batch_signing_input(
      context.hub, context.sender, context.register_number, size, root));
  std::vector<SealedSlice> out;
  for (auto& [slice, indices, weight] : open) {
    std::vector<schemas::SlicePart> parts;
    for (const auto index : indices) {
      const auto& envelope = envelopes[index];
      parts.push_back({envelope.header, envelope.body, envelope.slot, 0, {}, {}});
    }
    const schemas::SliceFacts facts{context.hub,
                                    context.sender,
                                    slice.recipient,
                                    slice.priority,
                                    slice.stream,
                                    slice.first_position,
                                    context.register_number,
                                    size,
                                    root,
                                    signature};
    slice.bytes = std::make_shared<const Buffer>(
        schemas::encode_slice(facts, indices, crypto::subset_proof(leaves, indices), parts));
    out.push_back(std::move(slice));
  }
  return out;
}

}  // namespace hub::agent
