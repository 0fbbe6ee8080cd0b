"""An application with a health check that takes a bad push back, and everything that can happen to a build."""

import json
import subprocess
import sys
import time

import application
from stage import Report, Site, check, leftovers

#: The application's address: what the health check asks, and what a visitor gets.
NGINX = """
server {
    listen 127.0.0.1:8081;
    location / { proxy_pass http://unix:/run/shop/shop.sock; }
}
"""

#: The old process answers for a second after the restart was asked for: a check that does not wait would ask the wrong one.
SLOW = "[Service]\nExecStop=/bin/sleep 1\n"

#: Asks for the page until the file root/stop exists, and prints the answers with the times at which they changed.
READER = """
import http.client, json, os, sys, time
answers, start = [], time.monotonic()
while not os.path.exists(sys.argv[1] + '/root/stop') and time.monotonic() < start + 120:
    try:
        connection = http.client.HTTPConnection('127.0.0.1', 8081, timeout=10)
        connection.request('GET', '/')
        answer = connection.getresponse()
        text = answer.read().decode().strip() if answer.status == 200 else str(answer.status)
    except Exception as error:
        text = type(error).__name__
    if not answers or answers[-1][1] != text:
        answers.append((round(time.monotonic() - start, 2), text))
    time.sleep(0.005)
print(json.dumps(answers))
"""


def run(machine, github):
    """Tries everything, and returns how many promises were broken."""
    report = Report(machine)
    health(report, github)
    site = Site(machine, github, "build", "", {"run": "true\n", "index.html": "first\n"})
    site.serve()
    endings(report, site)
    newer(report, site)
    interruptions(report, site)
    return report.failed


class Shop(Site):
    """The README's application, which an earlier stage has installed."""

    def __init__(self, machine, github):
        self.machine, self.github, self.name, self.path = machine, github, "shop", "/srv/shop"


def health(report, github):
    machine = report.machine
    shop = Shop(machine, github)
    code = lambda text: {"app.py": application.APPLICATION.format(text=text)}
    page = lambda: machine.run("curl -sS http://127.0.0.1:8081/").stdout.strip()
    (machine.root / "etc/nginx/conf.d/shop.conf").write_text(NGINX)
    drop_in = machine.root / "etc/systemd/system/shop.service.d/slow.conf"
    drop_in.parent.mkdir(exist_ok=True)
    drop_in.write_text(SLOW)
    machine.must("systemctl daemon-reload && systemctl start shop && nginx -t && systemctl reload nginx")
    shop.configure('health = "http://127.0.0.1:8081/"\n'
                   'after = "! touch planted && ! sh -c \'echo >> app.py\' && echo $BELLPULL_COMMIT >> $HOME/after"\n')
    record = shop.deploy(code("good"))
    report.expect(record["state"] == "deployed" and page() == "good", "an application passes its health check",
                  record.get("reason") or f"in {record['duration_ms']} ms")
    seen = machine.run("cat /srv/shop/cache/after").stdout.split()
    report.expect(seen == [record["commit"]], "  then after runs, and cannot write into the live release", seen)
    report.expect(not leftovers(machine, shop), "  nothing is left", leftovers(machine, shop))
    for text, files in (("broken", {"app.py": "import nosuch\n"}), ("wrong", code("wrong"))):
        if text == "wrong":
            shop.configure('health = "http://127.0.0.1:8081/"\nhealth_text = "good"\nhealth_retries = 1\n')
        machine.must("rm -f /root/stop")
        reader = subprocess.Popen(["nsenter", "-t", str(machine.pid), "-n", sys.executable, "-c", READER, machine.root],
                                  stdout=subprocess.PIPE, text=True)
        try:
            record = shop.deploy(files)
            time.sleep(4)
        finally:
            machine.run("touch /root/stop")
        answers = json.loads(reader.communicate(timeout=60)[0])
        report.expect(record["state"] == "failed" and "is live again" in record["reason"] and page() == "good",
                      f"a push with {text} code is taken back by itself", record.get("reason"))
        print(f"          a visitor sees {', '.join(f'{text} at {at} s' for at, text in answers)}")
    report.expect(machine.run("bellpull releases shop").stdout.count("taken back") >= 2, "  bellpull releases says so")
    machine.must("bellpull catch-up shop 2> /dev/null; systemctl restart bellpull; sleep 1")
    report.expect(shop.last()["id"] == record["id"], "  catch-up does not try the commit again", shop.last()["state"])
    shop.configure('health = "http://127.0.0.1:8081/"\nhealth_text = "good"\n')
    record = shop.deploy(code("good again"))
    report.expect(record["state"] == "deployed" and page() == "good again", "a good push mends it",
                  record.get("reason", record["state"]))
    back = machine.run("bellpull rollback shop && bellpull unpin shop").stdout
    report.expect(page() == "good again", "a rollback and unpin restart it", back.strip().replace("\n", "; "))


