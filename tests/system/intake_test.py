#!/usr/bin/env python3
"""Files: dropped twice, with wrong rows, corrected and dropped again, cut off by kill -9, broken,
empty, misnamed. Nothing is sent twice, nothing is lost, and every file gets an answer.
"""
import csv
import json

import door
import network_case
import rows
from network_case import BARKING, HACKNEY, network

LARGE = 20_000
REJECT_COLUMNS = ["hub_row", "hub_line", "hub_column", "hub_rule", "hub_what_to_do"]

# Each breaks one rule: (column, wrong value, what to write instead).
WRONG = [
    ("accommodation_postcode", "nowhere", "QA1 1VV"),
    ("available_from", "2026-02-30", "2026-02-28"),
    ("ta_type", "tent", "hostel"),
    ("host_authority", "E09000034", HACKNEY),
    ("applicant_name", "", "Applicant"),
    ("other_persons", "many", "2"),
    ("hub_priority", "sometime", "bulk"),
]


class Intake(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}

    def setUp(self):
        super().setUp()
        self.sender = self.network.agents[BARKING]
        self.recipient = self.network.agents[HACKNEY]
        self.load = rows.Load(self.rng, urgent=0)

    def new_rows(self, count):
        return self.load.rows(BARKING, [HACKNEY], count)

    def drop(self, name, content):
        """Drops the file and waits until it was taken; gives its report."""
        before = set((self.sender.spool / "done").glob("*.report.txt"))
        self.sender.drop(name, content)

        def reported():
            new = set((self.sender.spool / "done").glob("*.report.txt")) - before
            return new if new and not network_case.waiting_files(self.sender) else None
        found = self.wait(reported, 30, f"the report about {name}")
        self.assertEqual(len(found), 1, found)
        report = found.pop()
        self.assertTrue(report.with_name(report.name.removesuffix(".report.txt")).exists(),
                        "the file stands beside its report")
        return report.read_text()

    def sent(self):
        status = door.status(self.sender)
        return network.tally(status, "sent") if status else 0

    def rejects(self):
        """Every rejects file's rows, by file name."""
        out = {}
        for file in sorted((self.sender.spool / "rejects").iterdir()):
            with file.open(newline="", encoding="utf-8") as content:
                reader = csv.DictReader(content)
                out[file.name] = list(reader)
                self.assertEqual(reader.fieldnames[:5], REJECT_COLUMNS)
        return out

    def assert_everything_arrived(self):
        self.wait_settled(60)
        self.assert_received(self.load)

    # ---- twice

    def test_a_file_dropped_again_sends_nothing_twice(self):
        name = f"{rows.TYPE}-june.csv"
        first = self.new_rows(500)
        self.assertIn("500  sent", self.drop(name, rows.to_csv(first)))
        self.assertEqual(self.sent(), 500)
        again = self.drop(name, rows.to_csv(first))
        self.assertIn("taken in before", again)
        self.assertIn("taken in before", self.drop(f"{rows.TYPE}-other-name.csv", rows.to_csv(first)))
        self.assertEqual(self.sent(), 500)

        added = self.new_rows(20)
        report = self.drop(name, rows.to_csv(first[:250] + added + first[250:]))
        self.assertIn("20  sent", report)
        self.assertIn("500  were sent before", report)
        self.assertEqual(self.sent(), 520)
        # The same row twice in one file is one record.
        more = self.new_rows(3)
        self.assertIn("3  sent", self.drop(name, rows.to_csv(more + more)))
        self.assert_everything_arrived()
        self.assertEqual(len(list((self.sender.spool / "done").glob("*.csv"))), 5,
                         "every file is kept under a name of its own")

    def test_hubctl_send_waits_for_the_receipts(self):
        file = self.folder / "upload.csv"
        file.write_bytes(rows.to_csv(self.new_rows(300)))
        done = self.sender.ctl("send", file, "--name", f"{rows.TYPE}.csv", "--wait", "--json")
        self.assertEqual(json.loads(done.stdout)["sent"], 300)
        self.assertEqual(door.status(self.sender)["records_without_receipt"], 0)
        self.assert_received(self.load)
        done = self.sender.ctl("send", file, "--name", f"{rows.TYPE}.csv", "--wait", "--json")
        report = json.loads(done.stdout)
        self.assertTrue(report["taken_before"])
        self.assertEqual(self.sent(), 300)

    # ---- wrong rows

    def test_wrong_rows_go_to_the_rejects_and_can_be_dropped_again(self):
        content, wrong_at = [], {}
        good = self.new_rows(10 * len(WRONG))
        for i, (column, value, _) in enumerate(WRONG):
            content += good[10 * i:10 * (i + 1)]
            row = self.new_rows(1)[0]
            row[column] = value
            content.append(row)
            wrong_at[len(content)] = (column, row["case_reference"])
        # Good rows first, then the corrected ones: that is the order in which they are sent.
        stream = (BARKING, HACKNEY, "bulk")
        expected = ([row["case_reference"] for row in good] +
                    [reference for _, reference in wrong_at.values()])
        self.load.sent[stream] = expected

        report = self.drop(f"{rows.TYPE}.csv", rows.to_csv(content))
        self.assertIn(f"{len(good)}  sent", report)
        self.assertIn(f"{len(WRONG)}  rejected", report)
        rejects = self.rejects()
        self.assertEqual(list(rejects), [f"{rows.TYPE}.csv.rejects.csv"])
        (rejected,) = rejects.values()
        self.assertEqual({int(row["hub_row"]): (row["hub_column"], row["case_reference"])
                          for row in rejected}, wrong_at)
        for row, (column, value, _) in zip(rejected, WRONG, strict=True):
            self.assertEqual(int(row["hub_line"]), int(row["hub_row"]) + 1)
            self.assertEqual(row[column], value, "the row as it was")
            self.assertGreater(len(row["hub_rule"]), 5, row)
            self.assertGreater(len(row["hub_what_to_do"]), 5, row)

        # Dropped again as it is, nothing is sent; corrected, every row is.
        report = self.drop(f"{rows.TYPE}-again.csv", rows.to_csv(rejected))
        self.assertIn(f"{len(WRONG)}  rejected", report)
        self.assertEqual(self.sent(), len(good))
        for row, (column, _, right) in zip(rejected, WRONG, strict=True):
            row[column] = right
        report = self.drop(f"{rows.TYPE}-corrected.csv", rows.to_csv(rejected))
        self.assertIn(f"{len(WRONG)}  sent", report)
        self.assertNotIn("rejected", report)
        self.assert_everything_arrived()

    # ---- kill -9 in the middle

    def test_a_large_file_survives_kill_9(self):
        content, bad = [], []
        for row in self.new_rows(LARGE):
            content.append(row)
            if len(content) % 1000 == 500:
                number = len(bad)
                column, value, _ = WRONG[number % len(WRONG)]
                wrong = rows.notice(BARKING, HACKNEY, 900_000 + number)
                wrong[column] = value
                content.append(wrong)
                bad.append(wrong["case_reference"])
        self.sender.drop(f"{rows.TYPE}-large.csv", rows.to_csv(content))
        points = sorted(self.rng.sample(range(500, LARGE - 2000, 250), 4))
        killed_at = []
        for point in points:
            self.wait(lambda: self.sent() >= point, 60, f"{point} rows to be sent")
            self.kill_party(self.sender)
            self.start_party(self.sender)
            self.wait(lambda: self.sent() > 0, 30, "the agent to answer again")
            killed_at.append(self.sent())
        self.say(f"seed {network_case.OPTIONS.seed}: killed after {killed_at} of {LARGE} rows")
        self.assertLess(killed_at[0], LARGE, "killed in the middle")
        self.wait_settled(90)
        self.assertEqual(self.sent(), LARGE)
        self.assert_received(self.load)
        (rejected,) = self.rejects().values()
        self.assertEqual([row["case_reference"] for row in rejected], bad,
                         "rows in the rejects file after the agent was killed")
        report = (self.sender.spool / "done" / f"{rows.TYPE}-large.csv.report.txt").read_text()
        self.assertIn(f"{LARGE}  sent", report)
        self.assertIn(f"{len(bad)}  rejected", report)
        self.stop_all()
        self.assert_logs_verify()

    # ---- files that cannot be read

    def test_a_broken_file_is_read_up_to_the_break(self):
        good = self.new_rows(30)
        lines = rows.to_csv(good).split(b"\n")
        broken = b"\n".join(lines[:21] + [b'"' + lines[21]] + lines[22:])
        report = self.drop(f"{rows.TYPE}-broken.csv", broken)
        self.assertIn("could not be read beyond line 22", report)
        self.assertIn("quotation mark", report)
        self.assertIn("20  sent", report)
        self.assertNotIn("Applicant", report, "a report repeats nothing of the file")
        report = self.drop(f"{rows.TYPE}-mended.csv", rows.to_csv(good))
        self.assertIn("10  sent", report)
        self.assert_everything_arrived()

    def test_files_that_are_none_of_ours_are_answered(self):
        header = rows.to_csv(self.new_rows(1)).split(b"\n")[0]
        self.load.sent.clear()
        cases = [
            ("ta.other_notice.csv", header + b"\n", "does not start with a record type"),
            (f"{rows.TYPE}.xls", header + b"\n", "neither .csv nor .json"),
            (f"{rows.TYPE}-empty.csv", b"", "the file is empty"),
            (f"{rows.TYPE}-zero.csv", header + b"\nab\0cd\n", "a zero byte"),
            (f"{rows.TYPE}-column.csv", header.replace(b"applicant_name", b"aplicant_name") + b"\n",
             "did you mean applicant_name?"),
            (f"{rows.TYPE}-twice.csv", header + b",applicant_name\n", "is there twice"),
            (f"{rows.TYPE}-missing.csv", header.replace(b"host_authority,", b"") + b"\n",
             "host_authority is missing"),
            (f"{rows.TYPE}-noise.csv", bytes(self.rng.randrange(256) for _ in range(5000)),
             "could not be read"),
            (f"{rows.TYPE}-noise.json", b'[{"case_reference": "A', "could not be read"),
        ]
        for name, content, expected in cases:
            with self.subTest(file=name):
                self.assertIn(expected, self.drop(name, content))
        self.assertEqual(self.sent(), 0)
        self.assertEqual(self.rejects(), {})
        # And the agent goes on.
        row = self.new_rows(1)
        self.load.sent[(BARKING, HACKNEY, "bulk")] = [row[0]["case_reference"]]
        self.assertIn("1  sent", self.drop(f"{rows.TYPE}.csv", rows.to_csv(row)))
        self.assert_everything_arrived()


if __name__ == "__main__":
    network_case.main()
