#!/usr/bin/env python3
"""Logs exported from running daemons: an independent check, which shares no code with the hub, agrees
with them, and refuses every tampering; a later export into the same folder finds a log that was rewritten.
"""
import base64
import json
import re
import shutil
import subprocess

import door
import independent_log
import network_case
import rows
from network_case import BARKING, HACKNEY

FILE_ROWS = 20
ENTRIES = 300  # more than a tile holds


def flip(file, at=0):
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(bytes(content))


def change(file, what, by):
    text = file.read_text()
    if what not in text:
        raise AssertionError(f"{file} does not hold {what}")
    file.write_text(text.replace(what, by, 1))


def rebuild(file, act):
    """A bundle with its list of entries changed."""
    entries = independent_log.entries_of(file.read_bytes(), 256, "bundle")
    act(entries)
    file.write_bytes(b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries))


def swap(entries):
    entries[3], entries[4] = entries[4], entries[3]


class Export(network_case.NetworkCase):
    def setUp(self):
        super().setUp()
        self.agent = self.network.agents[HACKNEY]
        self.load = rows.Load(self.rng)
        self.load.drop(self.network.agents[BARKING], [HACKNEY], FILE_ROWS)
        self.load.drop(self.agent, [BARKING], FILE_ROWS)
        self.wait_settled(30)

    def export(self, party, folder, *more, check=True):
        return party.ctl("audit", "export", folder, "--json", *more, check=check)

    def look(self, count):
        for _ in range(count):
            door.call(self.agent.door, "audit.entries", {"limit": 1})

    def export_at_least(self, count, folder):
        """Until the signed checkpoint covers so many entries."""
        def covers():
            return json.loads(self.export(self.agent, folder).stdout)["entries"] >= count
        self.wait(covers, 30, f"a checkpoint over {count} entries")

    def vkey(self, party):
        return json.loads((party.keys / "public.json").read_text())["log"]

    def test_whoever_has_the_files_can_verify_them(self):
        folder = self.folder / "exported"
        self.look(ENTRIES)
        self.export_at_least(ENTRIES, folder)
        vkey = self.vkey(self.agent)
        name, size, entries = independent_log.verify(folder, vkey)
        self.assertEqual(name, vkey.split("+")[0])
        acts = {json.loads(entry)["act"] for entry in entries}
        self.assertLessEqual({"disclosure", "collection", "receipt", "consultation"}, acts)
        self.assertNotIn(b"actor", b"".join(entries))  # who looked is personal data: not in the leaf

        self.assert_refuses_every_tampering(folder, vkey)
        self.assert_proves(folder, vkey, entries)

        # More entries: files are added, and an older part may stay.
        self.look(5)
        self.export_at_least(size + 5, folder)
        self.assertGreaterEqual(independent_log.verify(folder, vkey)[1], size + 5)
        self.assert_finds_what_does_not_continue(folder, vkey)

        # The broker's log, and the export stands in the log itself.
        of_broker = self.folder / "broker"
        self.export(self.network.broker, of_broker, "--log-key", self.vkey(self.network.broker))
        name, _, _ = independent_log.verify(of_broker, self.vkey(self.network.broker))
        self.assertTrue(name.endswith("/audit/broker"), name)
        lines, _ = door.call(self.network.broker.door, "audit.entries", {"limit": 10})
        self.assertIn("log-exported", {line["entry"].get("outcome") for line in lines})
        with self.assertRaisesRegex(door.DoorRefused, "auditor"):
            door.call(self.agent.door, "audit.export", {"role": "operator"})

    def assert_refuses_every_tampering(self, folder, vkey):
        bundle, tile, rest = "tile/entries/000", "tile/0/000", "tile/0/001.p"
        other = self.vkey(self.network.agents[BARKING])

        def last(folder, kind):
            return max((folder / f"tile/{kind}/001.p").iterdir(), key=lambda file: int(file.name))

        def sign_again(folder):
            """By a key of somebody else, under the log's name and key id."""
            note = (folder / "checkpoint").read_text()
            text, _, line = note.rpartition("\n\n")
            (folder / "message").write_text(text + "\n")
            key = folder / "key.pem"
            subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
            signature = subprocess.run(
                ["openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", folder / "message"],
                check=True, capture_output=True).stdout
            old = base64.b64decode(line.split(" ")[2])
            new = base64.b64encode(old[:4] + signature).decode()
            (folder / "checkpoint").write_text(f"{text}\n\n{line.rsplit(' ', 1)[0]} {new}\n")

        def flip_signature(folder):
            head, _, signature = (folder / "checkpoint").read_text().rpartition(" ")
            flipped = bytearray(base64.b64decode(signature))
            flipped[-1] ^= 1
            (folder / "checkpoint").write_text(f"{head} {base64.b64encode(flipped).decode()}\n")

        def other_checkpoint(folder):
            self.export(self.network.agents[BARKING], self.folder / "other")
            shutil.copy(self.folder / "other" / "checkpoint", folder / "checkpoint")

        def note(act):
            def changed(folder):
                file = folder / "checkpoint"
                lines = file.read_text().split("\n")
                act(lines)
                file.write_text("\n".join(lines))
            return changed

        def put(lines, at, text):
            lines[at] = text

        tamperings = {
            "an entry changed": lambda at: flip(at / bundle, 40),
            "an entry dropped": lambda at: rebuild(at / bundle, lambda all: all.pop(7)),
            "an entry twice": lambda at: rebuild(at / bundle, lambda all: all.insert(7, all[7])),
            "entries reordered": lambda at: rebuild(at / bundle, swap),
            "an entry replaced": lambda at: rebuild(at / bundle, lambda all: put(all, 9, all[8])),
            "a length changed": lambda at: flip(at / bundle, 1),
            "the last entries cut off": lambda at: last(at, "entries").unlink(),
            "a bundle missing": lambda at: (at / bundle).unlink(),
            "a bundle longer": lambda at: (at / bundle).write_bytes((at / bundle).read_bytes() + b"\0"),
            "a full tile flipped": lambda at: flip(at / tile, 100),
            "a part of a tile flipped": lambda at: flip(last(at, 0)),
            "an upper tile flipped": lambda at: flip(at / "tile/1/000.p/1"),
            "a tile cut": lambda at: (at / tile).write_bytes((at / tile).read_bytes()[:-32]),
            "a tile missing": lambda at: (at / tile).unlink(),
            "a tile too many": lambda at: shutil.copy(at / tile, at / "tile/0/005"),
            "an old part that is none": lambda at: (at / rest / "1").write_bytes(bytes(32)),
            "a larger size": note(lambda lines: put(lines, 1, str(int(lines[1]) + 1))),
            "a smaller size": note(lambda lines: put(lines, 1, str(int(lines[1]) - 1))),
            "another spelling of the size": note(lambda lines: put(lines, 1, "0" + lines[1])),
            "another root": note(lambda lines: put(lines, 2, base64.b64encode(bytes(32)).decode())),
            "another origin": note(lambda lines: put(lines, 0, other.split("+")[0])),
            "a line more": note(lambda lines: lines.insert(3, "extension")),
            "no signature": note(lambda lines: lines.pop(4)),
            "a signature changed": flip_signature,
            "a signature line of another form": lambda at: change(at / "checkpoint", "\u2014 ",
                                                                  "\u2014  "),
            "a signature of somebody else": sign_again,
            "a checkpoint of another log": other_checkpoint,
        }
        self.assertEqual(independent_log.refused(folder, vkey, tamperings), list(tamperings))
        with self.assertRaises(independent_log.Disagreement):
            independent_log.verify(folder, other)
        self.say(f"{len(tamperings) + 1} tamperings refused")
        self.assertGreaterEqual(len(tamperings), 20)

    def assert_proves(self, folder, vkey, entries):
        """Single entries, to somebody who has the log's key and nothing else."""
        def hubctl(*arguments, check=True):
            return self.network.hubctl("audit", *arguments, "--log-key", vkey, check=check)
        for index in (0, 255, 256, len(entries) - 1):
            proof = hubctl("proof", folder, index).stdout
            self.assertEqual(independent_log.verify_proof(proof, vkey), (index, entries[index]))
            file = self.folder / "entry.tlog-proof"
            file.write_text(proof)
            self.assertEqual(hubctl("check", file).stdout.encode(), entries[index] + b"\n")
            at = proof.index("index ")
            for tampered in (proof.replace("index ", "index 1", 1), proof[:at - 9] + "AAAA" + proof[at - 5:]):
                file.write_text(tampered)
                self.assertEqual(hubctl("check", file, check=False).returncode, 1)
                with self.assertRaises(independent_log.Disagreement):
                    independent_log.verify_proof(tampered, vkey)
        self.assertEqual(hubctl("proof", folder, len(entries), check=False).returncode, 2)

    def assert_finds_what_does_not_continue(self, folder, vkey):
        for number, (tamper, told) in enumerate((
                (lambda at: flip(at / "tile/entries/000", 40), "the log was rewritten"),
                (lambda at: flip(at / "tile/0/000", 40), "the log was rewritten"),
                (lambda at: change(at / "checkpoint", "\n", "x\n"), "another log"),
                (lambda at: (at / "checkpoint").rename(at / "notes.txt"), "other files"),
        )):
            copy = self.folder / f"earlier-{number}"
            shutil.copytree(folder, copy)
            tamper(copy)
            done = self.export(self.agent, copy, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(told, done.stderr)
        # One that broke off before its end goes on.
        copy = self.folder / "broken-off"
        shutil.copytree(folder, copy)
        (copy / "checkpoint").unlink()
        (copy / "tile/0/000").unlink()
        self.export(self.agent, copy)
        independent_log.verify(copy, vkey)
        # A log that was put back is behind what was exported.
        copy = self.folder / "earlier-root"
        shutil.copytree(folder, copy)
        lines = (copy / "checkpoint").read_text().split("\n")
        lines[2] = base64.b64encode(bytes(32)).decode()
        (copy / "checkpoint").write_text("\n".join(lines))
        done = self.export(self.agent, copy, check=False)
        self.assertRegex(done.stderr, re.compile("the first [0-9]+ entries are not those"))
        done = self.export(self.agent, self.folder / "new", "--log-key",
                           self.vkey(self.network.agents[BARKING]), check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("the checkpoint is not this log's", done.stderr)


if __name__ == "__main__":
    network_case.main()
