"""What recorded/ holds, and how the tests get at it."""
import argparse
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import unittest

import generate

HERE = pathlib.Path(__file__).resolve().parent
FACTS = json.loads((HERE / "recorded/slice.json").read_text())
VERDICTS = HERE / "recorded/verdicts.jsonl"


def cases(count=FACTS["cases"]):
    """The bytes of the first cases whose verdicts are recorded."""
    out = io.BytesIO()
    generate.write_cases(FACTS["seed"], 0, count, out)
    return out.getvalue()


def hash_of(made):
    return hashlib.sha256(made).hexdigest()


def run_program(folder, made, verdicts):
    """Exit code and output of `differential` for these cases and verdicts."""
    names = []
    for name, content in (("cases", made), ("verdicts", verdicts)):
        names.append(pathlib.Path(folder) / f"{name}.jsonl")
        names[-1].write_bytes(content)
    done = subprocess.run([PROGRAM, *names], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    unittest.main(argv=[sys.argv[0], *REST], verbosity=2)


PARSER = argparse.ArgumentParser()
PARSER.add_argument("--bin", type=pathlib.Path, required=True, help="where `differential` is")
OPTIONS, REST = PARSER.parse_known_args()
PROGRAM = OPTIONS.bin / "differential"
