"""Restarts and reloads under load: no delivery gets another answer than 2xx, and none is lost."""

import json
import subprocess
import sys
import time

RATE = 20  # deliveries per second

#: Sends signed deliveries of the live commit, each with an id of its own, until the file root/stop exists. Prints how often
#: each status was answered. The client runs on the host, in the network of the machine.
CLIENT = """
import collections, hashlib, hmac, http.client, json, os, sys, threading, time, uuid
os.chdir(sys.argv[1])
secret, body = open('etc/bellpull/secret').readline().strip().encode(), open('root/load', 'rb').read()
answers = collections.Counter()
def send(number):
    headers = {'Host': 'YOUR.SITE', 'X-GitHub-Event': 'push', 'X-GitHub-Delivery': str(uuid.uuid4()),
               'Content-Type': 'application/json',
               'X-Hub-Signature-256': 'sha256=' + hmac.new(secret, body, hashlib.sha256).hexdigest()}
    try:
        connection = http.client.HTTPConnection('127.0.0.1', 80, timeout=30)
        connection.request('POST', '/github', body, headers)
        answers[connection.getresponse().status] += 1
    except Exception as error:
        answers[type(error).__name__] += 1
threads = []
while not os.path.exists('root/stop') and len(threads) < 6000:
    threads.append(threading.Thread(target=send, args=[len(threads)]))
    threads[-1].start()
    time.sleep(1 / %d)
for thread in threads: thread.join()
print(json.dumps(answers))
""" % RATE

GOOD = "cp -a /root/good /etc/bellpull/bellpull.toml"
BROKEN = GOOD + "; echo 'timeout = \"soon\"' >> /etc/bellpull/bellpull.toml"


class Load:
    """Deliveries of the live commit of /srv/blog, within a `with` block. `answers` has the number of each status then."""

    def __init__(self, machine):
        self.machine = machine

    def __enter__(self):
        machine = self.machine
        before = machine.must("git -C /srv/blog rev-parse HEAD~1 HEAD 2>/dev/null || true", 30)
        live = machine.must("runuser -u bellpull -- git -C /srv/blog rev-parse HEAD").strip()
        body = {"ref": "refs/heads/main", "before": before.split()[0] if before.split() else live, "after": live,
                "repository": {"full_name": "alice/blog"}}
        (machine.root / "root/load").write_text(json.dumps(body))
        machine.must("rm -f /root/stop")
        command = ["nsenter", "-t", str(machine.pid), "-n", sys.executable, "-c", CLIENT, machine.root]
        self.client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.machine.must("touch /root/stop")
        self.answers = json.loads(self.client.communicate(timeout=60)[0])

    @property
    def is_lossless(self):
        """Whether every delivery was answered with 2xx."""
        good = sum(count for status, count in self.answers.items() if status.startswith("2"))
        return good == sum(self.answers.values()) > 0


def run(machine, github):
    """Restarts and reloads ten times each, and returns how many promises were broken."""
    machine.must("cp -a /etc/bellpull/bellpull.toml /root/good")
    failed = 0
    with Load(machine) as load:
        failed += restart_and_reload(machine)
    failed += report("every delivery meanwhile is answered with 2xx", load.is_lossless, load.answers)
    return failed + restart_with_mistake(machine)


def restart_and_reload(machine):
    failed = 0
    for what, prepare, command, status in [
        ("restarts", GOOD, "systemctl restart bellpull", 0),
        ("reloads", GOOD, "systemctl reload bellpull", 0),
        ("reloads with a mistake", BROKEN, "systemctl reload bellpull", 1),
    ]:
        machine.must(prepare)
        results = []
        for _ in range(10):
            results.append(min(machine.run(command).returncode, 1))
            time.sleep(0.3)
        failed += report(f"ten {what} exit with {status}", results == [status] * 10, results)
    return failed


def restart_with_mistake(machine):
    failed = 0
    machine.must(BROKEN)
    start = time.monotonic()
    broken = machine.run("systemctl restart bellpull")
    elapsed = time.monotonic() - start
    reason = machine.run("journalctl -u bellpull -n 20 --no-pager -p err").stdout
    failed += report("a restart with a mistake fails", broken.returncode != 0, broken.returncode)
    failed += report("  within 5 s", elapsed < 5, f"{elapsed:.1f} s")
    failed += report("  and the journal has the reason", "timeout is not a valid duration" in reason,
                     reason.splitlines()[-3:])
    machine.must(GOOD)
    failed += report("the next restart repairs it", machine.run("systemctl restart bellpull").returncode == 0, 0)
    return failed


def report(promise, is_kept, seen):
    print(f"  {'ok' if is_kept else 'FAILED':8}{promise}: {seen}")
    return not is_kept
