"""Sites with steps, from the README word by word: the units, a site built by make, one built by Hugo, and what runs after."""

import re

import hugo
import readme
from stage import SOURCES, Report, Site, check, leftovers, type_readme

COMMANDS = "**6. Let commands run as another user**"

MAKEFILE = """\
pages := $(patsubst src/%.txt,public/%.html,$(wildcard src/*.txt))

html: $(pages)
public/%.html: src/%.txt
	@mkdir -p public
	sed 's#.*#<p>&</p>#' $< > $@
	@echo $@ >> $(HOME)/built
check:
	! grep -rl broken public
.PHONY: html check
"""

JENKINS = """
import base64, http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        right = self.path == '/job/blog/build' and self.headers['Authorization'] == \\
            'Basic ' + base64.b64encode(b'alice:11e7f0').decode()
        self.send_response(201 if right else 403)
        self.end_headers()
        open('/root/jenkins', 'a').write('triggered\\n' if right else 'refused\\n')
http.server.HTTPServer(('127.0.0.1', 8082), Handler).serve_forever()
"""

DOCKER = """#!/bin/sh
[ "$*" = 'compose up -d --build' ] && [ -f compose.yaml ] && echo "$(id -un) $BELLPULL_COMMIT" > $HOME/composed
"""


def run(machine, github):
    """Tries everything, and returns how many promises were broken."""
    report = Report(machine)
    site = Site(machine, github, "pages", "", {"src/index.txt": "one\n", "src/about.txt": "about\n", "Makefile": MAKEFILE})
    site.serve("/public")
    units(report, site)
    make(report, site)
    permissions(report, site)
    elsewhere(report, github)
    after(report, site)
    hugo.run(report, github)
    return report.failed


def units(report, site):
    """The units: what check says without them, the README's commands, and each remedy."""
    machine = report.machine
    made, = readme.blocks("**A site built by make**", "toml")
    site.configure(made)
    steps = lambda: [entry for entry in check(machine)[1] if entry["subject"] == "steps"]
    warning, = steps()
    report.expect(
        warning["severity"] == "warning" and "behind Landlock" in warning["message"] and len(warning["message"]) <= 200,
        "without the units check warns", warning["message"])
    print(f"          hint: {warning['hint']}")
    machine.must(SOURCES + warning["hint"])
    report.expect(not steps(), "  its remedy, pasted, ends the warning")
    machine.must("systemctl disable -q --now bellpull-step.socket; rm /etc/systemd/system/bellpull-step*; "
                 "rm -f /run/bellpull/step.sock; systemctl daemon-reload; userdel bellpull-step; systemctl restart bellpull")
    report.expect(len(steps()) == 1, "the units are gone again")
    type_readme(machine, COMMANDS)
    text = machine.run("bellpull check").stdout
    report.expect("steps run as another user, behind Landlock" in text, "after the README's commands",
                  next((line for line in text.splitlines() if " steps " in line), text))
    machine.must("systemctl stop bellpull-step.socket")
    error, = steps() or [{"severity": "", "message": "nothing", "hint": "true"}]
    report.expect(error["severity"] == "error", "the socket is stopped", error["message"])
    print(f"          hint: {error['hint']}")
    machine.must(error["hint"])
    report.expect(not steps(), "  its remedy, pasted, ends the error")


