#!/usr/bin/env python3
"""Agents cosign each other's logs and the broker's: what they cosign leaves with an export and holds in an
independent check, which refuses every tampering; a missing quorum is told and holds up nothing; a store
that was put back is told by the others that it was longer.
"""
import base64
import json
import shutil

import door
import independent_log
import network_case
import rows
from network_case import BARKING, HACKNEY, TOWER_HAMLETS

FILE_ROWS = 5


class Witness(network_case.NetworkCase):
    def witnessed(self, party):
        """What its status says; nothing while it starts."""
        return (party.status() or {}).get("witnessed", {"entries": 0, "ahead": 0, "overdue": False})

    def size(self, party):
        return party.status()["store"]["log_entries"]

    def wait_witnessed(self, party, entries):
        self.wait(lambda: self.witnessed(party)["entries"] >= entries, 60,
                  f"{party.code}: a quorum over {entries} entries")

    def export(self, party, folder):
        done = party.ctl("audit", "export", folder, "--json")
        return json.loads(done.stdout)

    def vkey(self, party):
        return json.loads((party.keys / "public.json").read_text())["log"]

    def test_every_log_is_cosigned_and_whoever_has_the_files_can_see_it(self):
        load = rows.Load(self.rng)
        load.drop(self.network.agents[BARKING], [HACKNEY], FILE_ROWS)
        self.wait_settled(30)
        for party in self.network.parties():
            self.wait_witnessed(party, self.size(party))
            standing = self.witnessed(party)
            others = 3 if party.code == "broker" else 2
            self.assertEqual((standing["witnesses"], standing["needed"]), (others, 2))
            self.assertFalse(standing["overdue"])
            folder = self.folder / f"export-{party.code}"
            exported = self.export(party, folder)
            self.assertEqual(exported["witnesses"], others)
            self.assertGreater(exported["witnessed_entries"], 0)
            vkey = self.vkey(party)
            independent_log.verify(folder, vkey)
            _, witnesses, needed = independent_log.read_policy(folder)
            times = independent_log.cosigned_by((folder / "cosigned").read_text(), witnesses)
            self.assertGreaterEqual(len(times), needed)
            self.assertGreaterEqual(len(list((folder / "seen").iterdir())), needed)
            self.assert_refuses_every_tampering(folder, vkey)

    def assert_refuses_every_tampering(self, folder, vkey):
        def cosigned(act):
            def changed(folder):
                lines = (folder / "cosigned").read_text().split("\n")
                act(lines)
                (folder / "cosigned").write_text("\n".join(lines))
            return changed

        def first_seen(folder):
            return sorted((folder / "seen").iterdir())[0]

        def seen(act):
            def changed(folder):
                lines = first_seen(folder).read_text().split("\n")
                act(lines)
                first_seen(folder).write_text("\n".join(lines))
            return changed

        def signature(at, change):
            def act(lines):
                mark, name, text = lines[at].split(" ")
                raw = bytearray(base64.b64decode(text))
                change(raw)
                lines[at] = f"{mark} {name} {base64.b64encode(raw).decode()}"
            return act

        def flip(place):
            def change(raw):
                raw[place] ^= 1
            return change

        def other_witness(lines):
            mark, name, _ = lines[5].split(" ")
            lines[5] = f"{mark} {name} {lines[6].split(' ')[2]}"

        def put(lines, at, text):
            lines[at] = text

        tamperings = {
            "a cosignature changed": cosigned(signature(5, flip(40))),
            "another time": cosigned(signature(5, flip(11))),
            "a cosignature longer": cosigned(signature(5, lambda raw: raw.append(0))),
            "a cosignature missing": cosigned(lambda lines: lines.pop(5)),
            "one witness twice": cosigned(lambda lines: put(lines, 6, lines[5])),
            "another witness's cosignature": cosigned(other_witness),
            "another size": cosigned(lambda lines: put(lines, 1, str(int(lines[1]) + 1))),
            "another root": cosigned(lambda lines: put(lines, 2, base64.b64encode(bytes(32)).decode())),
            "the log's signature missing": cosigned(lambda lines: lines.pop(4)),
            "a witness's checkpoint without its cosignature": seen(lambda lines: lines.pop(5)),
            "a witness's checkpoint of another root": seen(
                lambda lines: put(lines, 2, base64.b64encode(bytes(32)).decode())),
            "a witness's checkpoint as another's": lambda at: first_seen(at).rename(
                at / "seen" / "E09000099.checkpoint"),
            "a policy of no witnesses": lambda at: (at / "policy").write_text(
                f"log {vkey}\nquorum none\n"),
            "a witness's key replaced": lambda at: (at / "policy").write_text(
                (at / "policy").read_text().replace("witness w1", "witness w9", 1)),
        }
        self.assertEqual(independent_log.refused(folder, vkey, tamperings), list(tamperings))

    def test_a_missing_quorum_is_told_and_holds_up_nothing(self):
        barking = self.network.agents[BARKING]
        self.wait_witnessed(barking, 1)
        self.stop_party(self.network.agents[TOWER_HAMLETS])
        self.wait(lambda: self.witnessed(barking)["overdue"], 60, "the missing quorum to be told")
        self.assertIn("log-unwitnessed", barking.log.read_text())
        load = rows.Load(self.rng)
        load.drop(barking, [HACKNEY], FILE_ROWS)
        self.wait_settled(30, barking)
        # The broker has three witnesses, of which two are there.
        self.wait_witnessed(self.network.broker, self.size(self.network.broker))
        self.start_party(self.network.agents[TOWER_HAMLETS])
        self.wait_witnessed(barking, self.size(barking))
        self.assertFalse(self.witnessed(barking)["overdue"])

    def test_a_store_that_was_put_back_is_told_that_it_was_longer(self):
        barking = self.network.agents[BARKING]
        self.stop_party(barking)
        saved = self.folder / "saved"
        shutil.copytree(barking.state, saved)
        self.start_party(barking)
        self.wait(self.network.everybody_in_session, 30, "all agents to be in session")
        for _ in range(20):
            door.call(barking.door, "audit.entries", {"limit": 1})
        self.wait_witnessed(barking, self.size(barking))
        self.stop_party(barking)
        shutil.rmtree(barking.state)
        shutil.copytree(saved, barking.state)
        self.start_party(barking)
        self.wait(lambda: self.witnessed(barking)["ahead"] == 2, 60, "the witnesses to say so")
        self.assertEqual(self.witnessed(barking)["entries"], 0)
        self.assertIn("log-was-longer", barking.log.read_text())
        # It signs nothing, however many entries come, and everything else goes on.
        checkpoint = barking.state / "agent.db.checkpoint"
        signed = checkpoint.read_bytes()
        self.assertEqual(signed, (saved / "agent.db.checkpoint").read_bytes())
        load = rows.Load(self.rng)
        for _ in range(20):
            load.drop(barking, [HACKNEY], FILE_ROWS)
        self.wait_settled(30, barking)
        self.assertFalse(self.witnessed(barking)["signing"])
        self.assertEqual(checkpoint.read_bytes(), signed)
        self.stop_party(barking)
        self.assertEqual(checkpoint.read_bytes(), signed)
        self.open_anew(barking, signed)

    def open_anew(self, party, signed):
        """The way on: the log goes on under its next origin, once the register says so."""
        self.network.hubctl("keys", "next-log", "--keys", party.keys)
        notes = self.network.broker.state / "notes"
        register = self.folder / "register-000002.note"
        self.network.make_register(register, notes / "register-000001.note")
        self.network.broker.ctl("register", "apply", register)
        self.start_party(party)
        self.wait(lambda: (party.status() or {}).get("register") == 2, 30, "the new register")
        # Its own log's origin is read at start.
        self.stop_party(party)
        self.start_party(party)
        # What was cosigned under the old origin does not hold up an export under the new one.
        self.wait(party.status, 30, "the agent to answer")
        self.export(party, self.folder / "anew-at-once")
        self.wait_witnessed(party, 1)
        self.assertEqual((party.state / "agent.db.checkpoint.retired").read_bytes(), signed)
        folder = self.folder / "anew"
        self.export(party, folder)
        name, _, entries = independent_log.verify(folder, self.vkey(party))
        self.assertTrue(name.endswith(f"/audit/{party.code}/2"), name)
        opened = [json.loads(entry) for entry in entries if b"log-opened-anew" in entry]
        self.assertEqual([entry["reason"] for entry in opened], [" ".join(signed.decode().split("\n")[:3])])


if __name__ == "__main__":
    network_case.main()
