#!/usr/bin/env python3
"""A stopped or killed agent's files, changed by somebody without its keys at more than 200 random
places: `hubctl audit verify` says so every time, and the daemon does not start where start-up checks.

Each case works on a copy of the state folder. What no longer counts is left alone: copies of pages in
the store file that the write-ahead log replaces, and an unfinished transaction at the log's end.
"""
import collections
import concurrent.futures
import json
import re
import shutil
import struct

import door
import network_case
import rows
from network_case import BARKING, HACKNEY, network

PAGE, LOG_HEADER, FRAME_HEADER = 16384, 32, 24
STORE, LOG, HEAD, CHECKPOINT = "agent.db", "agent.db-wal", "agent.db.head", "agent.db.checkpoint"
# How many random places of each kind; old pages and logs come on top.
FLIPS = {STORE: 50, LOG: 60, HEAD: 40, CHECKPOINT: 10}
FLIPS_STOPPED = 50
OLD_PAGES = 20
STARTS = 20
LEAST_PLACES = 200


def pages_in_log(log):
    """Numbers of the pages that a write-ahead log holds."""
    step = FRAME_HEADER + PAGE
    return {struct.unpack_from(">I", log, at)[0]
            for at in range(LOG_HEADER, len(log) - step + 1, step)}


class Image:
    """The files of a state folder at one moment."""

    def __init__(self, state):
        self.files = {name: (state / name).read_bytes() for name in (STORE, LOG, HEAD, CHECKPOINT)
                      if (state / name).exists()}

    def replaced(self, name, content):
        out = Image.__new__(Image)
        out.files = {**self.files, name: content}
        return out

    def flipped(self, name, bit):
        content = bytearray(self.files[name])
        content[bit // 8] ^= 1 << (bit % 8)
        return self.replaced(name, bytes(content))

    def page(self, number):
        return self.files[STORE][PAGE * (number - 1):PAGE * number]

    def with_page(self, number, page):
        content = self.files[STORE]
        at = PAGE * (number - 1)
        return self.replaced(STORE, content[:at] + page + content[at + PAGE:])

    def logged(self):
        return pages_in_log(self.files.get(LOG, b""))


class Damage(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}

    def setUp(self):
        super().setUp()
        self.agent = self.network.agents[BARKING]
        self.load = rows.Load(self.rng)

    # ---- images

    def send(self, files=2, count=40):
        for _ in range(files):
            self.load.drop(self.agent, [HACKNEY], count)
        self.wait_settled(30)

    def make_images(self):
        """early: killed after the first records; settled: stopped, everything in the store file;
        killed: later still, with a write-ahead log."""
        self.send()
        # A log is signed within a second; one without any signature is a finding of its own.
        self.wait((self.agent.state / CHECKPOINT).exists, 10, "the first checkpoint")
        self.kill_party(self.agent)
        self.early = Image(self.agent.state)
        self.start_party(self.agent)
        self.wait_in_session(self.agent)
        self.send()
        self.stop_party(self.agent)
        self.settled = Image(self.agent.state)
        self.start_party(self.agent)
        self.wait_in_session(self.agent)
        self.send(files=1)
        self.kill_party(self.agent)
        self.before = Image(self.agent.state)
        self.start_party(self.agent)
        self.wait_in_session(self.agent)
        self.send(files=3)
        self.kill_party(self.agent)
        self.killed = Image(self.agent.state)
        self.stop_party(self.network.agents[HACKNEY])
        self.stop_party(self.network.broker)

    def put(self, image, name):
        """The image as a state folder of its own."""
        state = self.folder / name
        shutil.copytree(self.agent.state / "notes", state / "notes")
        for file, content in image.files.items():
            (state / file).write_bytes(content)
            (state / file).chmod(0o600)
        return state

    def verify(self, image, name):
        """(exit code, report) of `hubctl audit verify`, which must not change the files."""
        state = self.put(image, name)
        try:
            done = self.network.hubctl("audit", "verify", "--store", state / STORE, "--keys",
                                       self.agent.keys, "--json", check=False)
            self.assertEqual(Image(state).files, image.files, "verification changed the files")
        finally:
            shutil.rmtree(state)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr

    def start(self, image, name):
        """(exit code, what was said) of the daemon with this state; code 0: it came up."""
        state = self.put(image, name)
        config = self.agent.folder / f"{name}.toml"
        config.write_text(self.agent.config.read_text()
                          .replace('state = "state"', f'state = "{state}"')
                          .replace('spool = "spool"', f'spool = "{state}/spool"')
                          .replace('"door.sock"', f'"{state}/door.sock"'))
        party = network.Party(self.network, self.agent.code, "hub-agent")
        party.config, party.door, party.log = config, state / "door.sock", state / "log.jsonl"
        (state / "spool").mkdir()
        party.start()
        try:
            self.network.wait(lambda: party.process.poll() is not None or door.status(party),
                              30 * network_case.OPTIONS.slow, f"the daemon with {name}")
            code = party.process.poll()
            return (0 if code is None else code), party.log.read_text()
        finally:
            if party.process.poll() is None:
                party.kill()

    # ---- damages: (what, image)

    def flips(self):
        for name, count in FLIPS.items():
            image = self.killed
            size = len(image.files[name])
            if name == LOG:
                size -= self.ignored
            logged = image.logged()
            while count > 0:
                bit = self.rng.randrange(8 * size)
                if name == STORE and bit // 8 // PAGE + 1 in logged:
                    continue
                yield f"bit {bit} of {name}", image.flipped(name, bit)
                count -= 1
        # Where there is no log, every place of the store file counts.
        for _ in range(FLIPS_STOPPED):
            bit = self.rng.randrange(8 * len(self.settled.files[STORE]))
            yield f"bit {bit} of {STORE} (stopped)", self.settled.flipped(STORE, bit)

    def old_pages(self):
        logged = self.killed.logged()
        changed = [number for number in range(1, len(self.early.files[STORE]) // PAGE + 1)
                   if number not in logged and self.early.page(number) != self.killed.page(number)]
        self.assertGreater(len(changed), 0, "no page of the store file has changed")
        for number in self.rng.sample(changed, min(OLD_PAGES, len(changed))):
            yield f"old page {number}", self.killed.with_page(number, self.early.page(number))
        changed = [number for number in range(1, len(self.early.files[STORE]) // PAGE + 1)
                   if self.early.page(number) != self.settled.page(number)]
        for number in self.rng.sample(changed, min(OLD_PAGES, len(changed))):
            yield (f"old page {number} (stopped)",
                   self.settled.with_page(number, self.early.page(number)))

    def old_files(self):
        log = self.killed.files[LOG]
        step = FRAME_HEADER + PAGE
        frames = (len(log) - self.ignored - LOG_HEADER) // step
        self.assertGreater(frames, 4)
        yield "no log", self.killed.replaced(LOG, b"")
        yield "the log of an earlier time", self.killed.replaced(LOG, self.before.files[LOG])
        yield "the log of the first kill", self.killed.replaced(LOG, self.early.files[LOG])
        for cut in self.rng.sample(range(1, frames), 3):
            yield f"a log of {cut} frames", self.killed.replaced(LOG, log[:LOG_HEADER + cut * step])
        yield "the store file of the first kill", self.killed.replaced(STORE,
                                                                       self.early.files[STORE])
        yield "an old head", self.killed.replaced(HEAD, self.before.files[HEAD])
        yield "the first head", self.killed.replaced(HEAD, self.early.files[HEAD])
        yield "store and log of an earlier time", \
            self.before.replaced(HEAD, self.killed.files[HEAD])

    # ---- the test

    def test_every_change_is_found(self):
        self.make_images()
        self.ignored = 0
        for name in ("early", "settled", "before", "killed"):
            code, report, said = self.verify(getattr(self, name), f"whole-{name}")
            self.assertEqual((code, report.get("findings")), (0, []), f"{name}: {said}")
            if name == "killed":
                self.ignored = sum(int(found) for note in report["notes"]
                                   for found in re.findall(r"ends with (\d+) bytes", note))
        self.assertEqual(self.start(self.killed, "whole")[0], 0, "an undamaged copy starts")

        flips, others = list(self.flips()), list(self.old_pages()) + list(self.old_files())
        damages = flips + others
        self.assertGreaterEqual(len(flips), LEAST_PLACES)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = pool.map(lambda pair: self.verify(pair[1][1], f"case-{pair[0]}"),
                               enumerate(damages))
            unseen, kinds = [], collections.Counter()
            for (what, _), (code, report, said) in zip(damages, results, strict=True):
                if code == 0 or not (report.get("findings") or said):
                    unseen.append(what)
                kinds[re.sub(r"\d+", "N", what)] += 1
        self.say(f"seed {network_case.OPTIONS.seed}: {dict(kinds)}; store "
                 f"{len(self.killed.files[STORE]) // 1024} KiB, log "
                 f"{len(self.killed.files[LOG]) // 1024} KiB")
        self.assertEqual(unseen, [], "changes that hubctl audit verify did not find")
        self.check_starts(flips, others)

    def check_starts(self, flips, others):
        """Log, head, checkpoint and old files are checked before anything is opened."""
        in_pages = re.compile(rf"bit \d+ of {re.escape(STORE)}( |$)")
        checked = [damage for damage in flips if not in_pages.match(damage[0])] + others
        for number, (what, image) in enumerate(self.rng.sample(checked, STARTS)):
            code, said = self.start(image, f"start-{number}")
            with self.subTest(start=what):
                self.assertEqual(code, 3, f"the daemon came up with {what}: {said[-500:]}")
                self.assertRegex(said.splitlines()[-1],
                                 r"damaged|not as last committed|restore|checkpoint")


if __name__ == "__main__":
    network_case.main()
