"""FastCGI records as bytes (FastCGI 1.0 §3.3), well-formed or not."""

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, DATA = 1, 2, 3, 4, 5, 6, 8
BEGINNING = bytes([0, 1, 0, 0, 0, 0, 0, 0])


def record(kind, content, version=1, length=None):
    """Returns one record of request 1, whose length field is `length` if given."""
    return bytes([version, kind, 0, 1]) + (len(content) if length is None else length).to_bytes(2) + b"\0\0" + content


def stream(kind, data):
    """Returns the records of a stream, with the empty record at its end."""
    return b"".join(record(kind, data[at:at + 0x8000]) for at in range(0, len(data), 0x8000)) + record(kind, b"")


def pair(name, value):
    """Returns a parameter, with the lengths before it (FastCGI 1.0 §3.4)."""
    lengths = (len(text).to_bytes(1) if len(text) < 128 else (len(text) | 1 << 31).to_bytes(4) for text in (name, value))
    return b"".join(lengths) + name + value


def request(http, length=None):
    """Returns the records that nginx would send for an HTTP request, with CONTENT_LENGTH `length` if given."""
    length = len(http.body) if length is None else length
    path = http.target.removeprefix("/github")
    params = [("REQUEST_METHOD", http.method), ("PATH_INFO", path), ("CONTENT_LENGTH", length)]
    for name, value in http.headers:
        variable = name.upper().replace("-", "_")
        params.append((variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}", value))
    pairs = b"".join(pair(name.encode("latin-1"), str(value).encode("latin-1")) for name, value in params)
    return record(BEGIN, BEGINNING) + stream(PARAMS, pairs) + stream(STDIN, http.body)


def output(data):
    """Returns the CGI response in the received records."""
    out = b""
    while len(data) >= 8:
        end = 8 + int.from_bytes(data[4:6])
        if data[1] == STDOUT:
            out += data[8:end]
        data = data[end + data[6]:]
    return out
