"""The comparison can fail: every kind of wrong verdict is reported. planted_test.py --bin DIR"""
import json
import tempfile
import unittest

import recorded_slice

COUNT = 150
CASES = recorded_slice.cases(COUNT).splitlines(keepends=True)
VERDICTS = recorded_slice.VERDICTS.read_bytes().splitlines(keepends=True)[:COUNT]


def run(cases, verdicts):
    with tempfile.TemporaryDirectory() as folder:
        return recorded_slice.run_program(folder, b"".join(cases), b"".join(verdicts))


def first(holds):
    """Number and verdict of the first case of which that holds."""
    for number, line in enumerate(VERDICTS):
        verdict = json.loads(line)
        if holds(verdict):
            return number, verdict
    raise AssertionError("no recorded case is of that kind")


def answers(verdict):
    """The places of all answers that are a decision."""
    return [(i, k) for i, asked in enumerate(verdict["requests"]) for k, answer in enumerate(asked)
            if answer != "bad"]


class PlantedVerdicts(unittest.TestCase):
    def told(self, number, verdict):
        verdicts = list(VERDICTS)
        verdicts[number] = json.dumps(verdict).encode() + b"\n"
        code, told = run(CASES, verdicts)
        self.assertEqual(code, 1, told)
        self.assertTrue(told.endswith(" 1 disagree\n"), told)
        self.assertTrue(told.startswith(f"{verdict['id']} "), told)
        return told

    def test_nothing_is_told_without_one(self):
        code, told = run(CASES, VERDICTS)
        self.assertEqual(code, 0, told)
        self.assertTrue(told.endswith(" 0 disagree\n"), told)

    def test_whether_texts_are_right_is_compared(self):
        for key in ("schema", "policies", "entities", "checked"):
            for word, other in (("ok", "bad"), ("bad", "ok")):
                number, verdict = first(lambda verdict: verdict.get(key) == word)
                verdict[key] = other
                self.assertIn(f'{key}: ours "{word}", theirs "{other}"', self.told(number, verdict))

    def test_which_policies_are_invalid_is_compared(self):
        number, verdict = first(lambda verdict: verdict.get("invalid"))
        self.told(number, {**verdict, "invalid": []})
        self.told(number, {**verdict, "invalid": verdict["invalid"] + ["x"]})
        number, verdict = first(lambda verdict: verdict.get("invalid") == [])
        self.told(number, {**verdict, "invalid": ["policy0"]})

    def test_decisions_reasons_and_erring_policies_are_compared(self):
        for decision, other in (("allow", "deny"), ("deny", "allow")):
            number, verdict = first(lambda verdict: any(
                verdict["requests"][i][k][0] == decision for i, k in answers(verdict)))
            i, k = next((i, k) for i, k in answers(verdict) if verdict["requests"][i][k][0] == decision)
            verdict["requests"][i][k][0] = other
            self.assertIn(f'requests {i} {k} 0: ours "{decision}"', self.told(number, verdict))
        for part in (1, 2):
            number, verdict = first(lambda verdict: any(
                verdict["requests"][i][k][part] for i, k in answers(verdict)))
            i, k = next((i, k) for i, k in answers(verdict) if verdict["requests"][i][k][part])
            verdict["requests"][i][k][part].pop()
            self.told(number, verdict)
            verdict["requests"][i][k][part] = ["somebody else"]
            self.told(number, verdict)

    def test_whether_requests_fit_is_compared(self):
        number, verdict = first(lambda verdict: ["bad", "bad"] in verdict["requests"])
        verdict["requests"][verdict["requests"].index(["bad", "bad"])][1] = ["deny", [], []]
        self.told(number, verdict)
        number, verdict = first(answers)
        i, k = answers(verdict)[0]
        verdict["requests"][i][k] = "bad"
        self.told(number, verdict)

    def test_a_missing_part_is_told(self):
        number, verdict = first(lambda verdict: "checked" in verdict)
        del verdict["checked"]
        self.told(number, verdict)
        number, verdict = first(lambda verdict: "invalid" in verdict)
        del verdict["invalid"]
        self.told(number, verdict)

    def test_other_cases_than_those_of_the_verdicts_are_refused(self):
        for cases, verdicts in ((CASES, VERDICTS[:-1]), (CASES[:-1], VERDICTS), ([], [])):
            code, told = run(cases, verdicts)
            self.assertEqual(code, 2, told)
            self.assertIn("differential: ", told)
        code, told = run(CASES[1:], VERDICTS[:-1])
        self.assertEqual(code, 1, told)


if __name__ == "__main__":
    recorded_slice.main()
