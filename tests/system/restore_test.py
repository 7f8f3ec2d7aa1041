#!/usr/bin/env python3
"""A log that is restored from its mirrors: an agent's state is put back to a copy from before a record
was erased. It shows nothing until an operator brings the recovery key; then the log continues what its
witnesses have seen, the erasure was done again, and no file holds the record.
"""
import json
import shutil
import uuid

import door
import erasure_case
import network_case
import rows
from erasure_case import FIRST, SECOND, TARGET
from network_case import BARKING, HACKNEY, TOWER_HAMLETS

CAMDEN = "E09000007"
LATER_ROWS = 3


class RestoreCase(erasure_case.ErasureCase):
    # Hackney's leaves are kept by Tower Hamlets and, after the last, by Barking.
    authorities = network_case.NAMES | {CAMDEN: "Camden"}
    mirrors = True

    def make_network(self):
        super().make_network()
        if not self.mirrors:
            (self.network.agents[HACKNEY].keys / "recovery.public").unlink()

    # ---- asking

    def of_status(self, *names):
        out = self.agent.status() or {}
        for name in names:
            out = out.get(name, {})
        return out

    def entries(self):
        return self.of_status("store", "log_entries")

    def mirrored(self, party=None):
        """How many leaves each holder keeps; nothing while the party starts."""
        status = (party or self.agent).status() or {}
        return {each["holder"]: each.get("entries", 0)
                for each in status.get("mirrored", {}).get("holders", [])}

    def wait_mirrored(self, entries):
        self.wait(lambda: self.mirrored() and min(self.mirrored().values()) >= entries, 60,
                  f"both holders to keep {entries} leaves")

    def wait_witnessed(self, entries):
        self.wait(lambda: (self.of_status("witnessed", "entries") or 0) >= entries, 60,
                  f"a quorum over {entries} entries")

    def restore(self, key=None, check=True):
        return self.agent.ctl("log", "restore", "--json", "--recovery-key",
                              key or self.agent.recovery_key, check=check)

    # ---- the story

    def save(self):
        self.stop_party(self.agent)
        shutil.copytree(self.agent.state, self.folder / "saved")
        self.start_party(self.agent)
        self.wait_in_session(self.agent)

    def put_back(self):
        self.stop_party(self.agent)
        shutil.rmtree(self.agent.state)
        shutil.copytree(self.folder / "saved", self.agent.state)
        self.start_party(self.agent)
        self.wait(lambda: (self.of_status("witnessed", "ahead") or 0) >= 2, 60,
                  "the witnesses to say so")
        self.assertIs(self.of_status("put_back"), True)

    def erase(self, record):
        erasure_case.users.let_in(self.folder, self.agent.door)
        _, proposed = self.officer(FIRST, "erase.propose", records=[str(record)],
                                   ground="entered-in-error", reference="DPO/2026/17")
        _, erased = self.officer(SECOND, "erase.approve", id=proposed["proposal"])
        self.assertEqual(erased["erased"], 1)

    def assert_shows_nothing(self, record):
        for verb, request in (("records.list", {"role": "housing-officer"}),
                              ("records.show", {"role": "housing-officer", "id": str(record)}),
                              ("policy.explain", {"id": str(record)}),
                              ("audit.entries", {"limit": 1}), ("audit.alerts", {})):
            with self.subTest(verb=verb), self.assertRaises(door.DoorRefused) as refused:
                door.call(self.agent.door, verb, request)
            self.assertEqual(refused.exception.status, 1)
            self.assertIn("hubctl log restore", str(refused.exception))

    def send_more(self):
        """The exchange goes on: the references of what Hackney gets now."""
        file = [rows.notice(BARKING, HACKNEY, FIRST + number) for number in range(LATER_ROWS)]
        self.sender.drop(f"{rows.TYPE}-2.csv", rows.to_csv(file))
        self.wait_settled(60, self.sender)
        return {row["case_reference"] for row in file}


