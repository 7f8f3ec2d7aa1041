#!/usr/bin/env python3
"""How fast one sender, the broker and one receiver pass records on, everything on: real processes,
CURVE, policy, sealing, audit, fsync at every commit, until every receipt is home.

    exchange.py --bin DIR [--prefill 1000000] [--records 200000] [--rounds 3] [--single 200] [--waiting 100000]

The records are section 208 notices with every agreed field, about 1 KiB each as a body. `--prefill`
records are sent first, so that all three stores have them. `--single` sends one record at a time,
the next when the receipt of the one before is home. `--waiting` records are sent while the receiver is
away, for the broker's memory; then the receiver starts, for the time until its door answers and until it
has caught up.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "demo"), str(HERE.parent / "tests" / "system")]

import door  # noqa: E402
import network  # noqa: E402
import rows  # noqa: E402

SENDER, RECEIVER = "E09000007", "E09000012"


def file_of(first, count):
    return rows.header() + b"".join(rows.row(number, RECEIVER) for number in range(first, first + count))


def exchange(hub, name, first, count):
    """Drops one file and waits for the last receipt; seconds and records sent."""
    sender = hub.agents[SENDER]
    content = file_of(first, count)
    before = network.tally(door.status(sender), "outcome", detail="held")
    begun = time.monotonic()
    sender.drop(name, content)
    hub.wait(lambda: network.tally(door.status(sender), "outcome", detail="held") == before + count,
             1800, "the receipts")
    return time.monotonic() - begun


def resident(process):
    """Resident memory in MiB."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def one_at_a_time(hub, first, count):
    """Milliseconds from handing one record to the sender's door to its receipt at home."""
    sender, times = hub.agents[SENDER], []
    for number in range(first, first + count):
        content = file_of(number, 1)
        begun = time.monotonic()
        _, report = door.call(sender.door, "send", {"name": "ta.placement_notice.csv", "wait": True},
                              upload=content)
        times.append(1000 * (time.monotonic() - begun))
        if json.loads(report)["sent"] != 1:
            raise SystemExit(f"the record was not sent: {report}")
    return sorted(times)


def quiet(hub):
    """Until nobody has background work: indexes, projections and checkpoints follow what was written."""
    def commits():
        return [door.status(party)["store"]["commits"] for party in hub.parties()]
    begun, before, still = time.monotonic(), commits(), 0
    while still < 4:
        time.sleep(0.5)
        now = commits()
        still, before = (still + 1 if now == before else 0), now
    print(f"background work ended after {max(0, time.monotonic() - begun - 2):.0f} s", flush=True)


def backlog(hub, first, count):
    """Memory of the broker while `count` records wait, and how the receiver comes back to them."""
    sender, receiver = hub.agents[SENDER], hub.agents[RECEIVER]
    receiver.stop()
    before = network.tally(door.status(sender), "outcome", detail="held")
    sender.drop("ta.placement_notice.waiting.csv", file_of(first, count))

    def all_are_held():
        status = door.status(sender)
        waiting = sum(agent["waiting_slices"] for agent in door.status(hub.broker)["agents"])
        return (status["records_without_receipt"] == count
                and waiting == status["slices_without_receipt"])
    hub.wait(all_are_held, 600, "the broker to hold them")
    print(f"{count} records waiting, MiB resident: broker {resident(hub.broker.process):.0f}")
    begun = time.monotonic()
    receiver.start()
    hub.wait(lambda: door.status(receiver), 60, "the receiver's door")
    print(f"the receiver's door answers after {1000 * (time.monotonic() - begun):.0f} ms")
    hub.wait(lambda: network.tally(door.status(sender), "outcome", detail="held") == before + count, 600,
             "the receipts")
    print(f"it has caught up after {time.monotonic() - begun:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--prefill", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--single", type=int, default=200)
    parser.add_argument("--waiting", type=int, default=100_000)
    parser.add_argument("--keep")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.keep or tempfile.mkdtemp(prefix="hub-bench-"))
    hub = network.Network(folder / "hub", pathlib.Path(arguments.bin).resolve(),
                          {SENDER: "Camden", RECEIVER: "Hackney"})
    hub.make()
    hub.start()
    try:
        hub.wait(hub.everybody_in_session, 30, "sessions")
        idle = {party.code: resident(party.process) for party in hub.parties()}
        print("idle, MiB resident: " + ", ".join(f"{code} {mib:.0f}" for code, mib in idle.items()))
        number, step = 1, 100_000
        while number <= arguments.prefill:
            count = min(step, arguments.prefill - number + 1)
            seconds = exchange(hub, f"ta.placement_notice.prefill-{number}.csv", number, count)
            number += count
            print(f"prefill {number}: {count / seconds:,.0f} records/s", flush=True)
        rates = []
        for _ in range(arguments.rounds):
            cpu = {party.code: cpu_seconds(party.process) for party in hub.parties()}
            seconds = exchange(hub, f"ta.placement_notice.round-{number}.csv", number, arguments.records)
            number += arguments.records
            rates.append(arguments.records / seconds)
            used = {party.code: 1e6 * (cpu_seconds(party.process) - cpu[party.code]) / arguments.records
                    for party in hub.parties()}
            print(f"{arguments.records} records in {seconds:.2f} s: {rates[-1]:,.0f} records/s; CPU µs a "
                  "record: " + ", ".join(f"{code} {micro:.0f}" for code, micro in used.items()), flush=True)
        if rates:
            print(f"median {statistics.median(rates):,.0f} records/s")
        if arguments.single:
            quiet(hub)
            times = one_at_a_time(hub, number, arguments.single)
            number += arguments.single
            print(f"one at a time, ms: p50 {times[len(times) // 2]:.1f}, "
                  f"p99 {times[int(len(times) * 0.99)]:.1f}")
        if arguments.waiting:
            backlog(hub, number, arguments.waiting)
        print("afterwards, MiB resident: " + ", ".join(
            f"{party.code} {resident(party.process):.0f}" for party in hub.parties()))
    finally:
        hub.stop()
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
