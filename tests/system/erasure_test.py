#!/usr/bin/env python3
"""Erasure in a running hub: of a file of records one is erased at its recipient by two officers. No
file of that authority then holds its text, its id, or the random bytes that its traces in the audit
log were committed with; nobody finds it; the log verifies; all other records are there.
"""
import json
import re
import secrets
import string
import uuid

import door
import network_case
import rows
import users
from network_case import BARKING, HACKNEY

FILE_ROWS = 20
TARGET = 7
# Local users without a name: the door knows them by their numbers.
FIRST, SECOND = 64001, 64002
OFFICERS = "".join(f'"uid:{uid}" = ["privacy-officer"]\n' for uid in (FIRST, SECOND))


def new_marker(length=20):
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


class Erasure(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}
    agent_settings = OFFICERS  # stands in [door.roles]

    def setUp(self):
        super().setUp()
        self.sender, self.agent = (self.network.agents[code] for code in (BARKING, HACKNEY))
        users.let_in(self.folder, self.agent.door)
        self.markers = [new_marker() for _ in range(FILE_ROWS)]
        self.references = []
        file = []
        for number, marker in enumerate(self.markers):
            row = rows.notice(BARKING, HACKNEY, number, marker=marker)
            self.references.append(row["case_reference"])
            file.append(row)
        self.sender.drop(f"{rows.TYPE}-1.csv", rows.to_csv(file))
        self.wait(lambda: len(door.held_records(self.agent)) == FILE_ROWS, 30, "all to be held")

    # ---- asking

    def found(self, reference):
        lines, _ = door.call(self.agent.door, "records.list", {
            "find": {"identifier": "case_reference", "value": reference},
            "role": "housing-officer"})
        return [line["id"] for line in lines]

    def officer(self, uid, verb, **request):
        lines, end = users.call_as(uid, self.agent.door, verb,
                                   {"because": "request of the day", **request})
        return lines, json.loads(end) if end.startswith("{") else end

    def assert_refused(self, told, uid, verb, status=1, **request):
        with self.assertRaises(door.DoorRefused) as refused:
            self.officer(uid, verb, **request)
        self.assertEqual(refused.exception.status, status)
        self.assertIn(told, str(refused.exception))

    # ---- looking into files

    def plain_store(self):
        out = self.folder / "pages"
        self.network.command([self.network.bin / "store_pages", self.agent.store,
                              self.agent.keys / "store.key", out])
        content = out.read_bytes()
        out.unlink()
        return content

    def assert_no_file_holds(self, needles):
        plain = self.plain_store()
        for name, needle in needles.items():
            self.assertFalse(needle in plain, f"{name} is still in the store")
        for file in sorted(self.agent.folder.rglob("*")):
            if not file.is_file():
                continue
            content = file.read_bytes()
            for name, needle in needles.items():
                self.assertFalse(needle in content, f"{name} is still in {file}")

    @staticmethod
    def salts_of(record, plain):
        """The random bytes of every item that names the record (audit/log/detail.h)."""
        pattern = rb"\x01\x07(.{32})\x00\x10" + re.escape(record)
        return set(re.findall(pattern, plain, re.DOTALL))

    def needles(self, record):
        plain = self.plain_store()
        salts = self.salts_of(record.bytes, plain)
        self.assertGreaterEqual(len(salts), 2, "it was taken in and looked at")
        out = {"its text": self.markers[TARGET].encode(), "its id": record.bytes,
               "its id as text": str(record).encode(),
               "its case reference": self.references[TARGET].encode()}
        out.update({f"salt {i}": salt for i, salt in enumerate(sorted(salts))})
        for name, needle in out.items():
            if name != "its id as text":
                self.assertTrue(needle in plain, f"the search finds {name} while it is there")
        return out

    # ---- the tests

    def test_an_erased_record_is_in_no_file_and_nobody_finds_it(self):
        reference = self.references[TARGET]
        record = uuid.UUID(self.found(reference)[0])
        door.call(self.agent.door, "records.show", {"id": str(record), "role": "housing-officer"})
        needles = self.needles(record)

        subject = {"identifier": "case_reference", "value": reference}
        lines, proposed = self.officer(FIRST, "erase.propose", subject=subject,
                                       ground="entered-in-error", reference="DPO/2026/17")
        self.assertEqual([line["id"] for line in lines], [str(record)])
        lines, _ = self.officer(SECOND, "erase.list")
        self.assertEqual([(line["proposal"], line["records"]) for line in lines],
                         [(proposed["proposal"], [str(record)])])
        self.assert_refused("another officer", FIRST, "erase.approve", id=proposed["proposal"])
        self.assertEqual(self.found(reference), [str(record)])
        _, erased = self.officer(SECOND, "erase.approve", id=proposed["proposal"])
        self.assertEqual(erased["erased"], 1)
        self.assert_no_file_holds(needles)

        self.assertEqual(self.found(reference), [])
        self.assert_refused_show(record)
        listed = {line["fields"]["case_reference"] for line in door.held_records(self.agent)}
        self.assertEqual(listed, set(self.references) - {reference})
        plain = self.plain_store()
        for number, marker in enumerate(self.markers):
            if number != TARGET:
                self.assertTrue(marker.encode() in plain, "other records are there")
        entry = next(entry for entry in door.log_entries(self.agent)
                     if entry["entry"]["act"] == "erasure")
        self.assertEqual(entry["index"], erased["entry"])
        self.assertEqual(entry["entry"]["outcome"], "erased")
        self.assertEqual(entry["detail"]["actor"], f"uid:{SECOND}")
        self.assertEqual(entry["detail"]["note"], f"{proposed['proposal']} DPO/2026/17")
        self.assert_refused("no such proposal", SECOND, "erase.approve", id=proposed["proposal"])
        # Nor does a restart bring it back. That somebody looked for it afterwards, and by which value,
        # is in the log.
        del needles["its case reference"]
        self.stop_party(self.agent)
        self.assert_no_file_holds(needles)
        self.start_party(self.agent)
        self.wait_in_session(self.agent)
        self.assertEqual(self.found(reference), [])
        self.stop_all()
        self.assert_logs_verify()
        self.say(f"{len(needles)} needles, {erased['items']} items of the log erased")

    def assert_refused_show(self, record):
        with self.assertRaises(door.DoorRefused) as refused:
            door.call(self.agent.door, "records.show", {"id": str(record), "role": "housing-officer"})
        self.assertIn("no record with this id", str(refused.exception))

    def test_a_legal_hold_blocks_an_erasure_until_two_officers_lift_it(self):
        record = self.found(self.references[TARGET])[0]
        about = {"records": [record], "reference": "CLAIM/4"}
        _, proposed = self.officer(FIRST, "erase.propose", ground="objection", **about)
        _, hold = self.officer(FIRST, "hold.place", **about)
        self.assertEqual(hold["records"], 1)
        self.assert_refused("legal hold", SECOND, "erase.approve", id=proposed["proposal"])
        self.assert_refused("legal hold", SECOND, "erase.propose", ground="objection", **about)
        for _ in range(2):  # the same officer twice is still one officer
            _, told = self.officer(FIRST, "hold.lift", id=hold["hold"])
            self.assertIn("another officer", told)
        self.assertEqual(len(self.officer(SECOND, "hold.list")[0]), 1)
        _, told = self.officer(SECOND, "hold.lift", id=hold["hold"])
        self.assertEqual(told, "lifted")
        _, erased = self.officer(SECOND, "erase.approve", id=proposed["proposal"])
        self.assertEqual(erased["erased"], 1)
        outcomes = [entry["entry"]["outcome"] for entry in door.log_entries(self.agent)]
        for outcome in ("erasure-proposed", "hold-placed", "erasure-refused-by-hold",
                        "hold-lift-proposed", "hold-lifted", "erased"):
            self.assertIn(outcome, outcomes)

    def test_officers_say_which_records_a_name_means_and_others_may_not_ask(self):
        subject = {"identifier": "postcode", "value": "QA1 1VV"}
        self.assert_refused("may belong to several people", FIRST, "erase.propose",
                            subject=subject, ground="objection", reference="DPO/1")
        record = self.found(self.references[0])[0]
        wrong = {"records": [record], "reference": "DPO/1"}
        self.assert_refused("give a ground", FIRST, "erase.propose", 2, ground="whim", **wrong)
        self.assert_refused("say why", FIRST, "erase.propose", 2, ground="objection",
                            **{**wrong, "because": ""})
        self.assert_refused("no such record", FIRST, "erase.propose", ground="objection",
                            reference="DPO/1", records=[str(uuid.uuid4())])
        _, proposed = self.officer(FIRST, "erase.propose", ground="objection", **wrong)
        with self.assertRaises(door.DoorRefused) as refused:
            door.call(self.agent.door, "erase.approve",
                      {"id": proposed["proposal"], "because": "as root"})
        self.assertIn("privacy-officer", str(refused.exception))
        self.officer(FIRST, "erase.withdraw", id=proposed["proposal"])
        self.assertEqual(self.officer(FIRST, "erase.list")[0], [])
        self.assertEqual(self.found(self.references[0]), [record])

    def test_a_sender_erases_what_its_log_says_of_a_record(self):
        record = self.found(self.references[TARGET])[0]
        users.let_in(self.folder, self.sender.door)
        self.wait_settled(30, self.sender)
        self.agent = self.sender
        subject = {"identifier": "case_reference", "value": self.references[TARGET]}
        lines, proposed = self.officer(FIRST, "erase.propose", subject=subject, ground="court-order",
                                       reference="C/1")
        self.assertEqual([(line["id"], line["sender"]) for line in lines], [(record, BARKING)])
        _, told = self.officer(SECOND, "erase.approve", id=proposed["proposal"])
        self.assertEqual((told["erased"], told["items"]), (0, 3))  # disclosure, receipt and proposal
        named = [entry for entry in door.log_entries(self.sender)
                 if record in entry.get("detail", {}).get("record_ids", [])]
        self.assertEqual(named, [])
        self.assert_refused("no such record", FIRST, "erase.propose", subject=subject,
                            ground="court-order", reference="C/2")


if __name__ == "__main__":
    network_case.main()
