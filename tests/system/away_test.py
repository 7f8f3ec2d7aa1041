#!/usr/bin/env python3
"""An agent is away while others write to it; when it comes back it gets its mail: urgent before bulk,
each in order, even though the broker was restarted meanwhile. Mail to an agent that was never there
waits with its sender, unsealed, until that agent has published a key.
"""
import door
import network_case
import rows
from network_case import BARKING, HACKNEY, TOWER_HAMLETS

FILE_ROWS = 400
BULK_FILES = 5


class Away(network_case.NetworkCase):
    starts = False

    def setUp(self):
        super().setUp()
        agents = self.network.agents
        self.senders = [agents[BARKING], agents[HACKNEY]]
        self.away = agents[TOWER_HAMLETS]

    def start_all_but(self, party):
        for other in self.network.parties():
            if other is not party:
                other.start()
        self.wait_in_session(*[a for a in self.network.agents.values() if a is not party])

    def everything_with_the_broker(self):
        for sender in self.senders:
            status = door.status(sender)
            if (status is None or network_case.waiting_files(sender)
                    or status["link"]["state"] != "in-session"
                    or status["link"]["slices_to_submit"] or status["link"]["slices_under_way"]):
                return False
        return self.slices_at_broker() > 0

    def slices_at_broker(self):
        status = door.status(self.network.broker)
        return 0 if status is None else next(agent["waiting_slices"] for agent in status["agents"]
                                             if agent["authority"] == self.away.code)

    def drop_files(self):
        """Bulk first, then urgent; gives the two loads."""
        bulk, urgent = rows.Load(self.rng, urgent=0), rows.Load(self.rng, urgent=1)
        for _ in range(BULK_FILES):
            for sender in self.senders:
                bulk.drop(sender, [self.away.code], FILE_ROWS)
        for sender in self.senders:
            # After all bulk files by name, so taken in after them.
            name = f"{rows.TYPE}-urgent.csv"
            sender.drop(name, rows.to_csv(urgent.rows(sender.code, [self.away.code], FILE_ROWS)))
        return bulk, urgent

    def assert_mail_came(self, bulk, urgent):
        both = rows.Load(self.rng)
        both.sent.update(bulk.sent)
        both.sent.update(urgent.sent)
        self.assert_received(both, [self.away.code])
        return [record["priority"] for record in door.held_records(self.away)]

    def test_mail_waits_and_urgent_overtakes_bulk(self):
        self.start_all()
        self.stop_party(self.away)
        bulk, urgent = self.drop_files()
        self.wait(self.everything_with_the_broker, 60, "all slices to be at the broker")
        slices = self.slices_at_broker()
        self.stop_party(self.network.broker)
        self.start_party(self.network.broker)
        self.wait_in_session(*self.senders, seconds=60)
        self.restart(self.network.broker)
        self.wait_in_session(*self.senders, seconds=60)
        self.wait(self.everything_with_the_broker, 60, "the senders to have nothing left to submit")
        self.assertEqual(self.slices_at_broker(), slices, "slices after two restarts")
        for sender in self.senders:
            self.assertEqual(self.receipted(sender), 0, "a receipt without a recipient")

        self.start_party(self.away)
        self.wait_settled(60)
        order = self.assert_mail_came(bulk, urgent)
        count = len(self.senders) * FILE_ROWS
        self.assertEqual(order, ["urgent"] * count + ["bulk"] * (count * BULK_FILES))
        self.say(f"{len(order)} records in {slices} slices waited at the broker")
        self.stop_all()
        self.assert_logs_verify()

    def test_mail_to_an_agent_that_was_never_there_waits_unsealed(self):
        self.start_all_but(self.away)
        bulk, urgent = self.drop_files()
        expected = FILE_ROWS * (BULK_FILES + 1)

        def waiting():
            return all((status := door.status(sender)) is not None
                       and sum(w["records"] for w in status["waiting_for_key"]
                               if w["recipient"] == self.away.code) == expected
                       for sender in self.senders)
        self.wait(waiting, 60, "every record to wait for a key")
        self.assertEqual(self.slices_at_broker(), 0)
        # What waits survives its agent's death.
        self.restart(self.senders[0])
        self.wait(waiting, 30, "every record to wait for a key after kill -9")

        self.start_party(self.away)
        self.wait_settled(60)
        self.assert_mail_came(bulk, urgent)
        self.stop_all()
        self.assert_logs_verify()


if __name__ == "__main__":
    network_case.main()
