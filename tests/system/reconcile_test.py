#!/usr/bin/env python3
"""Exported logs of a running hub, held against each other: a complete exchange has no findings; what
a recipient that cannot reach the broker never took in, and what a broker that was put back to an
earlier state does not know any more, is found.
"""
import json
import re
import shutil

import network_case
import rows
from network_case import BARKING, HACKNEY

FILE_ROWS = 20


class Reconcile(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}

    def make_network(self):
        # Witnesses would see to it that a log which was put back, or whose party reaches nobody, is not
        # signed any more.
        self.network.has_witnesses = False
        super().make_network()

    def setUp(self):
        super().setUp()
        self.sender, self.recipient = (self.network.agents[code] for code in (BARKING, HACKNEY))
        self.load = rows.Load(self.rng)
        self.load.drop(self.recipient, [BARKING], FILE_ROWS)
        self.drop()
        self.wait_settled(30)

    def drop(self):
        self.load.drop(self.sender, [HACKNEY], FILE_ROWS)

    def exported(self, party):
        return self.folder / f"of-{party.code}"

    def export(self, *parties):
        for party in parties:
            party.ctl("audit", "export", self.exported(party))

    def hubctl_reconcile(self, *more):
        keys = [word for party in self.network.parties() for word in
                ("--log-key", json.loads((party.keys / "public.json").read_text())["log"])]
        return self.network.hubctl("audit", "reconcile", *map(self.exported, self.network.parties()),
                                   *keys, *more, check=False)

    def reconcile(self, *more):
        """(exit code, findings, summary)"""
        done = self.hubctl_reconcile("--json", *more)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, lines[:-1], lines[-1]["summary"]

    def wait_reconciled(self, holds, what, *parties, more=()):
        """Exports of these again, until their signed checkpoints show it; the rest as it was."""
        def asked():
            self.export(*parties)
            told = self.reconcile(*more)
            return holds(*told) and told
        return self.wait(asked, 30, what)

    def wait_complete(self):
        total = self.load.total()
        code, findings, summary = self.wait_reconciled(
            lambda code, findings, summary: summary["complete"] == total,
            f"{total} complete envelopes", *self.network.parties())
        self.assertEqual((code, findings), (0, []))
        self.assertEqual(summary["envelopes"], total)
        return summary

    def test_what_a_recipient_does_not_reach_is_too_new_and_then_missing(self):
        self.wait_complete()
        lines = self.hubctl_reconcile().stdout.splitlines()
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], f"^{2 * FILE_ROWS} envelopes in 3 logs: {2 * FILE_ROWS} complete, ")

        # Its log ends before the broker relays more.
        self.stop_party(self.recipient)
        self.drop()
        code, findings, _ = self.wait_reconciled(
            lambda code, findings, summary: summary["too_new"] == FILE_ROWS,
            "envelopes that are too new to tell", self.sender, self.network.broker)
        self.assertEqual((code, findings), (0, []))

        # Its log goes on, without a connection to the broker.
        config = self.recipient.config.read_text()
        self.recipient.config.write_text(
            config.replace(f":{self.network.port}\"", f":{network_case.network.free_port()}\""))
        self.start_party(self.recipient)
        self.wait(self.recipient.status, 30, "the recipient to answer")
        code, findings, summary = self.wait_reconciled(
            lambda code, findings, summary: summary["findings"] == FILE_ROWS,
            "envelopes that were never taken in", self.recipient, more=("--late", "1s"))
        self.assertEqual(code, 1)
        self.assertEqual({(f["finding"], f["answers"]) for f in findings}, {("never-taken-in", None)})
        self.assertEqual(summary["complete"], 2 * FILE_ROWS)
        one = findings[0]["envelope"]

        def told():
            self.export(self.sender, self.network.broker)
            return re.search("(?s)  sent .*  relayed ", self.hubctl_reconcile("--envelope", one).stdout)
        self.wait(told, 30, "the timeline of an envelope")
        self.assertEqual(self.reconcile()[:2], (0, []), "within an hour they are too new to tell")

        # It was only away.
        self.recipient.stop()
        self.recipient.config.write_text(config)
        self.start_party(self.recipient)
        self.wait_settled(60)
        self.wait_complete()

    def test_a_broker_whose_log_was_put_back_answers_for_what_it_does_not_know_any_more(self):
        broker = self.network.broker
        self.stop_party(broker)
        earlier = self.folder / "earlier"
        shutil.copytree(broker.state, earlier)
        self.start_party(broker)
        self.wait_in_session()
        self.drop()
        self.wait_settled(60)
        self.wait_complete()

        for party in self.network.parties():
            self.stop_party(party)
        shutil.rmtree(broker.state)
        shutil.copytree(earlier, broker.state)
        shutil.rmtree(self.exported(broker))
        self.start_party(broker)
        self.wait(broker.status, 30, "the broker to answer")
        code, findings, summary = self.wait_reconciled(
            lambda code, findings, summary: summary["findings"] == FILE_ROWS,
            "envelopes that the broker does not know", broker, more=("--late", "1s"))
        self.assertEqual(code, 1)
        self.assertEqual({(f["finding"], f["answers"]) for f in findings},
                         {("never-relayed", "broker")})
        self.assertEqual(summary["complete"], 2 * FILE_ROWS)
        self.say(findings[0]["text"])

        table = self.hubctl_reconcile("--late", "1s").stdout.splitlines()
        self.assertEqual(len(table), 2 + FILE_ROWS + 2)
        self.assertRegex(table[2], "^never-relayed  [0-9a-f]{16}  .*/audit/E09000002 +[0-9]+  20")


if __name__ == "__main__":
    network_case.main()
