"""Fails when a source file is not compiled, or a test is not run, because no list names it.

    check_lists.py [ROOT]

A source counts as compiled when a CMakeLists.txt (or .cmake) of its folder, or of one above, names
its path from there, or any names it as ${PROJECT_SOURCE_DIR}/path. A folder with a CMakeLists.txt counts when the one above names it. A file
x_test.py counts when the CMakeLists.txt of its folder names x_test.py or its stem.
"""
import pathlib
import re
import sys

import house

WORD = re.compile(r"(\$\{PROJECT_SOURCE_DIR\}/)?([\w./+-]+)")
COMMENT = re.compile(r"#.*")
TOP = pathlib.Path()


def lists_of(root, paths):
    """The words of every list, by the folder that they are meant from."""
    lists = {}
    for path in paths:
        if path.name == "CMakeLists.txt" or path.suffix == ".cmake":
            text = COMMENT.sub("", (pathlib.Path(root) / path).read_text())
            for from_top, word in WORD.findall(text):
                lists.setdefault(TOP if from_top else path.parent, set()).add(word)
    return lists


def is_named(path, lists):
    return any(path.relative_to(above).as_posix() in lists.get(above, ()) for above in path.parents)


def is_python_test(path):
    return path.parts[0] == "tests" and re.search(r"_test\.py$|^check_\w+\.py$", path.name)


def violations(root):
    """One text for each file that no list names."""
    paths = list(house.files(root))
    lists = lists_of(root, paths)
    counted = 0
    for path in paths:
        if path.suffix == ".cc":
            counted += 1
            if not is_named(path, lists):
                yield f"{path}: no CMakeLists.txt compiles it"
        elif is_python_test(path):
            named = lists.get(path.parent, set())
            if not {path.name, path.stem, path.stem.removesuffix("_test")} & named:
                yield f"{path}: no CMakeLists.txt runs it"
        elif path.name == "CMakeLists.txt" and len(path.parts) > 1:
            if not is_named(path.parent, lists):
                yield f"{path}: no CMakeLists.txt above adds its folder"
    if counted == 0:
        yield f"{root}: no source file found, nothing was checked"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else house.ROOT
    found = list(violations(root))
    print("\n".join(found) or "Every source is compiled and every test is run.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
