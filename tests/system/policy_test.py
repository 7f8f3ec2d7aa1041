#!/usr/bin/env python3
"""Policies at work: a field group withheld, a purpose that was not agreed, an authority outside the
agreement, an agreement that has ended. The right rows are refused for the right reason, the log says
so, and `hubctl policy explain` tells which policies decided.
"""
import datetime
import json
import random

import door
import network_case  # first: it knows where the demo is
import generate
import records
import rows
import volumes
from network_case import network

CITY, HACKNEY, HAMMERSMITH, HILLINGDON = "E09000001", "E09000012", "E09000013", "E09000017"
MARAC = "violence.marac_transfer"
COUNT = 4
TODAY = datetime.date(2026, 6, 30)
IDENTIFIERS = records.identifiers(random.Random(1), TODAY)


class Policy(network_case.NetworkCase):
    authorities = {CITY: "City of London", HACKNEY: "Hackney",
                   HAMMERSMITH: "Hammersmith and Fulham", HILLINGDON: "Hillingdon"}

    def setUp(self):
        super().setUp()
        self.agents = self.network.agents
        self.load = rows.Load(self.rng, urgent=0)

    def notices(self, sender, recipient, **changes):
        out = self.load.rows(sender, [recipient], COUNT)
        for row in out:
            row.update(changes)
        return out

    def marac_rows(self, sender, receiving):
        figures = volumes.Volumes(0.01)
        rng = random.Random(network_case.OPTIONS.seed)
        borough = records.Borough(figures, sender)
        return [records.marac_transfer(rng, borough, receiving, number, TODAY)
                for number in range(1, COUNT + 1)]

    def drop_marac(self, sender, receiving):
        file = self.folder / "marac.csv"
        generate.write_csv(file, self.marac_rows(sender, receiving))
        self.agents[sender].drop(f"{MARAC}.csv", file.read_bytes())

    def wait_tally(self, code, count, *what):
        self.wait(lambda: network.tally(door.status(self.agents[code]), *what) == count, 30,
                  f"{what} at {code}")

    def entries(self, code, act):
        """Entries of this act, as `hubctl audit tail --json` prints them."""
        done = self.agents[code].ctl("audit", "tail", "--json", "--limit", "200")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return [line for line in lines if line["entry"]["act"] == act]

    def assert_refused(self, code, recipient, policy, record_type=rows.TYPE):
        """All rows of one file were refused by this policy, and the log says so."""
        self.wait_tally(code, COUNT, "refused", recipient, policy)
        self.assertEqual(network.tally(door.status(self.agents[code]), "sent"), 0)
        # One entry for each set of field groups that the refused rows had.
        refused = []
        for refusal in self.entries(code, "refusal"):
            leaf, ids = refusal["entry"], refusal["detail"]["record_ids"]
            self.assertEqual(leaf["outcome"], "refused-by-policy")
            self.assertEqual((leaf["sender"], leaf["recipient"], leaf["record_type"], leaf["count"]),
                             (code, recipient, record_type, len(ids)))
            self.assertIn(policy, leaf["policies"])
            self.assertIn(policy, leaf["reason"])
            refused += ids
        self.assertEqual((len(refused), len(set(refused))), (COUNT, COUNT))
        self.assertEqual(self.entries(code, "disclosure"), [])
        self.assert_explained(code, refused[0], "refused", [policy])
        report = next((self.agents[code].spool / "done").glob("*.report.txt")).read_text()
        self.assertIn(f"{COUNT}  refused: ", report)
        self.assertIn(policy, report)

    def explain(self, code, record):
        done = self.agents[code].ctl("policy", "explain", record, "--json")
        return json.loads(done.stdout), self.agents[code].ctl("policy", "explain", record).stdout

    def assert_explained(self, code, record, verdict, policies):
        told, text = self.explain(code, record)
        for policy in policies:
            self.assertIn(policy, told["recorded"]["policies"])
            self.assertRegex(text, rf"(?m)^by +{policy}$")
        if verdict == "refused":
            self.assertTrue(told["recorded"]["reason"])
            self.assertIn(told["recorded"]["reason"], text)
            self.assertFalse(told["field_groups"][0]["allowed"])
        groups = {group["field_group"]: group for group in told["field_groups"]}
        for group in groups.values():
            self.assertTrue(group["why"])
            self.assertIn(group["why"], text)
            for policy in group["policies"]:
                self.assertTrue(policy["title"])
        return groups

    # ---- the cases

    def test_a_field_group_outside_the_agreement_is_withheld(self):
        sender, recipient = self.agents[HACKNEY], self.agents[HILLINGDON]
        sender.drop(f"{rows.TYPE}.csv",
                    rows.to_csv(self.notices(HACKNEY, HILLINGDON, **IDENTIFIERS)))
        self.wait_tally(HACKNEY, COUNT, "outcome", HILLINGDON, "held")
        self.assertEqual(network.tally(door.status(sender), "withheld", HILLINGDON,
                                       f"{rows.TYPE}/identifiers"), COUNT)
        self.assertEqual(network.tally(door.status(sender), "refused"), 0)
        self.assert_received(self.load)
        (disclosure,) = self.entries(HACKNEY, "disclosure")
        self.assertEqual(disclosure["entry"]["withheld"], ["identifiers"])
        self.assertNotIn("identifiers", disclosure["entry"]["field_groups"])
        report = (sender.spool / "done" / f"{rows.TYPE}.csv.report.txt").read_text()
        self.assertIn(f'{COUNT}  went without the field group "identifiers"', report)

        # Allowed: the sender's share and the recipient's accept name the policies.
        record = disclosure["detail"]["record_ids"][0]
        groups = self.assert_explained(HACKNEY, record, "allowed", ["ta-notice-share"])
        self.assertTrue(groups["notice"]["allowed"])
        self.assertFalse(groups["identifiers"]["allowed"])
        self.assertIn("field-group-not-agreed",
                      [policy["policy"] for policy in groups["identifiers"]["policies"]])
        groups = self.assert_explained(HILLINGDON, record, "allowed", ["ta-accept"])
        self.assertNotIn("identifiers", groups)
        shown, _ = door.call(recipient.door, "records.show",
                             {"id": record, "role": "housing-officer"})
        self.assertIn("applicant_name", shown[0]["fields"])
        self.assertFalse(set(IDENTIFIERS) & set(shown[0]["fields"]), "no identifier arrived")
        # The store passes over what a role may not see; the answer counts all of it.
        with self.assertRaises(door.DoorRefused) as refusal:
            door.call(recipient.door, "records.list", {"role": "marac-coordinator", "limit": 1})
        told = json.loads(str(refusal.exception).partition(": ")[2])
        self.assertEqual((told["shown"], told["withheld"]), (0, COUNT))
        self.assertTrue(told["why"])
        # The look at a decision is itself recorded.
        looks = [line for line in self.entries(HACKNEY, "consultation")
                 if line["entry"]["outcome"] == "decision-explained"]
        self.assertEqual(len(looks), 2)
        self.assertEqual(looks[0]["detail"]["record_ids"], [record])

    def test_a_purpose_that_was_not_agreed_is_refused(self):
        self.agents[HACKNEY].drop(f"{rows.TYPE}.csv", rows.to_csv(
            self.notices(HACKNEY, HILLINGDON, hub_purpose="tenancy-fraud-check")))
        self.assert_refused(HACKNEY, HILLINGDON, "purpose-not-agreed")

    def test_an_authority_outside_the_agreement_neither_receives_nor_sends(self):
        self.drop_marac(HACKNEY, CITY)
        self.assert_refused(HACKNEY, CITY, "recipient-not-a-party", MARAC)
        self.drop_marac(CITY, HACKNEY)
        self.assert_refused(CITY, HACKNEY, "sender-not-a-party", MARAC)

    def test_an_agreement_that_has_ended_is_refused(self):
        self.agents[HAMMERSMITH].drop(f"{rows.TYPE}.csv", rows.to_csv(self.notices(
            HAMMERSMITH, HILLINGDON, hub_agreement="west-london-pilot-2025", **IDENTIFIERS)))
        self.assert_refused(HAMMERSMITH, HILLINGDON, "agreement-expired")

    def test_a_protected_address_reaches_the_restricted_team_only(self):
        rows_sent = self.notices(HACKNEY, HILLINGDON)
        rows_sent[0] |= {"protected": "yes", "accommodation_postcode": "ZZ1 9ZZ"}
        self.agents[HACKNEY].drop(f"{rows.TYPE}.csv", rows.to_csv(rows_sent))
        self.wait_tally(HACKNEY, COUNT, "outcome", HILLINGDON, "held")
        hillingdon = self.agents[HILLINGDON].door
        secret = "ZZ1 9ZZ"

        def listed(role, **request):
            return door.call(hillingdon, "records.list", {"role": role, **request})

        for role, count in (("housing-officer", COUNT - 1), ("notice-lead", COUNT)):
            lines, _ = listed(role)
            self.assertEqual(len(lines), count, role)
            self.assertEqual(secret in json.dumps(lines), role == "notice-lead")
        # Who may not see it cannot find it by its value either, and is told of nothing.
        search = {"type": rows.TYPE,
                  "where": {"field": "case_reference", "value": rows_sent[0]["case_reference"]}}
        self.assertEqual(len(listed("notice-lead", **search)[0]), 1)
        lines, end = listed("housing-officer", **search)
        self.assertEqual((lines, json.loads(end)["withheld"]), ([], 0))

    def test_what_another_authority_made_is_not_passed_on(self):
        self.agents[HACKNEY].drop(f"{rows.TYPE}.csv", rows.to_csv(
            self.notices(HACKNEY, HILLINGDON, hub_originator=HAMMERSMITH)))
        self.assert_refused(HACKNEY, HILLINGDON, "no-onward-sharing")

    def test_a_record_that_nobody_decided_about_is_not_explained(self):
        done = self.agents[HACKNEY].ctl("policy", "explain", "0197f000-0000-7000-8000-000000000000",
                                        check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no decision", done.stderr)


class Guests(network_case.NetworkCase):
    """At the recipient the user is of a guest organisation, whatever roles the user has."""
    authorities = {HACKNEY: "Hackney", HILLINGDON: "Hillingdon"}

    def make_network(self):
        super().make_network()
        host = self.network.agents[HILLINGDON]
        host.config.write_text(host.config.read_text() +
                               f"[door.guests]\nidva-service = [{network.user_name()}]\n")

    def start_all(self):
        self.network.start()
        self.wait_in_session(self.network.agents[HACKNEY])  # the other one tells a guest nothing

    def test_a_guest_looks_at_records_of_its_agreement_and_does_nothing_else(self):
        host = self.network.agents[HILLINGDON].door
        load = rows.Load(self.rng)
        load.drop(self.network.agents[HACKNEY], [HILLINGDON], COUNT)
        self.wait(lambda: network.tally(door.status(self.network.agents[HACKNEY]), "outcome",
                                        HILLINGDON, "held") == COUNT, 30, "the notices to be held")
        with self.assertRaisesRegex(door.DoorRefused, "guest-not-a-party"):
            door.call(host, "records.list", {"role": "housing-officer"})
        for verb, role in (("status", "operator"), ("audit.entries", "auditor"), ("send", "sender")):
            with self.assertRaisesRegex(door.DoorRefused, "guest organisation"):
                door.call(host, verb, {"role": role, "name": f"{rows.TYPE}.csv"})

        file = self.folder / "marac.csv"
        figures, rng = volumes.Volumes(0.01), random.Random(network_case.OPTIONS.seed)
        borough = records.Borough(figures, HACKNEY)
        generate.write_csv(file, [records.marac_transfer(rng, borough, HILLINGDON, 1, TODAY)])
        self.network.agents[HACKNEY].drop(f"{MARAC}.csv", file.read_bytes())
        self.wait(lambda: network.tally(door.status(self.network.agents[HACKNEY]), "outcome",
                                        HILLINGDON, "held") == COUNT + 1, 30, "the transfer")
        lines, _ = door.call(host, "records.list", {"role": "marac-coordinator", "type": MARAC})
        self.assertEqual(len(lines), 1)


if __name__ == "__main__":
    network_case.main()
