#!/usr/bin/env python3
"""A store that cannot be written: nothing is acknowledged, the log says why, and once there is room
everything goes on without repair.

The state folder of one party lies on a small tmpfs, filled up by a file beside the store, so that
the store gets the same answer as on a full disk. Where mounting is not allowed (no root), and in one
test always, no file of the party may grow beyond a size instead (prlimit --fsize).
"""
import errno
import os
import resource
import subprocess
import unittest.mock

import door
import network_case
import rows
from network_case import BARKING, HACKNEY, network

DISK_KIB = 48 * 1024  # room for a write-ahead log of 16 MiB, twice
FILES = 6
FILE_ROWS = 500
FAILED_COMMITS = 3


POPEN = subprocess.Popen


class SmallDisk:
    """A tmpfs of a few MiB on the party's state folder."""
    reason = "full"

    def __init__(self, party):
        self.party = party
        self.ballast = party.state / "ballast"
        party.state.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k,mode=700", "hub-test",
                        party.state], check=True, capture_output=True)

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.party.state], check=True)

    def fill(self):
        with self.ballast.open("wb", buffering=0) as file:
            block = bytes(4096)
            try:
                while True:
                    file.write(block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self):
        self.ballast.unlink()

    def fill_for_next_start(self):
        """Room that a killed process gave back is filled again."""
        self.free()
        self.fill()

    def free_for_next_start(self):
        self.free()


class SizeLimit:
    """No file that the party's process writes may grow beyond what its store files are now."""
    reason = ""  # the system calls it "file too large"; what the store makes of it is its own

    def __init__(self, party):
        self.party = party
        # Python ignores SIGXFSZ, and a daemon that inherits that gets an error instead of dying.
        self.popen = unittest.mock.patch.object(
            network.subprocess, "Popen",
            lambda *arguments, **named: POPEN(*arguments, restore_signals=False, **named))
        self.popen.start()

    def unmount(self):
        self.popen.stop()

    def limit(self, size):
        subprocess.run(["prlimit", "--pid", str(self.party.process.pid), f"--fsize={size}:unlimited"],
                       check=True, capture_output=True)

    def size(self):
        return max(file.stat().st_size for file in self.party.state.glob("*.db*"))

    def fill(self):
        self.limit(self.size())

    def free(self):
        self.limit("unlimited")

    def fill_for_next_start(self):
        """What is started next inherits the limit of this process."""
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size(), most))

    def free_for_next_start(self):
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def can_mount(folder):
    if os.geteuid() != 0:
        return False
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "hub-test", folder],
                          capture_output=True)
    if done.returncode == 0:
        subprocess.run(["umount", folder], check=True)
    return done.returncode == 0


