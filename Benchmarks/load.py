"""Loads: many deliveries over several connections, and how they were answered."""

import collections
import hashlib
import re
import signal
import statistics
import subprocess
import threading
import time

import delivery
import web
from processes import expect

#: The requests per second above which wrk sends for a given time. It cuts off the requests that run at the end, so that a slow
#: server, which has few, gets a given number from Python instead.
FAST = 1000

Load = collections.namedtuple("Load", "requests seconds p50 p99")


def push(bench, backend, seconds, connections=16):
    """Sends the signed push of 7 KB for some seconds."""
    rate = bench.rates.get(type(backend)) or warm_up(bench, backend)
    if rate > FAST:
        return wrk(bench, backend.port, seconds, connections)
    return counted(backend.port, max(2 * connections, round(rate * seconds)), connections)


def warm_up(bench, backend):
    """Sends a few deliveries, and returns how many are answered per second."""
    load = counted(backend.port, 48, 16)
    # Python sends not much faster than FAST.
    if load.requests / load.seconds > FAST / 5:
        load = wrk(bench, backend.port, 1, 16)
    bench.rates[type(backend)] = load.requests / load.seconds
    return bench.rates[type(backend)]


def wrk(bench, port, seconds, connections):
    file = bench.folder / "push.json"
    file.write_bytes(delivery.pushed)
    arguments = [file, delivery.digest(delivery.pushed, hashlib.sha1), delivery.digest(delivery.pushed, hashlib.sha256)]
    return _run(bench, port, seconds, connections, arguments)


def wrk_all(bench, port, connections, requests):
    """Sends each of `requests` once, and returns how many are answered per second."""
    file = bench.folder / "requests"
    with open(file, "wb") as output:
        for request in requests:
            output.write(f"{len(request)}\n".encode() + request)
    process = subprocess.Popen(
        _command(bench, port, 60, connections, [file]), env=bench.environment, stdout=subprocess.PIPE, text=True)
    times, failures = {}, 1
    for line in process.stdout:
        if line.strip() in ("begin", "end"):
            times[line.strip()] = time.perf_counter()
            if line.strip() == "end":
                # wrk would wait until its time is over. The last requests are still to be answered.
                time.sleep(0.5)
                process.send_signal(signal.SIGINT)
        elif re.fullmatch(r"\d+ .* \d+", line.strip()):
            failures = int(line.split()[-1])
    process.wait()
    file.unlink()
    expect("end" in times and not failures, f"{failures} requests failed")
    # When the last request goes out, the others are answered but for one per connection.
    return (len(requests) - connections) / (times["end"] - times["begin"])


def _run(bench, port, seconds, connections, arguments):
    out = bench.processes.output(*_command(bench, port, seconds, connections, arguments))
    requests, elapsed, p50, p99, failures = map(float, out.splitlines()[-1].split())
    expect(not failures and requests, f"{failures:.0f} of {requests:.0f} requests failed:\n{out}")
    return Load(int(requests), elapsed, p50, p99)


def _command(bench, port, seconds, connections, arguments):
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "10s", "-s", bench.folder / "push.lua",
            f"http://127.0.0.1:{port}/github", "--", *arguments]


def counted(port, count, connections):
    """Sends the push `count` times."""
    requests = [delivery.Delivery(delivery.pushed) for _ in range(count)]
    start = time.perf_counter()
    answers = web.deliver(port, requests, connections)
    # web.deliver starts a tenth of a second later only with a rate.
    elapsed = time.perf_counter() - start
    expect(all(answer.status == 200 for answer in answers), f"not all answers were 200: {web.outcomes(answers)}")
    times = sorted(answer.seconds * 1000 for answer in answers)
    return Load(count, elapsed, statistics.median(times), times[int(0.99 * (count - 1))])


def at_once(port, body, count):
    """Sends `count` deliveries of one push at once. Returns the answers and the common start."""
    deliveries = [delivery.Delivery(body) for _ in range(count)]
    barrier, answers = threading.Barrier(count + 1), []

    def one(signed):
        client = web.Client(port)
        barrier.wait()
        answers.append(client.send(signed))
        client.close()

    threads = [threading.Thread(target=one, args=(signed,)) for signed in deliveries]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return answers, start
