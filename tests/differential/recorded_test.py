"""This engine says what the official one said of the recorded cases. Needs neither Node nor a
network. recorded_test.py --bin DIR"""
import tempfile
import unittest

import recorded_slice


class RecordedVerdicts(unittest.TestCase):
    def test_are_those_of_this_engine(self):
        made = recorded_slice.cases()
        self.assertEqual(recorded_slice.hash_of(made), recorded_slice.FACTS["sha256"],
                         "generate.py makes other cases now: record anew, see README.md")
        with tempfile.TemporaryDirectory() as folder:
            code, told = recorded_slice.run_program(folder, made, recorded_slice.VERDICTS.read_bytes())
        self.assertEqual(code, 0, told[-4000:])
        self.assertRegex(told, rf"^{recorded_slice.FACTS['cases']} cases, \d+ requests, "
                               r"\d+ policy sets validated, 0 disagree\n$")


if __name__ == "__main__":
    recorded_slice.main()
