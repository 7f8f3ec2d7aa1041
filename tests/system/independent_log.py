#!/usr/bin/env python3
"""Verifies an exported log, or an evidence pack of one, and uses nothing of the hub: the Python standard
library and openssl.

    independent_log.py FOLDER [VKEY]
    independent_log.py PACK.zip [VKEY]

Formats: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles and tlog-policy; RFC 6962 section
2.1. VKEY is the log's key as the register has it; without it, the one in FOLDER/policy is believed. The
witnesses and how many are needed are those of FOLDER/policy.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import uuid
import zipfile

WIDTH = 256
ED25519 = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what stands before the key's bytes


class Disagreement(Exception):
    pass


def insist(holds, what):
    if not holds:
        raise Disagreement(what)


def sha256(content):
    return hashlib.sha256(content).digest()


def decoded(text, what):
    try:
        out = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Disagreement(f"{what} is no base64") from error
    insist(base64.b64encode(out).decode() == text, f"{what} has another spelling")
    return out


class Key:
    """Of a log (kind 1) or of a witness (kind 4)."""

    def __init__(self, vkey, kind=1):
        parts = vkey.split("+", 2)
        insist(len(parts) == 3, "the vkey has not three parts")
        self.name, written, key = parts[0], parts[1], decoded(parts[2], "the vkey")
        insist(len(key) == 33 and key[0] == kind, "the vkey is not of Ed25519, or of another kind")
        self.key = key[1:]
        self.id = sha256(self.name.encode() + b"\n" + key)[:4]
        insist(self.id.hex() == written, "the vkey's id is not that of its key")

    def verifies(self, message, signature):
        pem = base64.b64encode(ED25519 + self.key).decode()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "key").write_text(f"-----BEGIN PUBLIC KEY-----\n{pem}\n-----END PUBLIC KEY-----\n")
            (folder / "message").write_bytes(message)
            (folder / "signature").write_bytes(signature)
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "message",
                 "-sigfile", "signature"], cwd=folder, capture_output=True, check=False)
        return done.returncode == 0


def read_policy(folder):
    return policy_in((folder / "policy").read_text())


def policy_in(text):
    """The log's vkey, the witnesses' keys, and how many of them are needed."""
    lines = [line.split() for line in text.splitlines()]
    logs = [words[1] for words in lines if words[0] == "log"]
    insist(len(logs) == 1, "the policy names not one log")
    witnesses = {words[1]: Key(words[2], 4) for words in lines if words[0] == "witness"}
    groups = {words[1]: words[2:] for words in lines if words[0] == "group"}
    quorum = [words[1] for words in lines if words[0] == "quorum"]
    insist(len(quorum) == 1, "the policy names not one quorum")
    if quorum == ["none"]:
        return logs[0], [], 0
    needed, *members = groups[quorum[0]]
    insist(sorted(members) == sorted(witnesses), "the group is not all witnesses")
    return logs[0], list(witnesses.values()), int(needed)


def cosigned_by(note, witnesses):
    """Of how many witnesses the note carries a cosignature, and the newest time of each."""
    text, _, signatures = note.rpartition("\n\n")
    times = {}
    for line in signatures.splitlines():
        _, name, signature = line.split(" ")
        signature = decoded(signature, "a cosignature")
        for key in witnesses:
            if name != key.name or signature[:4] != key.id:
                continue
            insist(len(signature) == 76, "a cosignature has another length")
            seconds = int.from_bytes(signature[4:12], "big")
            message = f"cosignature/v1\ntime {seconds}\n{text}\n".encode()
            insist(key.verifies(message, signature[12:]), "a cosignature does not hold")
            times[name] = max(seconds, times.get(name, 0))
    return times


def read_checkpoint(note, key):
    """Size and root, as the log signed them."""
    text, blank, signatures = note.rpartition("\n\n")
    insist(blank == "\n\n" and signatures.endswith("\n"), "the checkpoint is no signed note")
    text += "\n"
    good = 0
    for line in signatures.splitlines():
        words = line.split(" ")
        insist(len(words) == 3 and words[0] == "\u2014", "a signature line has another form")
        signature = decoded(words[2], "a signature")
        if words[1] == key.name and signature[:4] == key.id:
            insist(key.verifies(text.encode(), signature[4:]), "the log's signature does not hold")
            good += 1
    insist(good > 0, "the log has not signed the checkpoint")
    lines = text.split("\n")
    insist(len(lines) == 4 and lines[3] == "", "the checkpoint has not three lines")
    origin, size, root = lines[:3]
    insist(origin == key.name, "the checkpoint is of another log")
    insist(size.isascii() and size.isdigit() and str(int(size)) == size, "the size is no number")
    return int(size), decoded(root, "the root")


def place(kind, number, width):
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    path = f"tile/{kind}/" + "/".join(groups)
    return path if width == WIDTH else f"{path}.p/{width}"


def places(kind, count):
    """Of so many hashes or entries: where each part stands, and how many it holds."""
    for number in range((count + WIDTH - 1) // WIDTH):
        width = min(WIDTH, count - number * WIDTH)
        yield place(kind, number, width), width


def read(folder, path):
    file = folder / path
    insist(file.is_file(), f"{path} is missing")
    return file.read_bytes()


def entries_of(bundle, width, path):
    out = []
    while bundle:
        insist(len(bundle) >= 2, f"{path} breaks off")
        size = struct.unpack(">H", bundle[:2])[0]
        insist(len(bundle) >= 2 + size, f"{path} breaks off")
        out.append(bundle[2:2 + size])
        bundle = bundle[2 + size:]
    insist(len(out) == width, f"{path} holds {len(out)} entries, not {width}")
    return out


def root_of(hashes):
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while 2 * split < len(hashes):
        split *= 2
    return sha256(b"\1" + root_of(hashes[:split]) + root_of(hashes[split:]))


def check_cosigned(folder, key, witnesses, needed, hashes):
    """Where witnesses have cosigned, their tree is the beginning of this one."""
    if not (folder / "cosigned").exists():
        return
    note = (folder / "cosigned").read_bytes().decode()
    size, root = read_checkpoint(note, key)
    insist(needed > 0 and len(cosigned_by(note, witnesses)) >= needed, "too few witnesses have cosigned")
    insist(0 < size <= len(hashes) and root_of(hashes[:size]) == root,
           "witnesses have cosigned another tree")


def check_seen(folder, key, witnesses, hashes):
    """What each witness holds is cosigned by that witness, and the beginning of this tree."""
    for file in sorted((folder / "seen").glob("*")):
        note = file.read_bytes().decode()
        size, root = read_checkpoint(note, key)
        names = [name.rpartition("/")[2] + ".checkpoint" for name in cosigned_by(note, witnesses)]
        insist(names == [file.name], f"{file.name} is not cosigned by that witness")
        insist(0 < size <= len(hashes) and root_of(hashes[:size]) == root,
               f"{file.name} is of another tree")


def verify(folder, vkey=None):
    """The log's origin, size and entries. Raises Disagreement."""
    folder = pathlib.Path(folder)
    policy_vkey, witnesses, needed = read_policy(folder)
    key = Key(vkey or policy_vkey)
    size, root = read_checkpoint((folder / "checkpoint").read_bytes().decode(), key)
    expected = {}
    entries = []
    for path, width in places("entries", size):
        expected[path] = read(folder, path)
        entries += entries_of(expected[path], width, path)
    for index, entry in enumerate(entries):
        insist(json.loads(entry)["seq"] == index, f"entry {index} carries another number")
    hashes = [sha256(b"\0" + entry) for entry in entries]
    insist(root == (root_of(hashes) if hashes else sha256(b"")),
           "the entries do not lead to the root of the checkpoint")
    check_cosigned(folder, key, witnesses, needed, hashes)
    check_seen(folder, key, witnesses, hashes)
    level = 0
    while hashes:
        for number, (path, width) in enumerate(places(level, len(hashes))):
            expected[path] = b"".join(hashes[number * WIDTH:number * WIDTH + width])
            insist(read(folder, path) == expected[path], f"{path} is not the tile of the entries")
        full = len(hashes) // WIDTH
        hashes = [root_of(hashes[number * WIDTH:(number + 1) * WIDTH]) for number in range(full)]
        level += 1
    for file in (folder / "tile").rglob("*"):
        path = str(file.relative_to(folder))
        if file.is_dir() or path in expected:
            continue
        # What else is there can only be a part of something that has grown since.
        whole, _, width = path.partition(".p/")
        of = [content for known, content in expected.items() if known.partition(".p/")[0] == whole]
        insist(width.isdigit() and of and of[0].startswith(file.read_bytes()),
               f"{path} is no part of the log")
    return key.name, size, entries


