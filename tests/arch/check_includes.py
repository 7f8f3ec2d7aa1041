"""Fails when a folder includes what includes.json does not allow; names file, line and rule.

    check_includes.py [ROOT]
"""
import fnmatch
import graphlib
import json
import pathlib
import re
import sys

import house

INCLUDE = re.compile(r'^\s*#\s*(?:include|include_next|import)\b\s*(?:([<"])([^>"]+)[>"])?')
SOURCES = {".h", ".cc"}
OTHER_SPELLINGS = {".hpp", ".hh", ".hxx", ".cpp", ".cxx", ".c", ".inc", ".ipp", ".tpp"}


def read_rules():
    return json.loads((pathlib.Path(__file__).parent / "includes.json").read_text())


def faults_of(rules):
    """What is wrong with the table itself."""
    allowed = rules["may_include"]
    try:
        tuple(graphlib.TopologicalSorter(allowed).static_order())
    except graphlib.CycleError as cycle:
        yield f"includes.json: folders include each other in a circle: {' -> '.join(cycle.args[1])}"
    lists = [*allowed.values(), *rules["outside_only_in"].values()]
    for folder in sorted({name for names in lists for name in names} - set(allowed)):
        yield f"includes.json: {folder} is named but has no line of its own"


def folder_of(path, folders):
    """The innermost of `folders` that holds `path`; nothing when none does."""
    holding = [folder for folder in folders if path.startswith(folder + "/")]
    return max(holding, key=len, default=None)


def fault_of(home, target, quoted, rules):
    """Why a file of `home` may not include `target`; nothing when it may."""
    allowed = rules["may_include"]
    for pattern, folders in rules["outside_only_in"].items():
        if fnmatch.fnmatchcase(target, pattern) and home not in folders:
            return f"only {', '.join(folders)} may include {target}"
    there = folder_of(target, allowed)
    if there is None and quoted:
        return f'"{target}" is in no folder of the table (write it from the root of the project)'
    if there is not None and not quoted:
        return f'<{target}> is ours: write it as "{target}"'
    if there is not None and there not in (home, *allowed[home]):
        return f"{home} may not include {target}"
    return None


def violations(root, rules):
    """One text for each include, file or line of the table that breaks a rule."""
    yield from faults_of(rules)
    checked = 0
    for path in house.files(root):
        name = path.as_posix()
        if path.parts[0] in rules["free"]:
            continue
        if path.suffix in OTHER_SPELLINGS:
            yield f"{name}: C++ files end in .h or .cc here, others are not looked at"
        if path.suffix not in SOURCES:
            continue
        home = folder_of(name, rules["may_include"])
        if home is None:
            yield f"{name}: in no folder of the table"
            continue
        checked += 1
        for number, line in enumerate((pathlib.Path(root) / path).read_text().splitlines(), 1):
            include = INCLUDE.match(line)
            if include is None:
                continue
            quote, target = include.groups()
            fault = (fault_of(home, target, quote == '"', rules) if target
                     else "an include whose file is not written out cannot be checked")
            if fault:
                yield f"{name}:{number}: {fault}"
    if checked == 0:
        yield f"{root}: no source file found, nothing was checked"


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else house.ROOT
    found = list(violations(root, read_rules()))
    print("\n".join(found) or "The include rules hold.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
