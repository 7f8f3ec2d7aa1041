"""The cases are the same everywhere, and hold all that the language has. generator_test.py --bin DIR"""
import io
import json
import unittest

import generate
import recorded_slice

MADE = recorded_slice.cases()
LINES = MADE.splitlines(keepends=True)
CASES = [json.loads(line) for line in LINES]
VERDICTS = [json.loads(line) for line in recorded_slice.VERDICTS.read_text().splitlines()]

FUNCTIONS = """decimal lessThan lessThanOrEqual greaterThan greaterThanOrEqual ip isIpv4 isIpv6 isLoopback
isMulticast isInRange datetime duration offset durationSince toDate toTime toMilliseconds toSeconds
toMinutes toHours toDays contains containsAll containsAny isEmpty hasTag getTag""".split()
OPERATORS = "== != < <= > >= && || + - * in has like is".split()


def made(seed, first, count):
    out = io.BytesIO()
    generate.write_cases(seed, first, count, out)
    return out.getvalue()


class Generator(unittest.TestCase):
    def test_makes_the_recorded_cases(self):
        self.assertEqual(len(CASES), recorded_slice.FACTS["cases"])
        self.assertEqual(recorded_slice.hash_of(MADE), recorded_slice.FACTS["sha256"],
                         "generate.py makes other cases now: record anew, see README.md")
        self.assertEqual([case["id"] for case in CASES], [verdict["id"] for verdict in VERDICTS])

    def test_makes_a_case_alike_whatever_came_before_it(self):
        seed = recorded_slice.FACTS["seed"]
        self.assertEqual(made(seed, 50, 10), b"".join(LINES[50:60]))

    def test_makes_other_cases_for_another_seed(self):
        other = made(recorded_slice.FACTS["seed"] + 1, 0, 20).splitlines()
        for line, theirs in zip(LINES, other):
            self.assertNotEqual(json.loads(line)["policies"], json.loads(theirs)["policies"])

    def count(self, holds):
        return sum(1 for case in CASES if holds(case))

    def test_makes_every_kind_of_case(self):
        for _, kind in generate.KINDS:
            self.assertGreater(self.count(lambda case: case["kind"] == kind), 20, kind)

    def test_uses_every_function_and_operator_in_both_forms_of_policies(self):
        for name in FUNCTIONS:
            self.assertGreater(self.count(lambda case: f"{name}(" in case["policies"]), 10, name)
            self.assertGreater(self.count(lambda case: f'"{name}":' in case["policies"]), 5, name)
        for operator in OPERATORS:
            self.assertGreater(self.count(lambda case: f" {operator} " in case["policies"]), 20, operator)
            self.assertGreater(self.count(lambda case: f'"{operator}":' in case["policies"]), 5, operator)

    def test_uses_all_forms(self):
        for part, text, least in (
                ("policies", '"staticPolicies":"', 300), ("policies", '"templateLinks":[{', 100),
                ("policies", '"if-then-else"', 20), ("policies", "if ", 50), ("policies", "\\*", 10),
                ("policies", "?principal", 100), ("policies", "?resource", 100),
                ("policies", "9223372036854775807", 20), ("policies", "-9223372036854775808", 20),
                ("schema", '"entityTypes"', 300), ("schema", "namespace ", 200), ("schema", " enum ", 50),
                ("schema", '"enum"', 50), ("schema", " tags ", 100), ("schema", '"tags":{', 50),
                ("schema", "type ", 200), ("schema", '"commonTypes"', 100), ("entities", "__extn", 300),
                ("entities", '"tags":{"', 200), ("entities", "__entity", 300)):
            self.assertGreater(self.count(lambda case: text in case.get(part, "")), least, text)

    def test_asks_what_has_various_answers(self):
        answers = [answer for verdict in VERDICTS for asked in verdict["requests"] for answer in asked]
        decided = [answer for answer in answers if answer != "bad"]
        self.assertGreater(len(answers) - len(decided), len(answers) // 20)
        for decision in ("allow", "deny"):
            self.assertGreater(sum(1 for answer in decided if answer[0] == decision), len(decided) // 12)
        self.assertGreater(sum(1 for answer in decided if answer[1]), len(decided) // 10)
        self.assertGreater(sum(1 for answer in decided if answer[2]), len(decided) // 20)
        for key in ("schema", "policies", "entities", "checked"):
            for word in ("ok", "bad"):
                self.assertGreater(sum(1 for verdict in VERDICTS if verdict.get(key) == word), 50, key)
        validated = [verdict["invalid"] for verdict in VERDICTS if "invalid" in verdict]
        self.assertGreater(sum(1 for invalid in validated if invalid), 200)
        self.assertGreater(sum(1 for invalid in validated if not invalid), 200)


if __name__ == "__main__":
    recorded_slice.main()
