// The part of a pack's verification that is about its entries. Inside audit/pack.
#pragma once

#include "audit/pack/manifest.h"
#include "audit/pack/pack_findings.h"
#include "audit/pack/verify_pack.h"

namespace hub::audit {

// Against the checkpoints that check_pack_signatures() has found good: without one, everything but
// the places in the tree.
void check_pack_entries(const ZipMembers& pack, const Manifest& manifest, PackFindings& findings,
                        PackReport& report);

}  // namespace hub::audit