class Restore(RestoreCase):
    def test_what_was_erased_since_stays_erased(self):
        record = uuid.UUID(self.found(self.references[TARGET])[0])
        door.call(self.agent.door, "records.show", {"id": str(record), "role": "housing-officer"})
        needles = self.needles(record)
        self.save()
        self.erase(record)
        self.assert_no_file_holds(needles)
        whole = self.entries()
        self.wait_mirrored(whole)
        self.assertEqual(set(self.mirrored()), {BARKING, TOWER_HAMLETS})
        self.assertEqual(set(self.mirrored(self.network.broker)), {BARKING, CAMDEN})
        self.put_back()
        self.assertLess(self.entries(), whole)
        self.assertIn(needles["its text"], self.plain_store(), "the old store holds it")
        self.assert_shows_nothing(record)
        later = self.send_more()

        other = self.restore(self.sender.recovery_key, check=False)
        self.assertEqual(other.returncode, 1)
        self.assertIn("nothing was changed", other.stderr)
        restored = json.loads(self.restore().stdout)
        self.assertEqual(restored["first"] + restored["restored"], whole)
        self.assertGreaterEqual(restored["own"], 1)
        self.assertEqual(restored["erasures"], 1)
        self.assert_no_file_holds(needles)
        # What was answered is done: the power may go now.
        self.restart(self.agent)
        self.wait(lambda: self.of_status("put_back") is False
                  and self.of_status("witnessed", "signing"), 60, "the log to be signed again")
        self.assertEqual(self.found(self.references[TARGET]), [])
        listed = {line["fields"]["case_reference"] for line in door.held_records(self.agent)}
        self.assertEqual(listed, (set(self.references) | later) - {self.references[TARGET]})
        self.assert_log_says(restored)
        self.wait_witnessed(self.entries())
        self.assertNotIn("log-not-continued", "".join(
            party.log.read_text() for party in self.network.parties()))
        # It is mirrored further, too.
        self.wait_mirrored(whole + restored["own"] + 1)
        again = self.restore(check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("nothing to restore", again.stderr)
        del needles["its case reference"]  # which was just asked for
        self.stop_all()
        self.assert_no_file_holds(needles)
        self.assert_logs_verify()
        self.assertGreaterEqual(self.agent.verify()[1]["details_missing"], 1)
        self.say(f"{restored['restored']} leaves came back, {restored['own']} stand behind them")

    def assert_log_says(self, restored):
        entries = door.log_entries(self.agent)
        end = restored["first"] + restored["restored"]
        for entry in entries[restored["first"]:end]:
            self.assertNotIn("detail", entry)
            self.assertEqual("detail_missing" in entry, "detail" in entry["entry"])
        for entry in entries[:restored["first"]]:
            self.assertEqual(entry["index"], entry["entry"]["seq"])
        said = entries[end + restored["own"]]["entry"]
        self.assertEqual((said["act"], said["outcome"]), ("admin", "log-restored"))
        self.assertEqual(said["restored"], [[restored["first"], end - 1]])
        self.assertEqual(said["count"], restored["restored"])


class WithoutMirrors(RestoreCase):
    """An agent without a recovery key mirrors nothing, and says so."""
    mirrors = False

    def test_nothing_is_restored_and_it_says_what_to_do(self):
        self.assertIs(self.of_status("mirrored", "recovery_key"), False)
        self.assertIn("NOT MIRRORED", self.agent.ctl("status").stdout)
        record = uuid.UUID(self.found(self.references[TARGET])[0])
        self.save()
        door.call(self.agent.door, "records.show", {"id": str(record), "role": "housing-officer"})
        self.wait_witnessed(self.entries())
        self.put_back()
        before = self.entries()
        refused = self.restore(check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("nothing was changed", refused.stderr)
        self.assertIn("keys next-log", refused.stderr)
        self.assertIs(self.of_status("put_back"), True)
        self.assertEqual(self.entries(), before)
        self.assert_shows_nothing(record)


if __name__ == "__main__":
    network_case.main()
