// The part of a pack's verification that is about who has signed what. Inside audit/pack.
#pragma once

#include "audit/pack/pack_findings.h"
#include "audit/pack/verify_pack.h"

namespace hub::audit {

// Fills in checkpoint, cosigned, since, stamp and what belongs to them. Without a checkpoint that
// the log has signed, nothing else of the pack can be verified.
void check_pack_signatures(const ZipMembers& pack, const PackTrust& trust, PackFindings& findings,
                           PackReport& report);

}  // namespace hub::audit
