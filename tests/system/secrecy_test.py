#!/usr/bin/env python3
"""What the middle cannot read, and what no file gives away: markers in every text of 2,000 records are
looked for in the broker's files, in its memory, in every daemon's log and in the agents' stores,
while the records wait in the broker and while they flow.

Reading a process's memory takes root (or `sudo -n`); without, the test fails. Not for sanitizer
builds, whose shadow memory cannot be read through.
"""
import json
import os
import pathlib
import secrets
import string
import subprocess
import sys

import door
import network_case
import rows
from network_case import BARKING, HACKNEY, TOWER_HAMLETS

RECORDS = 2000
FILE_ROWS = 250
SCANNER = pathlib.Path(__file__).resolve().parent / "memory.py"


def new_marker(length=20):
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def files_with(folder, patterns):
    """(file, pattern) for each file below the folder that holds one of the patterns."""
    out = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.is_symlink():
            continue
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # the daemon removed it meanwhile
        out += [(file, pattern) for pattern in patterns if pattern in content]
    return out


class Secrecy(network_case.NetworkCase):
    starts = False

    def setUp(self):
        super().setUp()
        agents = self.network.agents
        self.senders = [agents[BARKING], agents[HACKNEY]]
        self.away = agents[TOWER_HAMLETS]
        self.load = rows.Load(self.rng, urgent=0.1)
        # One for each field that holds text, so that a leak names where it came from.
        self.markers = {field: new_marker() for field in rows.TEXTS}
        self.patterns = [marker.encode() for marker in self.markers.values()]

    def drop_records(self, count):
        for _ in range(count // FILE_ROWS // len(self.senders)):
            for sender in self.senders:
                marked = self.load.rows(sender.code, [self.away.code], FILE_ROWS)
                for row in marked:
                    for field, marker in self.markers.items():
                        row[field] = f"{row[field]} {marker}"
                self.load.files[sender.code] += 1
                sender.drop(f"{rows.TYPE}-{self.load.files[sender.code]:06d}.csv",
                            rows.to_csv(marked))

    # ---- memory

    def scan_memory(self, pid, patterns):
        """How often each pattern is in the process's memory; reading it all or failing."""
        command = [sys.executable, str(SCANNER), str(pid)]
        if os.geteuid() != 0:
            command = ["sudo", "-n", *command]
        lines = "\n".join(pattern.hex() for pattern in patterns)
        try:
            done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=300)
        except OSError:
            self.fail("a process's memory can be read only as root, and there is no sudo here: run "
                      "this test as root")
        if done.returncode != 0:
            self.fail("a process's memory could not be read; run this test as root or with a "
                      f"password-free sudo: {done.stderr.strip()[-300:]}")
        report = json.loads(done.stdout)
        self.assertGreater(report["bytes"], 1 << 20)
        return {bytes.fromhex(pattern): count for pattern, count in report["found"].items()}

    def assert_broker_memory_clean(self, when):
        # The header's sender is known to every broker: finding it shows that the scan sees this
        # process's memory and not some other.
        known = BARKING.encode()
        found = self.scan_memory(self.network.broker.process.pid, [known, *self.patterns])
        self.assertGreater(found.pop(known), 0, "the scan finds what the broker does hold")
        for field, pattern in zip(self.markers, self.patterns):
            self.assertEqual(found[pattern], 0, f"{field} in the broker's memory {when}")

    def assert_scan_finds_markers(self):
        """The scanner sees a text in a process that was given it a moment ago."""
        holder = subprocess.Popen([sys.executable, "-c", "import sys; text = sys.stdin.readline(); "
                                   "print('ready', flush=True); sys.stdin.readline()"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            holder.stdin.write(next(iter(self.markers.values())) + "\n")
            holder.stdin.flush()
            self.assertEqual(holder.stdout.readline(), "ready\n")
            self.assertGreater(self.scan_memory(holder.pid, self.patterns[:1])[self.patterns[0]], 0)
        finally:
            holder.stdin.close()
            holder.wait()
            holder.stdout.close()

    # ---- files

    def assert_files_clean(self, when):
        folders = [self.network.broker.folder] + [agent.state for agent in
                                                  self.network.agents.values()]
        for folder in folders:
            self.assertEqual(files_with(folder, self.patterns), [], f"texts in files {when}")
        for party in self.network.parties():
            content = party.log.read_bytes()
            self.assertGreater(len(content), 100)
            for field, pattern in zip(self.markers, self.patterns):
                self.assertNotIn(pattern, content, f"{field} in the log of {party.code} {when}")

    def assert_files_can_be_searched(self):
        """The same search finds every marker where it must be: in the files that were sent."""
        found = {pattern for _, pattern in
                 files_with(self.senders[0].spool / "done", self.patterns)}
        self.assertEqual(found, set(self.patterns))

    # ---- the test

    def waiting_at_broker(self):
        status = door.status(self.network.broker)
        return status and next(agent["waiting_slices"] for agent in status["agents"]
                               if agent["authority"] == self.away.code)

    def test_no_text_is_found_outside_the_boroughs(self):
        self.start_all()
        self.stop_party(self.away)
        self.drop_records(RECORDS)

        def all_there():
            links = [(door.status(sender) or {}).get("link") for sender in self.senders]
            return (self.waiting_at_broker()
                    and not any(network_case.waiting_files(sender) for sender in self.senders)
                    and not any(link is None or link["slices_to_submit"] or
                                link["slices_under_way"] for link in links))
        self.wait(all_there, 60, "the records to wait in the broker")
        relayed = network_case.envelopes(door.log_entries(self.network.broker), "relay")
        self.assertEqual(len(relayed), RECORDS)
        self.assert_scan_finds_markers()
        self.assert_broker_memory_clean("while records wait")
        self.assert_files_clean("while records wait")

        self.start_party(self.away)
        self.drop_records(RECORDS)
        scans = 0
        while True:
            self.assert_broker_memory_clean("while records flow")
            scans += 1
            statuses = [door.status(sender) for sender in self.senders]
            if all(status and not status["records_without_receipt"] for status in statuses) \
                    and not any(network_case.waiting_files(sender) for sender in self.senders):
                break
        self.wait_settled(60)
        self.assert_broker_memory_clean("after records flowed")
        self.assert_files_clean("after records flowed")
        self.assert_files_can_be_searched()
        self.assert_received(self.load)
        # Looking at records through the local door leaves no trace of them either.
        record = door.held_records(self.away)[0]
        shown, _ = door.call(self.away.door, "records.show",
                             {"id": record["id"], "role": "housing-officer"})
        for field, marker in self.markers.items():
            self.assertIn(marker, shown[0]["fields"][field], "what arrived is what was sent")
        self.assert_files_clean("after a record was shown")
        self.say(f"{2 * RECORDS} records, {len(self.markers)} markers, {scans + 2} scans of the "
                 "broker's memory")
        self.stop_all()
        self.assert_files_clean("after everybody has stopped")


if __name__ == "__main__":
    network_case.main()
