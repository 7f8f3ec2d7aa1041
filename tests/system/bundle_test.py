#!/usr/bin/env python3
"""A new bundle is put in force while records flow: without a restart, at once at every party, recorded in
every log; what it forbids stops, and flows again under the next one. A bundle with a mistake is refused
with its place, and the old one stays.
"""
import json

import door
import network_case
import rows
from network_case import BARKING, HACKNEY, network

FILE_ROWS = 100
AGREEMENT = "london-ta-notice-2026"


class Bundle(network_case.NetworkCase):
    authorities = {BARKING: "Barking and Dagenham", HACKNEY: "Hackney"}

    def setUp(self):
        super().setUp()
        self.sender, self.recipient = (self.network.agents[code] for code in (BARKING, HACKNEY))
        self.load = rows.Load(self.rng)
        self.bundles = [self.network.folder / "notes" / "bundle-000001.note"]
        self.sources = (network.ROOT / "schemas", self.folder / "policy")

    def next_bundle(self):
        """Made of the sources as they are now, and signed; not yet in force."""
        note = self.network.folder / "notes" / f"bundle-{len(self.bundles) + 1:06d}.note"
        self.network.make_bundle(note, self.sources, previous=self.bundles[-1])
        return note

    def put_in_force(self):
        note = self.next_bundle()
        self.assertIn("in force", self.network.broker.ctl("bundle", "apply", note).stdout)
        self.bundles.append(note)
        return len(self.bundles)

    def wait_for_bundle(self, number):
        self.wait(lambda: all((door.status(party) or {}).get("bundle") == number
                              for party in self.network.parties()), 30, f"bundle {number}")

    def set_status(self, status):
        file = self.sources[1] / "agreements" / f"{AGREEMENT}.json"
        agreement = json.loads(file.read_text())
        agreement["status"] = status
        file.write_text(json.dumps(agreement))

    def fates(self):
        """Records held by the recipient, refused at the sender, refused after they were sealed."""
        status = door.status(self.sender)
        return (network.tally(status, "outcome", HACKNEY, "held"),
                network.tally(status, "refused", HACKNEY),
                network.tally(status, "outcome", HACKNEY, "refused-by-policy"))

    def wait_for_fates(self, count):
        self.wait(lambda: sum(self.fates()) == count, 60, f"{count} records to be held or refused")

    def entries(self, party, **fields):
        return [entry for entry in door.log_entries(party)
                if all(entry["entry"].get(key) == value for key, value in fields.items())]

    def test_a_new_bundle_takes_effect_under_load_and_without_a_restart(self):
        self.load.drop(self.sender, [HACKNEY], FILE_ROWS)
        self.wait_for_fates(FILE_ROWS)
        self.assertEqual(self.fates(), (FILE_ROWS, 0, 0))

        # Withdrawn while five files are on their way: each record is held or refused, none both.
        for _ in range(5):
            self.load.drop(self.sender, [HACKNEY], FILE_ROWS)
        self.set_status("withdrawn")
        number = self.put_in_force()
        self.wait_for_bundle(number)
        self.wait_for_fates(6 * FILE_ROWS)
        self.load.drop(self.sender, [HACKNEY], FILE_ROWS)
        before = self.fates()
        self.wait_for_fates(7 * FILE_ROWS)
        after = self.fates()
        self.assertEqual((after[0], after[2]), (before[0], before[2]), "nothing left any more")
        self.assertEqual(len(door.held_records(self.recipient)), after[0])
        for party in self.network.parties():
            self.assertEqual(len(self.entries(party, act="admin", outcome="bundle-in-force",
                                              bundle=number)), 1, party.code)
        self.assertEqual(self.entries(self.sender, act="disclosure", bundle=number), [])
        self.assertEqual(self.entries(self.recipient, act="collection", bundle=number), [])
        for refusal in self.entries(self.sender, act="refusal", outcome="refused-by-policy"):
            if refusal["entry"].get("bundle") == number:
                self.assertIn("agreement-not-in-force", refusal["entry"]["policies"])

        # In force again under the next one.
        self.set_status("in_force")
        self.wait_for_bundle(self.put_in_force())
        self.load.drop(self.sender, [HACKNEY], FILE_ROWS)
        self.wait_for_fates(8 * FILE_ROWS)
        self.assertEqual(self.fates()[0], after[0] + FILE_ROWS)
        self.stop_all()
        self.assert_logs_verify()

    def test_a_bundle_with_a_mistake_is_refused_and_the_old_one_stays(self):
        policy = self.sources[1] / "policy" / "mistaken.cedar"
        policy.write_text('@id("mistaken") @title("t") @agreement("all") @lawful_basis("b")\n'
                          '@owner("o") @review_by("2027-06-30") @advice("a")\n'
                          'forbid (principal, action == Action::"share", resource)\n'
                          'when { context.originator == context.sender };\n')
        done = self.network.broker.ctl("bundle", "apply", self.next_bundle(), check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("policy/mistaken.cedar:4", done.stderr)
        self.assertIn("originator", done.stderr)
        for party in self.network.parties():
            self.assertEqual(door.status(party)["bundle"], 1)
            self.assertEqual(self.entries(party, act="admin", outcome="bundle-in-force"), [])
        self.load.drop(self.sender, [HACKNEY], FILE_ROWS)
        self.wait_for_fates(FILE_ROWS)
        self.assertEqual(self.fates(), (FILE_ROWS, 0, 0))


if __name__ == "__main__":
    network_case.main()
