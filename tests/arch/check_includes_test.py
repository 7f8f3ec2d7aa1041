"""Every rule of check_includes.py is seen to fail: one planted fault for each, in a small tree."""
import copy
import unittest

import check_includes
import planted

RULES = check_includes.read_rules()


def found(files, rules=RULES):
    with planted.tree(files) as folder:
        return list(check_includes.violations(folder, rules))


class IncludeRules(unittest.TestCase):
    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assertEqual(found({
            "policy/policy.h": '#pragma once\n#include <string>\n#include "core/base/result.h"\n',
            "core/crypto/hash.cc": '#include "core/crypto/hash.h"\n#include <openssl/evp.h>\n',
            "tests/policy/any_test.cc": '#include "broker/broker.h"\n#include <zmq.h>\n',
            "build/release/generated/wire.cpp": '#include "broker/broker.h"\n',
        }), [])

    def test_the_table_decides_between_every_two_folders(self):
        pairs = 0
        for home, allowed in RULES["may_include"].items():
            for there in RULES["may_include"]:
                faults = found({f"{home}/a.cc": f'// a comment\n#include "{there}/b.h"\n'})
                if there == home or there in allowed:
                    self.assertEqual(faults, [])
                else:
                    self.assertEqual(faults, [f"{home}/a.cc:2: {home} may not include {there}/b.h"])
                    pairs += 1
        self.assertGreater(pairs, 90)

    def test_each_outside_library_has_its_folders(self):
        checked = 0
        for pattern, folders in RULES["outside_only_in"].items():
            target = pattern.replace("*", "any")
            for home in RULES["may_include"]:
                faults = found({f"{home}/a.h": f"#pragma once\n\n# include <{target}>\n"})
                if home in folders:
                    self.assertEqual(faults, [])
                else:
                    self.assertEqual(len(faults), 1)
                    self.assertIn(f"{home}/a.h:3: only", faults[0])
                    checked += 1
        self.assertGreater(checked, 100)

    def test_nobody_includes_a_program(self):
        for program in ("agent", "broker", "console", "cli"):
            for home in set(RULES["may_include"]) - {program}:
                self.assertEqual(len(found({f"{home}/a.cc": f'#include "{program}/door.h"\n'})), 1)

    def test_an_include_from_elsewhere_is_a_fault(self):
        for line in ('#include "hash.h"', '#include "../base/bytes.h"', '#include "tests/x.h"',
                     '#include "bench/rows.h"', "#include <core/base/bytes.h>", "#include HEADER",
                     '#import "policy/policy.h"'):
            self.assertEqual(len(found({"core/crypto/hash.cc": line + "\n"})), 1, line)

    def test_a_file_that_is_not_looked_at_is_a_fault(self):
        good = {"core/base/bytes.h": "#pragma once\n"}
        for name in ("misc/bag.h", "main.cc", "core/bytes.cc", "audit/log.h", "core/base/bytes.cpp",
                     "policy/lexer.inc"):
            self.assertEqual(len(found({**good, name: ""})), 1, name)

    def test_nothing_to_check_is_a_fault(self):
        self.assertEqual(len(found({})), 1)
        self.assertEqual(len(found({"tests/any_test.cc": ""})), 1)

    def test_a_broken_table_is_a_fault(self):
        good = {"core/base/bytes.h": "#pragma once\n"}
        circle = copy.deepcopy(RULES)
        circle["may_include"]["core/base"] = ["schemas"]
        self.assertIn("circle", found(good, circle)[0])
        misspelt = copy.deepcopy(RULES)
        misspelt["may_include"]["policy"] = ["core/bases"]
        self.assertIn("core/bases", found(good, misspelt)[0])

    def test_the_program_says_where_and_ends_with_one(self):
        self.assertEqual(
            planted.run("check_includes.py", {"policy/lexer.cc": '\n\n#include "broker/broker.h"\n'}),
            (1, "policy/lexer.cc:3: policy may not include broker/broker.h\n"))


if __name__ == "__main__":
    unittest.main()
