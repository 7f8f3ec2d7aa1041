"""A whole hub on one machine: a broker and an agent for each authority, as real processes with their
own keys, stores and sockets, over CURVE on the loopback interface. For the demo and the system tests.

Standard library only. Every step goes through the programs that an operator uses.
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HUB = "london.hub.example"
LOG_PURPOSE = "integrity"  # for which logs are read here
# One user plays every part here; each request names the role it is made in.
ROLES = '["operator", "auditor", "sender", "housing-officer", "notice-lead", "marac-coordinator"]'


class CommandFailed(Exception):
    """hubctl or a daemon ended with another code than 0; the text is what it said."""


def free_port():
    """A TCP port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Party:
    """One daemon: its folder, configuration and process."""

    def __init__(self, network, code, program):
        self.network, self.code, self.program = network, code, program
        self.folder = network.folder / code
        self.state, self.keys = self.folder / "state", self.folder / "keys"
        self.config, self.door = self.folder / "config.toml", self.folder / "door.sock"
        self.spool = self.folder / "spool"
        # In its operator's safe, not on the party's machine.
        self.recovery_key = network.folder / f"recovery-{code}.key"
        self.log = self.folder / "log.jsonl"
        self.process = None

    @property
    def store(self):
        return self.state / ("broker.db" if self.code == "broker" else "agent.db")

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [self.network.bin / self.program, "--config", self.config],
                stdout=log, stderr=log, start_new_session=True)

    def kill(self):
        """kill -9, and wait until the process is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise CommandFailed(f"{self.code} did not stop within 30 seconds") from None

    def make_store(self):
        self.network.command([self.network.bin / self.program, "--config", self.config, "--new-store"])

    def ctl(self, *arguments, check=True):
        return self.network.hubctl(*arguments, "--socket", self.door, check=check)

    def status(self):
        """The daemon's status; nothing while it cannot be reached."""
        done = self.ctl("status", "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def verify(self):
        """`hubctl audit verify` of the stopped daemon: (exit code, report)."""
        done = self.network.hubctl("audit", "verify", "--store", self.store, "--keys", self.keys,
                                   "--json", check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else {"findings": [done.stderr]}

    def drop(self, name, content):
        """Writes a file into the spool as a case system should: hidden first, then renamed."""
        part = self.spool / f".{name}.part"
        part.write_bytes(content)
        part.rename(self.spool / name)


class Network:
    """`folder` is made; `authorities` maps GSS codes to names."""

    def __init__(self, folder, binaries, authorities, agent_settings=""):
        self.folder, self.bin = pathlib.Path(folder), pathlib.Path(binaries)
        self.authorities = authorities
        self.agent_settings = agent_settings
        self.broker = Party(self, "broker", "hub-broker")
        self.agents = {code: Party(self, code, "hub-agent") for code in authorities}
        self.port = free_port()
        self.has_witnesses = True

    def parties(self):
        return [self.broker, *self.agents.values()]

    @staticmethod
    def command(arguments, check=True):
        done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, timeout=600,
                              env=os.environ | {"HUB_LOG_PURPOSE": LOG_PURPOSE})
        if check and done.returncode != 0:
            raise CommandFailed(f"{' '.join(map(str, arguments[:4]))} ... ended with "
                                f"{done.returncode}: {done.stderr.strip()}")
        return done

    def hubctl(self, *arguments, check=True):
        return self.command([self.bin / "hubctl", *arguments], check)

    def make(self, bundle_folders=(ROOT / "schemas", ROOT / "policy" / "london")):
        """Keys, register, bundle, configuration and stores of everybody."""
        notes = self.folder / "notes"
        notes.mkdir(parents=True)
        governance = self.folder / "governance.key"
        first = next(iter(self.authorities))
        for party in self.parties():
            extra = ["--recovery", party.recovery_key]
            extra += ["--governance", governance] if party.code == first else []
            self.hubctl("keys", "new", "--party", party.code, "--hub", HUB, "--out", party.keys,
                        "--name", self.authorities.get(party.code, "The hub's broker"), *extra)
        register, bundle = notes / "register-000001.note", notes / "bundle-000001.note"
        if not self.has_witnesses:
            self.take_witness_keys_away()
        self.make_register(register)
        self.make_bundle(bundle, bundle_folders)
        shown = self.hubctl("register", "show", register, "--json")
        self.genesis = json.loads(shown.stdout)["hash"]
        for party in self.parties():
            self.configure(party, [register, bundle])
            party.make_store()

    def take_witness_keys_away(self):
        """Before the register is made: a hub of parties whose keys are from before there were witnesses."""
        for agent in self.agents.values():
            public = agent.keys / "public.json"
            about = json.loads(public.read_text())
            del about["witness"]
            public.write_text(json.dumps(about))

    def make_register(self, file, previous=None, suspended=()):
        authorities = [word for code in self.agents
                       for word in ("--authority", self.agents[code].keys / "public.json")]
        follows = ["--previous", previous] if previous else []
        self.hubctl("register", "make", "--hub", HUB, "--broker", self.broker.keys / "public.json",
                    "--out", file, *authorities, *follows,
                    *[word for code in suspended for word in ("--suspended", code)])
        self.sign(file)

    def make_bundle(self, file, folders, register=1, previous=None):
        follows = ["--previous", previous] if previous else []
        self.hubctl("bundle", "make", "--hub", HUB, "--register", register, "--out", file, *follows,
                    *[word for folder in folders for word in ("--from", folder)])
        self.sign(file)

    def sign(self, file):
        first = next(iter(self.authorities))
        self.hubctl("register", "sign", file, "--key", self.folder / "governance.key",
                    "--authority", first)

    def configure(self, party, notes):
        (party.state / "notes").mkdir(parents=True, exist_ok=True)
        for note in notes:
            (party.state / "notes" / note.name).write_bytes(note.read_bytes())
        # With all of London on one machine, every second would be much.
        witness = f"[audit]\nwitness_every_seconds = {max(1, len(self.agents) // 2)}\n"
        door = f'{witness}[door]\nsocket = "door.sock"\n[door.roles]\n{user_name()} = {ROLES}\n'
        if party.code == "broker":
            text = (f'[broker]\nlisten = "tcp://127.0.0.1:{self.port}"\nstate = "state"\n'
                    f'keys = "keys"\ngenesis = "{self.genesis}"\n{door}')
        else:
            text = (f'[agent]\nauthority = "{party.code}"\nbroker = "tcp://127.0.0.1:{self.port}"\n'
                    f'state = "state"\nkeys = "keys"\nspool = "spool"\ngenesis = "{self.genesis}"\n'
                    f'{door}{self.agent_settings}')
        party.config.write_text(text)

    def start(self):
        for party in self.parties():
            party.start()

    def stop(self):
        for party in self.parties():
            if party.process is not None and party.process.poll() is None:
                party.process.terminate()
        for party in self.parties():
            party.stop()

    def wait(self, holds, seconds, what):
        """Asks until `holds()` is true; gives its value. Raises CommandFailed when time runs out."""
        end = time.monotonic() + seconds
        while True:
            value = holds()
            if value:
                return value
            if time.monotonic() > end:
                raise CommandFailed(f"waited {seconds} s in vain for {what}")
            time.sleep(0.05)

    def everybody_in_session(self):
        for party in self.agents.values():
            status = party.status()
            if status is None or status["link"]["state"] != "in-session":
                return False
        return True


def user_name():
    """The name under which the daemons know the user who runs this."""
    import pwd
    return f'"{pwd.getpwuid(os.getuid()).pw_name}"'


def tally(status, what, party=None, detail=None):
    """The sum of a status's counters of this kind."""
    return sum(t["count"] for t in status["tally"]
               if t["what"] == what and party in (None, t["party"]) and detail in (None, t["detail"]))
