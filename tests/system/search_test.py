#!/usr/bin/env python3
"""An auditor's questions to running daemons: what was done with a record, what an officer did, who had
to do with a person, what happened under an agreement. Each is itself recorded, with its purpose.
"""
import getpass
import json

import network_case
import rows
from network_case import BARKING, HACKNEY

FILE_ROWS = 20
PURPOSE = ("--purpose", "lawfulness")


class Search(network_case.NetworkCase):
    def setUp(self):
        super().setUp()
        self.sender, self.agent = self.network.agents[BARKING], self.network.agents[HACKNEY]
        self.load = rows.Load(self.rng)
        self.load.drop(self.sender, [HACKNEY], FILE_ROWS)
        self.wait_settled(30)
        listed = self.agent.ctl("records", "list", "--role", "housing-officer", "--json").stdout
        self.records = [json.loads(line) for line in listed.splitlines()]

    def ask(self, party, *question):
        done = party.ctl("audit", *question, *PURPOSE, "--role", "auditor", "--json") \
            if party is not self.network.broker else party.ctl("audit", *question, *PURPOSE, "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def look(self, record, why):
        self.agent.ctl("records", "show", record["id"], "--role", "housing-officer", "--because", why)

    def test_a_record_is_followed_at_each_party(self):
        record = self.records[3]
        self.look(record, "the school called")
        *at_sender, end = self.ask(self.sender, "record", record["id"])
        self.assertEqual([row["entry"]["act"] for row in at_sender], ["disclosure", "receipt"])
        self.assertEqual(end, {"shown": 2})
        *at_recipient, _ = self.ask(self.agent, "record", record["id"])
        self.assertEqual([(row["entry"]["act"], row["entry"]["outcome"]) for row in at_recipient],
                         [("collection", "held"), ("consultation", "listed"), ("consultation", "shown")])
        shown = at_recipient[-1]
        self.assertEqual(shown["detail"]["justification"], "the school called")
        self.assertEqual(shown["detail"]["actor"], getpass.getuser())
        self.assertEqual(shown["entry"]["roles"], ["housing-officer"])
        self.assertEqual(shown["detail"]["record_ids"], [record["id"]])
        # A look at the log about a record is part of what was done with it.
        *again, _ = self.ask(self.agent, "record", record["id"])
        self.assertEqual(again[-1]["entry"]["outcome"], "log-searched")
        self.assertEqual(again[-1]["entry"]["purpose"], "lawfulness")

    def test_who_had_to_do_with_a_person(self):
        record = self.records[5]
        self.look(record, "")
        reference = record["fields"]["case_reference"]
        *found, _ = self.ask(self.agent, "subject", "case_reference", reference)
        acts = [row["entry"]["act"] for row in found]
        self.assertEqual(acts, ["collection", "consultation", "consultation"])
        # The sender says what it passed on about the person.
        *sent, _ = self.ask(self.sender, "subject", "case_reference", reference)
        self.assertEqual([(row["entry"]["act"], row["entry"]["recipient"]) for row in sent],
                         [("disclosure", HACKNEY), ("receipt", HACKNEY)])
        shown = self.agent.ctl("audit", "subject", "case_reference", reference, "--without-names",
                               *PURPOSE, "--role", "auditor").stdout
        self.assertIn("somebody as housing-officer", shown)
        self.assertNotIn(getpass.getuser() + " as", shown)

    def test_an_officer_and_an_agreement(self):
        for record in self.records[:3]:
            self.look(record, "")
        told = self.agent.ctl("audit", "officer", getpass.getuser(), *PURPOSE, "--role", "auditor").stdout
        self.assertIn("As housing-officer: looked on 1 days, median 4 a day", told)
        agreement = self.ask(self.agent, "search", "action:collection")[0]["entry"]["agreement"]
        rows_told = self.ask(self.agent, "agreement", agreement)
        taken = [row for row in rows_told if row["action"] == "collection"]
        self.assertEqual(sum(row["records"] for row in taken), FILE_ROWS)
        self.assertEqual({(row["sender"], row["recipient"]) for row in taken}, {(BARKING, HACKNEY)})

    def test_pages_periods_and_the_broker(self):
        *first, end = self.ask(self.agent, "search", "", "--limit", "2")
        self.assertEqual((len(first), end["shown"]), (2, 2))
        *older, _ = self.ask(self.agent, "search", "--before", str(end["next"]), "--limit", "1")
        self.assertEqual(older[0]["index"], end["next"] - 1)
        self.assertEqual(self.ask(self.agent, "search", "created:..2020-01-01"), [{"shown": 0}])
        *relayed, _ = self.ask(self.network.broker, "search", f"action:relay authority:{HACKNEY}")
        self.assertEqual(sum(row["entry"]["count"] for row in relayed), FILE_ROWS)
        done = self.network.broker.ctl("audit", "search", "subject:case_reference=1", *PURPOSE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("knows no subjects", done.stderr)

    def test_nothing_is_told_without_a_purpose_the_role_and_a_sound_query(self):
        for words, code, says in (
                (("search", "salary:1", *PURPOSE, "--role", "auditor"), 2, "the qualifiers are"),
                (("search", "actor:x", "--purpose", "curiosity", "--role", "auditor"), 2, "lawfulness"),
                (("search", "actor:x", *PURPOSE, "--role", "housing-officer"), 1, "none of the roles auditor")):
            done = self.agent.ctl("audit", *words, check=False)
            self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    network_case.main()
