#!/usr/bin/env python3
"""Which of some byte strings a process has in its memory.

    memory.py PID     patterns on standard input, a line of hexadecimal digits each

Prints one JSON object: {"bytes": how many were read, "found": {pattern: how often}}. A program of
its own, so that it can be started with more rights than the test. Regions that cannot be read by
anybody (vvar and the like) are left out; any other that cannot be read ends it with code 1.
"""
import json
import re
import sys

BLOCK = 16 << 20
UNREADABLE = ("[vvar]", "[vvar_vclock]", "[vsyscall]")


def regions(pid):
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line)
            first, end, rights, name = found.groups()
            if rights.startswith("r") and name not in UNREADABLE:
                yield int(first, 16), int(end, 16)


def still_there(pid, first, end):
    return any(a < end and first < b for a, b in regions(pid))


def scan(pid, patterns):
    total, found = 0, {pattern.hex(): 0 for pattern in patterns}
    overlap = max(map(len, patterns)) - 1
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for first, end in regions(pid):
            tail, at = b"", first
            while at < end:
                try:
                    memory.seek(at)
                    block = memory.read(min(BLOCK, end - at))
                except OSError:
                    if not still_there(pid, at, end):
                        break  # given back meanwhile
                    raise
                if not block:
                    break
                total += len(block)
                at += len(block)
                block = tail + block
                for pattern in patterns:
                    found[pattern.hex()] += block.count(pattern)
                tail = block[-overlap:] if overlap else b""
    return total, found


def main():
    patterns = [bytes.fromhex(line) for line in sys.stdin.read().split()]
    total, found = scan(int(sys.argv[1]), patterns)
    print(json.dumps({"bytes": total, "found": found}))


if __name__ == "__main__":
    main()
