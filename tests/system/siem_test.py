#!/usr/bin/env python3
"""The logs of agents and broker go to a SIEM, into a file and as syslog over TLS: every entry, with the
hash that the exported log gives its leaf, and nothing personal. A SIEM that reads nothing holds up nothing;
what it missed comes when it is back, and what is too much is announced as a gap.
"""
import json

import door
import independent_log
import network_case
import rows
import siem_server
from network_case import BARKING, HACKNEY

FILE_ROWS = 20
MARKER = "Invented-Person"
FEW_BEHIND = 100


class Siem(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}
    starts = False

    def setUp(self):
        super().setUp()
        self.sender = self.network.agents[BARKING]
        self.recipient = self.network.agents[HACKNEY]
        self.load = rows.Load(self.rng)
        self.certificate, self.key = siem_server.make_certificate(self.folder)

    def serve(self, **options):
        server = siem_server.Server(self.certificate, self.key, **options)
        self.addCleanup(self.close, server)
        return server

    @staticmethod
    def close(server):
        try:
            server.close()
        except OSError:
            pass  # closed already

    def configure(self, party, *, port=None, file=False, max_behind=100_000):
        lines = ["[siem]", f"max_behind = {max_behind}"]
        if file:
            lines.append('file = "siem.jsonl"')
        if port:
            lines += [f'syslog = "tls://127.0.0.1:{port}"', f'ca = "{self.certificate}"']
        party.config.write_text(party.config.read_text() + "\n".join(lines) + "\n")

    @staticmethod
    def file_events(party):
        text = (party.folder / "siem.jsonl").read_text()
        return [siem_server.event_of(line) for line in text.splitlines()]

    @staticmethod
    def standing(party):
        """Of each target, by name; empty while the daemon cannot be asked."""
        status = door.status(party)
        return {each["target"]: each for each in status["siem"]} if status else {}

    def wait_sent(self, *parties):
        def sent():
            found = [each for party in parties for each in self.standing(party).values()]
            return found and all(each["behind"] == 0 for each in found)
        self.wait(sent, 60, "every entry to be with the SIEM")

    def exchange(self, files=2):
        for _ in range(files):
            self.load.drop(self.sender, [HACKNEY], FILE_ROWS, MARKER)
            self.load.drop(self.recipient, [BARKING], FILE_ROWS, MARKER)
        self.wait_settled(60)

    def look(self, party, count):
        for _ in range(count):
            door.call(party.door, "audit.entries", {"limit": 1})

    def exported(self, party, count):
        """The log's origin and at least so many leaves, checked by who shares no code with the hub."""
        folder = self.folder / f"exported-{party.code}"

        def covers():
            done = party.ctl("audit", "export", folder, "--json")
            return json.loads(done.stdout)["entries"] >= count
        self.wait(covers, 60, f"a checkpoint over {count} entries")
        vkey = json.loads((party.keys / "public.json").read_text())["log"]
        origin, _, entries = independent_log.verify(folder, vkey)
        return origin, entries

    def assert_is_log(self, party, events, doubles=False):
        """The events are the log's entries from the first on."""
        numbers = {event["metadata"]["sequence"] for event in events}
        origin, entries = self.exported(party, len(numbers))
        found = {}
        for event in events:
            number = event["metadata"]["sequence"]
            self.assertEqual(event["metadata"]["log_name"], origin)
            self.assertEqual(event, found.setdefault(number, event), "another event of one number")
        if not doubles:
            self.assertEqual([event["metadata"]["sequence"] for event in events],
                             list(range(len(events))))
        self.assertEqual(sorted(found), list(range(len(found))), "holes")
        for number in sorted(found):
            leaf = json.loads(entries[number])
            self.assertEqual(found[number]["raw_data_hash"]["value"],
                             independent_log.sha256(b"\0" + entries[number]).hex())
            self.assertEqual((found[number]["unmapped"]["act"], found[number]["time"]),
                             (leaf["act"], leaf["time"]))
        return len(found)

    def test_every_entry_arrives_with_its_leaf_hash_and_nothing_personal(self):
        server = self.serve()
        self.configure(self.sender, port=server.port, file=True)
        self.configure(self.network.broker, port=server.port)
        self.configure(self.recipient, file=True)
        self.start_all()
        self.exchange()
        door.call(self.recipient.door, "records.list", {"limit": 5, "role": "housing-officer"})
        door.call(self.recipient.door, "records.list",
                  {"type": MARKER, "limit": 5, "role": "housing-officer"})
        parties = (self.sender, self.recipient, self.network.broker)
        self.wait_sent(*parties)
        count = sum(self.standing(party)["syslog"]["sent"]
                    for party in (self.sender, self.network.broker))
        self.wait(lambda: len(server.events()) >= count, 30, "the SIEM to have read what was sent")
        by_log = {}
        for event in server.events():
            by_log.setdefault(event["metadata"]["tenant_uid"], []).append(event)
        self.assertEqual(set(by_log), {BARKING, "broker"})
        for party, events in ((self.sender, self.file_events(self.sender)),
                              (self.sender, by_log[BARKING]),
                              (self.recipient, self.file_events(self.recipient)),
                              (self.network.broker, by_log["broker"])):
            self.say(f"{party.code}: {self.assert_is_log(party, events)} entries compared")
        acts = {event["unmapped"]["act"] for event in self.file_events(self.recipient)}
        self.assertLessEqual({"disclosure", "collection", "receipt", "consultation", "admin"}, acts)
        self.assert_nothing_personal(server)

    def assert_nothing_personal(self, server):
        everything = b"".join(server.messages)
        for party in (self.sender, self.recipient):
            everything += (party.folder / "siem.jsonl").read_bytes()
            entries = door.log_entries(party)
            details = [entry["detail"] for entry in entries if "detail" in entry]
            ids = {record for detail in details for record in detail.get("record_ids", [])}
            actors = {detail["actor"] for detail in details} - {"agent"}
            self.assertTrue(ids and actors)
            for secret in ids | {f'"{actor}"' for actor in actors} | {MARKER}:
                self.assertNotIn(secret.encode(), everything)
        self.assertGreater(len(everything), 10_000)

    def test_a_siem_that_never_reads_holds_up_nothing(self):
        server = self.serve(reads=False)
        for party in self.network.parties():
            self.configure(party, port=server.port, file=party is self.sender)
        self.start_all()
        self.wait(lambda: server.connections == 3, 30, "everybody to be connected to the SIEM")
        self.exchange(files=6)
        self.assert_received(self.load)
        self.look(self.sender, 3)
        self.wait(lambda: self.standing(self.sender)["file"]["behind"] == 0, 30, "the file")
        self.assert_is_log(self.sender, self.file_events(self.sender))
        # Each party stops within the time that it has for that.
        self.stop_all()
        self.assert_logs_verify()

    def test_a_restart_loses_nothing(self):
        server = self.serve()
        self.configure(self.sender, port=server.port, file=True)
        self.start_all()
        self.exchange()
        self.restart(self.sender)
        self.wait_in_session()
        self.exchange()
        server.close()
        self.exchange()
        self.wait(lambda: "fault" in self.standing(self.sender)["syslog"], 60, "the SIEM to be away")
        back = self.serve(port=server.port)
        self.wait_sent(self.sender)
        count = self.standing(self.sender)["syslog"]["sent"]

        def arrived():
            return {event["metadata"]["sequence"] for event in server.events() + back.events()}
        self.wait(lambda: len(arrived()) >= count, 30, "the SIEM to have read what was sent")
        self.assert_is_log(self.sender, server.events() + back.events(), doubles=True)
        self.assert_is_log(self.sender, self.file_events(self.sender), doubles=True)

    def test_what_is_too_much_is_announced_as_a_gap(self):
        port = network_case.network.free_port()
        self.configure(self.sender, port=port, max_behind=FEW_BEHIND)
        self.start_all()
        self.look(self.sender, 3 * FEW_BEHIND)
        self.wait(lambda: "fault" in self.standing(self.sender)["syslog"], 30, "the SIEM to be away")
        server = self.serve(port=port)
        self.wait_sent(self.sender)
        self.wait(lambda: len(server.events()) > FEW_BEHIND, 30, "the SIEM to have read")
        gap, *events = server.events()
        self.assertEqual((gap["class_uid"], gap["status_code"]), (6008, "too-far-behind"))
        first, last = gap["unmapped"]["first"], gap["unmapped"]["last"]
        self.assertEqual((first, gap["unmapped"]["entries"]), (0, last + 1))
        self.assertGreaterEqual(last + 1, 2 * FEW_BEHIND)
        self.assertEqual([event["metadata"]["sequence"] for event in events],
                         list(range(last + 1, last + 1 + len(events))))
        self.assertGreaterEqual(len(events), FEW_BEHIND)
        self.assertEqual(self.standing(self.sender)["syslog"]["skipped"], last + 1)
        gaps = [line for line in network_case.log_lines(self.sender) if line.get("event") == "siem-gap"]
        self.assertEqual([line["last"] for line in gaps], [last])

    def test_a_siem_under_another_name_gets_nothing(self):
        server = self.serve()
        self.configure(self.sender, port=server.port)
        config = self.sender.config.read_text()
        self.sender.config.write_text(config.replace(f"tls://127.0.0.1:{server.port}",
                                                     f"tls://localhost:{server.port}"))
        self.start_all()
        self.wait(lambda: "fault" in self.standing(self.sender)["syslog"], 30, "the fault")
        self.assertEqual(self.standing(self.sender)["syslog"]["fault"],
                         "the server's certificate is another server's")
        self.assertEqual(server.messages, [])
        self.assertIn("AWAY since", self.sender.ctl("status").stdout)


if __name__ == "__main__":
    network_case.main()
