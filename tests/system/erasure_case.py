"""What system tests of erasure share: records with markers at a recipient, two officers, and a look
into all of the recipient's files.
"""
import json
import re
import secrets
import string

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


class ErasureCase(network_case.NetworkCase):
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
