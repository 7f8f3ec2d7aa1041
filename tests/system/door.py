"""A client of the local door, for what hubctl does not offer: pages of records, ranges of the log.
The frames are described in core/transport/door_frame.h.
"""
import json
import socket
import struct

REQUEST, INPUT, INPUT_END, CREDIT, BLOCK, END = 1, 3, 4, 5, 6, 7
LARGEST_UPLOAD = 256 << 10  # of one block; more would need credit
PAGE = 1000  # records; the most the door lists at once
ENTRIES = 2000


class DoorRefused(Exception):
    """The daemon's answer was no; `status` is 1 refused, 2 usage, 3 failed."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status, self.text = status, text


def _receive(connection, size):
    out = bytearray()
    while len(out) < size:
        part = connection.recv(size - len(out))
        if not part:
            raise ConnectionError("the door was closed in the middle of an answer")
        out += part
    return bytes(out)


def _frame(kind, payload=b""):
    return struct.pack(">IBI", 5 + len(payload), kind, 1) + payload


def call(door, verb, request, timeout=120, upload=None):
    """The lines of the answer as objects, and the text it ended with. `upload`: bytes of one block.
    A log is read for its integrity, unless the request says otherwise.
    """
    if verb.startswith("audit."):
        request = {"purpose": "integrity"} | request
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(door))
        name = verb.encode()
        connection.sendall(_frame(REQUEST, struct.pack(">I", len(name)) + name +
                                  json.dumps(request).encode()))
        if upload is not None:
            if len(upload) > LARGEST_UPLOAD:
                raise ValueError(f"an upload of {len(upload)} bytes needs more than one block")
            connection.sendall(_frame(INPUT, upload) + _frame(INPUT_END))
        content = bytearray()
        while True:
            length, kind, _ = struct.unpack(">IBI", _receive(connection, 9))
            payload = _receive(connection, length - 5)
            if kind == BLOCK:
                content += payload
                connection.sendall(_frame(CREDIT, struct.pack(">I", 1)))
            elif kind == END:
                status = struct.unpack(">i", payload[:4])[0]
                end = payload[4:].decode()
                if status != 0:
                    raise DoorRefused(status, end)
                return [json.loads(line) for line in content.splitlines()], end


def status(party):
    """The daemon's status; nothing while it cannot be reached."""
    try:
        _, end = call(party.door, "status", {})
    except OSError:
        return None
    return json.loads(end)


def held_records(party, role="housing-officer", **wanted):
    """All that this authority holds, in the order it was stored."""
    out, before = [], None
    while True:
        request = {"limit": PAGE, "role": role, **wanted}
        if before is not None:
            request["before"] = before
        page, _ = call(party.door, "records.list", request)
        out += page
        if len(page) < PAGE:
            return out[::-1]
        before = page[-1]["number"]


def log_entries(party):
    """The whole log, from the first entry on."""
    out = []
    while True:
        page, _ = call(party.door, "audit.entries", {"from": len(out), "limit": ENTRIES})
        out += page
        if len(page) < ENTRIES:
            return out
