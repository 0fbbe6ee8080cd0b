"""A signed push of 24 MB, compared with `openssl dgst -hmac` of the same bytes.

Measures processor time: of all processes of the server, and of the whole process openssl. The peers get the push as JSON only:
their usual scripts do not decode a form.
"""

import os
import subprocess
import time
import urllib.parse

import clones
import delivery
import servers
from delivery import FORM, JSON
from processes import expect

SIZE = 24_000_000
DGST = "openssl dgst"


def run(bench, folder):
    rounds = bench.pick(15, 3)
    repository = clones.Repository(bench, folder, servers.DEPLOYING)
    backends = servers.start(bench, folder, repository.clones)
    pushes = {"JSON": (payload(SIZE), JSON), "form": (form(SIZE), FORM)}
    ours = backends[servers.BELLPULL].process
    idle = ours.memory()["resident"]
    figures = {kind: {} for kind in ("JSON", "JSON, wrong signature", "form")}

    def measure(kind, name, body, content_type=JSON, status=200, is_forged=False):
        used = cost(backends[name], body, content_type, status, is_forged)
        if used is not None:
            figures[kind].setdefault(name, []).append(used)

    def warm_up():
        for body, content_type in pushes.values():
            cost(backends[servers.BELLPULL], body, content_type, 200, is_forged=False)

    ours.reset_peak()
    warm_up()
    for _ in range(rounds):
        for kind, (body, content_type) in pushes.items():
            figures[kind].setdefault(DGST, []).append(dgst(bench, folder, body))
            measure(kind, servers.BELLPULL, body, content_type)
        measure("JSON, wrong signature", servers.BELLPULL, pushes["JSON"][0], status=401, is_forged=True)
    figures["JSON, wrong signature"][DGST] = figures["JSON"][DGST]
    peak = ours.peak() - idle
    time.sleep(bench.pick(10, 3))
    after = ours.memory()["resident"] - idle
    for _ in range(min(rounds, 5)):
        for name in servers.DEPLOYING[1:]:
            measure("JSON", name, pushes["JSON"][0])

    report = bench.report
    report.note(f"{rounds} pushes of {SIZE // 1_000_000} MB; peers: {min(rounds, 5)}")
    for kind, values in figures.items():
        report.figure(kind, "ms of CPU", values, DGST)
        if missing := [name for name in servers.DEPLOYING if kind == "JSON" and name not in values]:
            report.note(f"did not take it: {', '.join(missing)} (PHP's memory_limit is 128 MB)")
    report.figure("resident above idle", "MB", {"at the peak": [peak], "seconds later": [after]})
    report.bar("24 MB as JSON, × openssl dgst", 2.0, report.ratio("JSON", servers.BELLPULL, DGST))
    report.bar("24 MB as a form, × openssl dgst", 2.5, report.ratio("form", servers.BELLPULL, DGST))


def payload(size):
    """Returns a push with as many commits as fit into `size` bytes."""
    commit = delivery.template["head_commit"]
    count = size // len(delivery.body(commit)) - 4
    return delivery.body(delivery.template | {"commits": [commit] * count})


def form(size):
    """Returns such a push as a form of `size` bytes after percent-encoding."""
    sample = payload(size // 16)
    length = len(urllib.parse.quote_plus(sample))
    return b"payload=" + urllib.parse.quote_plus(payload(size * len(sample) // length)).encode()


def dgst(bench, folder, body):
    """Runs openssl, and returns the milliseconds of processor time."""
    file = folder / "large"
    file.write_bytes(body)
    child = subprocess.Popen(["openssl", "dgst", "-sha256", "-hmac", delivery.secret, file], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    expect(status == 0, "openssl failed")
    return (usage.ru_utime + usage.ru_stime) * 1000


def cost(backend, body, content_type, status, is_forged):
    """Delivers, and returns the milliseconds of processor time; nothing if the server does not take the push."""
    headers = delivery.headers(b"another" if is_forged else body, content_type)
    before = backend.cpu
    connection = delivery.connect(backend.port)
    answer = delivery.deliver(connection, body, headers)
    connection.close()
    if isinstance(backend, servers.Bellpull):
        expect(answer.startswith(str(status)), f"a push of {len(body):,} bytes was answered {answer}")
    elif not answer.startswith(str(status)):
        return None
    return (backend.cpu - before) * 1000
