"""large.py FOLDER PORT PID: measures the cost of a push of 24 MB, compared with `openssl dgst -hmac` of the same bytes.

FOLDER is a folder for the body. The responder behind 127.0.0.1:PORT is the process PID. GITHUB_SECRET signs the deliveries,
which are pushes to a branch that no site follows. Measures processor time: of all threads of the program, and of the whole
process openssl.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.parse

import delivery
from delivery import FORM, JSON, expect

SIZE, ROUNDS = 24_000_000, 15

folder, port, process = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


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


def dgst(body):
    """Runs openssl, and returns the milliseconds of processor time."""
    file = folder / "large"
    file.write_bytes(body)
    command = ["openssl", "dgst", "-sha256", "-hmac", delivery.secret, file]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    expect(status == 0, "openssl failed")
    return (usage.ru_utime + usage.ru_stime) * 1000


def cost(body, content_type, expected, is_forged=False):
    """Delivers, and returns the milliseconds of processor time."""
    headers = delivery.headers(b"another" if is_forged else body, content_type)
    # The clock of another process (clock_getcpuclockid(3)).
    clock = ~process << 3 | 2
    before = time.clock_gettime(clock)
    connection = delivery.connect(port)
    answer = delivery.deliver(connection, body, headers)
    connection.close()
    expect(answer == expected, f"a push of {len(body):,} bytes was answered {answer}")
    return (time.clock_gettime(clock) - before) * 1000


def memory(key):
    """Returns a line of /proc/PID/status in MB."""
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(key)


def main():
    kinds = {
        "JSON": (payload(SIZE), JSON, "200 ignored"),
        "JSON, wrong signature": (payload(SIZE), JSON, "401 rejected", True),
        "form": (form(SIZE), FORM, "200 ignored"),
    }
    idle = memory("VmRSS")
    # Resets the peak.
    pathlib.Path(f"/proc/{process}/clear_refs").write_text("5")
    figures = {kind: ([], []) for kind in kinds}
    for _ in range(ROUNDS):
        for kind, push in kinds.items():
            figures[kind][0].append(dgst(push[0]))
            figures[kind][1].append(cost(*push))
    peak = memory("VmHWM")
    time.sleep(10)
    after = memory("VmRSS")

    title = f"{SIZE // 1_000_000} MB: {ROUNDS} pushes"
    print(f"\n{title:<34}{'openssl dgst':>12}{'Bellpull':>12}{'ratio':>8}")
    for kind, (bare, ours) in figures.items():
        bare, ours = statistics.median(bare), statistics.median(ours)
        print(f"{f'{kind}, ms of CPU':<34}{bare:>12.2f}{ours:>12.2f}{ours / bare:>8.2f}")
    print(f"memory above the idle {idle:.1f} MB: {peak - idle:.1f} MB at the peak, {after - idle:.1f} MB ten seconds later")


main()
