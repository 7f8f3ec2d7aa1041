// Packed entries for a spreadsheet: CSV in UTF-8 behind a byte order mark, lines ending in CR LF,
// every cell in quotation marks. A cell that a spreadsheet would take for a formula begins with an
// apostrophe. Items that are not opened show as "(closed)" or "(erased)".
//
// It says nothing of its own: whoever has the entries makes the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "audit/evidence/packed_entry.h"

namespace hub::audit {

[[nodiscard]] std::string pack_table_head();
// The leaf is the entry's, as check_packed_entry() gave it.
[[nodiscard]] std::string pack_table_row(const PackedEntry& packed, const Leaf& leaf);

}  // namespace hub::audit