def refused(folder, vkey, tamperings):
    """Of these changes to a copy of the folder, by name, those that are refused."""
    out = []
    with tempfile.TemporaryDirectory() as place:
        for number, (what, tamper) in enumerate(tamperings.items()):
            copy = pathlib.Path(place) / str(number)
            shutil.copytree(folder, copy)
            tamper(copy)
            try:
                verify(copy, vkey)
            except Disagreement:
                out.append(what)
    return out


def verify_proof(proof, vkey):
    """The entry that a C2SP tlog-proof brings with it, and its number."""
    return proven(proof, lambda note: read_checkpoint(note, Key(vkey)))


def proven(proof, opened):
    """The same, with opened(note) for size and root of the proof's checkpoint."""
    head, blank, note = proof.partition("\n\n")
    insist(blank, "the proof breaks off")
    lines = head.split("\n")
    insist(lines[0] == "c2sp.org/tlog-proof@v1", "this is no proof")
    insist(lines[1].startswith("extra ") and lines[2].startswith("index "), "a line is missing")
    entry = decoded(lines[1].split(" ", 1)[1], "the entry")
    index = int(lines[2].split(" ", 1)[1])
    size, root = opened(note)
    insist(index < size, "the entry is behind the end")
    # RFC 9162 section 2.1.3.2.
    at, last, hash_ = index, size - 1, sha256(b"\0" + entry)
    for line in lines[3:]:
        insist(last > 0, "the proof is too long")
        other = decoded(line, "a hash")
        if at & 1 or at == last:
            hash_ = sha256(b"\1" + other + hash_)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hash_ = sha256(b"\1" + hash_ + other)
        at, last = at >> 1, last >> 1
    insist(last == 0 and hash_ == root, "the proof does not lead to the root")
    return index, entry


