#!/usr/bin/env python3
"""Evidence packs out of running daemons: whoever has the pack and the log's key, and nothing else, can
verify it, with hubctl or with Python and openssl; every tampering is refused by both; a time stamp by an
authority outside is put in and verified.
"""
import json
import pathlib
import shutil
import subprocess
import tempfile
import zipfile

import door
import independent_log
import network_case
import rows
from network_case import BARKING, HACKNEY, OPTIONS

FILE_ROWS = 5

AUTHORITY = """
[req]
distinguished_name = name
prompt = no
x509_extensions = ca
[name]
CN = Test Root
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamping]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = ./serial
signer_cert = ./tsa.pem
certs = ./root.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """A time-stamping authority of RFC 3161 that lives as long as its folder."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        (folder / "conf").write_text(AUTHORITY)
        (folder / "serial").write_text("01\n")
        self.openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-config", "conf", "-keyout", "root.key",
                     "-out", "root.pem", "-days", "2")
        self.openssl("req", "-newkey", "rsa:2048", "-nodes", "-config", "conf", "-subj", "/CN=Test Authority",
                     "-keyout", "tsa.key", "-out", "tsa.csr")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
                     "-CAcreateserial", "-days", "2", "-extfile", "conf", "-extensions", "stamping",
                     "-out", "tsa.pem")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    @property
    def root(self):
        return self.folder / "root.pem"

    def stamp(self, query, name):
        (self.folder / "query").write_bytes(query)
        self.openssl("ts", "-reply", "-config", "conf", "-queryfile", "query", "-out", name)
        return self.folder / name


def rewritten(pack, copy, members):
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in members.items():
            out.writestr(name, content)
    return copy


