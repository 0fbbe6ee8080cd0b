"""HTTP requests with full control of every byte, and their replies."""

import contextlib
import re
import socket


class Request:
    """An HTTP request. Each character of a text is one byte (Latin-1). Adds Content-Length unless a header gives the
    length."""

    def __init__(self, headers, body=b"", target="/github", method="POST"):
        self.method, self.target, self.headers, self.body = method, target, list(headers), body

    def value(self, name):
        return next(value for other, value in self.headers if other == name)

    def put(self, name, *values):
        """Replaces the header `name` by one header per value."""
        self.headers = [header for header in self.headers if header[0] != name]
        self.headers += [(name, value) for value in values]
        return self

    def add(self, *headers):
        self.headers += headers
        return self

    def to(self, target, method="POST"):
        self.target, self.method = target, method
        return self

    def carrying(self, body):
        """Replaces the body and keeps the signature, which becomes wrong."""
        self.body = body
        return self

    def __bytes__(self):
        names = {name.lower() for name, _ in self.headers}
        length = [] if names & {"content-length", "transfer-encoding"} else [("Content-Length", len(self.body))]
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers + length]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


class Reply:
    """A reply: HTTP, CGI, or empty."""

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.lines = head.split(b"\r\n")
        status = re.match(rb"(?:HTTP/1\.1|Status:) (\d{3})\b", head)
        self.status = int(status[1]) if status else 0

    def __getitem__(self, name):
        """Returns the value of a header, or an empty string."""
        start = f"{name}: ".lower().encode()
        line = next((line for line in self.lines if line.lower().startswith(start)), start)
        return line[len(start):].decode("latin-1")

    @property
    def is_whole(self):
        length = self["Content-Length"]
        return length.isdigit() and len(self.body) >= int(length)

    @property
    def words(self):
        return f"{self.status} {self['Bellpull-Outcome'] or 'nothing'}"


def exchange(address, data):
    """Sends `data` to a port or to the socket at a path, and closes the sending side. Returns the received bytes, up to a
    complete HTTP reply or the end."""
    is_port = isinstance(address, int)
    received = b""
    with socket.socket(socket.AF_INET if is_port else socket.AF_UNIX) as peer:
        peer.settimeout(30)
        peer.connect(("127.0.0.1", address) if is_port else str(address))
        # The peer may close before it has read everything.
        with contextlib.suppress(OSError):
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while not Reply(received).is_whole and (chunk := peer.recv(65536)):
                received += chunk
    return received
