"""Fails when a document names a test, a file or a page that is not there.

    check_docs.py [ROOT]

Looked at in README.md and docs/: tests as `Suite.Name`, paths of the project as `folder/file`, and
links to other files. Placeholders are in capitals: `schemas/catalogue/DOMAIN.NAME.fbs`.
"""
import pathlib
import re
import sys

import house

TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
NAMED_TEST = re.compile(r"`([A-Z]\w+)\.([A-Z]\w+)`")
NAMED_PATH = re.compile(
    r"`((?:agent|audit|bench|broker|cli|core|demo|docs|packaging|policy|schemas|tests)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
PLACEHOLDER = re.compile(r"[A-Z]{3}")


def faults_of(root, path, tests):
    text = (root / path).read_text()
    for number, line in enumerate(text.splitlines(), 1):
        for suite, name in NAMED_TEST.findall(line):
            if (suite, name) not in tests:
                yield f"{path}:{number}: there is no test {suite}.{name}"
        for named in NAMED_PATH.findall(line):
            if not PLACEHOLDER.search(named) and not (root / named).exists():
                yield f"{path}:{number}: there is no file {named}"
        for target in LINK.findall(line):
            if not (root / path.parent / target).exists():
                yield f"{path}:{number}: the link to {target} leads nowhere"


def violations(root):
    root = pathlib.Path(root)
    paths = list(house.files(root))
    tests = {found for path in paths if path.suffix == ".cc" and path.parts[0] == "tests"
             for found in TEST.findall((root / path).read_text())}
    pages = [path for path in paths
             if path.suffix == ".md" and (len(path.parts) == 1 or path.parts[0] == "docs")]
    if not pages:
        yield f"{root}: no document found, nothing was checked"
    for path in pages:
        yield from faults_of(root, path, tests)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else house.ROOT
    found = list(violations(root))
    print("\n".join(found) or "What the documents name is there.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
