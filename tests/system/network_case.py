"""What every system test shares: a hub of real processes in a folder of its own, which is removed
afterwards, and the questions asked of it.

    NAME_test.py --bin DIR [--seed N] [--slow FACTOR] [--keep] [unittest's own arguments]

DIR holds hub-broker, hub-agent and hubctl. --slow lengthens every deadline (sanitizer builds);
--keep leaves the folders where they are and says where.
"""
import argparse
import atexit
import base64
import collections
import datetime
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "demo"))

import door  # noqa: E402
import network  # noqa: E402

BARKING, HACKNEY, TOWER_HAMLETS = "E09000002", "E09000012", "E09000030"
NAMES = {BARKING: "Barking and Dagenham", HACKNEY: "Hackney", TOWER_HAMLETS: "Tower Hamlets"}
OPTIONS = argparse.Namespace(bin=None, seed=1, keep=False, slow=1.0)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--slow", type=float, default=1.0, help="factor for every deadline")
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    OPTIONS.bin = OPTIONS.bin.resolve()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)


class NetworkCase(unittest.TestCase):
    authorities = NAMES
    agent_settings = ""
    starts = True  # the network runs when a test begins

    def setUp(self):
        self.rng = random.Random(OPTIONS.seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hub-"))
        self.addCleanup(self.remove_folder)
        self.network = network.Network(self.folder / "hub", OPTIONS.bin, self.authorities,
                                       self.agent_settings)
        self.addCleanup(self.end_processes)
        atexit.register(self.end_processes)  # when the test is interrupted
        self.make_network()
        if self.starts:
            self.start_all()

    def make_network(self):
        self.network.make(self.bundle_folders())

    def bundle_folders(self):
        """The catalogue, and London's policies with agreements that hold today whenever this runs;
        the pilot, which has ended, stays as it is."""
        copy = self.folder / "policy"
        shutil.copytree(network.ROOT / "policy" / "london", copy)
        today = datetime.date.today()
        for file in (copy / "agreements").glob("*.json"):
            agreement = json.loads(file.read_text())
            if datetime.date.fromisoformat(agreement["ends"]) >= datetime.date(2027, 1, 1):
                agreement["starts"] = str(today - datetime.timedelta(days=100))
                agreement["ends"] = str(today + datetime.timedelta(days=400))
                file.write_text(json.dumps(agreement))
        return network.ROOT / "schemas", copy

    def end_processes(self):
        for party in self.network.parties():
            if party.process is not None and party.process.poll() is None:
                party.kill()

    def remove_folder(self):
        if OPTIONS.keep:
            self.say(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder)

    def say(self, text):
        print(f"    {text}", flush=True)

    # ---- waiting

    def wait(self, holds, seconds, what):
        """Until holds() is true. A daemon that ended by itself ends the test at once."""
        def asked():
            self.check_alive()
            return holds()
        return self.network.wait(asked, seconds * OPTIONS.slow, what)

    def check_alive(self):
        for party in self.network.parties():
            ended = party.process.poll() if party.process is not None else None
            if ended is not None and not getattr(party, "may_be_away", False):
                self.fail(f"{party.code} ended by itself with {ended}: {self.last_words(party)}")

    @staticmethod
    def last_words(party, lines=8):
        return "\n" + "\n".join(party.log.read_text().splitlines()[-lines:])

    def start_all(self):
        self.network.start()
        self.wait(self.network.everybody_in_session, 30, "all agents to be in session")

    def stop_party(self, party):
        party.may_be_away = True
        party.stop()

    def start_party(self, party):
        party.start()
        party.may_be_away = False

    def stop_all(self):
        self.network.stop()

    def kill_party(self, party):
        party.may_be_away = True
        party.kill()

    def restart(self, party):
        self.kill_party(party)
        self.start_party(party)

    def wait_in_session(self, *parties, seconds=30):
        """Every one of these agents, or all."""
        def holds():
            for party in parties or self.network.agents.values():
                status = door.status(party)
                if status is None or status["link"]["state"] != "in-session":
                    return False
            return True
        self.wait(holds, seconds, "these agents to be in session")

    def receipted(self, party):
        """How many records of this agent were answered by receipts; 0 while it cannot be asked."""
        status = door.status(party)
        return network.tally(status, "outcome") if status else 0

    def wait_settled(self, seconds, *senders):
        """Until each of these agents (or all) has read every file and has every receipt."""
        def settled():
            for party in senders or self.network.agents.values():
                if waiting_files(party):
                    return False
                status = door.status(party)
                if (status is None or status["records_without_receipt"] > 0
                        or status["waiting_for_key"]):
                    return False
            return True
        self.wait(settled, seconds, "every record to be receipted")

    # ---- claims

    def assert_received(self, load, recipients=None):
        """What each recipient holds is exactly what was sent to it, once, in order. Gives the ids of
        the records: (sender, recipient) -> list."""
        ids = collections.defaultdict(list)
        for code, party in self.network.agents.items():
            if recipients is not None and code not in recipients:
                continue
            held = collections.defaultdict(list)
            for record in door.held_records(party):
                held[(record["sender"], code, record["priority"])].append(
                    record["fields"]["case_reference"])
                ids[(record["sender"], code)].append(record["id"])
            expected = {stream: rows for stream, rows in load.sent.items() if stream[1] == code}
            self.assertEqual(set(held), set(expected), f"streams that arrived at {code}")
            for stream, rows in expected.items():
                self.assert_same_rows(rows, held[stream], stream)
        return ids

    def assert_same_rows(self, expected, found, about):
        if expected == found:
            return
        counts = collections.Counter(found)
        twice = [row for row, count in counts.items() if count > 1]
        missing = [row for row in expected if row not in counts]
        strange = sorted(set(counts) - set(expected))
        place = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b), None)
        self.fail(f"{about}: {len(expected)} sent, {len(found)} held; missing {missing[:5]} "
                  f"({len(missing)}), twice {twice[:5]} ({len(twice)}), unknown {strange[:5]}; "
                  f"first difference at place {place}: expected "
                  f"{expected[place] if place is not None else None}, found "
                  f"{found[place] if place is not None else None}")

    def assert_logs_verify(self):
        """After everybody was stopped: every log is sound."""
        for party in self.network.parties():
            with self.subTest(log=party.code):
                code, report = party.verify()
                self.assertEqual((code, report["findings"]), (0, []))
                self.assertGreater(report["entries"], 0)


