"""The access log of nginx, which has a line for each request that reaches the hook."""

import collections
import contextlib
import json
import re

import program
import verdict

#: What the reply to a delivery tells of it, and the log.
TOLD = ("outcome", "delivery", "event", "reason")


def lines(bellpull):
    return (bellpull.folder / "access.log").read_bytes().split(b"\n")[:-1]


def is_printable(line):
    return re.fullmatch(rb"[ -~]*", line) is not None


def entry(line):
    """A line of the log, by the letter of RFC 8259 and in printable ASCII; nothing if it is no such thing."""
    with contextlib.suppress(ValueError):
        return json.loads(line, parse_constant=_refuse, object_pairs_hook=_once) if is_printable(line) else None


def _once(members):
    return dict(members) if len(dict(members)) == len(members) else _refuse()


def _refuse(*_):
    raise ValueError("not JSON")


def compare(bellpull, shots):
    """Each request that reached the hook has a line in the log that says what its reply said, and there is no other."""
    told = collections.Counter()
    for _, sent, reply in (shot for shot in shots if not shot.attack.on_socket):
        if reply["Content-Type"] == "application/json":
            told[reply.status, *(reply[f"Bellpull-{name}"] for name in TOLD)] += 1
        elif not reply.status and b"\r\n\r\n" in sent:
            # The body ended too early: nobody is there to be answered.
            told[400, "", "", "", ""] += 1
    # The first line is of before.
    with contextlib.suppress(RuntimeError):
        program.await_(lambda: len(lines(bellpull)) > told.total(), 10, "the log")
    entries = [entry(line) for line in lines(bellpull)[1:]]
    logged = collections.Counter((line["status"], *(line[name] for name in TOLD)) for line in entries if line)
    verdict.figure("requests that reached the hook", told.total())
    verdict.figure("lines in the access log", len(entries), "as many", len(entries) == told.total())
    verdict.none("  that are not JSON in printable ASCII", entries.count(None))
    verdict.none("  that do not say what a reply said", (logged - told).total())