def endings(report, site):
    """Builds that do not end as they should: each is one failed deployment, and the old page stays."""
    machine = report.machine
    site.configure('build = "sh ./run"\n')
    record = site.deploy({"run": "true\n", "index.html": "good\n"})
    report.expect(site.page() == "good\n", "a good build", record["state"])
    controllers = machine.run("cat /sys/fs/cgroup/cgroup.controllers").stdout.split()
    cases = [
        ("fails", "exit 3", "build failed with exit status 3"),
        ("is killed", "kill -9 $$", "build failed with exit status 137"),
        ("deletes its folder", "rm -rf ../$(basename $PWD) * .[a-z]*; exit 1", "build failed"),
        ("takes all rights away", "mkdir -p a/b; touch a/b/c; chmod -R 0 a; exit 1", "build failed"),
        ("links to /etc/passwd", "ln -s /etc/passwd page.html", "leads out of the release"),
        ("never ends", "trap '' TERM; while true; do sleep 1; done", "build did not end within 2 s"),
        ("never ends, in a session of its own", "setsid sleep 3458 & sleep 3458", "build did not end within 2 s"),
    ]
    if "memory" in controllers:
        cases.append(("eats all memory", "python3 -c 'x = [bytearray(1 << 26) for _ in range(64)]'", "used up its memory"))
    else:
        print(f"          no memory controller in this container ({controllers}): MemoryMax= is not tried")
    for what, script, reason in cases:
        site.configure('build = "sh ./run"\n' + ('build_timeout = "2s"\n' if "never" in what else ""))
        record = site.deploy({"run": script + "\n", "index.html": "bad\n"})
        report.expect(record["state"] == "failed" and reason in record["reason"] and site.page() == "good\n",
                      f"a build that {what}", record.get("reason", record["state"]))
        report.expect(not leftovers(machine, site), "  leaves nothing", leftovers(machine, site))
    site.configure('build = "sh ./run"\n')
    record = site.deploy({"run": "setsid sleep 3459 & setsid setsid sleep 3459 & sleep 0.2\n", "index.html": "good\n"})
    report.expect(record["state"] == "deployed" and not leftovers(machine, site),
                  "a build that leaves processes behind is deployed without them", record.get("reason", record["state"]))
    record = site.deploy({"run": "head -c 200000000 /dev/zero | tr '\\0' x; echo; echo the end\n"})
    size = machine.run("stat -c %s /var/lib/bellpull/output/build; bellpull log build | wc -c; bellpull log build | tail -n 2")
    report.expect(record["state"] == "deployed" and "the end" in size.stdout, "a build that writes 200 MB",
                  f"{record['duration_ms']} ms, file and log have {' and '.join(size.stdout.split()[:2])} bytes")


def newer(report, site):
    """on_newer."""
    site.configure('build = "sh ./run"\non_newer = "cancel"\n')
    last = site.last()["id"]
    site.announce(*site.push({"run": "sleep 30\n", "index.html": "slow\n"}))
    slow = site.last()
    report.expect(slow["state"] == "running", "a push whose build takes long", slow["state"])
    start = time.monotonic()
    site.announce(*site.push({"run": "true\n", "index.html": "quick\n"}))
    record = site.ended(after=last)
    while record["state"] == "cancelled":
        record = site.ended(after=record["id"])
    states = [entry["state"] for entry in json.loads(site.machine.must("bellpull history build --json"))[:2]]
    report.expect(states == ["deployed", "cancelled"] and site.page() == "quick\n", "  is cancelled by the next push",
                  f"{states}, {time.monotonic() - start:.1f} s")
    report.expect(not leftovers(site.machine, site), "  nothing is left", leftovers(site.machine, site))


def interruptions(report, site):
    """Bellpull is killed, or the machine restarts, in the middle of a build."""
    machine = report.machine
    site.configure('build = "sh ./run"\n')
    for what, command in (
            ("kill -9 of Bellpull", "systemctl kill --kill-whom=main -s KILL bellpull"),
            ("a restart of Bellpull", "systemctl restart bellpull"),
            ("a restart of both", "systemctl restart bellpull-step.socket bellpull"),
            ("kill -9 of the launcher", "kill -9 $(systemctl show -P MainPID 'bellpull-step@*')"),
            ("a reboot", None)):
        # The second attempt finds the mark of the first.
        last = site.last()["id"]
        site.announce(*site.push({
            "run": "echo x > made; setsid sleep 3460 & test -e $HOME/tried || { touch $HOME/tried; sleep 3460; }; rm $HOME/tried\n",
            "index.html": f"after {what}\n"}))
        for _ in range(100):
            if machine.run("pgrep -u bellpull-step -f 'sleep 3460'").returncode == 0:
                break
            time.sleep(0.1)
        if command:
            machine.must(command)
        else:
            machine.reboot()
        time.sleep(0.5)
        record = site.ended(after=last)
        if record["state"] == "failed" and "launcher" in record["reason"]:
            print(f"          {record['reason']}")
            record = site.deploy({})
        deadline = time.monotonic() + 60
        while site.page() != f"after {what}\n" and time.monotonic() < deadline:
            time.sleep(0.1)
        states = [entry["state"] for entry in json.loads(machine.must("bellpull history build --json")) if entry["id"] > last]
        report.expect(site.page() == f"after {what}\n", f"{what} in the middle of a build: the push is deployed", states)
        report.expect(not leftovers(machine, site), "  nothing is left", leftovers(machine, site))
    status, problems = check(machine)
    report.expect(status == 0, "at the end check exits with 0", [entry["message"] for entry in problems])
