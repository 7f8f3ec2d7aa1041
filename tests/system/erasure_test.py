#!/usr/bin/env python3
"""Erasure in a running hub: of a file of records one is erased at its recipient by two officers. No
file of that authority then holds its text, its id, or the random bytes that its traces in the audit
log were committed with; nobody finds it; the log verifies; all other records are there.
"""
import uuid

import door
import erasure_case
import network_case
import users
from erasure_case import FIRST, SECOND, TARGET
from network_case import BARKING


class Erasure(erasure_case.ErasureCase):
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
