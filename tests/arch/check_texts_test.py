"""Every rule of check_texts.py is seen to fail: one planted fault for each, in a small tree."""
import unittest

import check_texts
import planted

HEADER = "#pragma once\n"


def found(files):
    with planted.tree(files) as folder:
        return list(check_texts.violations(folder))


class TextRules(unittest.TestCase):
    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assertEqual(found({
            "core/base/bytes.h": HEADER + "// NOLINTNEXTLINE(cert-err58-cpp): why\n",
            "core/base/bytes.cc": "int a;  // NOLINT(cert-err58-cpp): why\n// NOLINTEND(x)\n",
            ".clang-tidy": "NOLINT\n",
            "docs/operator.md": "The spool is /var/lib/hub/spool; ~/" + "home/a is yours; docs/" + "home/a\n",
            "tests/base/data/official.txt": "TODO of somebody else in /home/them\n",
            "tests/fuzz/corpus/csv/odd": b"\xff\xfe",
            "tests/system/kill_test.py": "time.monotonic()\n",
            "build/release/wire_generated.h": "",
        }), [])

    def test_each_rule_for_lines_can_fail(self):
        planted_faults = (
            ("docs/operator.md", "see /" + "work/main/run"),
            ("demo/run.py", 'open("/' + 'home/ann/notes")'),
            ("core/base/bytes.cc", "// in /" + "root/x"),
            ("policy/lexer.cc", "// TO" + "DO: later"),
            ("run", "# FIX" + "ME"),
            ("core/base/bytes.cc", "int a;  // NOLINT"),
            ("core/base/bytes.cc", "// NOLINTNEXTLINE: because"),
            ("tests/base/wait_test.cc", "std::this_thread::sleep_for(kLong);"),
            ("tests/base/wait_test.cc", "::usleep(5);"),
            ("tests/base/wait_test.cc", "GTEST_SKIP() << why;"),
            ("tests/base/wait_test.cc", "TEST(Wait, DISABLED_Ends) {"),
            ("tests/system/kill_test.py", '    @unittest.skip("slow")'),
            ("tests/system/kill_test.py", '    self.skipTest("not root")'),
            ("tests/CMakeLists.txt", "set(CMAKE_UNITY_BUILD ON)"),
        )
        for name, line in planted_faults:
            faults = found({name: f"first line\n{line}\n"})
            self.assertEqual(len(faults), 1, (name, line, faults))
            self.assertTrue(faults[0].startswith(f"{name}:2: "), faults)
        reasons = {found({name: line})[0].split(": ")[1] for name, line in planted_faults}
        self.assertEqual(len(reasons), len({why.split(": ")[0] for _, _, why in check_texts.LINES}))

    def test_what_a_tool_makes_is_a_fault(self):
        for name in ("schemas/wire_generated.h", "schemas/record.bfbs", "agent/agent.o"):
            self.assertEqual(len(found({"run": "", name: HEADER})), 1, name)

    def test_a_grab_bag_is_a_fault(self):
        for name in ("core/utils/text.cc", "policy/common.cc", "agent/file_helpers.cc",
                     "broker/manager.py", "cli/misc/a.cc"):
            self.assertEqual(len(found({name: ""})), 1, name)
        self.assertEqual(found({"agent/commonhold.cc": ""}), [])

    def test_a_header_without_a_guard_is_a_fault(self):
        self.assertEqual(len(found({"core/base/bytes.h": "// pragma once\n"})), 1)

    def test_a_text_that_cannot_be_read_is_a_fault(self):
        self.assertEqual(found({"docs/operator.md": b"caf\xe9"}), ["docs/operator.md: not UTF-8"])

    def test_nothing_to_check_is_a_fault(self):
        self.assertEqual(len(found({})), 1)

    def test_the_program_says_where_and_ends_with_one(self):
        code, output = planted.run("check_texts.py", {"run": "\n# TO" + "DO later\n"})
        self.assertEqual(code, 1)
        self.assertTrue(output.startswith("run:2: unfinished work"), output)


if __name__ == "__main__":
    unittest.main()
