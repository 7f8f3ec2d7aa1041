#include "core/storage/head_keeper.h"

#include <fcntl.h>

#include "core/base/result.h"

namespace hub::storage {

HeadKeeper::HeadKeeper(const std::filesystem::path& store, HeadFile file, HeadKey key, Head head,
                       CheckedStore checked)
    : log_path_(log_beside(store)),
      file_(std::move(file)),
      key_(std::move(key)),
      head_(head),
      ledger_(std::move(checked.ledger)),
      log_salts_(checked.log_salts),
      log_frames_(checked.log_frames) {}

void HeadKeeper::committed(std::uint64_t log_frames, const TreeHead& tree) {
  require(!behind(), "no commit happens while the head file is behind");
  pending_ = Pending{log_frames, tree};
}

void HeadKeeper::adopt(const TreeHead& tree) { committed(log_frames_, tree); }

void HeadKeeper::follow(std::uint64_t log_frames) {
  if (!log_.is_open()) log_ = open_file(log_path_, O_RDONLY);
  const auto salts = read_salts(log_);
  const auto first = salts == log_salts_ ? log_frames_ : 0;
  if (first == log_frames) return;
  ledger_.apply(read_new_frames(log_, first, log_frames));
  log_salts_ = salts;
  log_frames_ = log_frames;
}

void HeadKeeper::write() {
  if (!pending_) return;
  follow(pending_->log_frames);
  Head next;
  next.counter = head_.counter + 1;
  next.tree = pending_->tree;
  next.ledger = ledger_.sum();
  next.pages = ledger_.pages();
  next.log_salts = log_salts_;
  next.log_frames = log_frames_;
  file_.write(next, key_);
  head_ = next;
  pending_.reset();
}

}  // namespace hub::storage