def is_consistent(old_size, old_root, size, root, proof):
    """RFC 9162 section 2.1.4.2."""
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not 0 < old_size < size or not path:
        return False
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_hash = hash_ = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_hash, hash_ = sha256(b"\1" + other + old_hash), sha256(b"\1" + other + hash_)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hash_ = sha256(b"\1" + hash_ + other)
        at, last = at >> 1, last >> 1
    return last == 0 and old_hash == old_root and hash_ == root


def commitment(item):
    """Of an item of a detail; opened ones are computed."""
    if "commitment" in item:
        return decoded(item["commitment"], "a commitment")
    if "value_base64" in item:
        value = decoded(item["value_base64"], "a value")
    elif item["kind"] == "record":
        value = uuid.UUID(item["value"]).bytes
    else:
        value = item["value"].encode()
    return hmac.digest(decoded(item["salt"], "a salt"), item["kind"].encode() + b"\0" + value, "sha256")


def check_detail(line, leaf):
    items = line.get("items", [])
    if "detail" not in leaf:
        insist(not items, "an entry has items that its leaf does not commit to")
    elif not line.get("detail_erased"):
        detail = sha256(b"hub detail\0" + b"".join(commitment(item) for item in items))
        insist(detail == decoded(leaf["detail"], "a detail"), "items are not those that the leaf commits to")


def check_continues(body, earlier, note, opened):
    """The body of a C2SP tlog-witness add-checkpoint: the log of `note` begins with that of `earlier`."""
    head, _, behind = body.partition("\n\n")
    old, *hashes = head.split("\n")
    insist(behind == note and old == f"old {opened(earlier)[0]}", "a consistency proof is of other checkpoints")
    insist(is_consistent(*opened(earlier), *opened(note), [decoded(line, "a hash") for line in hashes]),
           "the log does not continue an earlier checkpoint")


def read_pack(file):
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        insist(len(names) == len(set(names)), "two members have one name")
        return {name: archive.read(name) for name in names}


def check_manifest(members):
    manifest = json.loads(members["manifest.json"])
    insist(set(manifest["members"]) == set(members) - {"manifest.json"}, "the manifest names other members")
    for name, about in manifest["members"].items():
        insist(sha256(members[name]).hex() == about["sha256"], f"{name} is not as the manifest says")
    return manifest


def verify_pack(file, vkey=None):
    """The log's origin, its signed size, and the lines of entries.ndjson. Raises Disagreement."""
    members = read_pack(file)
    manifest = check_manifest(members)
    policy_vkey, witnesses, needed = policy_in(members["policy"].decode())
    key = Key(vkey or policy_vkey)
    insist(manifest["log"] == policy_vkey == (vkey or policy_vkey), "the pack is of another log")
    notes = {}

    def opened(note):
        if note not in notes:
            notes[note] = read_checkpoint(note, key)
        return notes[note]

    newest = members["checkpoint"].decode()
    opened(newest)
    good = [newest]
    if "cosigned" in members:
        cosigned = members["cosigned"].decode()
        insist(needed > 0 and len(cosigned_by(cosigned, witnesses)) >= needed, "too few witnesses have cosigned")
        check_continues(members["cosigned.consistency"].decode(), cosigned, newest, opened)
        good.append(cosigned)
    if "since" in members:
        check_continues(members["since.consistency"].decode(), members["since"].decode(), newest, opened)
    lines = [json.loads(line) for line in members["entries.ndjson"].decode().splitlines()]
    insist(len(lines) == manifest["entries"], "the manifest counts other entries")
    proofs = {f"proofs/{line['index']}.tlog-proof" for line in lines}
    insist(proofs == {name for name in members if name.startswith("proofs/")}, "there are other proofs")
    for line in lines:
        proof = members[f"proofs/{line['index']}.tlog-proof"].decode()
        insist(proof.partition("\n\n")[2] in good, "a proof brings another checkpoint")
        insist(proven(proof, opened) == (line["index"], line["leaf"].encode()), "a proof is of another entry")
        leaf = json.loads(line["leaf"])
        insist(leaf["seq"] == line["index"], "an entry carries another number")
        check_detail(line, leaf)
    return key.name, opened(newest)[0], lines


if __name__ == "__main__":
    try:
        if zipfile.is_zipfile(sys.argv[1]):
            name, count, packed = verify_pack(*sys.argv[1:3])
            print(f"{len(packed)} entries of {name} stand among the {count} that the log has signed")
            sys.exit()
        name, count, _ = verify(*sys.argv[1:3])
    except Disagreement as found:
        sys.exit(f"REFUSED  {found}")
    print(f"{name}: {count} entries lead to the root that the log has signed")