class Pack(network_case.NetworkCase):
    def setUp(self):
        super().setUp()
        self.agent = self.network.agents[HACKNEY]
        self.load = rows.Load(self.rng)
        self.load.drop(self.network.agents[BARKING], [HACKNEY], FILE_ROWS)
        self.wait_settled(30)
        self.record = door.held_records(self.agent)[0]["id"]
        self.vkey = json.loads((self.agent.keys / "public.json").read_text())["log"]

    def pack(self, party, file, *what, check=True):
        return party.ctl("audit", "pack", file, *what, "--purpose", "lawfulness", "--because", "a complaint",
                         "--json", check=check)

    def elsewhere(self, pack, *options):
        """hubctl audit verify in a folder and an environment that hold nothing else."""
        with tempfile.TemporaryDirectory() as empty:
            shutil.copy(pack, pathlib.Path(empty) / "pack.zip")
            return subprocess.run([OPTIONS.bin / "hubctl", "audit", "verify", "pack.zip", *options], cwd=empty,
                                  env={}, capture_output=True, text=True, check=False)

    def wait_witnessed(self):
        """Until a quorum has cosigned all that the exchange has left in the log."""
        size = self.agent.status()["store"]["log_entries"]
        self.wait(lambda: (self.agent.status() or {"witnessed": {"entries": 0}})["witnessed"]["entries"] >= size,
                  90, f"a quorum over {size} entries")

    def test_whoever_has_the_pack_can_verify_it(self):
        self.wait_witnessed()
        before = self.folder / "before"
        self.agent.ctl("audit", "export", before)
        pack = self.folder / "pack.zip"
        made = json.loads(self.pack(self.agent, pack, "--record", self.record, "--log-key", self.vkey,
                                    "--since", before / "checkpoint").stdout)
        self.assertTrue(made["sound"])
        self.assertIn("request", made)
        self.assert_opened_only(pack)
        self.assert_recorded(made)

        done = self.elsewhere(pack, "--log-key", self.vkey)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("pack.zip: sound\nlog        " + self.vkey.split("+")[0], done.stdout)
        self.assertNotIn("anybody can make such a pack", done.stderr)
        report = json.loads(self.elsewhere(pack, "--log-key", self.vkey, "--json").stdout)
        self.assertEqual({**report, "pack": ""}, {**made, "pack": ""})
        self.assertGreaterEqual(report["witnessed_entries"], 1)
        self.assertGreaterEqual(report["cosignatures"], report["quorum"])
        self.assertGreater(report["since"], 0)
        alone = self.elsewhere(pack)
        self.assertEqual(alone.returncode, 0)
        self.assertIn("anybody can make such a pack", alone.stderr)
        other = json.loads((self.network.agents[BARKING].keys / "public.json").read_text())["log"]
        self.assertEqual(self.elsewhere(pack, "--log-key", other).returncode, 1)
        policy = self.folder / "policy-of-mine"
        policy.write_bytes(independent_log.read_pack(pack)["policy"])
        self.assertEqual(self.elsewhere(pack, "--policy", policy).stderr, "")

        name, size, lines = independent_log.verify_pack(pack, self.vkey)
        self.assertEqual((name, size, len(lines)), (report["log"], report["signed"], report["entries"]))
        self.assert_single_proofs_hold(pack, lines)
        self.assert_refuses_every_tampering(pack, other)
        self.assert_stamped(pack)

    def assert_opened_only(self, pack):
        """The one record, and nobody's name."""
        members = independent_log.read_pack(pack)
        lines = [json.loads(line) for line in members["entries.ndjson"].decode().splitlines()]
        opened = {(item["kind"], item["value"]) for line in lines for item in line.get("items", ())
                  if "value" in item}
        self.assertEqual(opened, {("record", self.record)})
        self.assertNotIn(b"a complaint", b"".join(members.values()))
        acts = {json.loads(line["leaf"])["act"] for line in lines}
        self.assertLessEqual({"collection", "consultation"}, acts)

    def assert_recorded(self, made):
        entries = {line["index"]: line for line in door.log_entries(self.agent)}
        look = entries[made["request"]]
        self.assertEqual((look["entry"]["outcome"], look["entry"]["purpose"], look["entry"]["count"]),
                         ("evidence-packed", "lawfulness", made["entries"] - 1))
        self.assertEqual(look["detail"]["justification"], "a complaint")
        self.assertEqual(look["detail"]["record_ids"], [self.record])

    def assert_single_proofs_hold(self, pack, lines):
        """Each proof by itself, with the verb for exported logs."""
        members = independent_log.read_pack(pack)
        for line in lines:
            proof = self.folder / "one.tlog-proof"
            proof.write_bytes(members[f"proofs/{line['index']}.tlog-proof"])
            done = self.network.hubctl("audit", "check", proof, "--log-key", self.vkey)
            self.assertEqual(done.stdout, line["leaf"] + "\n")

    def assert_refuses_every_tampering(self, pack, other):
        members = independent_log.read_pack(pack)
        first = json.loads(members["entries.ndjson"].split(b"\n")[0])["index"]

        def changed(name, what, by):
            def act(copy):
                if what not in copy[name]:
                    raise AssertionError(f"{name} does not hold {what}")
                copy[name] = copy[name].replace(what, by, 1)
            return act

        def set_to(name, content):
            return lambda copy: copy.__setitem__(name, content)

        def first_entry_dropped(copy):
            copy["entries.ndjson"] = copy["entries.ndjson"].split(b"\n", 1)[1]

        record = self.record.encode()
        tamperings = {
            "a leaf": changed("entries.ndjson", b'\\"outcome\\":\\"', b'\\"outcome\\":\\"x'),
            "an opened value": changed("entries.ndjson", record, record[:-1] + b"%x" % (int(record[-1:], 16) ^ 1)),
            "a kind": changed("entries.ndjson", b'"kind":"record","salt"', b'"kind":"note","salt"'),
            "a commitment": changed("entries.ndjson", b'"commitment":"', b'"commitment":"AAAA'),
            "an entry dropped": first_entry_dropped,
            "a proof dropped": lambda copy: copy.pop(f"proofs/{first}.tlog-proof"),
            "another log's checkpoint": set_to("checkpoint", members["checkpoint"].replace(b"E09000012", b"E09000002")),
            "a size": changed("checkpoint", b"\n", b"\n1"),
            "cosignatures taken away": set_to("cosigned", b"\n".join(members["cosigned"].split(b"\n")[:5]) + b"\n"),
            "a policy of another log": changed("policy", self.vkey.encode(), other.encode()),
            "a consistency proof": changed("cosigned.consistency", b"old ", b"old 1"),
            "an earlier checkpoint": changed("since", b"\n", b"\n1"),
            "a further member": set_to("notes.txt", b"hello"),
            "a path": set_to("../checkpoint", b"hello"),
        }
        for what, tamper in tamperings.items():
            for fitting in (False, True):
                with self.subTest(tampering=what, fitting=fitting):
                    copy = dict(members)
                    tamper(copy)
                    if fitting:
                        manifest = json.loads(copy["manifest.json"])
                        manifest["members"] = {
                            name: {"bytes": len(content), "sha256": independent_log.sha256(content).hex()}
                            for name, content in copy.items() if name != "manifest.json"}
                        copy["manifest.json"] = (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode()
                    file = rewritten(pack, self.folder / "tampered.zip", copy)
                    done = self.elsewhere(file, "--log-key", self.vkey)
                    self.assertEqual(done.returncode, 1, done.stderr)
                    self.assertIn("FOUND  ", done.stderr)
                    if fitting and what in ("a further member", "a path"):
                        continue  # which members there may be is the hub's rule, not the formats'
                    with self.assertRaises((independent_log.Disagreement, ValueError)):
                        independent_log.verify_pack(file, self.vkey)
        for size in (0, 10, pack.stat().st_size - 1):
            cut = self.folder / "cut.zip"
            cut.write_bytes(pack.read_bytes()[:size])
            self.assertEqual(self.elsewhere(cut, "--log-key", self.vkey).returncode, 3)
        self.say(f"{2 * len(tamperings) + 3} tamperings refused")

    def assert_stamped(self, pack):
        authority = Authority(self.folder / "authority")
        token = authority.stamp(independent_log.read_pack(pack)["checkpoint.tsq"], "answer.tsr")
        self.network.hubctl("audit", "stamp", pack, "--token", token)
        done = self.elsewhere(pack, "--log-key", self.vkey)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("by CN=Test Authority: NOT VERIFIED", done.stdout)
        done = self.elsewhere(pack, "--log-key", self.vkey, "--tsa-ca", authority.root)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"stamped    .* by CN=Test Authority\n")
        members = independent_log.read_pack(pack)
        for name in ("checkpoint", "checkpoint.tsr"):
            (self.folder / name).write_bytes(members[name])
        subprocess.run(["openssl", "ts", "-verify", "-data", self.folder / "checkpoint", "-in",
                        self.folder / "checkpoint.tsr", "-CAfile", authority.root], check=True, capture_output=True)
        stranger = Authority(self.folder / "stranger")
        done = self.elsewhere(pack, "--log-key", self.vkey, "--tsa-ca", stranger.root)
        self.assertEqual(done.returncode, 1)
        self.assertIn("checkpoint.tsr: the time stamp is not signed by an authority", done.stderr)
        again = self.folder / "again.zip"
        self.pack(self.agent, again, "--entries", "0")
        done = self.network.hubctl("audit", "stamp", again, "--token", token, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the time stamp is of something else", done.stderr)

    def test_packs_what_is_asked_for_by_whoever_may_ask(self):
        broker = self.network.broker
        made = json.loads(self.pack(broker, self.folder / "broker.zip", "--entries", "0-2", "--open", "all").stdout)
        self.assertEqual((made["entries"], made["closed"]), (4, 0))
        self.assertTrue(made["log"].endswith("/audit/broker"), made)
        vkey = json.loads((broker.keys / "public.json").read_text())["log"]
        self.assertEqual(self.elsewhere(self.folder / "broker.zip", "--log-key", vkey).returncode, 0)

        def refused(code, told, *arguments):
            file = self.folder / "none.zip"
            done = self.agent.ctl("audit", "pack", file, *arguments, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(told, done.stderr)
            self.assertFalse(file.exists())
        why = ("--purpose", "integrity", "--because", "a test")
        refused(2, "--because", "--entries", "0", "--purpose", "integrity")
        refused(2, "lawfulness", "--entries", "0", "--purpose", "fun", "--because", "a test")
        refused(2, "say what to pack", *why)
        refused(2, "--entries is no list", "--entries", "7,5", *why)
        refused(2, "--open is all", "--entries", "0", "--open", "everything", *why)
        refused(2, "name some of these", "--entries", "100000", *why)
        refused(1, "no entry of this log names that record", "--record", "00000000-0000-7000-8000-000000000000",
                *why)
        refused(1, "auditor", "--entries", "0", "--role", "operator", *why)
        refused(1, "cannot be believed", "--entries", "0", "--log-key", vkey, *why)
        with self.assertRaisesRegex(door.DoorRefused, "say why"):
            door.call(self.agent.door, "audit.pack", {"entries": [[0, 0]], "purpose": "integrity"})
        self.pack(self.agent, self.folder / "there.zip", "--entries", "0")
        done = self.pack(self.agent, self.folder / "there.zip", "--entries", "0", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is there already", done.stderr)


if __name__ == "__main__":
    network_case.main()
