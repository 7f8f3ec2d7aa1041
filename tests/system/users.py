"""Asking a local door as another user of this machine, whom the kernel tells the daemon. It takes root,
or sudo without a password.
"""
import contextlib
import json
import os
import pathlib
import pwd
import subprocess
import sys

import door


@contextlib.contextmanager
def _acting_as(uid):
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)


def _through_sudo(uid, socket, verb, request):
    question = json.dumps([uid, str(socket), verb, request])
    done = subprocess.run(["sudo", "-n", sys.executable, str(pathlib.Path(__file__).resolve())],
                          input=question, capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise OSError("to ask as another user of this machine takes root, or sudo without a "
                      f"password: {done.stderr.strip()[-300:]}")
    told = json.loads(done.stdout)
    if "refused" in told:
        raise door.DoorRefused(*told["refused"])
    return told["lines"], told["end"]


def uid_of(user):
    """Of a name or a number."""
    return user if isinstance(user, int) else pwd.getpwnam(user).pw_uid


def call_as(user, socket, verb, request):
    """What door.call() gives to that user."""
    if os.geteuid() != 0:
        return _through_sudo(uid_of(user), socket, verb, request)
    with _acting_as(uid_of(user)):
        return door.call(socket, verb, request)


def let_in(top, socket):
    """So that any user reaches the door's socket below this folder."""
    for folder in (top, *socket.parents):
        if folder.is_relative_to(top):
            folder.chmod(0o711)
    socket.chmod(0o666)


def _main():
    uid, socket, verb, request = json.load(sys.stdin)
    try:
        with _acting_as(uid):
            lines, end = door.call(socket, verb, request)
        answer = {"lines": lines, "end": end}
    except door.DoorRefused as refusal:
        answer = {"refused": [refusal.status, refusal.text]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _main()
