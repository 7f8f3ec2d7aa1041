#!/usr/bin/env python3
"""kill -9 of broker, senders and receiver under load, again and again: every record arrives exactly
once and in order, and every log tells the whole story. The same when the recipient dies while the
broker stands still, so that the broker delivers again what was receipted already.
"""
import signal
import time

import door
import network_case
import rows
from network_case import BARKING, HACKNEY, TOWER_HAMLETS, network

KILLS_EACH = 11  # broker, sender, receiver
LEAST_RECORDS = 20_000
STANDSTILLS = 10
FILE_ROWS = 250


class Kill(network_case.NetworkCase):
    def setUp(self):
        super().setUp()
        agents = self.network.agents
        self.senders = [agents[BARKING], agents[HACKNEY]]
        self.receiver = agents[TOWER_HAMLETS]
        self.load = rows.Load(self.rng)
        self.last_counts = {}

    def feed(self):
        """Keeps two files waiting in each sender's spool."""
        for sender in self.senders:
            others = [code for code in self.network.agents if code != sender.code]
            while len(network_case.waiting_files(sender)) < 2:
                self.load.drop(sender, others, FILE_ROWS)

    def progress(self):
        """Receipts so far; a party that was just killed counts as it was."""
        for sender in self.senders:
            counted = self.receipted(sender)
            self.last_counts[sender.code] = max(counted, self.last_counts.get(sender.code, 0))
        return sum(self.last_counts.values())

    def advance(self, more):
        """Feeds until so many more records are receipted."""
        goal = self.progress() + more

        def reached():
            self.feed()
            return self.progress() >= goal
        self.wait(reached, 90, f"{more} more receipts")

    def victims(self):
        roles = ["broker", "sender", "receiver"] * KILLS_EACH
        self.rng.shuffle(roles)
        for role in roles:
            party = {"broker": self.network.broker, "sender": self.rng.choice(self.senders),
                     "receiver": self.receiver}[role]
            yield role, party

    def test_every_record_arrives_once_and_in_order(self):
        start = time.monotonic()
        kills = {"broker": 0, "sender": 0, "receiver": 0}
        for role, party in self.victims():
            # None: the next one dies while the last one is still starting.
            self.advance(self.rng.choice([0, 1, 50, 200, 400, 800]))
            self.restart(party)
            kills[role] += 1
        while self.load.total() < LEAST_RECORDS:
            self.advance(FILE_ROWS)
        self.say(f"seed {network_case.OPTIONS.seed}: {self.load.total()} records in "
                 f"{sum(self.load.files.values())} files, kills {kills}, "
                 f"{network_case.seconds_since(start)}")
        self.wait_settled(120)
        self.say(f"everything receipted after {network_case.seconds_since(start)}")
        self.assertGreaterEqual(sum(kills.values()), 30)
        self.assertGreaterEqual(min(kills.values()), 8)
        self.assertGreaterEqual(self.load.total(), LEAST_RECORDS)
        self.check_records_and_logs()
        self.stop_all()
        self.assert_logs_verify()
        self.say(f"all asserted after {network_case.seconds_since(start)}")

    def stand_still(self):
        """The broker is stopped in the middle; meanwhile the receiver takes what is on its way to
        it, dies and comes back."""
        broker = self.network.broker
        broker.process.send_signal(signal.SIGSTOP)
        counts = []

        def drained():
            status = door.status(self.receiver)
            counts.append(network.tally(status, "received") if status else None)
            return counts[-3:] == [counts[-1]] * 3
        self.wait(drained, 30, "the receiver to have taken what it was sent")
        self.restart(self.receiver)
        self.wait(lambda: door.status(self.receiver), 30, "the receiver to be back")
        broker.process.send_signal(signal.SIGCONT)

    def test_what_is_delivered_twice_is_held_once(self):
        for _ in range(STANDSTILLS):
            self.advance(self.rng.choice([100, 300, 500]))
            self.stand_still()
        self.wait_settled(60)
        self.check_records_and_logs()
        receipted = network_case.envelopes(door.log_entries(self.network.broker), "receipt")
        twice = sum(count > 1 for count in receipted.values())
        self.say(f"seed {network_case.OPTIONS.seed}: {self.load.total()} records, {twice} receipted "
                 "more than once")
        self.assertGreater(twice, 0, "no slice was delivered twice: nothing was tested")
        self.stop_all()
        self.assert_logs_verify()

    def check_records_and_logs(self):
        ids = self.assert_received(self.load)
        broker = door.log_entries(self.network.broker)
        relayed = network_case.envelopes(broker, "relay")
        logs = {code: door.log_entries(agent) for code, agent in self.network.agents.items()}
        disclosed = {code: network_case.disclosures(log) for code, log in logs.items()}
        collected = {code: network_case.envelopes(log, "collection", {"held"})
                     for code, log in logs.items()}
        total = 0
        for (sender, recipient), records in ids.items():
            for record in records:
                leaves = disclosed[sender].get(record, [])
                self.assertEqual(len(leaves), 1, f"disclosures of {record} by {sender}")
                self.assertEqual(relayed[leaves[0]], 1, f"relay entries about {record}")
                self.assertEqual(collected[recipient][leaves[0]], 1,
                                 f"collection entries about {record} at {recipient}")
                total += 1
        self.assertEqual(total, self.load.total())
        # And nothing was disclosed, relayed or collected that is held by nobody.
        self.assertEqual(sum(len(found) for found in disclosed.values()), total)
        self.assertEqual(sum(relayed.values()), total)
        self.assertEqual(sum(sum(found.values()) for found in collected.values()), total)


if __name__ == "__main__":
    network_case.main()
