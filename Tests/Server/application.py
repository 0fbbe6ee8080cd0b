"""The README's Flask application, and its conversion of a pulled site to releases, both while requests come in."""

import json
import re
import subprocess
import sys
import time

import readme

APPLICATION = """
import flask
app = flask.Flask(__name__)

@app.get('/')
def page():
    return '{text}\\n'
"""

SETUP = """
set -e
runuser -u git -- git init --quiet --bare --initial-branch=main ~git/alice/shop.git
git clone --quiet git@github.com:alice/shop.git /root/shop 2>/dev/null
useradd --system --shell /usr/sbin/nologin shop
install -d -o bellpull -g bellpull /srv/shop
cat > /etc/bellpull/sites/shop.toml <<'END'
repository = "alice/shop"
branch     = "main"
path       = "/srv/shop"
strategy   = "release"
remote     = "git@github.com:alice/shop.git"
END
"""

#: Asks for a page until the file root/stop exists, and prints how often each status was answered.
READER = """
import collections, http.client, json, os, sys, time
answers, end = collections.Counter(), time.monotonic() + 120
while not os.path.exists(sys.argv[1] + '/root/stop') and time.monotonic() < end:
    try:
        connection = http.client.HTTPConnection('127.0.0.1', 80, timeout=10)
        connection.request('GET', '/', headers={'Host': 'YOUR.SITE'})
        answer = connection.getresponse()
        answers[answer.status if answer.read() else 'empty'] += 1
    except Exception as error:
        answers[type(error).__name__] += 1
print(json.dumps(answers))
"""


def run(machine, github):
    """Runs both, and returns how many promises were broken."""
    return shop(machine, github) + conversion(machine)


def push(machine, text):
    (machine.root / "root/shop/app.py").write_text(APPLICATION.format(text=text))
    before = machine.run("git -C /root/shop rev-parse --verify --quiet HEAD").stdout.strip()
    machine.must(
        f"cd /root/shop && git add --all && git commit --quiet --message '{text}' && git push --quiet origin HEAD:main")
    return before, machine.must("git -C /root/shop rev-parse HEAD").strip()


def shows(machine, text):
    """Waits until the application answers with `text`, and returns how long that took, or None."""
    start = time.monotonic()
    while time.monotonic() < start + 20:
        if machine.run("curl -sS --unix-socket /run/shop/shop.sock http://shop/").stdout == f"{text}\n":
            return time.monotonic() - start
        time.sleep(0.05)
    return None


def shop(machine, github):
    """Deploys, restarts and rolls back the application."""
    section = readme.README.read_text().split("### Restarting an application")[1].split("\n### ")[0]
    commands, = re.findall(r"^```sh\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    unit, = re.findall(r"^```ini\n(.*?)^```", section, flags=re.MULTILINE | re.DOTALL)
    machine.must(SETUP)
    push(machine, "one")
    (machine.root / "etc/systemd/system/shop.service").write_text(unit)
    machine.must("systemctl reload bellpull && bellpull deploy shop")
    machine.must(f"cd /root/bellpull && {commands}")
    machine.must("systemctl enable --now shop")
    failed = 0

    def expect(what, text):
        nonlocal failed
        took = shows(machine, text)
        failed += took is None
        print(f"  {what}: " + ("NOT restarted" if took is None else f"serves '{text}' after {took * 1000:.0f} ms"))

    expect("the application behind gunicorn", "one")
    before, after = push(machine, "two")
    answer = github.deliver("push", {
        "ref": "refs/heads/main", "before": before, "after": after, "repository": {"full_name": "alice/shop"}})
    assert "Bellpull-Outcome: deployed" in answer, answer
    expect("after a push", "two")
    print("    " + machine.must("bellpull rollback shop --reason 'two is broken'").strip().replace("\n", "\n    "))
    expect("after the rollback", "one")
    push(machine, "three")
    print("    " + machine.must("bellpull deploy shop").strip())
    expect("pinned", "one")
    machine.must("bellpull unpin shop")
    expect("after unpin", "three")
    for number in range(8):
        text = f"quick {number}"
        push(machine, text)
        machine.must("bellpull deploy shop")
    expect("after eight deployments in a row", "quick 7")
    push(machine, "x")
    (machine.root / "root/shop/app.py").write_text("import nosuch\n")
    machine.must("cd /root/shop && git commit --quiet --all --message broken && git push --quiet origin HEAD:main")
    machine.must("bellpull deploy shop && for i in $(seq 200); do systemctl is-failed -q shop && exit; sleep 0.1; done; exit 1")
    push(machine, "mended")
    machine.must("bellpull deploy shop")
    expect("after a push that broke it, and one that mends it", "mended")
    machine.must("systemctl stop shop")
    push(machine, "stopped")
    machine.must("bellpull deploy shop && sleep 1")
    isStopped = machine.run("systemctl is-active shop").stdout.strip() == "inactive"
    failed += not isStopped
    print(f"  an application that was stopped {'stays stopped' if isStopped else 'IS STARTED'}")
    return failed


def conversion(machine):
    """Converts the site of the first evening while a reader asks for its page."""
    machine.must("rm -f /root/stop; systemctl reload nginx")
    reader = subprocess.Popen(
        ["nsenter", "-t", str(machine.pid), "-n", sys.executable, "-c", READER, machine.root],
        stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(0.5)
        machine.must("echo 'strategy = \"release\"' >> /etc/bellpull/sites/blog.toml && systemctl reload bellpull")
        machine.must("bellpull deploy blog")
        refused = machine.run("bellpull releases blog --cleanup")
        machine.must(
            "cd /root/bellpull && sed 's/blog.example.com/YOUR.SITE/' nginx/example-release-site.conf "
            "> /etc/nginx/sites-available/blog && nginx -t && systemctl reload nginx")
        time.sleep(0.5)
        cleaned = machine.must("bellpull releases blog --cleanup").strip()
        check = machine.run("bellpull check")
        time.sleep(0.5)
    finally:
        machine.run("touch /root/stop")
    answers = json.loads(reader.communicate(timeout=60)[0])
    isRefused = refused.returncode == 1 and "nginx still serves /srv/blog" in refused.stdout
    print(f"  a pulled site gets releases: {sum(answers.values())} requests, {answers}")
    print(f"    cleanup while nginx serves the old files: {'refused' if isRefused else 'NOT refused: ' + refused.stdout}")
    print(f"    {cleaned}")
    print(f"    bellpull check exits with {check.returncode}")
    if check.returncode:
        print(check.stdout)
    return (set(answers) != {"200"}) + (not isRefused) + (check.returncode != 0)
