#!/usr/bin/env python3
"""How long policy decisions take, ours and the official package's, on the same questions.

    policy.py --bin DIR [--london DIR] [--rounds 3] [--seconds 2] [--official NODE_MODULES]

Rounds alternate between the two, each a process of its own; of each workload's medians the best counts,
for both, since on a shared machine the others measure the neighbours. Ours is a decision with everything
loaded. The official package's is a call of `statefulIsAuthorized` with its policies parsed before: its
API takes the entities with every call, so turning them into JSON and reading them is in its time; the
column "bare" is the same call without entities. Exit code 1 when a budget is broken or a decision differs.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "@cedar-policy/cedar-wasm"
VERSION = "4.10.0"

# Microseconds for the median, or how many times the median of another workload.
ALONE = ("clock", "london-relay-kept")  # without a counterpart in the official package
BUDGETS = {"london-relay": 2.0, "drive": 5.0, "repositories": 5.0}
TIMES = {f"{heads}-10000": (f"{heads}-100", 3.0) for heads in ("equal", "in", "links")}


def lines(command, environment=None):
    """What a program prints, a JSON object a line."""
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"policy.py: {command[0]} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def ours(arguments, folder):
    return lines([str(pathlib.Path(arguments.bin) / "bench_policy"), "--json",
                  "--london", arguments.london, "--export", str(folder)])


def official(arguments, folder, names):
    environment = {**os.environ, "NODE_PATH": str(pathlib.Path(arguments.official).resolve())}
    return lines(["node", "--no-opt", str(HERE / "policy_official.js"), str(folder),
                  str(arguments.seconds), *names], environment)


def is_installed(modules):
    """Whether the official package is there, in the version that ours follows; says what to do if not."""
    described = pathlib.Path(modules) / PACKAGE / "package.json"
    found = json.loads(described.read_text())["version"] if described.exists() else None
    if found == VERSION:
        return True
    what = f"is {found}, not {VERSION}" if found else "is not there"
    print(f"The official package {what} in {modules}, so only ours is timed. To have both:\n"
          f"    npm install --prefix build {PACKAGE}@{VERSION}\n")
    return False


def keep_best(best, measured):
    for each in measured:
        known = best.get(each["workload"])
        if known is None or each["median_ns"] < known["median_ns"]:
            best[each["workload"]] = each


def verdict(name, best):
    """The budget in words, and whether it is kept; nothing where there is none."""
    micro = best[name]["median_ns"] / 1000
    if name in BUDGETS:
        return f"{BUDGETS[name]:.0f} µs", micro <= BUDGETS[name]
    if name in TIMES:
        other, most = TIMES[name]
        times = best[name]["median_ns"] / best[other]["median_ns"]
        return f"{most:.0f}x {other}", times <= most
    return "", None


def table(mine, theirs):
    """Prints it; true when every budget is kept."""
    head = ("workload", "policies", "entities", "median", "p99", "official", "bare", "ratio", "budget", "")
    print("{:<18}{:>9}{:>9}{:>9}{:>9}{:>10}{:>9}{:>8}  {:<13}{}".format(*head))
    kept = True
    for name, each in mine.items():
        if name == "clock":
            continue
        budget, within = verdict(name, mine)
        kept = kept and within is not False
        them = theirs.get(name)
        shown = ([f"{them['median_ns'] / 1000:.1f}", f"{them['bare_ns'] / 1000:.1f}",
                  f"{them['median_ns'] / each['median_ns']:.0f}"] if them else ["-"] * 3)
        print(f"{name:<18}{each['policies']:>9}{each['entities']:>9}{each['median_ns'] / 1000:>9.2f}"
              f"{each['p99_ns'] / 1000:>9.2f}{shown[0]:>10}{shown[1]:>9}{shown[2]:>8}  {budget:<13}"
              f"{'' if within is None else 'within' if within else 'BROKEN'}")
    print(f"\nAll times in µs a decision. Reading the clock takes {mine['clock']['median_ns'] / 1000:.2f} of "
          "ours.")
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--london", default=str(HERE.parent / "policy" / "london"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each workload, for the official package")
    parser.add_argument("--official", default="build/node_modules", help="the folder node_modules that has it")
    arguments = parser.parse_args()
    compare = is_installed(arguments.official)
    mine, theirs = {}, {}
    with tempfile.TemporaryDirectory(prefix="hub-policy-") as folder:
        for _ in range(arguments.rounds):
            keep_best(mine, ours(arguments, folder))
            if compare:
                keep_best(theirs, official(arguments, folder, [name for name in mine if name not in ALONE]))
    kept = table(mine, theirs)
    if compare:
        compared = sum(each["compared"] for each in theirs.values())
        disagree = sum(each["disagree"] for each in theirs.values())
        print(f"{compared} decisions compared with the official package's, {disagree} differ.")
        kept = kept and disagree == 0
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
