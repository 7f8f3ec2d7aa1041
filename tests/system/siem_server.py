"""An authority's SIEM: a TLS server that takes syslog (RFC 5425), and what OCSF asks of its events.
Standard library and openssl only.
"""
import json
import re
import socket
import ssl
import subprocess
import threading

# OCSF 1.8.0: what every event needs, and what its class does.
BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
CLASSES = {3004: {"entity"}, 6003: {"actor", "api", "src_endpoint"},
           6005: {"actor", "src_endpoint", "database"}, 6008: {"message"}}
HEADER = re.compile(
    r'<(\d+)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\S+) (hub-agent|hub-broker) - (\S+) '
    r'\[hub@32473 origin="([^"]+)"(?: index="(\d+)" leaf="([0-9a-f]{64})")?\] \ufeff(\{.*\})', re.S)
SEVERITIES = {1: 6, 2: 5, 3: 4, 4: 3}  # OCSF -> syslog
LOG_AUDIT = 13


class Malformed(Exception):
    pass


def insist(holds, what):
    if not holds:
        raise Malformed(what)


def event_of(line):
    """The event of one line; raises Malformed."""
    event = json.loads(line)
    insist("\n" not in line, "an event on several lines")
    missing = BASE - set(event)
    insist(not missing, f"{missing} missing")
    insist(event["class_uid"] in CLASSES, f"class {event['class_uid']}")
    missing = CLASSES[event["class_uid"]] - set(event)
    insist(not missing, f"{missing} missing in class {event['class_uid']}")
    insist(event["type_uid"] == event["class_uid"] * 100 + event["activity_id"], "type_uid")
    insist(event["category_uid"] == event["class_uid"] // 1000, "category_uid")
    insist(event["severity_id"] in SEVERITIES, "severity_id")
    insist(isinstance(event["time"], int) and event["time"] > 1_600_000_000_000, "time")
    metadata = event["metadata"]
    insist(metadata["version"] == "1.8.0" and metadata["product"]["name"], "metadata")
    if "sequence" in metadata:
        insist(metadata["uid"] == f"{metadata['log_name']}#{metadata['sequence']}", "metadata.uid")
        insist(event["raw_data_hash"]["algorithm_id"] == 3, "raw_data_hash")
    return event


def event_of_message(message):
    """The event of a syslog message whose header says the same; raises Malformed."""
    insist(len(message) <= 8192, f"a message of {len(message)} bytes")
    found = HEADER.fullmatch(message.decode())
    insist(found, f"no message of RFC 5424: {message[:200]}")
    priority, _, _, program, name, origin, index, leaf, text = found.groups()
    event = event_of(text)
    insist(int(priority) == LOG_AUDIT * 8 + SEVERITIES[event["severity_id"]], "priority")
    insist(program == event["metadata"]["log_provider"], "program")
    insist(origin == event["metadata"]["log_name"], "origin")
    insist(name == event["metadata"].get("event_code", name), "message id")
    if index is not None:
        insist(int(index) == event["metadata"]["sequence"], "index")
        insist(leaf == event["raw_data_hash"]["value"], "leaf")
    return event


def make_certificate(folder):
    """A self-signed certificate for 127.0.0.1: (certificate, key)."""
    certificate, key = folder / "siem.pem", folder / "siem.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=siem",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Server:
    """`reads` False: takes connections, agrees on TLS, and never reads a byte."""

    def __init__(self, certificate, key, port=0, reads=True):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.reads = reads
        self.messages, self.connections, self.lock = [], 0, threading.Lock()
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            secured = self.context.wrap_socket(connection, server_side=True)
            with self.lock:
                self.connections += 1
                self.open.append(secured)
            while self.reads:
                digits = b""
                while not digits.endswith(b" "):
                    digits += self._receive(secured, 1)
                message = self._receive(secured, int(digits))
                with self.lock:
                    self.messages.append(message)
        except OSError:
            pass  # hung up, by either side

    @staticmethod
    def _receive(connection, size):
        out = b""
        while len(out) < size:
            part = connection.recv(size - len(out))
            if not part:
                raise ConnectionError("the other side hung up")
            out += part
        return out

    def events(self):
        with self.lock:
            return [event_of_message(message) for message in self.messages]

    def close(self):
        # Also wakes the thread that listens.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # gone already
                connection.close()
