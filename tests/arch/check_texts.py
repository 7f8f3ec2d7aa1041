"""Fails when a file of the project holds what no file of it may hold; names file, line and rule.

    check_texts.py [ROOT]

tests/arch itself is not looked into (it spells out what it looks for), nor is what others wrote:
folders named data and corpus.
"""
import pathlib
import re
import sys

import house

CODE = r"\.(h|cc|py|cmake|fbs|cedar|sh)$|(^|/)CMakeLists\.txt$|^run$|^\.ci/run$"
WORDS = CODE + r"|\.(md|json|toml|txt|service|html|css|js)$|^\.clang-(format|tidy)$"
CPP = r"\.(h|cc)$"

# (which files, what they may not hold, why)
LINES = (
    (WORDS, r"(?<![\w.~-])/(?:work|workspace|root|home|Users)/\w",
     "a path of the machine it was written on"),
    (CODE, r"\b(?:TODO|FIXME|XXX|HACK)\b", "unfinished work: finish it or write a decision"),
    (r"^(?!\.clang-tidy$).*" + f"(?:{CPP})", r"NOLINT(?:NEXTLINE|BEGIN)?(?!\(|END|NEXTLINE|BEGIN)",
     "a lint exception names its check: NOLINT(check)"),
    (r"^tests/.*\.(h|cc)$", r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(",
     "tests do not sleep: wait for a condition with a deadline"),
    (r"^tests/.*\.(h|cc)$", r"\b(?:GTEST_SKIP\b|DISABLED_\w)", "a test that is not run"),
    (r"^tests/.*\.py$", r"\bskip(?:If|Unless|Test)?\s*\(|\bexpectedFailure\b",
     "a test that is not run"),
    (r"^run$|^\.ci/run$|(^|/)CMakeLists\.txt$|\.cmake$", r"UNITY_BUILD\W+(ON|TRUE|1)\b",
     "a unity build hides missing includes: only presets of sanitizers are one"),
)
GENERATED = re.compile(r"_generated\.(h|py|js)$|\.bfbs$|(^|/)compile_commands\.json$|\.(o|a|so|pyc)$")
GRAB_BAG = re.compile(r"(^|/|_)(utils?|common|helpers?|managers?|misc)(_\w+)?(\.(h|cc|py))?(/|$)")
OTHERS_WORK = re.compile(r"(^|/)(data|corpus)/|^tests/arch/")


def faults_of_name(name):
    if GENERATED.search(name):
        yield f"{name}: made by a tool while building, never kept"
    if GRAB_BAG.search(name):
        yield f"{name}: a name that says nothing of what is inside"


def faults_of_text(name, text):
    if name.endswith(".h") and "#pragma once" not in text.splitlines():
        yield f"{name}: a header begins with #pragma once"
    rules = [(re.compile(line), why) for which, line, why in LINES if re.search(which, name)]
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, why in rules:
            if pattern.search(line):
                yield f"{name}:{number}: {why}: {line.strip()}"


def violations(root):
    """One text for each line or file that breaks a rule."""
    read = 0
    for path in house.files(root):
        name = path.as_posix()
        if OTHERS_WORK.search(name):
            continue
        yield from faults_of_name(name)
        if re.search(WORDS, name):
            read += 1
            try:
                text = (pathlib.Path(root) / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                yield f"{name}: not UTF-8"
                continue
            yield from faults_of_text(name, text)
    if read == 0:
        yield f"{root}: no file to read, nothing was checked"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else house.ROOT
    found = list(violations(root))
    print("\n".join(found) or "The rules for texts hold.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
