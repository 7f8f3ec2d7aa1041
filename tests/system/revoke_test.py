#!/usr/bin/env python3
"""An authority is suspended by a new register, applied at the broker: cut at once and kept out, mail to
it refused, the others go on. Agents take the new register from the broker by themselves; made active
again, the authority is back.
"""
import door
import network_case
import rows
from network_case import BARKING, HACKNEY, TOWER_HAMLETS, network

FILE_ROWS = 100


class Revoke(network_case.NetworkCase):
    def setUp(self):
        super().setUp()
        self.first, self.second = (self.network.agents[code] for code in (BARKING, HACKNEY))
        self.suspended = self.network.agents[TOWER_HAMLETS]
        self.load = rows.Load(self.rng)
        self.registers = [self.network.folder / "notes" / "register-000001.note"]

    def apply_register(self, suspended):
        """Makes the next register, has it signed and puts it in force at the broker."""
        note = self.network.folder / "notes" / f"register-{len(self.registers) + 1:06d}.note"
        self.network.make_register(note, previous=self.registers[-1], suspended=suspended)
        done = self.network.broker.ctl("register", "apply", note)
        self.assertIn("in force", done.stdout)
        self.registers.append(note)

    def at_broker(self, party):
        status = door.status(self.network.broker)
        return next(a for a in status["agents"] if a["authority"] == party.code)

    def wait_for_register(self, number, *parties):
        self.wait(lambda: all((door.status(party) or {}).get("register") == number
                              for party in parties), 30, f"register {number} at these agents")

    def drop(self, sender, recipients, count=FILE_ROWS):
        self.load.drop(sender, recipients, count)

    def assert_kept_out(self, failures):
        """The agent tries again and again and is never let in."""
        def tried():
            link = door.status(self.suspended)["link"]
            self.assertNotEqual(link["state"], "in-session")
            self.assertFalse(self.at_broker(self.suspended)["connected"])
            return link["failures"] >= failures and link.get("last_end") == "not registered"
        self.wait(tried, 60, f"{failures} failed attempts")

    def test_a_suspended_authority_is_cut_and_kept_out(self):
        broker = self.network.broker
        self.drop(self.first, [HACKNEY, TOWER_HAMLETS])
        self.drop(self.suspended, [BARKING, HACKNEY])
        self.wait_settled(30)
        self.assertTrue(self.at_broker(self.suspended)["connected"])

        self.apply_register([TOWER_HAMLETS])
        self.wait(lambda: not self.at_broker(self.suspended)["connected"], 5, "the session to be cut")
        self.assertTrue(self.at_broker(self.suspended)["suspended"])
        self.assertEqual(door.status(broker)["register"], 2)
        self.assert_kept_out(3)
        self.assertGreater(door.status(broker)["connections"]["unregistered"], 0)
        self.restart(self.suspended)
        self.wait(lambda: door.status(self.suspended), 30, "the suspended agent to answer locally")
        self.assert_kept_out(2)

        # The others have taken the new register by themselves and go on.
        self.wait_for_register(2, self.first, self.second)
        self.drop(self.first, [HACKNEY])
        self.drop(self.second, [BARKING])
        self.wait_settled(30, self.first, self.second)

        # Its own mail waits, and new mail to it is refused where it would leave.
        before = {stream: list(sent) for stream, sent in self.load.sent.items()}
        self.drop(self.suspended, [BARKING])
        refused = rows.Load(self.rng)
        refused.files[BARKING] = 10
        refused.drop(self.first, [TOWER_HAMLETS], FILE_ROWS)
        self.wait(lambda: network.tally(door.status(self.first), "refused", TOWER_HAMLETS,
                                        "authority-suspended") == FILE_ROWS,
                  30, "the rows to be refused by policy")
        self.wait(lambda: (door.status(self.suspended) or {}).get("slices_without_receipt", 0) > 0,
                  30, "the suspended agent's rows to be sealed")
        self.assertGreater(door.status(self.suspended)["records_without_receipt"], 0)
        so_far = rows.Load(self.rng)
        so_far.sent.update(before)
        self.assert_received(so_far)

        # Active again: it comes back by itself and what waited flows.
        self.apply_register([])
        self.wait_in_session(seconds=60)
        self.wait_for_register(3, *self.network.agents.values())
        self.wait_settled(30)
        self.assert_received(self.load)
        self.stop_all()
        self.assert_logs_verify()

    def test_mail_sealed_before_the_suspension_is_refused_by_the_broker(self):
        broker = self.network.broker
        # Sealed under register 1 while the broker is away.
        self.stop_party(broker)
        self.wait(lambda: door.status(self.first)["link"]["state"] != "in-session", 30,
                  "the sender to lose the broker")
        self.load.drop(self.first, [TOWER_HAMLETS], FILE_ROWS)
        kept = rows.Load(self.rng)
        kept.files[BARKING] = 5
        kept.drop(self.first, [HACKNEY], FILE_ROWS)
        self.wait(lambda: network.tally(door.status(self.first), "sent") == 2 * FILE_ROWS, 30,
                  "the rows to be sealed")
        self.stop_party(self.first)
        self.start_party(broker)
        self.wait(lambda: door.status(broker), 30, "the broker to answer")
        self.apply_register([TOWER_HAMLETS])
        self.start_party(self.first)

        self.wait(lambda: network.tally(door.status(self.first) or {"tally": []}, "outcome",
                                        TOWER_HAMLETS, "unknown-recipient") == FILE_ROWS,
                  60, "the broker's refusal")
        self.wait(lambda: network.tally(door.status(self.first), "outcome", HACKNEY,
                                        "held") == FILE_ROWS, 30, "the other mail to be receipted")
        self.assert_received(kept, [HACKNEY])
        refusals = network_case.envelopes(door.log_entries(broker), "refusal",
                                          {"unknown-recipient"})
        disclosed = network_case.disclosures(door.log_entries(self.first))
        leaves = {leaf for leaves in disclosed.values() for leaf in leaves}
        self.assertEqual(len(refusals), FILE_ROWS)
        self.assertLessEqual(set(refusals), leaves)
        confirmed = network_case.envelopes(door.log_entries(self.first), "refusal",
                                           {"unknown-recipient"})
        self.assertEqual(set(confirmed), set(refusals), "the sender's log confirms the refusals")
        self.assertEqual(door.held_records(self.suspended), [])
        self.stop_all()
        self.assert_logs_verify()


if __name__ == "__main__":
    network_case.main()
