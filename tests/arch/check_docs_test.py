"""Every rule of check_docs.py is seen to fail, in a small tree."""
import unittest

import check_docs
import planted

GOOD = {
    "README.md": "See [operating](docs/operator.md#start) and https://example.org/a.md.\n",
    "docs/operator.md": "`agent/spool.cc`, `schemas/catalogue/DOMAIN.NAME.fbs`, `Spool.TakesAFile`\n",
    "agent/spool.cc": "",
    "tests/agent/spool_test.cc": "TEST(Spool, TakesAFile) {\n",
}


def found(changes):
    with planted.tree({**GOOD, **changes}) as folder:
        return list(check_docs.violations(folder))


class Docs(unittest.TestCase):
    def test_documents_that_name_what_is_there_pass(self):
        self.assertEqual(found({}), [])

    def test_a_test_that_is_not_there_is_a_fault(self):
        self.assertEqual(found({"docs/operator.md": "one\n`Spool.LosesAFile`\n"}),
                         ["docs/operator.md:2: there is no test Spool.LosesAFile"])

    def test_a_file_that_is_not_there_is_a_fault(self):
        self.assertEqual(found({"docs/operator.md": "`agent/gone.cc`\n"}),
                         ["docs/operator.md:1: there is no file agent/gone.cc"])

    def test_a_link_that_leads_nowhere_is_a_fault(self):
        self.assertEqual(found({"README.md": "[gone](docs/gone.md)\n"}),
                         ["README.md:1: the link to docs/gone.md leads nowhere"])

    def test_nothing_to_check_is_a_fault(self):
        with planted.tree({"agent/spool.cc": ""}) as folder:
            self.assertEqual(len(list(check_docs.violations(folder))), 1)

    def test_the_program_says_where_and_ends_with_one(self):
        self.assertEqual(planted.run("check_docs.py", {**GOOD, "README.md": "`cli/gone.cc`\n"}),
                         (1, "README.md:1: there is no file cli/gone.cc\n"))


if __name__ == "__main__":
    unittest.main()