def make(report, site):
    """A site built by make, through a signed push."""
    machine = report.machine
    record = site.deploy({"src/index.txt": "two\n"})
    report.expect(record["state"] == "deployed", "make: a push is deployed", f"in {record['duration_ms']} ms")
    report.expect(site.page() == "<p>two</p>\n", "  and nginx serves the page", site.page().strip())
    report.expect(not leftovers(machine, site), "  nothing is left of the step's user", leftovers(machine, site))
    record = site.deploy({"src/index.txt": "three\n"})
    report.expect(site.page() == "<p>three</p>\n", "the next push too", f"{record['state']} in {record['duration_ms']} ms")
    built = machine.run("cat /srv/pages/cache/built; stat -c '%U %a' /srv/pages/cache").stdout.split()
    report.expect(built.count("public/index.html") >= 2 and built[-2:] == ["bellpull-step", "700"],
                  "  and finds the cache of the build before", f"{len(built) - 2} lines, {' '.join(built[-2:])}")
    report.expect(not leftovers(machine, site), "  nothing is left of the step's user", leftovers(machine, site))
    record = site.deploy({"src/index.txt": "broken\n"})
    report.expect(
        record["state"] == "failed" and site.page() == "<p>three</p>\n", "a page that `make check` refuses is never served",
        record.get("reason"))
    report.expect(not leftovers(machine, site), "  nothing is left of its release", leftovers(machine, site))
    shown = machine.run("bellpull history pages -n 1").stdout + site.log()
    report.expect("Error" in shown and "make check" in shown, "  bellpull log shows the output of make")
    record = site.deploy({"src/index.txt": "four\n"})
    report.expect(site.page() == "<p>four</p>\n", "a push that repairs it is served", record["state"])
    back = machine.run("bellpull rollback pages && bellpull unpin pages")
    report.expect(back.returncode == 0 and site.page() == "<p>four</p>\n", "a rollback and unpin go through the builds")


def permissions(report, site):
    """Folders that the step's user cannot enter or write to."""
    machine = report.machine
    for what, breaking in (("0750", "chmod 750 /srv/pages"), ("0750 above", "chgrp bellpull /srv; chmod 750 /srv")):
        machine.must(breaking)
        record = site.deploy({"src/index.txt": f"{what}\n"})
        report.expect(record["state"] == "failed" and "may not enter" in record.get("reason", ""),
                      f"the site's folder has mode {what}", record.get("reason"))
        problems = [entry for entry in check(machine)[1] if "may not enter" in entry["message"]]
        report.expect(len({entry["hint"] for entry in problems}) == 1, "  check says so before the push",
                      [entry["hint"] for entry in problems])
        machine.must(record["hint"])
        record = site.deploy({})
        report.expect(record["state"] == "deployed" and check(machine)[0] == 0, "  after its remedy the push is deployed",
                      record.get("reason", "deployed"))
    machine.must("chown root:root /srv")
    made, = readme.blocks("**A site built by make**", "toml")
    uploads = made.replace("make html", "make html && date > uploads/time")
    site.configure(uploads + 'shared = ["uploads"]\n')
    machine.must("install -d -o bellpull -g bellpull /srv/pages/shared/uploads")
    record = site.deploy({})
    report.expect(record["state"] == "failed" and "uploads/time: Permission denied" in record["reason"],
                  "shared belongs to bellpull alone", record.get("reason"))
    command, = re.findall(r"`(chgrp -R bellpull-step [^`]*)`", readme.README.read_text())
    machine.must(command.replace("/srv/blog/", "/srv/pages/"))
    record = site.deploy({})
    owner = machine.run("stat -c '%U %G' /srv/pages/shared/uploads/time").stdout.strip()
    report.expect(record["state"] == "deployed" and owner.startswith("bellpull-step"),
                  "  until the README's command lets steps write there", record.get("reason", owner))
    site.configure(made)
    machine.must("systemctl disable -q --now bellpull-step.socket && rm /run/bellpull/step.sock && systemctl restart bellpull")
    record = site.deploy({"src/index.txt": "alone\n"})
    report.expect(record["state"] == "failed" and "bellpull-step.socket" in record.get("hint", ""),
                  "without the socket, the cache is another user's", record.get("reason"))
    machine.must(record["hint"].split("steps as bellpull: ")[1])
    record = site.deploy({"src/index.txt": "alone\n"})
    report.expect(record["state"] != "failed" and site.page() == "<p>alone</p>\n",
                  "  after its remedy Landlock alone builds the site, under bellpull.service", record.get("reason", ""))
    machine.must("systemctl enable -q --now bellpull-step.socket && systemctl restart bellpull")
    record = site.deploy({"src/index.txt": "another user\n"})
    # Catch-up, which asks at the start, may have been faster than the delivery, whose result is then `unchanged`.
    owner = machine.run("stat -c %U /srv/pages/cache").stdout.strip()
    report.expect(record["state"] != "failed" and site.page() == "<p>another user</p>\n" and owner == "bellpull-step",
                  "  and with the socket again, another user",
                  f"{record['state']} {record.get('reason', '')}, {site.page().strip()}, the cache is {owner}'s")
    report.expect(not leftovers(machine, site), "  nothing is left", leftovers(machine, site))


