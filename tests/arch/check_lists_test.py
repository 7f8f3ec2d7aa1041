"""Every rule of check_lists.py is seen to fail, in a small tree."""
import unittest

import check_lists
import planted

GOOD = {
    "CMakeLists.txt": "foreach(folder audit tests)\nadd_subdirectory(${folder})\nendforeach()\n",
    "audit/CMakeLists.txt": "hub_library(audit SOURCES proof/frontier.cc log/log.cc)\n",
    "audit/proof/frontier.cc": "",
    "audit/log/log.cc": "",
    "tests/CMakeLists.txt": "add_subdirectory(audit)\nadd_subdirectory(system)\n",
    "tests/audit/CMakeLists.txt": "hub_test(audit SOURCES log_test.cc)\n",
    "tests/audit/log_test.cc": "",
    "tests/audit/tree.cmake": "hub_library(tree SOURCES ${PROJECT_SOURCE_DIR}/tests/audit/tree.cc)\n",
    "tests/audit/tree.cc": "",
    "tests/system/CMakeLists.txt": "foreach(name away kill)\nendforeach()\n",
    "tests/system/away_test.py": "",
    "tests/system/kill_test.py": "",
    "build/release/made.cc": "",
}


def found(changes):
    with planted.tree({**GOOD, **changes}) as folder:
        return list(check_lists.violations(folder))


class Lists(unittest.TestCase):
    def test_a_tree_whose_lists_are_whole_passes(self):
        self.assertEqual(found({}), [])

    def test_a_source_that_is_not_compiled_is_a_fault(self):
        for name in ("audit/log/entry.cc", "audit/frontier.cc", "tests/audit/frontier_test.cc",
                     "main.cc"):
            self.assertEqual(found({name: ""}), [f"{name}: no CMakeLists.txt compiles it"])

    def test_a_source_in_a_comment_is_not_compiled(self):
        self.assertEqual(
            found({"tests/audit/CMakeLists.txt": "hub_test(audit SOURCES\n  # log_test.cc\n  )\n"}),
            ["tests/audit/log_test.cc: no CMakeLists.txt compiles it"])

    def test_a_script_that_is_not_run_is_a_fault(self):
        self.assertEqual(found({"tests/system/outage_test.py": ""}),
                         ["tests/system/outage_test.py: no CMakeLists.txt runs it"])

    def test_a_folder_that_is_not_added_is_a_fault(self):
        self.assertEqual(found({"tests/CMakeLists.txt": "add_subdirectory(system)\n"}),
                         ["tests/audit/CMakeLists.txt: no CMakeLists.txt above adds its folder"])

    def test_nothing_to_check_is_a_fault(self):
        with planted.tree({"README.md": ""}) as folder:
            self.assertEqual(len(list(check_lists.violations(folder))), 1)

    def test_the_program_says_where_and_ends_with_one(self):
        self.assertEqual(planted.run("check_lists.py", {**GOOD, "audit/log/entry.cc": ""}),
                         (1, "audit/log/entry.cc: no CMakeLists.txt compiles it\n"))


if __name__ == "__main__":
    unittest.main()