def waiting_files(party):
    """Names of the files in the spool that were not taken in yet."""
    return sorted(entry.name for entry in party.spool.iterdir()
                  if entry.is_file() and not entry.name.startswith("."))


def leaves_of(entry):
    """Leaf hashes of the envelopes that an entry is about, 32 bytes each."""
    digests = base64.b64decode(entry["entry"].get("envelopes", ""), validate=True)
    return [digests[at:at + 32] for at in range(0, len(digests), 32)]


def envelopes(entries, act, outcomes=None):
    """How often each envelope's leaf hash is named by entries of this act."""
    out = collections.Counter()
    for entry in entries:
        leaf = entry["entry"]
        if leaf["act"] == act and (outcomes is None or leaf["outcome"] in outcomes):
            out.update(leaves_of(entry))
    return out


def disclosures(entries):
    """record id -> leaf hashes of the envelopes it was disclosed in."""
    out = collections.defaultdict(list)
    for entry in entries:
        if entry["entry"]["act"] == "disclosure":
            for record, leaf in zip(entry["detail"]["record_ids"], leaves_of(entry), strict=True):
                out[record].append(leaf)
    return out


def log_lines(party):
    """The daemon's log as objects; lines that are no JSON as {"text": line}."""
    out = []
    for line in party.log.read_text().splitlines():
        try:
            out.append(json.loads(line))
        except json.JSONDecodeError:
            out.append({"text": line})
    return out


def seconds_since(start):
    return f"{time.monotonic() - start:.1f} s"