def elsewhere(report, github):
    """A site outside /srv."""
    machine = report.machine
    made, = readme.blocks("**A site built by make**", "toml")
    site = Site(machine, github, "away", made, {"src/index.txt": "one\n", "Makefile": MAKEFILE}, path="/var/www/away")
    machine.must("chmod 755 /var/www")
    site.serve("/public")
    problems = [entry for entry in check(machine)[1] if entry["subject"] == "away"]
    report.expect(len(problems) == 2 and all("ReadWritePaths" in entry["hint"] for entry in problems),
                  "a site in /var/www", "; ".join(entry["message"] for entry in problems))
    for entry in problems:
        machine.must(entry["hint"])
    record = site.deploy({"src/index.txt": "two\n"})
    report.expect(site.page() == "<p>two</p>\n" and check(machine)[0] == 0,
                  "  after both remedies it is built and served", record["state"])
    report.expect(not leftovers(machine, site), "  nothing is left", leftovers(machine, site))


def after(report, site):
    """The README's lines for Jenkins and Docker, against stand-ins."""
    machine = report.machine
    made, = readme.blocks("**A site built by make**", "toml")
    text = readme.README.read_text().split("**A Jenkins job**")[1].split("\n#")[0]
    jenkins, docker = re.findall(r"`(after = [^`]*)`", text)
    variable, = re.findall(r"`(JENKINS=[^`]*)`", text)
    unfenced, = re.findall(r"`(unfenced = [^`]*)`", text)
    (machine.root / "root/jenkins.py").write_text(JENKINS)
    machine.must("systemd-run --quiet --unit=jenkins python3 /root/jenkins.py; "
                 "for i in $(seq 50); do curl -s http://127.0.0.1:8082/ > /dev/null && break; sleep 0.1; done; "
                 "install -m 640 -g bellpull /dev/null /etc/bellpull/pages.env")
    (machine.root / "etc/bellpull/pages.env").write_text(variable.replace("TOKEN", "11e7f0") + "\n")
    jenkins = jenkins.replace("https://ci.example.com", "http://127.0.0.1:8082").replace("-fsS", "-fsSv")
    site.configure(made + jenkins + '\nenvironment_file = "/etc/bellpull/pages.env"\n')
    record = site.deploy({})
    answers = machine.run("cat /root/jenkins").stdout.split()
    report.expect(record["state"] == "deployed" and answers == ["triggered"], "a stand-in for Jenkins is triggered",
                  record.get("reason", answers))
    shown = site.log() + machine.run("journalctl -u bellpull -u 'bellpull-step@*' --no-pager").stdout
    report.expect("11e7f0" not in shown and "> POST /job/blog/build" in shown, "  and no output shows its token")
    (machine.root / "usr/local/bin/docker").write_text(DOCKER)
    machine.must("chmod 755 /usr/local/bin/docker")
    site.configure(made + docker + "\n" + unfenced + "\n")
    record = site.deploy({"compose.yaml": "services:\n"})
    seen = machine.run("cat /srv/pages/cache-unfenced/composed").stdout.split()
    report.expect(record["state"] == "deployed" and seen == ["bellpull", record["commit"]],
                  "a stand-in for docker compose runs as bellpull, in a home of its own", record.get("reason", seen))
    warnings = [entry["message"] for entry in check(machine)[1] if entry["subject"] == "pages"]
    report.expect(any("after runs without the fence" in message for message in warnings), "  and check warns", warnings)
    site.configure(made)
