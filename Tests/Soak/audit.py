"""nginx's access log, which has a line for each request that reaches the hook."""

import collections
import contextlib
import json
import re

import program
import verdict

#: The headers of a reply that the log repeats.
TOLD = ("outcome", "delivery", "event", "reason")


def lines(bellpull):
    return (bellpull.folder / "access.log").read_bytes().split(b"\n")[:-1]


def is_printable(line):
    return re.fullmatch(rb"[ -~]*", line) is not None


def entry(line):
    """Parses a line of the log. Returns None unless the line is strict JSON (RFC 8259) in printable ASCII."""
    with contextlib.suppress(ValueError):
        return json.loads(line, parse_constant=_refuse, object_pairs_hook=_once) if is_printable(line) else None


def _once(members):
    return dict(members) if len(dict(members)) == len(members) else _refuse()


def _refuse(*_):
    raise ValueError("not JSON")


def compare(bellpull, shots):
    """Checks that the log has one line per request that reached the hook, and that the lines agree with the replies."""
    told = collections.Counter()
    for _, sent, reply in (shot for shot in shots if not shot.attack.on_socket):
        if reply["Content-Type"] == "application/json":
            told[reply.status, *(reply[f"Bellpull-{name}"] for name in TOLD)] += 1
        elif not reply.status and b"\r\n\r\n" in sent:
            # The body ended too early, and the sender is gone: there is no reply.
            told[400, "", "", "", ""] += 1
    # The first line belongs to the request that waited for the start.
    with contextlib.suppress(RuntimeError):
        program.await_(lambda: len(lines(bellpull)) > told.total(), 10, "the log")
    entries = [entry(line) for line in lines(bellpull)[1:]]
    logged = collections.Counter((line["status"], *(line[name] for name in TOLD)) for line in entries if line)
    verdict.figure("requests that reached the hook", told.total())
    verdict.figure("lines in the access log", len(entries), "as many", len(entries) == told.total())
    verdict.none("  not JSON in printable ASCII", entries.count(None))
    verdict.none("  that disagree with the reply", (logged - told).total())
