#!/usr/bin/env python3
"""Prepares static analysis by folder: lint_folders.py COMPILE_COMMANDS OUT

Most of the analysis of a source goes into the headers it includes, which those of one folder share.
So for each folder of the product OUT gets one source that includes all of the folder's, and a
compile_commands.json. Prints the sources. For this the sources of a folder must not use one name in
two unnamed namespaces.
"""
import json
import pathlib
import re
import shlex
import sys

from house import ROOT

NOT_THE_PRODUCT = ("build", "tests", "bench")


def flags_of(command):
    """The compiler's flags without what names the source and its outputs."""
    words, out = shlex.split(command)[1:], []
    while words:
        word = words.pop(0)
        if word in ("-o", "-c", "-MT", "-MF"):
            words.pop(0)
        elif word not in ("-MD", "-Wno-subobject-linkage"):  # clang has no such warning
            out.append(word)
    return out


def sources_of(file):
    """The file itself, or what a joined one includes."""
    if "Unity" not in file.parts:
        return [file]
    return [pathlib.Path(name) for name in re.findall(r'^#include "(.*)"$', file.read_text(), re.MULTILINE)]


def main():
    database, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folders = {}
    for entry, file in ((entry, file) for entry in json.loads(database.read_text())
                        for file in sources_of(pathlib.Path(entry["file"]))):
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] not in NOT_THE_PRODUCT:
            folders.setdefault(file.relative_to(ROOT).parent, {})[file.name] = entry
    out.mkdir(parents=True, exist_ok=True)
    commands = []
    for folder, sources in sorted(folders.items()):
        flags = max((flags_of(entry["command"]) for entry in sources.values()), key=len)
        source = out / ("_".join(folder.parts) + ".cc")
        source.write_text("".join(f'#include "{folder / name}"\n' for name in sorted(sources)))
        commands.append({"directory": str(ROOT), "file": str(source.resolve()),
                         "arguments": ["c++", f"-I{ROOT}", *flags, "-c", str(source.resolve())]})
        print(source)
    (out / "compile_commands.json").write_text(json.dumps(commands, indent=1))


if __name__ == "__main__":
    main()
