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
secret, body = open('etc/bellpull/secret').readline().strip().encode(), open('root/body', 'rb').read()
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


def run(machine, github):
    """Restarts and reloads ten times each, and returns how many promises were broken."""
    before = machine.must("git -C /srv/blog rev-parse HEAD~1 HEAD 2>/dev/null || true", 30)
    live = machine.must("runuser -u bellpull -- git -C /srv/blog rev-parse HEAD").strip()
    body = {"ref": "refs/heads/main", "before": before.split()[0] if before.split() else live, "after": live,
            "repository": {"full_name": "alice/blog"}}
    (machine.root / "root/body").write_text(json.dumps(body))
    machine.must("rm -f /root/stop; cp -a /etc/bellpull/bellpull.toml /root/good")
    command = ["nsenter", "-t", str(machine.pid), "-n", sys.executable, "-c", CLIENT, machine.root]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
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
    machine.must("touch /root/stop")
    counts = json.loads(client.communicate(timeout=60)[0])
    good = sum(count for status, count in counts.items() if status.startswith("2"))
    failed += report("every delivery meanwhile is answered with 2xx", good == sum(counts.values()), counts)

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
