#include "audit/pack/pack_files.h"

namespace hub::audit {
namespace {

constexpr std::string_view kReadme = R"readme(EVIDENCE PACK OF AN AUDIT LOG

What this is
------------
Entries of one party's audit log, with everything that is needed to verify that they stand in that log, unchanged,
at the places that they claim. No key, no network and none of the party's machines are needed for that.

  entries.csv             the entries, for a spreadsheet
  entries.ndjson          the same, exact: a line of JSON for each entry. "leaf" is what the log holds, byte for byte;
                          "items" are what it commits to: who looked, at which records, and why
  policy                  the public keys of the log and of its witnesses, and how many of these are needed
  checkpoint              how many entries the log has and the root of their tree, signed by the log
  cosigned                an earlier one that enough witnesses have cosigned, with the time of each
  cosigned.consistency    the proof that the log of "checkpoint" begins with that of "cosigned"
  since, since.consistency   the same for a checkpoint that the asker held from before
  proofs/N.tlog-proof     the proof that entry N stands in the log, with the entry in its "extra" line
  checkpoint.tsq          a question to a time-stamping authority about "checkpoint"
  checkpoint.tsr          its answer
  manifest.json           what is in this pack, with the SHA-256 of each file

Not every pack has all of them. An item is opened where it has a "salt" and a "value", and closed where it has a
"commitment" alone: then it cannot be read from this pack, but it is shown that the log holds one, and later opening
can be checked against it. "erased" items are gone from the log for good. Which kind a closed item is of, and that it
was erased, is said by whoever made the pack; all else is proven.

The last entry is as a rule the one that records the making of this pack: for which purpose, and how many entries
were asked for. That there are no further entries about the same matter is not proven by a pack.

Before you begin
----------------
Get the log's public key, a line HUB/audit/PARTY+ID+KEY, from the hub's register and not from whoever gave you this
pack. If it is not the one in "policy", stop: this is not that party's log.

With the hub's program
----------------------
  hubctl audit verify PACK.zip --log-key HUB/audit/PARTY+ID+KEY
  hubctl audit verify PACK.zip --log-key HUB/audit/PARTY+ID+KEY --tsa-ca AUTHORITY.pem

Exit code 0: everything holds. 1: it does not, and each fault is named. 3: the file cannot be read.

With public tools
-----------------
The formats are those of https://c2sp.org: signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof, tlog-policy,
tlog-witness (for *.consistency), over Merkle trees of RFC 6962. Any program that reads them will do. By hand:

1. The signature. KEY is base64: one byte 01 and 32 bytes of an Ed25519 key. The signed text is everything up to the
   empty line, the newline before that included. A signature line ends in base64: 4 bytes of key id, 64 of signature.
     openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in text -sigfile signature
   A cosignature (key byte 04) has 8 bytes of time, seconds since 1970, between key id and signature, and signs
   "cosignature/v1", a newline, "time ", those seconds in decimal, a newline, and the same text.
2. The place. Hash a zero byte and the leaf with SHA-256. Go up with the hashes of the proof as RFC 9162 section
   2.1.3.2 says, each node SHA-256 of a byte 01, left and right. You must arrive at the root in the checkpoint.
3. An opened item. Its commitment is HMAC-SHA-256 with the salt as the key over: the kind's name, a zero byte, the
   value (a record's: the 16 bytes of its id; value_base64: those bytes).
     { printf 'actor\0'; printf '%s' VALUE; } | openssl dgst -sha256 -mac HMAC -macopt hexkey:SALT-IN-HEX
4. All items of an entry. The leaf's "detail" is SHA-256 of "hub detail", a zero byte, and the commitments of its items
   in order, opened and closed ones.
5. The time stamp.
     openssl ts -verify -data checkpoint -in checkpoint.tsr -CAfile AUTHORITY.pem

To have the checkpoint time-stamped, if checkpoint.tsr is missing, by any authority of RFC 3161:
     unzip -p PACK.zip checkpoint.tsq > query.tsq
     curl -H 'Content-Type: application/timestamp-query' --data-binary @query.tsq -o answer.tsr AUTHORITY-URL
     hubctl audit stamp PACK.zip --token answer.tsr
)readme";

}  // namespace

std::string_view pack_readme() { return kReadme; }

}  // namespace hub::audit
