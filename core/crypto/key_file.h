// Keys in files: two lines of text, "hub-key-v1 <kind>" and the base64 of the secret, mode 0600.
//
// A key file that anybody but its owner can read, that belongs to somebody else (other than root),
// is a link, or holds another kind of key is refused with an EnvError that says what to do.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/crypto/secret.h"
#include "core/crypto/signing.h"

namespace hub::crypto {

// The kind's name in the file: "identity", "envelope", "log", "witness", "governance", "transport",
// "store", "epoch", "recovery".
template <class Kind>
[[nodiscard]] std::string_view kind_name();

template <class Kind>
[[nodiscard]] Secret<Kind> read_key_file(const std::filesystem::path& file);

// Never overwrites: an existing file is an EnvError.
template <class Kind>
void write_key_file(const std::filesystem::path& file, const Secret<Kind>& secret);

// The public half of a recovery key, which stays where the secret one must not: two lines of text,
// "hub-public-v1 recovery" and base64. Nothing when there is no such file; an EnvError for one that
// holds no such key.
[[nodiscard]] std::optional<RecoveryPublic> read_recovery_public(const std::filesystem::path& file);
void write_recovery_public(const std::filesystem::path& file, const RecoveryPublic& key);

// Overwrites the file's bytes, syncs, removes it and syncs the folder. On flash the old cells may
// survive until they are reused: docs/threat-model.md states this limit.
void destroy_key_file(const std::filesystem::path& file);

}  // namespace hub::crypto