class Outage(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}
    starts = False

    def make_network(self):
        """The party's disk has to be there before its store is made."""

    def set_up_disk(self, choose, kind=None):
        party = choose(self.network)
        kind = kind or (SmallDisk if can_mount(self.folder / "try") else SizeLimit)
        disk = kind(party)
        self.addCleanup(disk.unmount)
        self.addCleanup(self.end_processes)  # before the disk goes
        self.network.make(self.bundle_folders())
        self.say(f"{party.code}: {kind.__name__}")
        self.start_all()
        self.sender, self.recipient = (self.network.agents[c] for c in (BARKING, HACKNEY))
        self.load = rows.Load(self.rng)
        self.drop_files(1)
        self.wait_settled(30)
        return party, disk

    def drop_files(self, count=FILES):
        for _ in range(count):
            self.load.drop(self.sender, [HACKNEY], FILE_ROWS)

    def store_status(self, party):
        status = door.status(party)
        return status and status["store"]

    def wait_for_outage(self, party):
        def failing():
            store = self.store_status(party)
            return store and store["in_outage"] and store
        store = self.wait(failing, 60, "the store to be in outage")
        rollbacks = store["rollbacks"]

        def goes_on():
            now = self.store_status(party)
            return now and now["rollbacks"] >= rollbacks + FAILED_COMMITS and now["in_outage"]
        before = self.counts()
        self.wait(goes_on, 60, f"{FAILED_COMMITS} more commits to fail")
        after = self.counts()
        for what in ("receipts", "held") + (("sent",) if party is self.sender else ()):
            self.assertEqual(after[what], before[what], f"{what}, while no commit succeeds")
        self.assertGreater(self.load.total(), after["receipts"], "something is left to be done")
        self.assertLessEqual(after["receipts"], after["held"], "receipts without a record held")

    def counts(self):
        sender, recipient = door.status(self.sender), door.status(self.recipient)
        return {"sent": network.tally(sender, "sent"),
                "receipts": network.tally(sender, "outcome"),
                "held": network.tally(recipient, "received")}

    def assert_log_says_why(self, party, disk):
        lines = [line for line in network_case.log_lines(party)
                 if "nothing is acknowledged" in json_text(line)]
        self.assertGreaterEqual(len(lines), 1, self.last_words(party, 30))
        self.assertIn(disk.reason, json_text(lines[0]))
        self.assertNotIn("Applicant", json_text(lines[0]))

    def assert_goes_on(self, party, disk):
        disk.free()
        self.wait_settled(90)
        self.assertFalse(self.store_status(party)["in_outage"])
        self.assertIn("commits again", party.log.read_text())
        self.assert_received(self.load)
        ids = {record["id"] for record in door.held_records(self.recipient)}
        disclosed = network_case.disclosures(door.log_entries(self.sender))
        self.assertEqual(set(disclosed), ids, "disclosed and held")
        self.assertEqual({len(leaves) for leaves in disclosed.values()}, {1})
        self.stop_all()
        self.assert_logs_verify()

    # ---- full disks

    def test_a_sender_whose_disk_is_full_discloses_nothing(self):
        party, disk = self.set_up_disk(lambda hub: hub.agents[BARKING])
        disk.fill()
        self.drop_files()
        self.wait_for_outage(party)
        self.assertNotEqual(network_case.waiting_files(party), [], "the files stay where they are")
        self.assert_log_says_why(party, disk)
        # The log cannot be read when the reading cannot be recorded.
        with self.assertRaises(door.DoorRefused) as refused:
            door.log_entries(party)
        self.assertIn("could not be recorded", str(refused.exception))
        self.assert_goes_on(party, disk)

    def test_a_recipient_whose_disk_is_full_acknowledges_nothing(self):
        party, disk = self.set_up_disk(lambda hub: hub.agents[HACKNEY])
        disk.fill()
        self.drop_files()
        self.wait_for_outage(party)
        self.assert_log_says_why(party, disk)
        with self.assertRaises(door.DoorRefused) as refused:
            door.held_records(party)
        self.assertIn("could not be recorded", str(refused.exception))
        self.assert_goes_on(party, disk)

    def test_a_broker_whose_disk_is_full_takes_nothing(self):
        party, disk = self.set_up_disk(lambda hub: hub.broker)
        disk.fill()
        self.drop_files()
        self.wait_for_outage(party)
        self.assert_log_says_why(party, disk)
        self.assert_goes_on(party, disk)

    def test_an_agent_that_is_killed_on_a_full_disk_says_why_it_does_not_start(self):
        party, disk = self.set_up_disk(lambda hub: hub.agents[HACKNEY])
        disk.fill()
        self.drop_files()
        self.wait_for_outage(party)
        self.kill_party(party)
        disk.fill_for_next_start()
        party.start()
        code = party.process.wait(30)
        self.assertEqual(code, 3, self.last_words(party))
        last = party.log.read_text().splitlines()[-1]
        self.assertRegex(last, "full|no room|No space")
        disk.free_for_next_start()
        self.start_party(party)
        self.wait_settled(90)
        self.assert_received(self.load)
        self.stop_all()
        self.assert_logs_verify()

    def test_a_file_size_limit_is_an_outage_like_any_other(self):
        party, disk = self.set_up_disk(lambda hub: hub.agents[HACKNEY], SizeLimit)
        disk.fill()
        self.drop_files()
        self.wait_for_outage(party)
        self.assert_log_says_why(party, disk)
        self.assert_goes_on(party, disk)


def json_text(line):
    return " ".join(str(value) for value in line.values())


if __name__ == "__main__":
    network_case.main()
