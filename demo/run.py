#!/usr/bin/env python3
"""The demo: all 33 authorities and the broker as real processes on this machine, passing each other
a sample of what they really pass each other. `./run demo` builds the programs and calls this.

    run.py --bin DIR [--once] [--scale 0.05] [--seed 1] [--keep DIR]

Exit code 0 when every record fared as expected.json says and every log verifies.
"""
import argparse
import concurrent.futures
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import network

HERE = pathlib.Path(__file__).resolve().parent
REASONS = {
    "agreement-expired": "agreement expired",
    "purpose-not-agreed": "purpose not agreed",
    "sender-not-a-party": "outside the agreement",
    "recipient-not-a-party": "outside the agreement",
}


def say(text):
    print(text, flush=True)


class Bar:
    """One line that is rewritten on a terminal, and now and then a line elsewhere."""

    def __init__(self):
        self.terminal, self.last = sys.stdout.isatty(), 0.0

    def show(self, text):
        if self.terminal:
            print(f"\r\033[K{text}", end="", flush=True)
        elif time.monotonic() - self.last > 5:
            say(text)
            self.last = time.monotonic()

    def done(self):
        if self.terminal:
            print("\r\033[K", end="", flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", required=True, help="folder of hub-broker, hub-agent and hubctl")
    parser.add_argument("--once", action="store_true", help="end after the table instead of waiting")
    parser.add_argument("--scale", type=float, default=0.05,
                        help="share of the published volume, up to 1 (30,380 placements)")
    parser.add_argument("--seed", type=int, default=1, help="of the invented people")
    parser.add_argument("--keep", help="work in this folder and keep it")
    return parser.parse_args()


def generate(folder, arguments):
    subprocess.run([sys.executable, HERE / "generate.py", "--out", folder, "--scale",
                    str(arguments.scale), "--seed", str(arguments.seed),
                    "--today", time.strftime("%Y-%m-%d", time.gmtime())],
                   check=True, stdout=subprocess.DEVNULL)
    return json.loads((folder / "expected.json").read_text())


def drop_files(hub, files):
    for code, agent in hub.agents.items():
        for file in sorted((files / code).iterdir()) if (files / code).is_dir() else []:
            agent.drop(file.name, file.read_bytes())


def statuses(hub, pool):
    return dict(zip(hub.agents, pool.map(lambda agent: agent.status(), hub.agents.values())))


def settled(status):
    return (status["spool"]["files_waiting"] == 0 and status["records_without_receipt"] == 0
            and not status["waiting_for_key"])


def watch(hub, pool, expected_files):
    """Shows how the records travel until every one has its receipt; gives the last statuses."""
    bar, begun = Bar(), time.monotonic()
    while True:
        now = statuses(hub, pool)
        if any(status is None for status in now.values()):
            raise network.CommandFailed("an agent does not answer; see its log.jsonl")
        sent = sum(network.tally(status, "sent") for status in now.values())
        held = sum(network.tally(status, "outcome", detail="held") for status in now.values())
        taken = sum(len(list((agent.spool / "done").glob("*.report.txt")))
                    for agent in hub.agents.values())
        share = held / sent if sent else 0
        bar.show(f"  [{'#' * int(40 * share):<40}] {taken}/{expected_files} files taken in, "
                 f"{held}/{sent} records receipted, {time.monotonic() - begun:.0f} s")
        if taken == expected_files and all(map(settled, now.values())):
            bar.done()
            return now, time.monotonic() - begun
        time.sleep(0.2)


def refusals(status):
    """Why records were refused at the sender, with how many."""
    out = {}
    for entry in status["tally"]:
        if entry["what"] == "refused":
            why = REASONS.get(entry["detail"], entry["detail"])
            out[why] = out.get(why, 0) + entry["count"]
    return out


def rejected_rows(agent):
    """Rows in the authority's rejects files, each a record of its own."""
    import csv
    count = 0
    for file in (agent.spool / "rejects").glob("*.rejects.csv"):
        with file.open(newline="", encoding="utf-8") as rows:
            count += sum(1 for _ in csv.reader(rows)) - 1
    return count


def rows_of(hub, final):
    for code, name in hub.authorities.items():
        status = final[code]
        refused = refusals(status)
        yield {
            "authority": name, "sent": network.tally(status, "sent"),
            "delivered": network.tally(status, "outcome", detail="held"),
            "received": network.tally(status, "received", detail="held"),
            "withheld": network.tally(status, "withheld"),
            "refused": sum(refused.values()), "rejected": rejected_rows(hub.agents[code]),
            "why": ", ".join(f"{count} {why}" for why, count in sorted(refused.items())),
        }


def print_table(rows):
    columns = [("authority", 23, "<"), ("sent", 7, ">"), ("delivered", 11, ">"), ("received", 10, ">"),
               ("withheld", 11, ">"), ("refused", 9, ">"), ("rejected", 11, ">"), ("why", 0, "<")]
    titles = {"withheld": "withheld*", "rejected": "rejected°", "why": "  refused because"}
    say("".join(f"{titles.get(name, name):{align}{width}}" for name, width, align in columns))
    for row in rows:
        say("".join(f"{'  ' + row[name] if name == 'why' else row[name]:{align}{width}}"
                    for name, width, align in columns).rstrip())
    total = {name: sum(row[name] for row in rows) for name, width, _ in columns
             if name not in ("authority", "why")} | {"authority": "London", "why": ""}
    say("".join(f"{total[name]:{align}{width}}" for name, width, align in columns).rstrip())
    say("\n* records that went without a field group which their agreement does not cover"
        "\n° rows with mistakes, in the sender's spool/rejects with what to do; the good rows went on")


def check(expected, rows):
    """What differs from what the generator meant to happen."""
    by_name, wrong = {row["authority"]: row for row in rows}, []
    for facts in expected["authorities"].values():
        row, files = by_name[facts["name"]], facts["files"]
        meant = {
            "sent": sum(file.get("sent", 0) for file in files),
            "refused": sum(sum(file.get("refused", {}).values()) for file in files),
            "rejected": sum(file.get("rejected", 0) for file in files),
            "received": sum(facts.get("receives", {}).values()),
        }
        meant["delivered"] = meant["sent"]
        wrong += [f"{facts['name']}: {name} {row[name]}, expected {count}"
                  for name, count in meant.items() if row[name] != count]
    return wrong


def decisions(agent):
    """An allowed and a refused record of this agent: (what, record id)."""
    found = {}
    for line in agent.ctl("audit", "tail", "--limit", "1000", "--json").stdout.splitlines():
        row = json.loads(line)
        act, ids = row["entry"]["act"], row.get("detail", {}).get("record_ids", [])
        if act in ("disclosure", "refusal") and ids:
            found.setdefault(act, ids[0])
    return found


def explain(hub):
    """Prints why one record went and why another stayed, as an operator would ask."""
    for agent in hub.agents.values():
        found = decisions(agent)
        if len(found) < 2:
            continue
        for act, record in sorted(found.items()):
            say(f"\n$ hubctl policy explain {record}")
            say(agent.ctl("policy", "explain", record).stdout.rstrip())
        return


def verify(hub, pool):
    """Stops everybody, verifies every log and store; gives the findings."""
    hub.stop()
    findings, entries = [], 0
    for party, (code, report) in zip(hub.parties(), pool.map(lambda p: p.verify(), hub.parties())):
        if code != 0:
            findings.append(f"{party.code}: {report['findings']}")
        entries += report.get("entries", 0)
    say(f"\n{len(hub.parties())} logs verified from their leaves: {entries} entries, "
        f"{len(findings)} with findings")
    return findings


def where_next(hub, arguments):
    camden = hub.agents["E09000007"].folder
    hubctl = f"{arguments.bin}/hubctl"
    say(f"""
Where to look next (Camden's agent; every authority has a folder beside it):
  {hubctl} status --socket {camden}/door.sock
  {hubctl} records list --role housing-officer --limit 5 --socket {camden}/door.sock
  {hubctl} audit tail --purpose integrity --socket {camden}/door.sock
  {camden}/spool                drop a file here; done/ and rejects/ say what became of it
  {hubctl} status --socket {hub.broker.door}""")


def work(arguments, folder, pool):
    files = folder / "files"
    expected = generate(files, arguments)
    authorities = {code: facts["name"] for code, facts in expected["authorities"].items()}
    count = sum(len(facts["files"]) for facts in expected["authorities"].values())
    say(f"{count} files for {len(authorities)} authorities are ready; "
        f"scale {arguments.scale} of the published volume, seed {arguments.seed}")
    hub = network.Network(folder / "hub", arguments.bin, authorities)
    hub.make()
    say("keys, register, bundle and stores are made")
    hub.start()
    try:
        hub.wait(hub.everybody_in_session, 60, "every agent to be in session")
        say("broker and 33 agents are running and in session; the files are dropped now")
        drop_files(hub, files)
        final, seconds = watch(hub, pool, count)
        rows = list(rows_of(hub, final))
        say(f"every record has its receipt after {seconds:.1f} s\n")
        print_table(rows)
        explain(hub)
        wrong = check(expected, rows) + verify(hub, pool)
        for line in wrong:
            say(f"NOT AS EXPECTED  {line}")
        if not arguments.once and not wrong:
            hub.start()
            where_next(hub, arguments)
            say("\nEverything keeps running until Ctrl-C.")
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        return 1 if wrong else 0
    finally:
        hub.stop()


def main():
    arguments = parse_arguments()
    arguments.bin = pathlib.Path(arguments.bin).resolve()
    folder = pathlib.Path(arguments.keep or tempfile.mkdtemp(prefix="hub-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return work(arguments, folder, pool)
    except network.CommandFailed as failure:
        say(f"\ndemo: {failure}\nthe daemons' logs are in {folder}/hub/*/log.jsonl")
        arguments.keep = arguments.keep or str(folder)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
