#!/usr/bin/env python3
"""Starting up: every mistake of a configuration is named at once, with its place and what is expected;
what is missing or unsafe is said with what to do about it, and nothing is made or changed on the way.
"""
import subprocess
import time

import door
import network_case
from network_case import BARKING, HACKNEY

START_SECONDS = 2.0


def content_of(folder):
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*")
            if file.is_file()}


class Start(network_case.NetworkCase):
    authorities = {code: network_case.NAMES[code] for code in (BARKING, HACKNEY)}
    starts = False

    def setUp(self):
        super().setUp()
        self.agent, self.broker = self.network.agents[BARKING], self.network.broker

    def run_daemon(self, party, *arguments, config=None):
        """Exit code and what was said by a daemon that is expected to end by itself."""
        done = subprocess.run([party.network.bin / party.program, "--config", config or party.config,
                               *arguments], capture_output=True, text=True,
                              timeout=30 * network_case.OPTIONS.slow)
        return done.returncode, done.stdout + done.stderr

    def assert_refuses(self, party, *expected, config=None):
        """It ends with 3 and says each of these; nothing in its folder has changed."""
        before = content_of(party.folder)
        code, said = self.run_daemon(party, config=config)
        self.assertEqual(code, 3, said)
        for text in expected:
            self.assertIn(text, said)
        self.assertNotIn("terminate", said)
        self.assertEqual(content_of(party.folder), before, "files of the party")
        return said

    # ---- configuration

    def assert_mistakes(self, party, text, mistakes):
        """`mistakes`: (line, setting, part of what is said) of each; no more are named."""
        config = party.folder / "wrong.toml"
        config.write_text(text)
        code, said = self.run_daemon(party, config=config)
        self.assertEqual(code, 3, said)
        lines = [line for line in said.splitlines() if "wrong.toml:" in line]
        for number, setting, expected in mistakes:
            place = f"wrong.toml:{number}: {setting} "
            found = [line for line in lines if place in line]
            self.assertEqual(len(found), 1, f"{place} in\n{said}")
            self.assertIn(expected, found[0])
        self.assertEqual(len(lines), len(mistakes), said)

    def test_an_agent_names_every_mistake_of_its_configuration(self):
        self.assert_mistakes(self.agent, '\n'.join([
            '[agent]',
            'authority = "E10000002"',
            'broker = "127.0.0.1:7000"',
            'state = 7',
            'keys = "keys"',
            'genesis = "abc"',
            'colour = "blue"',
            '[door]',
            'socket = "door.sock"',
            '[door.roles]',
            'somebody = "operator"',
            '[limits]',
            'window = 1000',
            '[retention]',
            'consultation_days = 30',
            '[send.notices]',
            'record_type = "ta.placement_notice"',
            'priority = "soon"',
            '']), [
                (2, "agent.authority", "GSS code"),
                (3, "agent.broker", "tcp://ADDRESS:PORT"),
                (4, "agent.state", "must be a text in quotes"),
                (1, "agent.spool", "is missing; expected"),
                (6, "agent.genesis", "SHA-256"),
                (7, "agent.colour", "is not a setting"),
                (11, "door.roles.somebody:", "expected USER = "),
                (13, "limits.window", "from 1 to 256"),
                (15, "retention.consultation_days", "from 183 to 3653"),
                (18, "send.notices.priority", '"urgent" or "bulk"'),
            ])

    def test_a_broker_names_every_mistake_of_its_configuration(self):
        self.assert_mistakes(self.broker, '\n'.join([
            '[broker]',
            'listen = "everywhere"',
            'state = "state"',
            'genesis = 12',
            '[door]',
            'socket = ["door.sock"]',
            '[limits]',
            'window = 0',
            'most_waiting = "many"',
            'speed = 9',
            '']), [
                (2, "broker.listen", "tcp://ADDRESS:PORT"),
                (1, "broker.keys", "is missing; expected"),
                (4, "broker.genesis", "must be a text in quotes"),
                (6, "door.socket", "must be a text in quotes"),
                (8, "limits.window", "from 1 to 256"),
                (9, "limits.most_waiting", "whole number"),
                (10, "limits.speed", "is not a setting"),
            ])

    def test_a_configuration_that_is_no_toml_names_the_line(self):
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                config = party.folder / "wrong.toml"
                config.write_text(party.config.read_text() + "state = = 1\n")
                line = party.config.read_text().count("\n") + 1
                self.assertIn(f"wrong.toml:{line}: ", self.assert_refuses(party, config=config))
                self.assert_refuses(party, "nowhere.toml", config=party.folder / "nowhere.toml")

    # ---- store

    def test_a_missing_store_is_not_made_but_explained(self):
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                for file in party.state.glob(f"{party.store.name}*"):
                    file.unlink()
                self.assert_refuses(party, str(party.store.name), "is missing", "--new-store")
                self.assertEqual([entry.name for entry in party.state.iterdir()], ["notes"])
                # And what it says to do works.
                code, said = self.run_daemon(party, "--new-store")
                self.assertEqual(code, 0, said)
                self.start_party(party)
                self.wait(lambda: door.status(party), 30, "the daemon with its new store")
                self.stop_party(party)

    def test_a_second_new_store_changes_nothing(self):
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                before = content_of(party.state)
                code, said = self.run_daemon(party, "--new-store")
                self.assertEqual(code, 3, said)
                self.assertIn("already there", said)
                self.assertEqual(content_of(party.state), before)

    def test_a_store_in_use_is_refused(self):
        self.start_all()
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                code, said = self.run_daemon(party)
                self.assertEqual(code, 3, said)
                self.assertRegex(said, "in use|another process|already")
        self.assertTrue(self.network.everybody_in_session(), "the first ones go on")

    # ---- keys

    def key_files(self, party):
        return sorted(file for file in party.keys.glob("*.key"))

    def test_a_key_that_others_can_read_is_refused(self):
        for party in (self.agent, self.broker):
            files = self.key_files(party)
            self.assertGreaterEqual(len(files), 4)
            for file in files:
                for mode in (0o640, 0o604):
                    with self.subTest(key=f"{party.code}/{file.name}", mode=oct(mode)):
                        file.chmod(mode)
                        self.assert_refuses(party, str(file), f"chmod 600 {file}")
                file.chmod(0o600)

    def test_a_missing_or_broken_key_is_named(self):
        for party in (self.agent, self.broker):
            for file in self.key_files(party):
                with self.subTest(key=f"{party.code}/{file.name}"):
                    content = file.read_bytes()
                    file.unlink()
                    self.assert_refuses(party, str(file))
                    self.assertFalse(file.exists(), "no key is made by itself")
                    for broken in (b"", content[:-8], b"hub-key-v1 other\n" + content):
                        file.write_bytes(broken)
                        file.chmod(0o600)
                        self.assert_refuses(party, str(file), "does not hold a key of kind")
                    file.write_bytes(content)
        self.start_all()  # With every key back in its place all is well.

    def test_anothers_store_key_does_not_open_the_store(self):
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                other = self.network.agents[HACKNEY].keys / "store.key"
                (party.keys / "store.key").write_bytes(other.read_bytes())
                said = self.assert_refuses(party, party.store.name)
                self.assertRegex(said, "wrong key|key")

    # ---- register

    def test_another_register_than_the_genesis_is_refused(self):
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                config = party.folder / "other.toml"
                text = party.config.read_text()
                genesis = self.network.genesis
                other = ("0" if genesis[0] != "0" else "1") + genesis[1:]
                self.assertIn(genesis, text)
                config.write_text(text.replace(genesis, other))
                said = self.assert_refuses(party, config=config)
                self.assertIn("genesis", said)

    def test_a_register_that_was_changed_is_refused(self):
        for party in (self.agent, self.broker):
            with self.subTest(party=party.code):
                note = party.state / "notes" / "register-000001.note"
                content = note.read_text()
                note.write_text(content.replace("Hackney", "Hackmey"))
                self.assertNotEqual(note.read_text(), content)
                self.assert_refuses(party, "register")
                note.unlink()
                self.assert_refuses(party, "register")

    # ---- time

    def test_an_agent_starts_within_two_seconds(self):
        self.broker.start()
        times = []
        for _ in range(3):
            begun = time.monotonic()
            self.agent.start()
            self.wait(lambda: door.status(self.agent), 30, "the agent's answer")
            times.append(time.monotonic() - begun)
            self.agent.stop()
        self.say("starts took " + ", ".join(f"{seconds:.2f} s" for seconds in times))
        self.assertLess(min(times), START_SECONDS * network_case.OPTIONS.slow)


if __name__ == "__main__":
    network_case.main()
