"""Compares this engine with the official Cedar engine on fresh random cases.

    compare.py --bin DIR [--cases N] [--seed N] [--modules DIR] [--work DIR] [--jobs N] [--record]

DIR of --bin holds the program `differential`. --modules is a node_modules folder with the official
package; without it the package is fetched with npm, as package-lock.json pins it, into the work
folder. --record writes the official verdicts into recorded/ instead of comparing. Prints every
disagreement; the last line says how many there are, and the exit code is 1 when there are any.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
RECORDED = HERE / "recorded"
PACKAGE = "@cedar-policy/cedar-wasm"
VERSION = json.loads((HERE / "package.json").read_text())["dependencies"][PACKAGE]
AT_ONCE = 1000
LAST_LINE = re.compile(r"(\d+) cases, (\d+) requests, (\d+) policy sets validated, (\d+) disagree\n$")


def fetch_package(work):
    """The node_modules folder with the pinned package."""
    folder = work / "package"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
    return folder / "node_modules"


def generate(seed, first, count, output):
    subprocess.run([sys.executable, HERE / "generate.py", "--seed", str(seed), "--first", str(first),
                    "--cases", str(count), "--output", output], check=True)


def ask_official(modules, cases, verdicts):
    # Node 20 runs the package reliably without its optimising compiler only.
    subprocess.run(["node", "--no-opt", HERE / "official.js", cases, verdicts], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, "NODE_PATH": str(modules)})


def compare(program, cases, verdicts):
    """What the program prints, and its counts."""
    done = subprocess.run([program, cases, verdicts], capture_output=True, text=True, check=False)
    last = LAST_LINE.search(done.stdout)
    if done.returncode not in (0, 1) or last is None:
        raise RuntimeError(f"{program} ended with {done.returncode}: {done.stdout[-500:]}{done.stderr}")
    return done.stdout[:last.start()], [int(number) for number in last.groups()]


class Run:
    def __init__(self, arguments, modules):
        self.arguments = arguments
        self.modules = modules

    def chunk(self, first):
        """Some cases, from generating to comparing. The files stay where there is a disagreement."""
        count = min(AT_ONCE, self.arguments.cases - first)
        name = f"{self.arguments.seed}-{first}"
        cases, verdicts = (self.arguments.work / f"{name}.{what}.jsonl" for what in ("cases", "verdicts"))
        generate(self.arguments.seed, first, count, cases)
        ask_official(self.modules, cases, verdicts)
        told, counts = compare(self.arguments.bin / "differential", cases, verdicts)
        if not told:
            cases.unlink()
            verdicts.unlink()
        return told, counts

    def all(self):
        totals = [0, 0, 0, 0]
        with concurrent.futures.ThreadPoolExecutor(self.arguments.jobs) as pool:
            for told, counts in pool.map(self.chunk, range(0, self.arguments.cases, AT_ONCE)):
                totals = [total + count for total, count in zip(totals, counts)]
                print(f"{told}... {totals[0]} cases, {totals[3]} disagree", flush=True)
        print("{} cases, {} requests, {} policy sets validated, {} disagree".format(*totals))
        return 1 if totals[3] or totals[0] == 0 else 0


def record(arguments, modules):
    cases = arguments.work / "recorded.cases.jsonl"
    generate(arguments.seed, 0, arguments.cases, cases)
    ask_official(modules, cases, RECORDED / "verdicts.jsonl")
    facts = {"seed": arguments.seed, "cases": arguments.cases, "package": f"{PACKAGE} {VERSION}",
             "sha256": hashlib.sha256(cases.read_bytes()).hexdigest()}
    (RECORDED / "slice.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"recorded the verdicts of {arguments.cases} cases")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--modules", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path, default=HERE.parent.parent / "build/differential")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    modules = arguments.modules or fetch_package(arguments.work)
    print(f"seed {arguments.seed}", flush=True)
    return record(arguments, modules) if arguments.record else Run(arguments, modules).all()


if __name__ == "__main__":
    sys.exit(main())
