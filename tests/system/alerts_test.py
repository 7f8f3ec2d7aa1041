#!/usr/bin/env python3
"""Alerts through the real door: somebody looks at a record with a colleague's address; the rule finds
it, says why, and a verdict counts once a second auditor has confirmed it.
"""
import json

import door
import network_case
import rows
import users
from network_case import BARKING, HACKNEY, network

HOME = "7 Elm Walk"
OFFICER, REVIEWER, SECOND = "daemon", "bin", "sys"  # users that every Debian has
ALWAYS = '["Mon-Sun 00:00-24:00"]'
STAFF = f"""user,surname,postcode,address
{SECOND},Roebuck,,
{REVIEWER},Marchbanks-Núñez,,"{HOME}, London"
"""


class Alerts(network_case.NetworkCase):
    authorities = {BARKING: "Barking and Dagenham", HACKNEY: "Hackney"}

    def make_network(self):
        super().make_network()
        agent = self.network.agents[HACKNEY]
        self.staff = agent.config.parent / "staff.csv"
        self.staff.write_text(STAFF)
        text = agent.config.read_text().replace("[audit]\n", '[audit]\nstaff = "staff.csv"\n')
        roles = "".join(f"{user} = {kinds}\n" for user, kinds in (
            (OFFICER, '["housing-officer"]'), (REVIEWER, '["auditor"]'), (SECOND, '["auditor"]')))
        agent.config.write_text(f"{text}{roles}[audit.hours]\nhousing-officer = {ALWAYS}\n"
                                f"auditor = {ALWAYS}\noperator = {ALWAYS}\n")

    def setUp(self):
        super().setUp()
        self.agent = self.network.agents[HACKNEY]
        self.load = rows.Load(self.rng, urgent=0)
        plain, home, named = self.load.rows(BARKING, [HACKNEY], 3)
        # The officer of another authority is nobody that the record is about.
        plain["contact_officer"] = "Ann Marchbanks-Nunez"
        home["accommodation_address"] = f"{HOME.upper()}, London, Flat 2"
        named["applicant_name"] = "Jo ROEBUCK"
        sender = self.network.agents[BARKING]
        sender.drop(f"{rows.TYPE}.csv", rows.to_csv([plain, home, named]))
        self.wait(lambda: network.tally(door.status(sender), "outcome", HACKNEY, "held") == 3, 30,
                  "the notices to be held")
        listed, _ = door.call(self.agent.door, "records.list", {"role": "housing-officer"})
        ids = {line["fields"]["case_reference"]: line["id"] for line in listed}
        self.plain, self.home, self.named = (
            ids[row["case_reference"]] for row in (plain, home, named))

    def show(self, record):
        return door.call(self.agent.door, "records.show",
                         {"id": record, "role": "housing-officer"})[0]

    def alerts(self, *more):
        """Those of relations, as an auditor sees them; no other rule has a reason to speak."""
        done = self.agent.ctl("audit", "alerts", "--json", "--role", "auditor", *more)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line for line in lines if line["rule"] != "R3"], [])
        return lines

    def details(self, outcome):
        return [line.get("detail", {}) for line in door.log_entries(self.agent)
                if line["entry"].get("outcome") == outcome]

    def review(self, verb, alert, *more, code=0):
        done = self.agent.ctl("audit", verb, alert, *more, "--role", "auditor", check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout + done.stderr

    # ---- one user

    def test_a_look_at_a_colleagues_address_is_an_alert_and_nobody_reviews_an_own_one(self):
        self.show(self.plain)
        self.show(self.named)  # a surname alone, and not searched for
        self.assertEqual(self.alerts(), [])
        self.show(self.home)
        (alert,) = self.alerts()
        me = network.user_name().strip('"')
        self.assertEqual(alert["actors"], [me])
        self.assertIn(f"{me} looked at 1 record at ", alert["why"])
        self.assertIn(f"address as of {REVIEWER}, who works here", alert["why"])
        self.assertEqual((alert["state"], alert["count"]), ("open", 1))
        relations = [detail.get("relations", []) for detail in self.details("shown")]
        self.assertEqual(relations, [[], [f"surname:{SECOND}"], [f"address:{REVIEWER}"]])
        self.assertEqual(len(self.details("alerts-read")), 2, "each look at the alerts is an entry")

        table = self.agent.ctl("audit", "alerts", "--role", "auditor").stdout
        self.assertIn(alert["id"], table)
        self.assertIn("1 alerts of ", table)
        self.assertEqual(self.alerts("--state", "confirmed"), [])
        self.assertEqual(self.alerts("--since", "2999-01-01"), [])
        self.assertEqual(self.alerts("--since", "2020-01-01", "--state", "open"), [alert])

        told = self.review("dispose", alert["id"], "justified", "--because", "mine", code=1)
        self.assertIn("nobody reviews an alert about himself", told)
        (refused,) = self.details("review-refused")
        self.assertEqual((refused["actor"], refused["note"]), (me, alert["id"]))
        self.assertEqual(self.alerts(), [alert])
        self.assertIn("no alert of this id",
                      self.review("dispose", "0" * 16, "justified", "--because", "x", code=1))
        self.assertEqual(self.agent.log.read_text().count("Elm"), 0)

    def test_a_search_for_a_colleague_is_an_alert_and_a_changed_staff_list_counts(self):
        find = {"identifier": "person_name", "value": "Jo Roebuck"}
        lines, _ = door.call(self.agent.door, "records.list",
                             {"role": "housing-officer", "find": find})
        self.assertEqual(len(lines), 1)
        (alert,) = self.alerts()
        self.assertIn(f"surname as of {SECOND}", alert["why"])
        self.assertIn("found by a search for person_name", alert["why"])
        self.assertNotIn("Jo", alert["why"])
        self.staff.write_text(STAFF + f'{OFFICER},,QA1 1VV,"9 Other Road, London"\n')
        self.show(self.plain)
        self.assertEqual(self.details("shown")[-1]["relations"], [f"postcode:{OFFICER}"])
        self.staff.write_text("surname\nSecretname\n")
        self.show(self.plain)
        self.assertEqual(self.details("shown")[-1]["relations"], [f"postcode:{OFFICER}"])
        log = self.agent.log.read_text()
        self.assertIn("staff-list-not-read", log)
        self.assertNotIn("Secretname", log)

    def test_only_auditors_ask(self):
        for verb in ("audit.alerts", "audit.dispose", "audit.confirm"):
            with self.assertRaisesRegex(door.DoorRefused, "none of the roles auditor"):
                door.call(self.agent.door, verb, {"role": "operator"})
        with self.assertRaisesRegex(door.DoorRefused, "YYYY-MM-DD"):
            door.call(self.agent.door, "audit.alerts", {"role": "auditor", "since": "yesterday"})
        with self.assertRaisesRegex(door.DoorRefused, "because"):
            door.call(self.agent.door, "audit.dispose",
                      {"role": "auditor", "alert": "0" * 16, "verdict": "justified"})

    # ---- several users

    def ask_as(self, user, verb, request):
        return users.call_as(user, self.agent.door, verb, request)[0]

    def test_a_verdict_counts_once_a_second_auditor_has_confirmed_it(self):
        users.let_in(self.folder, self.agent.door)
        self.ask_as(OFFICER, "records.show", {"id": self.home})
        (alert,) = self.alerts()
        self.assertEqual(alert["actors"], [OFFICER])
        its = {"alert": alert["id"]}
        self.assertIn("no verdict", self.review("confirm", alert["id"], code=1))

        self.ask_as(REVIEWER, "audit.dispose",
                    {**its, "verdict": "inappropriate", "because": "no case of that officer"})
        (disposed,) = self.alerts("--state", "disposed")
        self.assertEqual((disposed["verdict"], disposed["reviewer"], disposed["because"]),
                         ("inappropriate", REVIEWER, "no case of that officer"))
        with self.assertRaisesRegex(door.DoorRefused, "nobody confirms a verdict of his"):
            self.ask_as(REVIEWER, "audit.confirm", its)
        with self.assertRaisesRegex(door.DoorRefused, "none of the roles auditor"):
            self.ask_as(OFFICER, "audit.confirm", its)
        self.ask_as(SECOND, "audit.confirm", its)
        (confirmed,) = self.alerts("--state", "confirmed")
        self.assertEqual(confirmed["confirmed_by"], SECOND)
        self.assertIn("reopen it first",
                      self.review("dispose", alert["id"], "justified", "--because", "x", code=1))

        self.restart(self.agent)
        self.wait_in_session(self.agent)
        self.assertEqual(self.alerts(), [confirmed], "the log holds it, and nothing else does")
        self.assertIn("alert-reopened", self.review("confirm", alert["id"], "--reopen"))
        self.assertEqual(self.alerts("--state", "open")[0]["id"], alert["id"])


if __name__ == "__main__":
    network_case.main()
