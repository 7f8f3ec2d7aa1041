#!/usr/bin/env python3
"""The broker's disk is lost in the middle of the load: killed, everything but its notes deleted, a
new store. Every record arrives exactly once and in order all the same, because each sender keeps
what was not receipted.

What is asserted of relay entries: the new broker's log is new, so it tells of nothing that was
receipted before the loss, and of everything else exactly once.
"""
import time

import door
import network_case
import rows
from network_case import BARKING, HACKNEY

FILE_ROWS = 300
FILES_EACH = 34


class BrokerLost(network_case.NetworkCase):
    def setUp(self):
        super().setUp()
        agents = self.network.agents
        self.senders = [agents[BARKING], agents[HACKNEY]]
        self.load = rows.Load(self.rng)

    def drop_files(self, count):
        for _ in range(count):
            for sender in self.senders:
                others = [code for code in self.network.agents if code != sender.code]
                self.load.drop(sender, others, FILE_ROWS)

    def lose_disk(self):
        broker = self.network.broker
        self.kill_party(broker)
        lost = [entry.name for entry in broker.state.iterdir() if entry.name != "notes"]
        self.assertTrue({"broker.db", "broker.db.head"} <= set(lost), lost)
        for name in lost:
            (broker.state / name).unlink()
        self.assertEqual([entry.name for entry in broker.state.iterdir()], ["notes"])

    def receipted_leaves(self):
        """What senders have receipts for while no broker runs; asked until nothing moves."""
        def away():
            return all(door.status(sender)["link"]["state"] != "in-session"
                       for sender in self.senders)
        self.wait(away, 30, "the senders to notice that the broker is gone")
        before = None
        while True:
            leaves = set()
            for sender in self.senders:
                leaves |= set(network_case.envelopes(door.log_entries(sender), "receipt"))
            if leaves == before:
                return leaves
            before = leaves

    def test_nothing_is_lost_with_the_brokers_disk(self):
        start = time.monotonic()
        self.drop_files(FILES_EACH // 2)
        half = self.load.total() // 2
        self.wait(lambda: sum(map(self.receipted, self.senders)) >= half, 60, "half of the receipts")
        self.lose_disk()
        receipted = self.receipted_leaves()
        self.drop_files(FILES_EACH - FILES_EACH // 2)
        self.assertGreaterEqual(self.load.total(), 20_000)
        broker = self.network.broker
        broker.make_store()
        self.start_party(broker)
        self.wait_in_session(seconds=60)
        self.wait_settled(120)
        self.say(f"seed {network_case.OPTIONS.seed}: {self.load.total()} records, {len(receipted)} "
                 f"receipted before the loss, {network_case.seconds_since(start)}")
        self.assertGreaterEqual(len(receipted), half)
        self.assertLess(len(receipted), self.load.total())

        ids = self.assert_received(self.load)
        relayed = network_case.envelopes(door.log_entries(broker), "relay")
        logs = {code: door.log_entries(agent) for code, agent in self.network.agents.items()}
        disclosed = {code: network_case.disclosures(log) for code, log in logs.items()}
        all_leaves = set()
        for (sender, recipient), records in ids.items():
            collected = network_case.envelopes(logs[recipient], "collection", {"held"})
            for record in records:
                leaves = disclosed[sender].get(record, [])
                self.assertEqual(len(leaves), 1, f"disclosures of {record} by {sender}")
                self.assertEqual(collected[leaves[0]], 1, f"collection entries about {record}")
                all_leaves.update(leaves)
        self.assertEqual(len(all_leaves), self.load.total())
        self.assertEqual(set(relayed), all_leaves - receipted)
        self.assertEqual(set(relayed.values()), {1})
        self.stop_all()
        self.assert_logs_verify()
        self.say(f"all asserted after {network_case.seconds_since(start)}")


if __name__ == "__main__":
    network_case.main()
