#include "agent/sealer.h"

#include "core/base/result.h"
#include "core/crypto/body.h"
#include "core/crypto/merkle.h"

namespace hub::agent {
namespace {

// A slice stays well below the message limit whatever its records weigh.
constexpr std::size_t kMostSliceBytes = 768U << 10U;
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
  out.originator = terms.originator;
  out.priority = terms.priority;
  out.field_groups.assign(terms.field_groups.begin(), terms.field_groups.end());
  out.created = record.created;
  out.expires = record.expires;
  out.register_number = context.register_number;
  out.bundle_number = context.bundle_number;
  out.commitment = commitment;
  return out;
}

}  // namespace

// The slices of one batch while they are filled. Of each recipient and priority the newest takes
// records until it is full.
class Sealer::OpenSlices {
 public:
  struct Open {
    SealedSlice slice;
    std::vector<std::uint32_t> indices;
    std::size_t size = 0;
  };

  Open& take_in(std::size_t index, const ClearedRecord& record, const StreamEnd& stream) {
    const auto& terms = *record.terms;
    const auto weight = record.body.size() * 9 / 8 + kPerRecordBytes;
    const auto place = std::pair(std::string_view(terms.recipient), terms.priority);
    const auto known = newest_.find(place);
    if (known == newest_.end() || is_full(all_[known->second], weight)) {
      newest_.insert_or_assign(place, all_.size());
      Open fresh;
      fresh.slice.recipient = terms.recipient;
      fresh.slice.priority = terms.priority;
      fresh.slice.stream = stream.stream;
      fresh.slice.first_position = stream.next_position;
      all_.push_back(std::move(fresh));
    }
    auto& out = all_[newest_.at(place)];
    out.size += weight;
    out.indices.push_back(static_cast<std::uint32_t>(index));
    out.slice.records.push_back(index);
    return out;
  }
  [[nodiscard]] std::vector<Open>& all() { return all_; }

 private:
  static bool is_full(const Open& open, std::size_t weight) {
    return open.indices.size() == schemas::kMaxSliceRecords || open.size + weight > kMostSliceBytes;
  }

  std::vector<Open> all_;
  std::map<std::pair<std::string_view, schemas::Priority>, std::size_t> newest_;
};

crypto::HpkeSender& Sealer::context_for(std::string_view sender, const schemas::EpochKey& key) {
  auto place = std::tuple(key.authority, key.epoch);
  const auto found = contexts_.find(place);
  if (found != contexts_.end()) return found->second;
  // Contexts of days gone by serve nobody any more.
  std::erase_if(contexts_,
                [&](const auto& kept) { return std::get<1>(kept.first).day + 2 < key.epoch.day; });
  auto made = promised(
      crypto::HpkeSender::setup(key.key, schemas::slot_info(sender, key.authority, key.epoch),
                                crypto::EpochSecret::random()),
      "an epoch key of low order is refused when it is taken in");
  return contexts_.emplace(std::move(place), std::move(made)).first->second;
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
  std::ranges::copy(wrapped, slot.wrapped.begin());
  out.slot = schemas::encode_slot(slot);
  const auto slot_hash = crypto::sha256(out.slot);
  out.leaf = schemas::envelope_leaf(header_hash, body_hash, std::span(&slot_hash, 1));
  ++stream.next_position;
  stream.last_leaf = out.leaf;
  return out;
}

std::vector<SealedSlice> Sealer::seal(std::span<const Item> items, const SealingContext& context) {
  require(items.size() <= schemas::kMaxBatchRecords, "a batch is within its limit");
  OpenSlices open;
  std::vector<Envelope> envelopes;
  std::vector<crypto::Digest> leaves;
  envelopes.reserve(items.size());
  leaves.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& record = *items[i].record;
    auto& stream = context.stream(record.terms->recipient, record.terms->priority);
    auto& slice = open.take_in(i, record, stream).slice;
    envelopes.push_back(seal_one(items[i], context, stream, slice.content_keys));
    slice.leaves.push_back(envelopes.back().leaf);
    leaves.push_back(envelopes.back().leaf);
  }
  return signed_slices(open, envelopes, leaves, context);
}

std::vector<SealedSlice> Sealer::signed_slices(OpenSlices& open,
                                               const std::vector<Envelope>& envelopes,
                                               const std::vector<crypto::Digest>& leaves,
                                               const SealingContext& context) const {
  const auto size = static_cast<std::uint32_t>(leaves.size());
  const auto root = crypto::merkle_root(leaves);
  const auto signature = key_.sign(schemas::batch_signing_input(
      context.hub, context.sender, context.register_number, size, root));
  std::vector<SealedSlice> out;
  for (auto& [slice, indices, weight] : open.all()) {
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
